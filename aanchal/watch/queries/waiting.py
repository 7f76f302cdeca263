"""What waits for the coordinator now, counted as the lists that it opens count it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Min, OuterRef, Q, QuerySet, Subquery, Value, When

from aanchal.kernel.access import within
from aanchal.kernel.authz import Actor
from aanchal.places.models import Area
from aanchal.registers.queries.listed import waiting_registers

from ..models import Flag, Visit
from .doubts import WITH_NOBODY, doubts
from .flags import overdue_visits, visible_flags

# So many are put in their order one by one; a list has 30 a page.
MAX_PLACED = 200


@dataclass(frozen=True)
class Waiting:
    """Counts of what waits in the actor's area.

    Attributes:
        late: visits past their time.
        late_since: when the longest of them fell due; None when there is none.
        stranded: visits not yet late whose volunteer can no longer go.
        with_nobody: flags in nobody's hands; `urgent` of them are urgent.
        visited: visited flags whose end is not written down.
        doubts: flags with nobody on her way of which the last who went is not sure that the
            child is safe.
        registers: register files that need somebody.
    """

    late: int
    late_since: datetime | None
    stranded: int
    with_nobody: int
    urgent: int
    visited: int
    doubts: int
    registers: int

    @property
    def overdue(self) -> int:
        """Visits that need another step of the coordinator: those of the list "Overdue"."""
        return self.late + self.stranded


def what_waits(actor: Actor, *, at: datetime) -> Waiting:
    """Everything that waits for the actor. Four queries."""
    visits = (
        overdue_visits(actor, at=at)
        .order_by()
        .aggregate(
            all=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=at)),
            since=Min("due_at", filter=Q(due_at__lt=at)),
        )
    )
    is_open = Q(state=Flag.State.OPEN)
    flags = (
        visible_flags(actor)
        .filter(state__in=(Flag.State.OPEN, Flag.State.VISITED))
        .order_by()
        .aggregate(
            open=Count("pk", filter=is_open),
            urgent=Count("pk", filter=is_open & Q(channel=Flag.Channel.URGENT)),
            visited=Count("pk", filter=Q(state=Flag.State.VISITED)),
        )
    )
    return Waiting(
        late=visits["late"],
        late_since=visits["since"],
        stranded=visits["all"] - visits["late"],
        with_nobody=flags["open"],
        urgent=flags["urgent"],
        visited=flags["visited"],
        doubts=len(doubts(visible_flags(actor))) if flags["visited"] or flags["open"] else 0,
        registers=waiting_registers(actor).count(),
    )


@dataclass(frozen=True)
class Asked:
    """Which flags a reader asks for; what is empty narrows nothing.

    Args:
        place: at or beneath this place.
        village: key of the village.
        school: key of the school.
        channel: how urgent.
        sort: "urgent", the order of each list; "longest" waiting first; "newest" first.
    """

    place: Area | None = None
    village: str = ""
    school: str = ""
    channel: str = ""
    sort: str = "urgent"


def flags_by_standing(actor: Actor, asked: Asked, *, at: datetime) -> dict[str, QuerySet[Flag]]:
    """Flags the actor may see, by where they stand; each list in its own order.

    "doubts" with nobody on the way, "waiting" in nobody's hands, "under_way", "overdue", "visited",
    and "ended", the latest first. Three queries for the doubts, which are sealed.
    """
    here = within([asked.place.path], "area__path") if asked.place is not None else Q()
    if asked.village:
        here &= Q(area=asked.village)
    if asked.school:
        here &= Q(class_section__school=asked.school)
    if asked.channel:
        here &= Q(channel=asked.channel)
    flags = visible_flags(actor).filter(here)
    ended = (Flag.State.CLOSED, Flag.State.WITHDRAWN)
    sets = {
        "doubts": doubtful_flags(actor).filter(here),
        "waiting": flags_with_nobody(flags),
        "under_way": by_due_day(flags.filter(state=Flag.State.ASSIGNED)),
        "overdue": overdue_flags(actor, at=at).filter(here),
        "visited": visited_flags(flags),
        "ended": flags.filter(state__in=ended).order_by("-raised_at", "-pk"),
    }
    if asked.sort == "urgent":
        return sets
    order = "raised_at" if asked.sort == "longest" else "-raised_at"
    return {name: found.order_by(order, "pk") for name, found in sets.items()}


def overdue_flags(actor: Actor, *, at: datetime) -> QuerySet[Flag]:
    """Flags whose visit is overdue or with one who can no longer go, the first due first."""
    late = overdue_visits(actor, at=at).order_by()
    return by_due_day(visible_flags(actor).filter(pk__in=late.values("flag_id")))


def doubtful_flags(actor: Actor) -> QuerySet[Flag]:
    """Flags of which the last who went is not sure that the child is safe, longest first."""
    return _placed(visible_flags(actor).filter(state__in=WITH_NOBODY), only=True)


def visited_flags(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Of some flags those visited, those in doubt before all others, then as they stood."""
    return _placed(flags.filter(state=Flag.State.VISITED), only=False)


def flags_with_nobody(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Of some flags those in nobody's hands, those in doubt before all others, then as they stood."""
    return _placed(flags.filter(state=Flag.State.OPEN), only=False)


def _placed(flags: QuerySet[Flag], *, only: bool) -> QuerySet[Flag]:
    in_doubt = list(doubts(flags))
    if only:
        flags = flags.filter(pk__in=in_doubt)
    if not in_doubt:
        return flags
    # The doubt is sealed, so the database is told which they are.
    place = Case(
        *(When(pk=pk, then=Value(n)) for n, pk in enumerate(in_doubt[:MAX_PLACED])),
        default=Value(MAX_PLACED),
    )
    return flags.order_by(place, *flags.query.order_by)


def by_due_day(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Flags in somebody's hands in the order in which their visits fall due."""
    held = Visit.objects.filter(flag=OuterRef("pk"), state=Visit.State.ASSIGNED)
    return flags.annotate(visit_due_at=Subquery(held.values("due_at")[:1])).order_by(
        "visit_due_at", "pk"
    )
