"""Why a visit was given back is sealed: in the open it named houses where somebody did not feel safe."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

import aanchal.kernel.facts

PLAIN = ("handed_back_because", "second_left_because", "will_go_at")
HELP = "Why it was given back, and what was said of it since."


def seal_what_is_there(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("watch", "Visit")
    for row in model.objects.using(schema_editor.connection.alias).iterator(chunk_size=2000):
        said = {name: getattr(row, name) for name in PLAIN if getattr(row, name)}
        if "will_go_at" in said:
            said["will_go_at"] = said["will_go_at"].isoformat(timespec="microseconds")
        row.back = said
        row.save(update_fields=["back"])


def back(**changes: Any) -> aanchal.kernel.facts.SealedFactsField:
    return aanchal.kernel.facts.SealedFactsField(help_text=HELP, pad=128, **changes)


class Migration(migrations.Migration):
    dependencies = [
        ("watch", "0002_family_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("visit", "back", back(null=True, default=None)),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        # A default is sealed for its row and cannot stand in a statement about all of them.
        migrations.AlterField("visit", "back", back(default=None)),
        migrations.AlterField("visit", "back", back(default=dict)),
        migrations.RemoveIndex("visit", "visit_not_safe"),
        *(migrations.RemoveField("visit", name) for name in PLAIN),
        migrations.AddIndex(
            "visit",
            models.Index(
                condition=models.Q(("state", "handed_back")),
                fields=["flag"],
                name="visit_handed_back",
            ),
        ),
    ]
