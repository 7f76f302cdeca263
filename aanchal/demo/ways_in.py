"""The single-use links of the demonstration: one person of each role, and the head of a school."""

from uuid import UUID

from django.utils import timezone

from aanchal.access.demo import make_demo_link
from aanchal.access.models import DemoLink, User
from aanchal.access.queries import live_grants
from aanchal.access.roles import ROLE_NAMES, Role
from aanchal.watch.models import Visit

SHOWN_ROLES = (
    Role.VOLUNTEER,
    Role.TEACHER,
    Role.COORDINATOR,
    Role.CASE_WORKER,
    Role.ADMINISTRATOR,
)
HEAD = "Head of school"


def links() -> list[tuple[str, str, str]]:
    """A fresh single-use link for each person shown: (who she is, username, path).

    The volunteer and the coordinator are those with the most to do; links not used are replaced.
    """
    DemoLink.objects.filter(used_at__isnull=True).delete()
    shown: list[tuple[str, User | None]] = []
    for role in SHOWN_ROLES:
        shown.append((str(ROLE_NAMES[role]), busiest(role)))
        if role == Role.TEACHER:
            shown.append((HEAD, head_of_school()))
    return [(who, user.username, make_demo_link(user)) for who, user in shown if user is not None]


def busiest(role: Role) -> User | None:
    """The person of a role with the most to do; of teachers, one with classes of her own.

    A role that waits for a second person's yes is not held yet.
    """
    held = live_grants(at=timezone.now()).filter(role=role).select_related("user")
    if role == Role.TEACHER:
        held = held.exclude(grade="")
    grants = list(held.order_by("user__username"))
    if not grants:
        return None
    if role == Role.VOLUNTEER:
        waiting: dict[UUID, int] = {}
        for user_id in Visit.objects.filter(state=Visit.State.ASSIGNED).values_list(
            "volunteer_id", flat=True
        ):
            waiting[user_id] = waiting.get(user_id, 0) + 1
        grants.sort(key=lambda g: -waiting.get(g.user_id, 0))
    return grants[0].user


def head_of_school() -> User | None:
    """The head of the school in which the teacher shown teaches: she holds the whole school."""
    teacher = busiest(Role.TEACHER)
    heads = live_grants(at=timezone.now()).filter(role=Role.TEACHER, grade="", body__isnull=False)
    if teacher is not None:
        schools = teacher.grants.values_list("body", flat=True)
        heads = heads.filter(body__in=list(schools))
    found = heads.select_related("user").order_by("user__username").first()
    return found.user if found is not None else None
