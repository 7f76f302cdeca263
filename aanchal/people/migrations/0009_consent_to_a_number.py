"""Consent to be called is consent to one number; whoever agreed before is asked again."""

from django.db import migrations

import aanchal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_kinship_and_households"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="number",
            field=aanchal.kernel.fields.SealedTextField(
                null=True, help_text="Of visits: the telephone that may be called."
            ),
        ),
    ]
