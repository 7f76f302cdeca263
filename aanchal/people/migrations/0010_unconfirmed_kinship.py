"""Who said that somebody is of a family is told when it was not confirmed."""

from django.db import migrations, models

import aanchal.kernel.fields
import aanchal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_consent_to_a_number"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnconfirmedKinship",
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
                ("ended_on", models.DateField()),
                ("sayer", aanchal.kernel.fields.SealedReferenceField(default="", to="access.User")),
                (
                    "sayer_tag",
                    aanchal.kernel.fields.ReferenceTagField(
                        editable=False, max_length=32, of="sayer", purpose=""
                    ),
                ),
                (
                    "said",
                    aanchal.kernel.fields.SealedJSONField(
                        help_text="On which day she said it, and the path of the village."
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["district", "sayer_tag"], name="unconfirmed_kinship_of")
                ],
            },
        ),
    ]
