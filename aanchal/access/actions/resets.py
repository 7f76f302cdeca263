"""New credentials for somebody who lost hers: one asks, another agrees, she herself acts."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from aanchal.access.known import new_token, token_hash
from aanchal.access.links import (
    Offered,
    check_passphrase,
    code_hash,
    dead_link,
    new_code,
    require_code,
    require_self,
    reset_behind,
)
from aanchal.access.models import CredentialReset, User
from aanchal.access.notices import Kind, tell
from aanchal.access.queries import WAITS_FOR
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import SecondPerson, WrongState

from ..permissions import AccessPermission
from ..verbs import AccessVerb

RESET_LASTS = timedelta(hours=24)


@use_case
def ask_credential_reset(
    actor: Actor, *, user: User, kind: CredentialReset.Kind, at: datetime
) -> Offered[CredentialReset]:
    """Ask that somebody's passphrase or second factor be made new. She is told.

    Returns:
        The asking and its code, to be handed to the person by the one who asks; the link comes
        from the one who agrees. It takes both.

    Raises:
        NotAllowed: the actor does not look after this person's credentials.
        WrongState: the same was asked already and waits, she has no second factor, or the account
            is stopped (then its opening is asked for) or is not.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(actor, AccessPermission.CREDENTIAL_RESET, user)
    waiting = CredentialReset.objects.filter(
        user=user,
        kind=kind,
        approved_at__isnull=True,
        refused_at__isnull=True,
        asked_at__gt=at - WAITS_FOR,
    )
    if waiting.exists():
        raise WrongState(_("This was asked already. Another administrator must agree."))
    if user.is_active == (kind == CredentialReset.Kind.OPENING):
        raise WrongState
    if kind == CredentialReset.Kind.SECOND_FACTOR and not _has_second_factor(user):
        raise WrongState(_("This person has no app that makes codes."))
    code = new_code()
    reset = CredentialReset(user=user, kind=kind, asked_by=actor.user_id, asked_at=at)
    reset.code_hash = code_hash(reset, code)
    reset.save()
    tell(user, Kind.RESET_ASKED, at=at)
    record(actor, AccessVerb.CREDENTIAL_RESET_ASKED, reset, scope=user.scope(), kind=str(kind))
    return Offered(reset, code)


@use_case
def approve_credential_reset(
    actor: Actor, *, reset: CredentialReset, at: datetime
) -> Offered[CredentialReset]:
    """Agree, as a second person; the link is made now, for once and for a day. She is told.

    Raises:
        NotAllowed: the actor does not look after this person's credentials.
        SecondPerson: the actor asked for it, or they are her own.
        WrongState: nothing waits here any more.
    """
    reset = CredentialReset.objects.select_for_update().get(pk=reset.pk)
    require(actor, AccessPermission.CREDENTIAL_RESET, reset.user)
    if actor.user_id in (reset.asked_by, str(reset.user_id)):
        raise SecondPerson
    if reset.approved_at or reset.refused_at or reset.asked_at <= at - WAITS_FOR:
        raise WrongState
    if reset.user.is_active == (reset.kind == CredentialReset.Kind.OPENING):
        raise WrongState
    token = new_token()
    reset.approved_by = actor.user_id
    reset.approved_at = at
    reset.expires_at = at + RESET_LASTS
    reset.token_hash = token_hash(token, purpose="reset")
    reset.save(update_fields=["approved_by", "approved_at", "expires_at", "token_hash"])
    tell(reset.user, Kind.RESET_APPROVED, at=at)
    scope = reset.user.scope()
    record(actor, AccessVerb.CREDENTIAL_RESET_APPROVED, reset, scope=scope, kind=reset.kind)
    return Offered(reset, token)


