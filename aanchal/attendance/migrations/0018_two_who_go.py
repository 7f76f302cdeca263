"""Who goes along on a visit, and who is not sent to a house again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0017_late_findings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="second",
            field=models.ForeignKey(
                blank=True,
                help_text="Who goes along; null of two for one without an account whom the sender asked.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits_along",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="second_left_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unsafe", "Unsafe"),
                    ("kin", "Kin"),
                    ("cannot_go", "Cannot Go"),
                    ("second", "Second"),
                ],
                help_text="Why she does not go along.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="two_go",
            field=models.BooleanField(default=False, help_text="Two go together, or nobody."),
        ),
        migrations.AddField(
            model_name="visit",
            name="will_go_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When she who had not felt safe said that she will go again.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="handed_back_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unsafe", "Unsafe"),
                    ("kin", "Kin"),
                    ("cannot_go", "Cannot Go"),
                    ("second", "Second"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(
                    ("handed_back_because", "unsafe"),
                    ("second_left_because", "unsafe"),
                    _connector="OR",
                ),
                fields=["flag"],
                name="visit_not_safe",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("second__isnull", False)),
                fields=["second", "state"],
                name="visit_along",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("second__isnull", True), ("two_go", True), _connector="OR"),
                name="visit_second_of_two",
            ),
        ),
    ]
