"""How many children each person was shown on a day, sealed."""

from django.db import migrations, models

import aanchal.kernel.fields
import aanchal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_enrolled_by_mistake"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadingDay",
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
                ("on", models.DateField()),
                (
                    "reader",
                    aanchal.kernel.fields.SealedReferenceField(default="", to="access.User"),
                ),
                (
                    "reader_tag",
                    aanchal.kernel.fields.ReferenceTagField(
                        editable=False, max_length=32, of="reader", purpose=""
                    ),
                ),
                (
                    "counts",
                    aanchal.kernel.fields.SealedJSONField(
                        help_text="Pages, children, outside her work, usual, why, her area."
                    ),
                ),
                (
                    "answer",
                    aanchal.kernel.fields.SealedJSONField(
                        default=dict, help_text="Who looked at it, when, and what came of it."
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["district", "on"], name="reading_day_here")],
            },
        ),
    ]