@use_case
def refuse_credential_reset(actor: Actor, *, reset: CredentialReset, at: datetime) -> None:
    """Say no to an asking, or take one's own back; a link already made stops working. She is told.

    The person herself may say no too: whoever asked may not have asked for her.

    Raises:
        NotAllowed: neither hers, nor does the actor look after this person's credentials.
        WrongState: it was used or refused before.
    """
    reset = CredentialReset.objects.select_for_update().get(pk=reset.pk)
    if actor.user_id != str(reset.user_id):
        require(actor, AccessPermission.CREDENTIAL_RESET, reset.user)
    if reset.used_at or reset.refused_at:
        raise WrongState
    reset.refused_by = actor.user_id
    reset.refused_at = at
    reset.token_hash = ""
    reset.save(update_fields=["refused_by", "refused_at", "token_hash"])
    tell(reset.user, Kind.RESET_REFUSED, at=at)
    scope = reset.user.scope()
    record(actor, AccessVerb.CREDENTIAL_RESET_REFUSED, reset, scope=scope, kind=reset.kind)


@use_case
def choose_passphrase(
    actor: Actor, *, token: str, code: str, passphrase: str, at: datetime
) -> User:
    """Choose a new passphrase through a reset link and its code; every session of hers ends.

    Her second factor stays as it is. A stopped account is open again with it.

    Args:
        actor: whoever is signed in in this browser; nobody, as a rule.

    Raises:
        NotFound: the link does not work, whatever the reason.
        SecondPerson: one who asked or agreed is signed in here.
        Invalid: the code is not right, or the passphrase is too weak.
    """
    reset = reset_behind(token, at=at)
    if reset.kind == CredentialReset.Kind.SECOND_FACTOR:
        raise dead_link()
    _require_other(actor, reset)
    require_code(reset, code)
    user = User.objects.select_for_update().get(pk=reset.user_id)
    check_passphrase(passphrase, user)
    user.set_password(passphrase)
    user.sign_in_round += 1
    user.is_active = True
    user.save(update_fields=["password", "sign_in_round", "is_active"])
    _use(reset, at)
    opened = reset.kind == CredentialReset.Kind.OPENING
    tell(user, Kind.ACCOUNT_OPENED if opened else Kind.PASSPHRASE_CHANGED, at=at)
    record(
        _self(user), AccessVerb.CREDENTIAL_RESET_USED, reset, scope=user.scope(), kind=reset.kind
    )
    return user


@use_case
def drop_second_factor(actor: Actor, *, token: str, code: str, at: datetime) -> User:
    """Take away a lost second factor through a reset link and its code; every session of hers ends.

    The caller has asked for her passphrase: `actor` is the person herself.

    Raises:
        NotFound: the link does not work, whatever the reason.
        NotAllowed: the actor is not the person the link is for.
        Invalid: the code is not right.
    """
    reset = reset_behind(token, at=at)
    if reset.kind != CredentialReset.Kind.SECOND_FACTOR:
        raise dead_link()
    require_self(actor, reset.user)
    require_code(reset, code)
    Authenticator.objects.filter(user_id=reset.user_id).delete()
    User.objects.filter(pk=reset.user_id).update(sign_in_round=F("sign_in_round") + 1)
    _use(reset, at)
    tell(reset.user, Kind.SECOND_FACTOR_REMOVED, at=at)
    scope = reset.user.scope()
    record(actor, AccessVerb.CREDENTIAL_RESET_USED, reset, scope=scope, kind=reset.kind)
    return reset.user


def _use(reset: CredentialReset, at: datetime) -> None:
    reset.used_at = at
    reset.token_hash = ""
    reset.save(update_fields=["used_at", "token_hash"])


def _require_other(actor: Actor, reset: CredentialReset) -> None:
    if actor.user_id and actor.user_id in (reset.asked_by, reset.approved_by):
        raise SecondPerson(
            _("New credentials are chosen by the person herself, on her own device.")
        )


def _has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk).exists()


def _self(user: User) -> Actor:
    return Actor(user_id=str(user.pk), language=user.language)
