"""What waits in the demonstration for a second person, and one day of unusual reading."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from aanchal.access.actions import give_grant, invite_person
from aanchal.access.models import Grant, User
from aanchal.access.queries import actor_for, live_grants
from aanchal.access.roles import Role
from aanchal.kernel import audit
from aanchal.kernel.authz import covers, system_actor
from aanchal.kernel.verbs import KernelVerb
from aanchal.people.actions import count_readings, describe_house, record_kinship
from aanchal.people.houses import house_of
from aanchal.people.models import Child, ReadingDay
from aanchal.watch.models import Visit

# Where some houses stand, in the language of who goes there.
HOUSES = {
    "en": (
        (
            "Behind the pond",
            "The neem tree at the crossing",
            "From the tree the third gate on the left.",
        ),
        ("Upper lane", "The hand pump beside the mill", "Blue door, opposite the pump."),
    ),
    "hi": (
        ("तालाब के पीछे", "चौराहे का नीम का पेड़", "पेड़ से बाईं ओर तीसरा फाटक।"),
        ("ऊपर की गली", "चक्की के पास का चापाकल", "नीला दरवाज़ा, चापाकल के सामने।"),
    ),
    "bn": (
        ("পুকুরের পিছনে", "মোড়ের নিম গাছ", "গাছ থেকে বাঁ দিকে তৃতীয় দরজা।"),
        ("উপরের গলি", "কলের পাশের টিউবওয়েল", "নীল দরজা, টিউবওয়েলের উল্টো দিকে।"),
    ),
}

# More than one's own work, and more than on any other day: it is pointed at.
READ_IN_ONE_DAY = 14


def leave_waiting(people: Mapping[str, User], *, at: datetime) -> None:
    """Ask for a role, an invitation and a second word on a colleague's family; read much on one day.

    Args:
        people: the demonstration's people; some of each role.
    """
    volunteer = _first(people, Role.VOLUNTEER)
    administrator = _first(people, Role.ADMINISTRATOR)
    coordinator = _first(people, Role.COORDINATOR, above=volunteer)
    if administrator is not None and volunteer is not None and coordinator is not None:
        _ask(administrator, volunteer, coordinator, at=at)
    if coordinator is not None and volunteer is not None:
        place = volunteer.area_path
        child = (
            Child.objects.filter(area__path=place, household__isnull=False).order_by("pk").first()
        )
        if child is not None:
            record_kinship(
                actor_for(coordinator.user, at=at), child=child, user=volunteer.user, at=at
            )
    _describe_houses(people, at=at)
    teacher = _first(people, Role.TEACHER)
    if teacher is not None:
        _read_much(teacher, at=at)


def _describe_houses(people: Mapping[str, User], *, at: datetime) -> None:
    """The coordinator writes how the first houses of each volunteer who has visits are found."""
    # Whoever is only asked to be a coordinator is none yet.
    coordinators = live_grants(at=at).filter(role=Role.COORDINATOR, user__in=people.values())
    held = Visit.objects.filter(state=Visit.State.ASSIGNED, flag__child__household__isnull=False)
    told: dict[UUID, int] = {}
    for visit in held.select_related("volunteer", "flag__child__area").order_by("-due_at", "pk"):
        child = visit.flag.child
        houses = HOUSES[visit.volunteer.language]
        number = told.get(visit.volunteer_id, 0)
        sender = next(
            (g for g in coordinators if child.area.path.startswith(f"{g.area_path}/")), None
        )
        if sender is None or number >= len(houses):
            continue
        told[visit.volunteer_id] = number + 1
        hamlet, landmark, directions = houses[number]
        house = replace(house_of(child), hamlet=hamlet, landmark=landmark, directions=directions)
        describe_house(
            actor_for(sender.user, at=at), child=child, house=house, may_call=None, at=at
        )


def _first(people: Mapping[str, User], role: Role, *, above: Grant | None = None) -> Grant | None:
    """The first of a role; with `above` the first whose place holds that of another grant."""
    held = Grant.objects.filter(role=role, user__in=people.values()).select_related("user", "area")
    return next(
        (
            grant
            for grant in held.order_by("user__username")
            if above is None or covers(grant.area_path, above.area_path)
        ),
        None,
    )


def _ask(administrator: Grant, volunteer: Grant, coordinator: Grant, *, at: datetime) -> None:
    asking = actor_for(administrator.user, at=at)
    place = coordinator.area
    assert place is not None
    give_grant(asking, user=volunteer.user, role=Role.COORDINATOR, area=place, starts_at=at, at=at)
    invite_person(
        asking, for_name="Made-up Newcomer", role=Role.VOLUNTEER, area=volunteer.area, at=at
    )


def _read_much(teacher: Grant, *, at: datetime) -> None:
    """Yesterday a teacher was shown children of another school, more than are her work."""
    then = at - timedelta(days=1)
    others = Child.objects.exclude(enrolments__class_section__school=teacher.body_id)
    district = teacher.area_path.split("/")[2]
    keys = others.filter(district=district).order_by("pk").values_list("pk", flat=True)
    shown = tuple(str(key) for key in keys[:READ_IN_ONE_DAY])
    event = audit.Event(
        str(teacher.user_id), str(KernelVerb.PAGE_SHOWN), "", "", district, "", {"page": "class"},
        shown=shown,
    )  # fmt: skip
    with transaction.atomic():
        audit.write_events([event], at=then)
    count_readings(system_actor("upkeep"), on=timezone.localdate(then), at=at)
    assert ReadingDay.objects.exists()
