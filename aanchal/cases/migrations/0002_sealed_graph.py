"""Concerns anew: whom they join stands in sealed fields, their keys tell no time."""

from typing import Any

from django.db import migrations, models

import aanchal.kernel.facts
import aanchal.kernel.fields
import aanchal.kernel.ids


def refuse_where_concerns_are(apps: Any, schema_editor: Any) -> None:
    """The older table is not carried over; there was no release with it, and nothing may be lost."""
    held = apps.get_model("cases", "Concern").objects.using(schema_editor.connection.alias)
    if held.exists():
        raise RuntimeError(
            "This database holds concerns of a version before the first release, which this one "
            "cannot take over. Stay with the version that made it."
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunPython(refuse_where_concerns_are, migrations.RunPython.noop),
        migrations.DeleteModel("ConcernMember"),
        migrations.DeleteModel("ConcernImplicated"),
        migrations.DeleteModel("Concern"),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=aanchal.kernel.ids.new_random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("district", models.CharField(max_length=16)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Full hour by which somebody must next act.",
                        null=True,
                    ),
                ),
                ("code_tag", aanchal.kernel.fields.ReferenceTagField(of="code", unique=True)),
                ("source_tag", aanchal.kernel.fields.ReferenceTagField(of="source", unique=True)),
                (
                    "head",
                    aanchal.kernel.facts.SealedFactsField(
                        help_text="What lists and the question of permission need.", pad=1024
                    ),
                ),
                (
                    "body",
                    aanchal.kernel.facts.SealedFactsField(
                        help_text="What was told, and what was done since.", pad=1024
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["district", "is_open"], name="concern_open_here")]
            },
        ),
    ]
