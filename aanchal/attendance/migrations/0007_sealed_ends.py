"""What visits found and how questions ended sealed whole; the order of a register's pupils too."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import aanchal.attendance.models
import aanchal.kernel.facts
import aanchal.kernel.fields
import aanchal.kernel.ids
from aanchal.kernel.sealing import seal

IN_ORDER = ("RegisterPage", "PageRevision", "ClassState")


def refuse_where_findings_are(apps: Any, schema_editor: Any) -> None:
    """The older tables are not carried over; there was no release with them."""
    for name in ("Finding", "Outcome"):
        if (
            apps.get_model("attendance", name)
            .objects.using(schema_editor.connection.alias)
            .exists()
        ):
            raise RuntimeError(
                "This database holds findings of a version before the first release, which this "
                "one cannot take over. Stay with the version that made it."
            )


def seal_what_is_there(apps: Any, schema_editor: Any) -> None:
    for name in IN_ORDER:
        model = apps.get_model("attendance", name)
        rows = model.objects.using(schema_editor.connection.alias)
        for pk, children in rows.values_list("pk", "children").iterator(chunk_size=500):
            place = f"{model._meta.label}.children|{pk}"
            rows.filter(pk=pk).update(children=seal(bytes(children), place=place, pad=0))


def key() -> models.UUIDField:
    return models.UUIDField(
        default=aanchal.kernel.ids.new_random_id,
        editable=False,
        primary_key=True,
        serialize=False,
    )


class Migration(migrations.Migration):
    dependencies = [("attendance", "0006_reopenings")]

    operations = [
        migrations.RunPython(refuse_where_findings_are, migrations.RunPython.noop),
        migrations.DeleteModel("Finding"),
        migrations.DeleteModel("Outcome"),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", key()),
                ("district", models.CharField(max_length=16)),
                (
                    "kind",
                    aanchal.kernel.fields.SealedTextField(
                        help_text="Code of `attendance/data/findings.toml`."
                    ),
                ),
                ("whom_met", aanchal.kernel.fields.SealedTextField(default="")),
                ("next_step", aanchal.kernel.fields.SealedTextField(default="")),
                ("note", aanchal.kernel.fields.SealedTextField(default="")),
                ("facts", aanchal.kernel.facts.SealedFactsField(pad=256)),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="finding",
                        to="attendance.visit",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", key()),
                ("district", models.CharField(max_length=16)),
                ("recorded_on", models.DateField()),
                ("facts", aanchal.kernel.facts.SealedFactsField(pad=256)),
                (
                    "note",
                    aanchal.kernel.fields.SealedTextField(
                        default="", help_text="Who said so, in the words of the recorder."
                    ),
                ),
                (
                    "flag",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcome",
                        to="attendance.flag",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.AlterField(
            "Visit",
            "recorded_at",
            models.DateTimeField(
                blank=True,
                help_text="Begin of the day; the moment is sealed in its finding.",
                null=True,
            ),
        ),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        migrations.AlterField(
            "RegisterPage",
            "children",
            aanchal.attendance.models.PackedField(help_text="16 bytes a child, in page order."),
        ),
        migrations.AlterField("PageRevision", "children", aanchal.attendance.models.PackedField()),
        migrations.AlterField(
            "ClassState",
            "children",
            aanchal.attendance.models.PackedField(help_text="16 bytes a child, in state order."),
        ),
    ]
