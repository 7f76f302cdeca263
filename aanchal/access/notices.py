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
    Kind.AGREEMENT_ASKED: _(
        "A role or an invitation waits for your agreement. It stands under Waiting for a second person."
    ),
    Kind.GRANT_AGREED: _("A second person agreed to a role that you gave. It is in force."),
    Kind.GRANT_REFUSED: _("A role that you gave was refused by a second person."),
    Kind.GRANT_LAPSED: _(
        "Nobody agreed within seven days to a role that you gave. If it is still needed, give it again."
    ),
    Kind.INVITATION_AGREED: _(
        "A second person agreed to your invitation and has the link. Give the person your code."
    ),
    Kind.INVITATION_REFUSED: _("Your invitation was refused by a second person."),
    Kind.INVITATION_ACCEPTED: _(
        "The person that you invited, or agreed to, has come in. If she says it was not she, "
        "stop the account at once."
    ),
    Kind.INVITATION_LAPSED: _(
        "An invitation of yours ran out before anybody came in by it. If it is still needed, invite again."
    ),
    Kind.FAMILY_MOVE_ANSWERED: _(
        "Whether a family lives in another village, as you asked, is answered. It stands under Families "
        "that moved."
    ),
    Kind.VISIT_TAKEN_BACK: _(
        "A visit was taken back from you: the family lives in another village now. Do not go there."
    ),
}


def tell(user: User, kind: Notice.Kind, *, at: datetime) -> None:
    """Put a notice where the person finds it at her next sign-in."""
    Notice.objects.create(user=user, kind=kind, at=at)


def sentence(notice: Notice) -> str:
    """The sentence of one notice, in the reader's language."""
    return str(SENTENCES[Kind(notice.kind)])
