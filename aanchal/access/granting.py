"""What is asked of a role and a place before they are joined in a grant or an invitation."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.errors import Invalid
from aanchal.kernel.jobs import Job, discover, enqueue_on_commit
from aanchal.kernel.permissions import Role
from aanchal.places.models import Area, Body

from .models import Grant, User
from .rules.second_person import may_hold_together

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
