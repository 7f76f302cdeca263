"""Stories planted in the registers: what really happened to some of the children.

The truth goes to a file beside the registers for tests and benchmarks; no importer ever reads it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from .facts import Child, District

GONE_SUDDENLY = "gone_suddenly"
SLIDE_INTO_LABOUR = "slide_into_labour"
MARRIAGE_TALK = "marriage_talk"
FAMILY_MIGRATION = "family_migration"
PART_TIME_WORK = "part_time_work"
LONG_ILLNESS = "long_illness"
NAME_CUT = "name_cut"
MOVED_SCHOOL = "moved_school"
MISSED_RETURN = "missed_return"


@dataclass(frozen=True, slots=True)
class Story:
    """One child's story.

    Attributes:
        child: her key.
        kind: one of the words above.
        began_on: the first day on which it shows.
        returned_on: the day she is back as before; None while it lasts.
        weekdays: for part-time work, the days she works (Monday is 0).
        is_recent: it began lately enough to stand on today's list.
    """

    child: str
    kind: str
    began_on: date
    returned_on: date | None = None
    weekdays: tuple[int, ...] = ()
    is_recent: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    kind: str
    grades: tuple[int, int]
    sex: str
    past: int
    recent: int
    recent_school_days: tuple[int, int]  # how many open days ago a recent one began
    stays_school_days: tuple[int, int] | None  # until she is back; None: she stays away


_PLANS = (
    _Plan(GONE_SUDDENLY, (6, 10), "", 6, 4, (6, 14), None),
    _Plan(SLIDE_INTO_LABOUR, (5, 9), "", 6, 3, (28, 42), (50, 90)),
    _Plan(MARRIAGE_TALK, (8, 10), "F", 4, 2, (22, 32), (45, 80)),
    _Plan(FAMILY_MIGRATION, (1, 8), "", 4, 1, (8, 13), (25, 60)),
    _Plan(PART_TIME_WORK, (5, 9), "", 6, 2, (30, 45), (40, 100)),
    _Plan(LONG_ILLNESS, (1, 9), "", 8, 2, (8, 10), (9, 24)),
    _Plan(NAME_CUT, (3, 9), "", 4, 1, (9, 12), None),
    _Plan(MOVED_SCHOOL, (2, 9), "", 4, 1, (8, 10), None),
    _Plan(MISSED_RETURN, (5, 10), "", 4, 1, (7, 8), (15, 40)),
)


def plant_stories(rng: Random, district: District, open_days: dict[str, list[date]]) -> list[Story]:
    """Choose children for every kind of story and when it begins.

    Args:
        rng: the source of chance.
        district: the made-up district.
        open_days: by school code, the days it was open in the window, oldest first.

    Returns:
        Stories in order of child key; at most one a child. A school with too few open days
        for a story gets none.
    """
    free = list(district.children)
    rng.shuffle(free)
    stories: dict[str, Story] = {}
    siblings: dict[str, list[Child]] = {}
    for child in district.children:
        siblings.setdefault(child.household, []).append(child)
    for plan in _PLANS:
        for is_recent, wanted in ((True, plan.recent), (False, plan.past)):
            planted = 0
            for child in free:
                if planted == wanted:
                    break
                if child.key in stories or not _fits(child, plan, siblings):
                    continue
                days = open_days[child.enrolments[-1].school]
                began = _beginning(rng, days, plan, is_recent)
                if began is None:
                    continue
                group = siblings[child.household] if plan.kind == FAMILY_MIGRATION else [child]
                back = _return_day(rng, days, began, plan)
                weekdays = _market_days(rng) if plan.kind == PART_TIME_WORK else ()
                for member in group:
                    stories[member.key] = Story(
                        member.key, plan.kind, began, back, weekdays, is_recent
                    )
                planted += 1
    return [stories[key] for key in sorted(stories)]


def _fits(child: Child, plan: _Plan, siblings: dict[str, list[Child]]) -> bool:
    low, high = plan.grades
    if not low <= child.enrolments[-1].grade <= high:
        return False
    if plan.sex and child.sex != plan.sex:
        return False
    return plan.kind != FAMILY_MIGRATION or len(siblings[child.household]) >= 2


def _beginning(rng: Random, days: list[date], plan: _Plan, is_recent: bool) -> date | None:
    """A beginning that leaves her a history before it, and a past story time to have shown."""
    history = 30
    if plan.kind == MISSED_RETURN:
        return _after_a_break(rng, days, is_recent)
    if is_recent:
        back = rng.randint(*plan.recent_school_days)
        return days[-back] if len(days) >= history + back else None
    if len(days) < history + 30:
        return None
    return days[rng.randrange(history, len(days) - 25)]


def _after_a_break(rng: Random, days: list[date], is_recent: bool) -> date | None:
    """The first day after a long break: the last one for a recent story, else an earlier one."""
    first_days = [after for before, after in pairwise(days) if (after - before).days >= 8]
    if not first_days:
        return None
    if is_recent:
        lately = days.index(first_days[-1])
        return first_days[-1] if 5 <= len(days) - lately <= 12 else None
    earlier = [day for day in first_days if 20 <= days.index(day) <= len(days) - 25]
    return rng.choice(earlier) if earlier else None


def _return_day(rng: Random, days: list[date], began: date, plan: _Plan) -> date | None:
    if plan.stays_school_days is None:
        return None
    index = days.index(began) + rng.randint(*plan.stays_school_days)
    return days[index] if index < len(days) else None


def _market_days(rng: Random) -> tuple[int, ...]:
    first = rng.choice((0, 1, 2))
    return (first, first + 2) if rng.random() < 0.7 else (first, first + 2, first + 3)


def absence_chance(story: Story, day: date, school_days_in: int, base: float) -> float:
    """How likely the child is away on a day of her story.

    Args:
        story: hers.
        day: an open day on or after `began_on` and before `returned_on`.
        school_days_in: open days since the story began, 0 on the first.
        base: her chance on an ordinary day.
    """
    match story.kind:
        case "slide_into_labour":
            return min(0.92, base + 0.75 * (school_days_in + 4) / 34)
        case "marriage_talk":
            # Kept at home for days on end when people come to see her, then nearly always.
            if school_days_in >= 30:
                return 0.95
            return 0.85 if school_days_in // 4 % 3 == 2 else min(0.8, base + 0.15)
        case "part_time_work":
            return 0.9 if day.weekday() in story.weekdays else base + 0.05
        case _:
            return 1.0


def drops_from_register(story: Story, day: date) -> bool:
    """Whether her row is empty by now: the name was cut, or struck for a transfer."""
    after = {NAME_CUT: 16, MOVED_SCHOOL: 11, GONE_SUDDENLY: 75}.get(story.kind)
    return after is not None and day >= story.began_on + timedelta(days=after)
