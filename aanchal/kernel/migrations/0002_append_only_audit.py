"""The audit can only be added to: triggers refuse changes on both databases."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditevent
       BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON kernel_auditevent
       BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END""",
]
SQLITE_BACK = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]

POSTGRES = [
    """CREATE FUNCTION aanchal_audit_is_final() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON kernel_auditevent
       FOR EACH ROW EXECUTE FUNCTION aanchal_audit_is_final()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON kernel_auditevent
       FOR EACH STATEMENT EXECUTE FUNCTION aanchal_audit_is_final()""",
]
POSTGRES_BACK = [
    "DROP TRIGGER audit_no_truncate ON kernel_auditevent",
    "DROP TRIGGER audit_no_change ON kernel_auditevent",
    "DROP FUNCTION aanchal_audit_is_final()",
]


def guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in POSTGRES_BACK if vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
