"""Stopping an account: at once, by one person alone, because only harm is taken away by it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import CredentialReset, Device, User
from aanchal.access.notices import Kind, tell
from aanchal.access.queries import live_grants
from aanchal.access.rules.places import path_and_above
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import SecondPerson, WrongState

from ..permissions import AccessPermission
from ..roles import Role
from ..verbs import AccessVerb


@use_case
def stop_account(actor: Actor, *, user: User, at: datetime) -> User:
    """Let nobody in with this account any more: a phone was lost, or the person has left.

    Every session ends, every phone is taken off, every reset that waits or was handed out stops
    working. Her roles stay written and are without force. Opening it again takes two people
    (`ask_credential_reset` with the kind OPENING).

    Raises:
        NotAllowed: the actor does not look after everything this person holds.
        SecondPerson: it is the actor's own.
        WrongState: it is stopped already, or nobody would be left to look after people somewhere.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(actor, AccessPermission.GRANT_REVOKE, user)
    if actor.user_id == str(user.pk):
        raise SecondPerson(_("Somebody else must stop your own account."))
    if not user.is_active:
        raise WrongState(_("This account is stopped already."))
    if _is_last_to_look_after_people(user, at):
        raise WrongState(_("Nobody would be left to look after the people here."))
    user.is_active = False
    user.sign_in_round += 1
    user.save(update_fields=["is_active", "sign_in_round"])
    phones = Device.objects.filter(user=user, revoked_at__isnull=True).update(
        revoked_by=actor.user_id, revoked_at=at, enrol_token_hash=""
    )
    CredentialReset.objects.filter(user=user, used_at__isnull=True, refused_at__isnull=True).update(
        refused_by=actor.user_id, refused_at=at, token_hash=""
    )
    tell(user, Kind.ACCOUNT_STOPPED, at=at)
    record(actor, AccessVerb.ACCOUNT_STOPPED, user, scope=user.scope(), phones=phones)
    return user


def _is_last_to_look_after_people(user: User, at: datetime) -> bool:
    administrators = live_grants(at=at).filter(role=Role.ADMINISTRATOR, body=None)
    others = administrators.exclude(user=user)
    return any(
        not others.filter(area_path__in=path_and_above(held.area_path)).exists()
        for held in administrators.filter(user=user)
    )
