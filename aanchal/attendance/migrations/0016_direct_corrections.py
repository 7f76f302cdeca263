"""What one who corrects registers changes herself is kept, to be undone."""

from django.db import migrations, models

import aanchal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0015_known_missing_pupils"),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="undo",
            field=aanchal.kernel.fields.SealedJSONField(
                help_text="Of what was made: what else stood before it.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("agreed", "Agreed"),
                    ("refused", "Refused"),
                    ("taken_back", "Taken Back"),
                    ("made", "Made"),
                    ("undone", "Undone"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
