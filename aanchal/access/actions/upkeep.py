"""Forgetting what has ended, as the tables of access promise."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from aanchal.access.granting import tell_by_id
from aanchal.access.models import CredentialReset, Device, Grant, Invitation, Notice
from aanchal.access.notices import Kind
from aanchal.access.queries import WAITS_FOR
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, system_actor
from aanchal.kernel.errors import NotAllowed

from ..verbs import AccessVerb

# What `class Privacy` of each table says of how long it stays.
INVITATIONS_STAY = timedelta(days=90)
RESETS_STAY = timedelta(days=2 * 365)
DEVICES_STAY = timedelta(days=365)
NOTICES_STAY = timedelta(days=365)


@use_case
def lapse_waiting(actor: Actor, *, at: datetime) -> dict[str, int]:
    """End what nobody agreed to or accepted in time, and tell whoever gave it; returns how many.

    Raises:
        NotAllowed: the actor is not the system's own upkeep.
    """
    if actor != system_actor("upkeep"):
        raise NotAllowed
    grants = Grant.objects.select_for_update().filter(
        needs_approval=True,
        approved_at__isnull=True,
        revoked_at__isnull=True,
        given_at__lte=at - WAITS_FOR,
    )
    invitations = Invitation.objects.select_for_update().filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__lte=at
    )
    gave = list(grants.values_list("given_by", flat=True))
    invited = list(invitations.values_list("invited_by", flat=True))
    counts: dict[str, Any] = {
        "grants": grants.update(revoked_by=actor.user_id, revoked_at=at),
        "invitations": invitations.update(
            withdrawn_by=actor.user_id, withdrawn_at=at, token_hash=""
        ),
    }
    tell_by_id(gave, Kind.GRANT_LAPSED, at=at)
    tell_by_id(invited, Kind.INVITATION_LAPSED, at=at)
    record(actor, AccessVerb.WAITING_LAPSED, None, scope=Scope(area_path=ROOT), **counts)
    return counts


@use_case
def forget_ended(actor: Actor, *, at: datetime) -> dict[str, int]:
    """Delete invitations, resets, phones and notices that ended long enough ago.

    Returns:
        How many went, by table.

    Raises:
        NotAllowed: the actor is not the system's own upkeep.
    """
    if actor != system_actor("upkeep"):
        raise NotAllowed
    invitations = at - INVITATIONS_STAY
    gone = {
        "invitations": Invitation.objects.filter(
            Q(accepted_at__lt=invitations)
            | Q(withdrawn_at__lt=invitations)
            | Q(expires_at__lt=invitations)
        ),
        "resets": CredentialReset.objects.filter(asked_at__lt=at - RESETS_STAY),
        "phones": Device.objects.filter(
            Q(revoked_at__lt=at - DEVICES_STAY)
            | Q(enrolled_at__isnull=True, enrol_expires_at__lt=at - DEVICES_STAY)
        ),
        "notices": Notice.objects.filter(seen_at__lt=at - NOTICES_STAY),
    }
    counts: dict[str, Any] = {name: rows.delete()[0] for name, rows in gone.items()}
    record(actor, AccessVerb.ACCESS_FORGOTTEN, None, scope=Scope(area_path=ROOT), **counts)
    return counts
