"""Roll numbers sealed: beside the class, one names the child to whoever knows the class."""

from typing import Any

from django.db import migrations

import aanchal.kernel.fields

MODELS = ("Enrolment", "ClassMove")


def seal_what_is_there(apps: Any, schema_editor: Any) -> None:
    for name in MODELS:
        model = apps.get_model("people", name)
        for row in model.objects.using(schema_editor.connection.alias).iterator(chunk_size=2000):
            row.roll_no = row.roll_no_plain
            row.save(update_fields=["roll_no"])


class Migration(migrations.Migration):
    dependencies = [("people", "0004_houses")]

    operations = [
        *(migrations.RenameField(m, "roll_no", "roll_no_plain") for m in MODELS),
        *(
            migrations.AddField(m, "roll_no", aanchal.kernel.fields.SealedTextField(null=True))
            for m in MODELS
        ),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        *(migrations.RemoveField(m, "roll_no_plain") for m in MODELS),
        migrations.AlterField(
            "Enrolment",
            "roll_no",
            aanchal.kernel.fields.SealedTextField(help_text="At most 12 letters; may be empty."),
        ),
        migrations.AlterField(
            "ClassMove",
            "roll_no",
            aanchal.kernel.fields.SealedTextField(help_text="At most 12 letters; may be empty."),
        ),
    ]
