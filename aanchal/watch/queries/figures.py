"""The week's figures. Each is a numerator of a denominator; empty visits are counted too."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from aanchal.kernel.access import reach, visible, within
from aanchal.kernel.authz import Actor, granted_areas
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.queries import not_kin
from aanchal.places.models import Area, Body
from aanchal.places.queries import calendars_of, schools_of
from aanchal.registers.queries.books import class_books

from ..findings import is_empty
from ..guidance import guidance
from ..models import Finding, Flag, Outcome, Visit
from ..permissions import WatchPermission
from .conflicts import kinds_as_read

# When, first absence, school, visit, flag.
Made = tuple[datetime, date, UUID, UUID, UUID]


@dataclass(frozen=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int


@dataclass(frozen=True)
class Week:
    """The watch over the actor's area in seven days.

    `first_absence_to_visit` is the median number of open school days from the first absence a
    visited flag is about to its visit, None when nobody was visited; `before` is the same for the
    four weeks before. `empty_kinds` counts findings of empty visits by kind, commonest first.
    """

    first_on: date
    last_on: date
    schools: int
    pupils: int
    visited_in_time: Share
    first_absence_to_visit: float | None
    before: float | None
    empty_visits: Share
    empty_kinds: list[tuple[str, int]]
    back_and_there: Share


@dataclass(frozen=True)
class Behind:
    """One flag behind a figure: whether it is in the numerator, and the days it took, if any."""

    flag_id: UUID
    counts: bool
    days: int | None = None
    kind: str = ""


# The figures of the week that open to their rows.
FIGURES = ("in_time", "lead", "empty", "back")


def rows_behind(actor: Actor, figure: str, *, last_on: date) -> list[Behind]:
    """The flags behind one of `FIGURES` of the week that ends on `last_on`: its denominator.

    A flag visited twice in the week stands there twice, as in the figure. No flag of a place
    where the actor may not view the watch, nor of her own kin. What a visit found is said as on the
    flag itself: to whoever is shut out of its concern it found something else.
    """
    begin, end = _moment(last_on - timedelta(days=6)), _moment(last_on + timedelta(days=1))
    if figure == "in_time":
        return _due(actor, begin, end)
    if figure == "back":
        return _back(actor, on=last_on)
    made = _made(actor, begin, end)
    if figure == "lead":
        days = _lead_days(made)
        return [Behind(m[4], True, d) for m, d in zip(made, days, strict=True)]
    flags = {m[3]: m[4] for m in made}
    kinds = kinds_as_read(actor, _findings_of(made))
    return [Behind(flags[key], is_empty(kind), kind=kind) for key, kind in kinds.items()]


def week_figures(actor: Actor, *, last_on: date) -> Week:
    """Figures of the seven days that end on `last_on`; a fixed number of queries.

    Visited in time: of the flags whose visit fell due in these days, those visited by then.
    """
    first_on = last_on - timedelta(days=6)
    paths = granted_areas(actor, WatchPermission.WATCH_VIEW)
    begin, end = _moment(first_on), _moment(last_on + timedelta(days=1))
    schools = schools_of(actor, WatchPermission.WATCH_VIEW)
    # Class by class: the index of enrolments by class then holds all that is asked.
    classes = ClassSection.objects.filter(within(paths, "school__area__path")).order_by()
    pupils = Enrolment.objects.filter(
        class_section__in=classes.values("pk"), ends_on__isnull=True
    ).count()
    month = _made(actor, begin - timedelta(days=28), end)
    now = [row for row in month if row[0] >= begin]
    earlier = [row for row in month if row[0] < begin]
    found = _findings(now)
    empty = Counter(kind for _visit, kind, is_empty in found if is_empty)
    lead = _lead_days([*now, *earlier])
    return Week(
        first_on=first_on,
        last_on=last_on,
        schools=schools.count(),
        pupils=pupils,
        visited_in_time=_share(_due(actor, begin, end)),
        first_absence_to_visit=_median(lead[: len(now)]),
        before=_median(lead[len(now) :]),
        empty_visits=Share(sum(empty.values()), len(found)),
        empty_kinds=empty.most_common(),
        back_and_there=_share(_back(actor, on=last_on)),
    )


def _share(rows: list[Behind]) -> Share:
    return Share(sum(r.counts for r in rows), len(rows))


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _watched(actor: Actor, at: str) -> Q:
    """Rows of flags whose figures the actor sees, whoever made or holds their visits."""
    return reach(Flag, actor, WatchPermission.WATCH_VIEW, at)


def _due(actor: Actor, begin: datetime, end: datetime) -> list[Behind]:
    """Visits that fell due in a span, and whether each was made by then."""
    due = (
        Visit.objects.filter(
            _watched(actor, "flag__"),
            due_at__gte=begin,
            due_at__lt=end,
            state__in=(Visit.State.ASSIGNED, Visit.State.RECORDED),
        )
        .order_by("due_at", "pk")
        .values_list("flag_id", "due_at", "recorded_at")
    )
    return [Behind(flag, bool(done and done <= until)) for flag, until, done in due]


def _made(actor: Actor, begin: datetime, end: datetime) -> list[Made]:
    """Visits recorded in a span: when, first absence, school, visit, flag."""
    return list(
        Visit.objects.filter(  # type: ignore[arg-type]  # recorded, so it has its time
            _watched(actor, "flag__"),
            state=Visit.State.RECORDED,
            recorded_at__gte=begin,
            recorded_at__lt=end,
        )
        .order_by("recorded_at", "pk")
        .values_list(
            "recorded_at", "flag__since_on", "flag__class_section__school_id", "pk", "flag_id"
        )
    )


def _findings(made: list[Made]) -> list[tuple[UUID, str, bool]]:
    """Visit, kind of its finding, and whether the visit was empty; in no order."""
    return [(f.visit_id, f.kind, is_empty(f.kind)) for f in _findings_of(made)]


def _findings_of(made: list[Made]) -> QuerySet[Finding]:
    return Finding.objects.filter(visit__in=[row[3] for row in made])


def _lead_days(rows: list[Made]) -> list[int]:
    schools = list(Body.objects.filter(pk__in={r[2] for r in rows}).select_related("area"))
    calendars = calendars_of(schools)
    return [
        calendars[school].count_open_days(since, timezone.localdate(at))
        for at, since, school, _v, _f in rows
    ]


def _median(values: list[int]) -> float | None:
    return float(median(values)) if values else None


def _back(actor: Actor, *, on: date) -> list[Behind]:
    """The children back in school since long enough, and whether each still comes.

    Long enough: the number of taken days in the guidance have passed since the day she was back.
    Still there: present on at least four of five of her marked days since.
    """
    days = int(guidance()["back_and_there_days"])
    facts: Any = Outcome._meta.get_field("facts")
    first_on, last_on = on - timedelta(days=days + 90), on - timedelta(days=days)
    # It was recorded on the day or later: what is older need not be opened.
    recorded = Outcome.objects.filter(
        reach(Outcome, actor, WatchPermission.WATCH_VIEW),
        recorded_on__gte=first_on,
    ).values_list("pk", "facts", "flag_id", "flag__child_id", "flag__class_section_id")
    outcomes = []
    for pk, sealed, flag_id, child_id, section_id in recorded:
        told = facts.open_of(pk, sealed)
        since_on = date.fromisoformat(told["since_on"])
        if told["kind"] == Outcome.Kind.BACK and first_on <= since_on <= last_on:
            outcomes.append((since_on, flag_id, child_id, section_id))
    outcomes.sort(key=lambda row: (-row[0].toordinal(), row[1]))
    sections = ClassSection.objects.filter(pk__in={row[3] for row in outcomes})
    books = class_books(list(sections))
    rows = []
    for since_on, flag_id, child_id, section_id in outcomes:
        book = books[section_id]
        if child_id not in book.children:
            continue
        row = book.marks[book.children.index(child_id)]
        since = [int(row[i]) for i, d in enumerate(book.days) if since_on <= d <= on]
        marked = [m for m in since if m in (Mark.PRESENT, Mark.ABSENT)]
        if len(marked) < days:
            continue
        is_there = 5 * sum(m == Mark.PRESENT for m in marked) >= 4 * len(marked)
        rows.append(Behind(flag_id, is_there))
    return rows


@dataclass(frozen=True)
class PlaceLine:
    """One panchayat (or village where there is none) and where its flags stand."""

    area: Area
    flags: int
    visited: int
    unassigned: int
    overdue: int
    median_days: float | None


def where_stuck(actor: Actor, *, since: date, at: datetime) -> list[PlaceLine]:
    """Flags raised since a day by panchayat, the most stuck first. Three queries."""
    asked = (
        visible(Flag, actor, WatchPermission.WATCH_VIEW)
        .filter(raised_at__gte=_moment(since))
        .exclude(state=Flag.State.WITHDRAWN)
    )
    flags = list(asked.order_by().values_list("pk", "area_id", "state", "raised_at"))
    visits: dict[UUID, list[tuple[str, datetime, datetime | None]]] = {}
    for flag_id, visit_state, due_at, recorded_at in (
        Visit.objects.filter(flag__in=asked.order_by().values("pk"))
        .order_by()
        .values_list("flag_id", "state", "due_at", "recorded_at")
    ):
        visits.setdefault(flag_id, []).append((visit_state, due_at, recorded_at))
    villages = {
        a.pk: a for a in Area.objects.filter(pk__in={f[1] for f in flags}).select_related("parent")
    }
    lines: dict[UUID, _Stuck] = {}
    for pk, area_id, state, raised_at in flags:
        place = villages[area_id]
        if place.parent is not None and place.parent.level == Area.Level.PANCHAYAT:
            place = place.parent
        line = lines.setdefault(place.pk, _Stuck(place))
        line.flags += 1
        line.unassigned += state == Flag.State.OPEN
        done = [
            recorded
            for visit_state, due_at, recorded in visits.get(pk, [])
            if visit_state == Visit.State.RECORDED and recorded
        ]
        line.visited += bool(done)
        line.waits += [(recorded - raised_at).total_seconds() / 86400 for recorded in done]
        line.overdue += sum(
            visit_state == Visit.State.ASSIGNED and due_at < at
            for visit_state, due_at, _recorded in visits.get(pk, [])
        )
    found = [
        PlaceLine(
            area=x.area,
            flags=x.flags,
            visited=x.visited,
            unassigned=x.unassigned,
            overdue=x.overdue,
            median_days=round(median(x.waits), 1) if x.waits else None,
        )
        for x in lines.values()
    ]
    return sorted(found, key=lambda x: (-x.overdue, -x.unassigned, -x.flags, x.area.name))


@dataclass
class _Stuck:
    """What is being added up of one place."""

    area: Area
    flags: int = 0
    visited: int = 0
    unassigned: int = 0
    overdue: int = 0
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class TeacherLine:
    """What a school may know of one irregular pupil: visited, back, left; never a finding."""

    child_id: UUID
    state: str


def irregular_pupils(actor: Actor, class_section_id: UUID, *, since: date) -> list[TeacherLine]:
    """`irregular_in` of one class."""
    return irregular_in(actor, [class_section_id], since=since)


def irregular_in(actor: Actor, sections: Sequence[UUID], *, since: date) -> list[TeacherLine]:
    """Flags of classes as their school may see them, newest first; none of the asker's own family.

    `state` is "asked" (a flag is open), "visited", "back" or "left". That a concern was raised
    looks like any other visited flag: the one who harms may teach.
    """
    flags = (
        Flag.objects.filter(
            not_kin(actor, "child__"), class_section__in=sections, raised_at__gte=_moment(since)
        )
        .exclude(state=Flag.State.WITHDRAWN)
        .order_by("-raised_at")
        .values_list("child_id", "state", "outcome__pk", "outcome__facts")
    )
    facts: Any = Outcome._meta.get_field("facts")
    lines = []
    for child_id, stands, outcome, sealed in flags:
        kind = facts.open_of(outcome, sealed)["kind"] if sealed else ""
        if kind in (Outcome.Kind.BACK, Outcome.Kind.LEFT):
            state = str(kind)
        elif stands in (Flag.State.VISITED, Flag.State.CLOSED):
            state = "visited"
        else:
            state = "asked"
        lines.append(TeacherLine(child_id, state))
    return lines
