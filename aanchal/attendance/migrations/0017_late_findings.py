"""What a volunteer sent of a visit that was no longer hers is kept."""

import django.db.models.deletion
from django.db import migrations, models

import aanchal.kernel.facts
import aanchal.kernel.fields
import aanchal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0016_direct_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="LateFinding",
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
                    "kind",
                    aanchal.kernel.fields.SealedTextField(
                        help_text="Code of `attendance/data/findings.toml`."
                    ),
                ),
                ("whom_met", aanchal.kernel.fields.SealedTextField(default="")),
                ("next_step", aanchal.kernel.fields.SealedTextField(default="")),
                ("note", aanchal.kernel.fields.SealedTextField(default="")),
                ("facts", aanchal.kernel.facts.SealedFactsField(default=dict, pad=256)),
                ("sent_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_findings",
                        to="attendance.visit",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["sent_at"],
                        name="late_finding_unread",
                    )
                ],
            },
        ),
    ]
