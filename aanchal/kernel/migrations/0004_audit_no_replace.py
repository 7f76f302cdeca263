"""On SQLite `INSERT OR REPLACE` deletes without asking the delete trigger: refuse it too."""

from django.db import migrations

MAKE = """CREATE TRIGGER audit_no_replace BEFORE INSERT ON kernel_auditevent
   WHEN EXISTS (SELECT 1 FROM kernel_auditevent
                WHERE id = NEW.id OR (district = NEW.district AND seq = NEW.seq))
   BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(MAKE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_no_replace")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_worker")]
    operations = [migrations.RunPython(guard, unguard)]
