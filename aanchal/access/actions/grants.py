"""Giving and taking roles."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.access.granting import (
    ask_for_agreement,
    came_into_force,
    check_roles_together,
    may_confirm,
    place_of,
    place_scope,
    require_confirm,
    tell_by_id,
)
from aanchal.access.models import Grant, User
from aanchal.access.notices import Kind, tell
from aanchal.access.queries import WAITS_FOR, live_grants, still_may, visible_people
from aanchal.access.rules.places import path_and_above
from aanchal.access.rules.second_person import needs_second_person
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, NotFound, SecondPerson, WrongState
from aanchal.places.models import Area, Body

from ..permissions import AccessPermission
from ..roles import Role
from ..verbs import AccessVerb


@use_case
def give_grant(
    actor: Actor,
    *,
    user: User,
    role: Role,
    starts_at: datetime,
    at: datetime,
    area: Area | None = None,
    body: Body | None = None,
    grade: str = "",
    section: str = "",
    ends_at: datetime | None = None,
) -> Grant:
    """Give a person a role over an area or a body.

    A role given to oneself, or one that weighs (`needs_second_person`), is without force until
    a second person agrees: another administrator or, for a teacher, the head of that school. Who
    may agree is told. What nobody agreed to within `WAITS_FOR` lapses, and its giver is told.

    Raises:
        Invalid: the place does not fit the role, the end is not after the start, or the role
            does not mix with one she holds.
        NotAllowed: the place is not within the actor's own grant.
        NotFound: the actor may not know of this person.
        WrongState: she holds exactly this already.
    """
    place = place_of(role, area=area, body=body, grade=grade, section=section)
    grant = Grant(
        user=user,
        role=role,
        starts_at=starts_at,
        ends_at=ends_at,
        given_by=actor.user_id,
        given_at=at,
        needs_approval=needs_second_person(role) or actor.user_id == str(user.pk),
        **place,
    )
    require(actor, AccessPermission.GRANT_GIVE, body if body is not None else grant)
    if not visible_people(actor).filter(pk=user.pk).exists():
        raise NotFound
    if ends_at is not None and ends_at <= max(starts_at, at):
        raise Invalid(_("The last day must come after the first."), field="ends_on")
    User.objects.select_for_update().get(pk=user.pk)  # two givers at once see each other
    check_roles_together(user, role, at=at)
    same = Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        Q(needs_approval=False) | Q(approved_at__isnull=False) | Q(given_at__gt=at - WAITS_FOR),
        user=user,
        role=role,
        revoked_at__isnull=True,
        **place,
    )
    if same.exists():
        raise WrongState(_("This person holds this role here already."))
    grant.save()
    tell(user, Kind.GRANT_GIVEN, at=at)
    asked = 0
    if grant.needs_approval:
        asked = ask_for_agreement(grant, at=at, not_to={actor.user_id, str(user.pk)})
    record(
        actor,
        AccessVerb.GRANT_GIVEN,
        grant,
        scope=grant.scope(),
        role=str(role),
        user=str(user.pk),
        waits=grant.needs_approval,
        asked=asked,
    )
    came_into_force(grant)
    return grant


@use_case
def approve_grant(actor: Actor, *, grant: Grant, at: datetime) -> Grant:
    """Agree, as a second person, to a grant; it has force from now on. Its giver is told.

    Raises:
        NotAllowed: the actor may not agree to this role at that place.
        SecondPerson: the actor gave it, or it is her own.
        WrongState: it does not wait, was revoked or lapsed, or its giver may no longer give it.
    """
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    role, where = Role(grant.role), place_scope(grant)
    require_confirm(actor, role, where)
    if actor.user_id in (grant.given_by, str(grant.user_id)):
        raise SecondPerson
    if not _waits(grant):
        raise WrongState
    if grant.given_at <= at - WAITS_FOR:
        raise WrongState(_("Nobody agreed to this in time. It must be given again."))
    if not still_may(grant.given_by, AccessPermission.GRANT_GIVE, where):
        raise WrongState(_("Who gave this role may no longer give it. It must be given again."))
    check_roles_together(grant.user, role, at=at)
    grant.approved_by = actor.user_id
    grant.approved_at = at
    grant.save(update_fields=["approved_by", "approved_at"])
    tell_by_id([grant.given_by], Kind.GRANT_AGREED, at=at)
    record(actor, AccessVerb.GRANT_APPROVED, grant, scope=grant.scope(), role=grant.role)
    came_into_force(grant)
    return grant


@use_case
def revoke_grant(actor: Actor, *, grant: Grant, at: datetime, only_waiting: bool = False) -> Grant:
    """Take a role away; it has no force from the very next request.

    One that still waits may also be refused by whoever may agree to it; then its giver is told.

    Args:
        only_waiting: refuse one that waits: to which another agreed meanwhile stays in force.

    Raises:
        NotAllowed: the actor may not take roles away at that place.
        WrongState: it was revoked before, waits no more, or nobody would be left to look after
            people there.
    """
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    where = place_scope(grant)
    waits = _waits(grant)
    if not (waits and may_confirm(actor, Role(grant.role), where)):
        require(actor, AccessPermission.GRANT_REVOKE, where)
    if grant.revoked_at:
        raise WrongState
    if only_waiting and not waits:
        raise WrongState(_("Another person has agreed to this meanwhile. The role is in force."))
    if grant.role == Role.ADMINISTRATOR and not _others_look_after(grant, at):
        raise WrongState(_("Nobody would be left to look after the people here."))
    grant.revoked_by = actor.user_id
    grant.revoked_at = at
    grant.save(update_fields=["revoked_by", "revoked_at"])
    tell(grant.user, Kind.GRANT_REVOKED, at=at)
    if waits and actor.user_id != grant.given_by:
        tell_by_id([grant.given_by], Kind.GRANT_REFUSED, at=at)
    record(actor, AccessVerb.GRANT_REVOKED, grant, scope=grant.scope(), role=grant.role)
    return grant


def _waits(grant: Grant) -> bool:
    return grant.needs_approval and not grant.approved_at and not grant.revoked_at


def _others_look_after(grant: Grant, at: datetime) -> bool:
    if not live_grants(at=at).filter(pk=grant.pk).exists():
        return True  # it has no force now, so nothing is lost with it
    others = live_grants(at=at).exclude(pk=grant.pk).filter(role=Role.ADMINISTRATOR)
    return others.filter(area_path__in=path_and_above(grant.area_path), body=None).exists()
