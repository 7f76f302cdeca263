"""The shared cache gets a sealed table of its own; Django's, whose values are pickles, goes."""

from django.db import migrations, models

import aanchal.kernel.fields
import aanchal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_audit_no_replace"),
    ]

    operations = [
        migrations.RunSQL("DROP TABLE IF EXISTS cache_entries", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=aanchal.kernel.ids.new_id,
                        help_text="Keyed hash of the key.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "value",
                    aanchal.kernel.fields.SealedJSONField(
                        help_text="The value, with its end: neither can be changed alone."
                    ),
                ),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="cache_entry_by_end")],
            },
        ),
    ]
