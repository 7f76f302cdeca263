"""What a person is told about her own account, so that nobody changes it behind her back."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from .models import Notice, User

Kind = Notice.Kind

SENTENCES = {
    Kind.RESET_ASKED: _("Somebody asked that your passphrase or your codes be made new."),
    Kind.RESET_APPROVED: _("Two people agreed that your passphrase or your codes be made new."),
    Kind.RESET_REFUSED: _(
        "It was asked that your passphrase or codes be made new; it was refused."
    ),
    Kind.ACCOUNT_STOPPED: _("Your account was stopped: nobody could come in with it."),
    Kind.ACCOUNT_OPENED: _("Your account was opened again; two people agreed to it."),
    Kind.PASSPHRASE_CHANGED: _("Your passphrase was changed."),
    Kind.SECOND_FACTOR_REMOVED: _("The app that makes your codes was removed from your account."),
    Kind.SECOND_FACTOR_ADDED: _("An app that makes codes was added to your account."),
    Kind.PASSKEY_ADDED: _("A passkey was added to your account."),
    Kind.PASSKEY_REMOVED: _("A passkey was taken off your account."),
    Kind.DEVICE_OFFERED: _("A link was made to put your account on a phone."),
    Kind.DEVICE_ENROLLED: _("Your account was put on a phone."),
    Kind.DEVICE_REVOKED: _("A phone was taken off your account."),
    Kind.GRANT_GIVEN: _("You were given a role."),
    Kind.GRANT_REVOKED: _("A role was taken from you."),
}


def tell(user: User, kind: Notice.Kind, *, at: datetime) -> None:
    """Put a notice where the person finds it at her next sign-in."""
    Notice.objects.create(user=user, kind=kind, at=at)


def sentence(notice: Notice) -> str:
    """The sentence of one notice, in the reader's language."""
    return str(SENTENCES[Kind(notice.kind)])
