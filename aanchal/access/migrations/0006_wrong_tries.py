"""Wrong tries at signing in are counted in a table of our own."""

from django.db import migrations, models

import aanchal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_told_of_a_visit_taken_back"),
    ]

    operations = [
        # They counted wrong tries before, and nothing would ever erase what is in them.
        *(
            migrations.RunSQL(f"DROP TABLE IF EXISTS axes_{table}", migrations.RunSQL.noop)
            for table in (
                "accessattemptexpiration",
                "accessattempt",
                "accessfailurelog",
                "accesslog",
            )
        ),
        migrations.CreateModel(
            name="WrongTries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=aanchal.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("last_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
