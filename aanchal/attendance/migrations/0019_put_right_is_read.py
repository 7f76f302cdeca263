"""What was put right of an earlier question waits until it was read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0018_two_who_go"),
        ("people", "0010_unconfirmed_kinship"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="flag",
            name="put_right_at",
            field=models.DateTimeField(
                blank=True,
                help_text="The day on which a finding of an earlier question was put right; not the moment.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="put_right_read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(
                    ("put_right_at__isnull", False), ("put_right_read_at__isnull", True)
                ),
                fields=["put_right_at"],
                name="flag_put_right_unread",
            ),
        ),
    ]
