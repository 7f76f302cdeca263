"""What is asked of a role and a place before they are joined in a grant or an invitation."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.authz import Actor, Scope, Scoped, admits, may, permissions_of, require
from aanchal.kernel.errors import Invalid
from aanchal.kernel.jobs import Job, discover, enqueue_on_commit
from aanchal.places.models import Area, Body

from .models import Grant, Invitation, User
from .notices import Kind, tell
from .permissions import AccessPermission
from .queries import held_grant, live_grants, still_may
from .roles import Role
from .rules.places import path_and_above
from .rules.second_person import confirming, may_hold_together

ADMINISTRATORS_READ_NOTHING = _(
    "An administrator reads no child's file: this person cannot hold both roles."
)


def place_of(
    role: Role, *, area: Area | None, body: Body | None, grade: str, section: str
) -> dict[str, Any]:
    """The place columns of a grant, checked to fit the role.

    Raises:
        Invalid: no place or two, a teacher without a school, a volunteer over a body, a class
            without its school, or the system's own role.
    """
    if role is Role.SYSTEM:
        raise Invalid(_("This role is not given to people."), field="role")
    place = body if body is not None else area
    if place is None or (area is not None and body is not None):
        raise Invalid(_("Choose one place."), field="place")
    if role is Role.TEACHER and (body is None or body.kind != Body.Kind.SCHOOL):
        raise Invalid(_("A teacher belongs to a school: choose the school."), field="place")
    if role is Role.VOLUNTEER and area is None:
        raise Invalid(_("A volunteer belongs to a place: choose the village."), field="place")
    if (grade or section) and body is None:
        raise Invalid(_("A class belongs to a school: choose the school."), field="grade")
    if section and not grade:
        raise Invalid(_("Write the class of this section too."), field="grade")
    path = body.area.path if body is not None else place.path  # type: ignore[union-attr]
    return {"area": area, "body": body, "area_path": path, "grade": grade, "section": section}


def check_roles_together(user: User, role: Role, *, at: datetime) -> None:
    """Raise `Invalid` when this role and one the person holds, or will hold, do not mix."""
    held = Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), user=user, revoked_at__isnull=True
    )
    if not may_hold_together(role, [Role(r) for r in held.values_list("role", flat=True)]):
        raise Invalid(ADMINISTRATORS_READ_NOTHING, field="role")


AFTER_GRANT: list[Job] = []


def after_grant(work: Job) -> Job:
    """Have a job of an app above done whenever somebody comes to hold a role."""
    if work not in AFTER_GRANT:
        AFTER_GRANT.append(work)
    return work


def came_into_force(grant: Grant) -> None:
    """Ask for what others do when a grant has force; one that still waits changes nothing."""
    if grant.needs_approval and grant.approved_at is None:
        return
    discover()
    for work in AFTER_GRANT:
        enqueue_on_commit(work)


def place_scope(held: Grant | Invitation) -> Scope:
    """Where a role is given: the school or office as a whole, else the area."""
    return held.body.scope() if held.body is not None else held.scope()


def may_confirm(actor: Actor, role: Role, where: Scope | Scoped) -> bool:
    """Say whether the actor may agree to this role, or refuse it, at its place."""
    return any(may(actor, permission, where) for permission in confirming(role))


def require_confirm(actor: Actor, role: Role, where: Scope | Scoped) -> None:
    """Raise `NotAllowed` unless the actor may agree to this role at its place."""
    if not may_confirm(actor, role, where):
        require(actor, AccessPermission.GRANT_APPROVE, where)


def still_confirms(user_id: str, role: Role, where: Scope) -> bool:
    """Say whether the person who once agreed to this role there could still agree to it today."""
    return any(still_may(user_id, permission, where) for permission in confirming(role))


def ask_for_agreement(held: Grant | Invitation, *, at: datetime, not_to: set[str]) -> int:
    """Tell everybody who may agree to this that it waits; returns how many that are.

    Args:
        not_to: keys, as text, of the one who asked and the one it is for.
    """
    where, wanted = place_scope(held), confirming(Role(held.role))
    near = live_grants(at=at).filter(
        Q(area_path__in=path_and_above(held.area_path), body=None) | Q(body=held.body_id or None)
    )
    people = {
        grant.user_id: grant.user
        for grant in near.select_related("user").order_by("pk")
        if str(grant.user_id) not in not_to
        and admits(held_grant(grant), where, str(grant.user_id))
        and any(permission in permissions_of(grant.role) for permission in wanted)
    }
    for person in people.values():
        tell(person, Kind.AGREEMENT_ASKED, at=at)
    return len(people)


def tell_by_id(user_ids: Iterable[str], kind: Kind, *, at: datetime) -> None:
    """Tell everybody who has one of these keys; "" and the system's own actors are left out."""
    keys = {key for key in user_ids if key and not key.startswith("system:")}
    for person in User.objects.filter(pk__in=keys) if keys else ():
        tell(person, kind, at=at)
