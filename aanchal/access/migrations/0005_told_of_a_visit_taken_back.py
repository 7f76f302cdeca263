"""A volunteer is told when her visit was taken back because the family moved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_kept_forms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reset_asked", "Reset Asked"),
                    ("reset_approved", "Reset Approved"),
                    ("reset_refused", "Reset Refused"),
                    ("account_stopped", "Account Stopped"),
                    ("account_opened", "Account Opened"),
                    ("passphrase_changed", "Passphrase Changed"),
                    ("second_factor_removed", "Second Factor Removed"),
                    ("second_factor_added", "Second Factor Added"),
                    ("passkey_added", "Passkey Added"),
                    ("passkey_removed", "Passkey Removed"),
                    ("device_offered", "Device Offered"),
                    ("device_enrolled", "Device Enrolled"),
                    ("device_revoked", "Device Revoked"),
                    ("grant_given", "Grant Given"),
                    ("grant_revoked", "Grant Revoked"),
                    ("agreement_asked", "Agreement Asked"),
                    ("grant_agreed", "Grant Agreed"),
                    ("grant_refused", "Grant Refused"),
                    ("grant_lapsed", "Grant Lapsed"),
                    ("invitation_agreed", "Invitation Agreed"),
                    ("invitation_refused", "Invitation Refused"),
                    ("invitation_accepted", "Invitation Accepted"),
                    ("invitation_lapsed", "Invitation Lapsed"),
                    ("visit_taken_back", "Visit Taken Back"),
                ],
                max_length=24,
            ),
        ),
    ]
