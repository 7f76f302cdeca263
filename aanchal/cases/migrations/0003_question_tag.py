"""Whether a person told of a concern out of a question is found without opening every concern."""

from django.db import migrations

import aanchal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_sealed_graph")]

    operations = [
        migrations.AddField(
            model_name="concern",
            name="question_tag",
            field=aanchal.kernel.fields.ReferenceTagField(
                db_index=True, default="", of="question_mark"
            ),
            preserve_default=False,
        ),
    ]
