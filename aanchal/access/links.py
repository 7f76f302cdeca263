"""Single-use links: what is offered, what stands behind one, and the nobody who opens it.

Whatever is wrong with a link, the answer is one and the same.
"""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.errors import Invalid, NotAllowed, NotFound
from aanchal.kernel.permissions import Actor, Permission

from .known import token_hash
from .models import CredentialReset, Invitation, User
from .queries import still_may

Made = TypeVar("Made", bound=models.Model)

LONGEST_PASSPHRASE = 200


class Offered(NamedTuple, Generic[Made]):
    """What was made, and the token that opens it: shown once, stored only as a keyed hash.

    The token is "" where a second person must agree first.
    """

    record: Made
    token: str


def nobody() -> Actor:
    """Whoever opens a link before she has an account, or without being signed in."""
    return Actor(user_id="")


def dead_link() -> NotFound:
    """The one answer to every link that does not work, whatever the reason."""
    return NotFound(_("This link does not work any more. Ask for a new one."))


def require_self(actor: Actor, user: User) -> None:
    """Raise `NotAllowed` unless this is the person herself."""
    if actor.user_id != str(user.pk):
        raise NotAllowed


def check_passphrase(passphrase: str, user: User) -> None:
    """Raise `Invalid` with the reasons when a passphrase is too weak for this person."""
    if len(passphrase) > LONGEST_PASSPHRASE:
        raise Invalid(_("This passphrase is too long."), field="passphrase")
    try:
        validate_password(passphrase, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="passphrase") from None


def is_open(invitation: Invitation, at: datetime) -> bool:
    """Say whether an invitation can still be agreed to, accepted or withdrawn."""
    return (
        invitation.accepted_at is None
        and invitation.withdrawn_at is None
        and invitation.expires_at > at
    )


def invitation_behind(token: str, *, at: datetime) -> Invitation:
    """The open invitation that a link leads to.

    Raises:
        NotFound: with one sentence, whatever is wrong with the link.
    """
    found = (
        Invitation.objects.select_for_update()
        .filter(token_hash=token_hash(token, purpose="invitation"))
        .first()
    )
    if found is None or not is_open(found, at):
        raise dead_link()
    where = found.body.scope() if found.body else found.scope()
    for user_id in filter(None, (found.invited_by, found.approved_by)):
        # Whoever has lost her own role since then lets nobody in.
        if not still_may(user_id, Permission.GRANT_GIVE, where):
            raise dead_link()
    return found


def reset_behind(token: str, *, at: datetime) -> CredentialReset:
    """The reset that a link leads to.

    Raises:
        NotFound: with one sentence, whatever is wrong with the link.
    """
    found = (
        CredentialReset.objects.select_for_update()
        .select_related("user")
        .filter(
            token_hash=token_hash(token, purpose="reset"),
            used_at__isnull=True,
            refused_at__isnull=True,
        )
        .first()
    )
    if found is None or not found.expires_at or found.expires_at <= at:
        raise dead_link()
    # A stopped account is opened by a link made for that, and by no other.
    if found.user.is_active == (found.kind == CredentialReset.Kind.OPENING):
        raise dead_link()
    for user_id in (found.asked_by, found.approved_by):
        if not still_may(user_id, Permission.CREDENTIAL_RESET, found.user.scope()):
            raise dead_link()
    return found
