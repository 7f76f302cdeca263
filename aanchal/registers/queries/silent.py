"""Classes from which no register reaches us: judged class by class, never by their school.

A school that sends one class's register says nothing of the others: a class that has stopped, and a
class that never sent, hide every absence in them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery

from aanchal.people.models import ClassSection, Enrolment
from aanchal.places.models import Body
from aanchal.places.queries import calendars_of

from ..guidance import guidance
from ..models import MissingPupil, RegisterPage
from ..rules.silence import Silence, silence


@dataclass(frozen=True)
class SilentClass:
    """A class with pupils that owes registers.

    Args:
        last_on: the last day that was taken; None when no register ever came.
        since: the day from which it counts as silent.
        open_days: days on which its school was open since the last one taken.
    """

    class_section: ClassSection
    last_on: date | None
    since: date
    open_days: int


def silent_of(classes: QuerySet[ClassSection], *, on: date) -> list[SilentClass]:
    """Those classes of a query that are silent, the longest silent first; eight queries at most."""
    return _judged(classes, on=on)


def every_silent_class(*, on: date) -> list[SilentClass]:
    """All silent classes, for Aanchal itself; eight queries at most."""
    return _judged(ClassSection.objects.all(), on=on)


def silent_among(classes: Iterable[ClassSection], *, on: date) -> dict[ClassSection, SilentClass]:
    """Those of some classes that are silent; eight queries at most."""
    wanted = ClassSection.objects.filter(pk__in=[c.pk for c in classes])
    return {s.class_section: s for s in _judged(wanted, on=on)}


def pupils_to_ask_after(class_section: ClassSection, *, on: date) -> QuerySet[Enrolment]:
    """Pupils of a class of whom nobody asks yet, nor does an answer say on this day where they are."""
    return Enrolment.objects.filter(
        ~_asked_after(class_section=class_section.pk, on=on),
        class_section=class_section,
        ends_on__isnull=True,
    ).order_by("starts_on", "pk")


def _asked_after(*, class_section: object, on: date) -> Exists:
    """Whether somebody asks after the child of an enrolment, and no register came since; or an
    answer that still speaks says where she is.
    """
    later = RegisterPage.objects.filter(
        class_section=class_section, month__gt=OuterRef("month"), days_taken__gt=0
    )
    known = Q(state=MissingPupil.State.SETTLED, covered_until_on__gte=on)
    return Exists(
        MissingPupil.objects.filter(
            ~Exists(later), Q(state=MissingPupil.State.WAITING) | known, child=OuterRef("child")
        )
    )


class _Owing(NamedTuple):
    """A class that may owe registers, before it is loaded: many are looked at, few are silent."""

    pk: UUID
    school_id: UUID
    last_on: date | None


def _judged(classes: QuerySet[ClassSection], *, on: date) -> list[SilentClass]:
    limit = int(guidance()["silent_after_days"])
    owing = _owing(classes, on=on, limit=limit)
    never = _never_sent([row.pk for row in owing if row.last_on is None], on=on)
    after = {row: row.last_on or never.get(row.pk) for row in owing}
    rows = [(row, last) for row, last in after.items() if last is not None]
    if not rows:
        return []
    schools = (
        Body.objects.select_related("area", "school")
        .filter(pk__in={row.school_id for row, _last in rows})
        .in_bulk()
    )
    calendars = calendars_of(list(schools.values()))
    # Most classes share a calendar and a last day: each pair is counted once.
    counted: dict[tuple[int, date], Silence | None] = {}
    judged: dict[UUID, tuple[date | None, Silence]] = {}
    for row, last in rows:
        key = (id(calendars[row.school_id]), last)
        if key not in counted:
            days = calendars[row.school_id].open_days(last + timedelta(days=1), on)
            counted[key] = silence(days, limit=limit)
        said = counted[key]
        if said is not None:
            judged[row.pk] = row.last_on, said
    found = []
    for section in ClassSection.objects.filter(pk__in=list(judged)) if judged else ():
        section.school = schools[section.school_id]
        last_on, said = judged[section.pk]
        found.append(SilentClass(section, last_on, said.since, said.open_days))
    return sorted(
        found, key=lambda s: (-s.open_days, s.class_section.school.name, str(s.class_section))
    )


def _owing(classes: QuerySet[ClassSection], *, on: date, limit: int) -> list[_Owing]:
    """Classes with pupils and without a late day taken, with their last day taken.

    There are never more open days than days: who sent lately need not be counted.
    """
    late = on - timedelta(days=limit - 1)
    pages = RegisterPage.objects.filter(class_section=OuterRef("pk"), days_taken__gt=0)
    # The largest number of a month has its highest bit on the last day that was taken.
    lately = pages.filter(
        Q(month__gt=late) | Q(month=late.replace(day=1), days_taken__gte=1 << (late.day - 1))
    )
    last = pages.order_by("-month")
    found = (
        classes.filter(~Exists(lately), Exists(_waiting(on=on)))
        .annotate(
            last_month=Subquery(last.values("month")[:1]),
            last_days=Subquery(last.values("days_taken")[:1]),
        )
        .order_by()
        .values_list("pk", "school_id", "last_month", "last_days")
    )
    return [
        _Owing(pk, school, None if month is None else _last_day(month, days))
        for pk, school, month, days in found
    ]


def _waiting(*, on: date) -> QuerySet[Enrolment]:
    """Pupils of a class of the query outside, of whom nobody asks yet."""
    return Enrolment.objects.filter(
        ~_asked_after(class_section=OuterRef(OuterRef("class_section")), on=on),
        class_section=OuterRef("pk"),
        ends_on__isnull=True,
        starts_on__lte=on,
    )


def _last_day(month: date, days_taken: int) -> date:
    return month + timedelta(days=days_taken.bit_length() - 1)


def _never_sent(classes: list[UUID], *, on: date) -> dict[UUID, date]:
    """The day before each of some classes that never sent owes its first register; three queries.

    A school that never sent has not begun. Once one of its classes has, the others owe theirs; and
    whoever holds a child that another class was watched for owes hers from the first day. A class
    that owes none yet is left out.
    """
    if not classes:
        return {}
    first_of_school = RegisterPage.objects.filter(
        class_section__school=OuterRef("school"), days_taken__gt=0
    ).order_by("month")
    began = dict(
        ClassSection.objects.filter(pk__in=classes)
        .annotate(school_began=Subquery(first_of_school.values("month")[:1]))
        .filter(school_began__isnull=False)
        .values_list("pk", "school_began")
    )
    pupils = _first_pupil(Enrolment.objects.filter(class_section__in=list(began)), on=on)
    days = {pk: max(began[pk], first_on) for pk, first_on in pupils.items()}
    # A child who was watched in the class that she left: nobody sees that she is not any more.
    left = Enrolment.objects.filter(ends_on__isnull=False)
    from_elsewhere = left.filter(
        child=OuterRef("child"), ends_on__lte=OuterRef("starts_on")
    ).exclude(class_section=OuterRef("class_section"))
    moved = Enrolment.objects.filter(
        Exists(from_elsewhere), class_section__in=classes, child__in=left.values("child")
    )
    for pk, moved_on in _first_pupil(moved, on=on).items():
        days[pk] = min(days.get(pk, moved_on), moved_on)
    return {pk: day - timedelta(days=1) for pk, day in days.items()}


def _first_pupil(enrolments: QuerySet[Enrolment], *, on: date) -> dict[UUID, date]:
    """Class → the first day of a pupil in it of whom nobody asks yet; one query."""
    return dict(
        enrolments.filter(
            ~_asked_after(class_section=OuterRef(OuterRef("class_section")), on=on),
            ends_on__isnull=True,
            starts_on__lte=on,
        )
        .order_by()
        .values_list("class_section")
        .annotate(Min("starts_on"))
    )
