"""What is said of another's family waits for a second person; two households joined as one."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import aanchal.kernel.fields
import aanchal.kernel.ids


def seal_what_is_there(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("people", "Kinship")
    for row in model.objects.using(schema_editor.connection.alias).iterator(chunk_size=2000):
        row.recorded_by = row.recorded_by_plain
        row.save(update_fields=["recorded_by"])


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_reading_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HouseholdJoin",
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
                (
                    "state",
                    models.CharField(
                        choices=[("joined", "Joined"), ("undone", "Undone")],
                        default="joined",
                        max_length=6,
                    ),
                ),
                (
                    "moved",
                    aanchal.kernel.fields.SealedJSONField(
                        help_text="Keys of the children and guardians that were the other's."
                    ),
                ),
                (
                    "done",
                    aanchal.kernel.fields.SealedJSONField(
                        help_text="Who joined them and when; who undid it and when."
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="kinship",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RenameField("kinship", "recorded_by", "recorded_by_plain"),
        migrations.AddField(
            "kinship", "recorded_by", aanchal.kernel.fields.SealedTextField(null=True)
        ),
        migrations.AddField(
            "kinship",
            "asked_by",
            aanchal.kernel.fields.SealedTextField(
                null=True, help_text="Who asked what waits for a second person."
            ),
        ),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        migrations.RemoveField("kinship", "recorded_by_plain"),
        migrations.AlterField(
            "kinship",
            "recorded_by",
            aanchal.kernel.fields.SealedTextField(help_text="Who said it first."),
        ),
        migrations.AddField(
            model_name="kinship",
            name="copy_of",
            field=models.ForeignKey(
                blank=True,
                help_text="The word it follows, where one family has several households.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="copies",
                to="people.kinship",
            ),
        ),
        migrations.AddField(
            model_name="kinship",
            name="state",
            field=models.CharField(
                choices=[("waiting", "Waiting"), ("stands", "Stands"), ("leaving", "Leaving")],
                default="stands",
                max_length=7,
            ),
        ),
        migrations.AddIndex(
            model_name="kinship",
            index=models.Index(
                condition=models.Q(("state", "stands"), _negated=True),
                fields=["asked_at"],
                name="kinship_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="kinship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "stands"), ("asked_at__isnull", False), _connector="OR"
                ),
                name="kinship_waits_since",
            ),
        ),
        migrations.AddField(
            model_name="householdjoin",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="joins_into",
                to="people.household",
            ),
        ),
        migrations.AddField(
            model_name="householdjoin",
            name="left",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="joins_out_of",
                to="people.household",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdjoin",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "joined")),
                fields=("left",),
                name="household_joined_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdjoin",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("left")), _negated=True),
                name="household_join_of_two",
            ),
        ),
    ]
