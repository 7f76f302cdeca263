"""What a person does with her own account."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from aanchal.access.links import check_passphrase, require_self
from aanchal.access.models import Notice, User
from aanchal.access.notices import Kind, tell
from aanchal.access.second_factor import second_factor_of
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid, NotFound, WrongState

from ..verbs import AccessVerb


@use_case
def set_language(actor: Actor, *, user: User, language: str) -> None:
    """Choose the language of one's own pages; it stays for the next sign-in.

    Raises:
        NotAllowed: somebody else's account.
        Invalid: no such language here.
    """
    require_self(actor, user)
    if language not in dict(settings.LANGUAGES):
        raise Invalid(field="language")
    user.language = language
    user.save(update_fields=["language"])
    record(actor, AccessVerb.LANGUAGE_SET, user, scope=user.scope(), fields=["language"])


@use_case
def change_passphrase(actor: Actor, *, user: User, old: str, passphrase: str, at: datetime) -> User:
    """Change one's own passphrase, knowing the old one. Every session of hers ends.

    The caller carries the session it came from over to the new passphrase.

    Raises:
        NotAllowed: somebody else's account.
        Invalid: the old one is wrong, or the new one too weak or the same.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require_self(actor, user)
    if not user.check_password(old):
        raise Invalid(_("Your present passphrase is not right."), field="old")
    if old == passphrase:
        raise Invalid(_("Choose a passphrase that is not the present one."), field="passphrase")
    check_passphrase(passphrase, user)
    user.set_password(passphrase)
    user.sign_in_round += 1
    user.save(update_fields=["password", "sign_in_round"])
    tell(user, Kind.PASSPHRASE_CHANGED, at=at)
    record(actor, AccessVerb.PASSPHRASE_CHANGED, user, scope=user.scope(), fields=["passphrase"])
    return user


@use_case
def add_second_factor(actor: Actor, *, user: User, secret: str, at: datetime) -> User:
    """Keep the secret of the person's code app, with fresh recovery codes; one app a person.

    The caller has seen a right code made from `secret`. An app she had before is replaced. Every
    other session of hers ends.

    Raises:
        NotAllowed: somebody else's account.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require_self(actor, user)
    by_code = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    replaced = bool(by_code.delete()[0])
    with second_factor_of(user):
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
    user.sign_in_round += 1
    user.save(update_fields=["sign_in_round"])
    tell(user, Kind.SECOND_FACTOR_ADDED, at=at)
    record(actor, AccessVerb.SECOND_FACTOR_ADDED, user, scope=user.scope(), replaced=replaced)
    return user


@use_case
def make_recovery_codes(actor: Actor, *, user: User) -> None:
    """Make new recovery codes; the old ones stop working.

    Raises:
        NotAllowed: somebody else's account.
        WrongState: there is no second factor that they could stand in for.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require_self(actor, user)
    held = Authenticator.objects.filter(user=user)
    if not held.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        raise WrongState
    held.filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    with second_factor_of(user):
        RecoveryCodes.activate(user)
    record(actor, AccessVerb.RECOVERY_CODES_MADE, user, scope=user.scope())


@use_case
def note_seen(actor: Actor, *, user: User, at: datetime) -> int:
    """Note that the person has read what she was told; returns how many notices that were.

    Raises:
        NotAllowed: somebody else's account.
    """
    require_self(actor, user)
    read = Notice.objects.filter(user=user, seen_at__isnull=True).update(seen_at=at)
    record(actor, AccessVerb.NOTICES_SEEN, user, scope=user.scope(), count=read)
    return read


@use_case
def add_passkey(
    actor: Actor, *, user: User, name: str, credential: dict[str, Any], at: datetime
) -> User:
    """Keep a passkey beside the code app; either opens. Every other session of hers ends.

    The caller has seen that the browser holds the key behind `credential`.

    Raises:
        NotAllowed: somebody else's account.
        WrongState: there is no code app yet, for the day the passkey is lost.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require_self(actor, user)
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise WrongState
    WebAuthn.add(user, name.strip()[:60], credential)
    user.sign_in_round += 1
    user.save(update_fields=["sign_in_round"])
    tell(user, Kind.PASSKEY_ADDED, at=at)
    record(actor, AccessVerb.PASSKEY_ADDED, user, scope=user.scope())
    return user


@use_case
def remove_passkey(actor: Actor, *, user: User, key: int, at: datetime) -> User:
    """Take a passkey off one's account. Every other session of hers ends.

    Raises:
        NotAllowed: somebody else's account.
        NotFound: she has no such passkey.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require_self(actor, user)
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, pk=key)
    if not held.delete()[0]:
        raise NotFound
    user.sign_in_round += 1
    user.save(update_fields=["sign_in_round"])
    tell(user, Kind.PASSKEY_REMOVED, at=at)
    record(actor, AccessVerb.PASSKEY_REMOVED, user, scope=user.scope())
    return user
