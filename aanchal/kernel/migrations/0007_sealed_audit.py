"""The audit begins anew, sealed and with keyed links. No version was released with the old one."""

from django.db import migrations, models

import aanchal.kernel.fields
import aanchal.kernel.ids

SQLITE = [
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditevent
       BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON kernel_auditevent
       BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END""",
    """CREATE TRIGGER audit_no_replace BEFORE INSERT ON kernel_auditevent
       WHEN EXISTS (SELECT 1 FROM kernel_auditevent
                    WHERE id = NEW.id OR (district = NEW.district AND seq = NEW.seq))
       BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END""",
]
POSTGRES = [
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON kernel_auditevent
       FOR EACH ROW EXECUTE FUNCTION aanchal_audit_is_final()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON kernel_auditevent
       FOR EACH STATEMENT EXECUTE FUNCTION aanchal_audit_is_final()""",
]


def guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_backups")]
    operations = [
        migrations.DeleteModel(name="AuditEvent"),
        migrations.RunSQL("DELETE FROM kernel_audithead", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="AuditEvent",
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
                ("district", models.CharField(blank=True, max_length=16)),
                ("seq", models.PositiveBigIntegerField()),
                ("on", models.DateField()),
                (
                    "content",
                    aanchal.kernel.fields.LastingSealedJSONField(
                        editable=False, help_text="Time, actor, verb, outcome, target, changes."
                    ),
                ),
                (
                    "actor_tag",
                    models.CharField(help_text="Keyed hash of actor and day.", max_length=32),
                ),
                (
                    "mentions",
                    models.TextField(help_text="Keyed hashes of the day and each record it names."),
                ),
                ("previous_hash", models.CharField(max_length=64)),
                (
                    "hash",
                    models.CharField(
                        help_text="Keyed hash of the row, the link before in it.", max_length=64
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["district", "on"], name="audit_by_day"),
                    models.Index(fields=["actor_tag"], name="audit_by_actor"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "seq"), name="audit_one_event_a_step"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="audit_begins_at_one"
                    ),
                ],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
