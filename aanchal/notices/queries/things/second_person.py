"""What waits for a second person: grants, invitations, resets, legal holds."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from aanchal.access.granting import place_scope
from aanchal.access.models import CredentialReset, Grant, Invitation
from aanchal.access.permissions import AccessPermission
from aanchal.access.queries import (
    WAITS_FOR,
    waiting_grants,
    waiting_invitations,
    waiting_resets,
)
from aanchal.access.roles import Role
from aanchal.access.rules.second_person import CONFIRMED_BY, confirming
from aanchal.cases.queries import holds_to_lift
from aanchal.kernel.authz import Actor

from .thing import Thing


def grants(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Roles that wait for a second person."""
    rows = Grant.objects.filter(
        needs_approval=True,
        approved_at__isnull=True,
        revoked_at__isnull=True,
        given_at__gt=at - WAITS_FOR,
    ).select_related("area", "body__area")
    if actor is not None:
        rows = rows.filter(pk__in=waiting_grants(actor, at=at).values("pk"))
    for grant in rows:
        yield Thing(
            "grant.waiting",
            str(grant.pk),
            place_scope(grant),
            since=grant.given_at,
            acts=confirming(Role(grant.role)),
            not_by=frozenset({grant.given_by, str(grant.user_id)}),
            place=grant.area,
        )


def invitations(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Invitations that wait for a second person."""
    rows = Invitation.objects.filter(
        needs_approval=True,
        approved_at__isnull=True,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=at,
    ).select_related("area", "body__area")
    if actor is not None:
        rows = rows.filter(pk__in=waiting_invitations(actor, at=at).values("pk"))
    for invitation in rows:
        yield Thing(
            "invitation.waiting",
            str(invitation.pk),
            place_scope(invitation),
            since=invitation.invited_at,
            acts=confirming(Role(invitation.role)),
            not_by=frozenset({invitation.invited_by}),
            place=invitation.area,
        )


def resets(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Askings for new credentials that wait for a second person."""
    if actor is not None:
        rows: Iterable[CredentialReset] = waiting_resets(actor, at=at)
    else:
        rows = (
            CredentialReset.objects.filter(
                approved_at__isnull=True, refused_at__isnull=True, asked_at__gt=at - WAITS_FOR
            )
            .select_related("user")
            .prefetch_related("user__grants")
        )
    for reset in rows:
        yield Thing(
            "credential_reset.asked",
            str(reset.pk),
            reset.scope(),
            since=reset.asked_at,
            not_by=frozenset({reset.asked_by, str(reset.user_id)}),
        )


def legal_holds(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Legal holds that somebody asked to lift, which wait for a second person."""
    for hold in holds_to_lift(actor):
        yield Thing(
            "legal_hold.leaving",
            str(hold.pk),
            hold.scope(),
            since=datetime.fromisoformat(hold.lift_asked_on),
            not_by=frozenset({hold.lift_asked_by}),
        )


CONFIRMING = (AccessPermission.GRANT_APPROVE, *CONFIRMED_BY.values())
