"""Single-use links: what is offered, what stands behind one, and the nobody who opens it.

Whatever is wrong with a link, the answer is one and the same.
"""

import secrets
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound

from .granting import place_scope, still_confirms
from .known import token_hash
from .models import CredentialReset, Device, Invitation, User
from .permissions import AccessPermission
from .queries import still_may
from .roles import Role

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
    where = place_scope(found)
    # Whoever has lost her own role since then lets nobody in.
    if not still_may(found.invited_by, AccessPermission.GRANT_GIVE, where):
        raise dead_link()
    if found.approved_by and not still_confirms(found.approved_by, Role(found.role), where):
        raise dead_link()
    return found


# Letters and digits that are not taken for one another on paper or by phone: 8 of 30 make 39 bits,
# which nobody tries out through the site in the week that an invitation lasts.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


def new_code() -> str:
    """A code to be told or written down, such as "K7QM-2X9D"."""
    drawn = "".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_LENGTH))
    return f"{drawn[:4]}-{drawn[4:]}"


def code_hash(record: Invitation | CredentialReset, code: str) -> str:
    """What is stored in place of a code; it opens this record alone."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return token_hash(f"{record.pk}|{plain}", purpose="code")


def require_code(record: Invitation | CredentialReset, code: str) -> None:
    """Raise `Invalid` unless this is the code given out with the record; one without needs none."""
    right = record.code_hash
    if right and not secrets.compare_digest(right, code_hash(record, code)):
        raise Invalid(_("This code is not right. Ask the person who gave it to you."), field="code")


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
        if not still_may(user_id, AccessPermission.CREDENTIAL_RESET, found.user.scope()):
            raise dead_link()
    return found


def device_behind(token: str, *, at: datetime) -> Device:
    """The phone that waits behind an enrolment link.

    Raises:
        NotFound: with one sentence, whatever is wrong with the link.
    """
    found = (
        Device.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(
            enrol_token_hash=token_hash(token, purpose="enrolment"),
            enrol_expires_at__gt=at,
            enrolled_at__isnull=True,
            revoked_at__isnull=True,
        )
        .first()
    )
    if found is None or not found.user.is_active:
        raise dead_link()
    if not still_may(found.enrolled_by, AccessPermission.DEVICE_ENROL, found.scope()):
        raise dead_link()
    return found
