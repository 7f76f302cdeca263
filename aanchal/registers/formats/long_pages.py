"""One class and month of a long form, once all its rows have been read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.legacy import is_lost
from aanchal.lib.tabular.problems import Limits
from aanchal.lib.tabular.texts import column_letter

from .head import Layout
from .identifiers import is_aadhaar, kept
from .identity import Evidence, identify, shown_month
from .labels import Field
from .months import a_date
from .pages import DAYS, LONG_PAST, Page, PupilRow, counts_of
from .problems import Problems, Question
from .rolls import number_of
from .sentences import QUESTIONS


@dataclass(slots=True)
class Child:
    """One child in one month, as the rows come."""

    row: int
    roll: str
    name: str
    marks: bytearray = field(default_factory=lambda: bytearray(DAYS))
    admission: str = ""
    state_id: str = ""
    extras: dict[str, str] | None = None
    sums: tuple[int | None, int | None] | None = None  # her days present and absent, as printed
    waits: bool = False  # a mark of hers is left out till a person answers


def finished(
    children: list[Child],
    key: tuple[str, str, str, str],
    month: tuple[int, int],
    evidence: Evidence,
    limits: Limits,
    waiting: Problems | None,
    pages: int,
    layout: Layout,
    asked: Sequence[Question] = (),
) -> Page:
    problems = Problems(limits.problems, evidence.said.answers)
    if waiting is not None:
        problems.kept, problems.more = list(waiting.kept), waiting.more
        problems.assumed = list(waiting.assumed)
    identity = identify(evidence, key, children[0].row if children else None, problems)
    said = evidence.said.month
    if said and said != month and pages == 1:
        problems.add(
            None, None, "month_disagrees_hint", file=shown_month(month), said=shown_month(said)
        )
    if sum(is_lost(c.name) for c in children) * 3 > len(children):
        problems.add(None, None, "lost_letters")
    rows = [
        PupilRow(
            c.row, fold(c.roll).removesuffix(".0") or None, c.name, bytes(c.marks), number_of((c.extras or {}).get("serial", "")),
            kept(c.admission), kept(c.state_id), (c.extras or {}).get("own_name") or None,
            (c.extras or {}).get("guardian") or None, (c.extras or {}).get("sex") or None, (c.extras or {}).get("village") or None,
        )
        for c in children
    ]  # fmt: skip
    doubtful = next(
        (c for c in children if is_aadhaar(c.admission) or is_aadhaar(c.state_id)), None
    )
    if doubtful:
        problems.add(doubtful.row, None, "aadhaar")
    _report_same_rolls(rows, layout, problems)
    joined = b"".join(row.marks for row in rows)
    days = []
    for index in range(DAYS):
        column = joined[index::DAYS]
        on = a_date(*month, index + 1)
        if on and any(mark in column for mark in (1, 2, 3, 5)):
            days.append(on)
            absent = column.count(Mark.ABSENT)
            if absent >= max(2, 0.8 * len(column)) and absent == len(column) - column.count(0):
                problems.add(None, None, "all_absent", count=absent, day=on.isoformat())
    if month > (evidence.today.year, evidence.today.month):
        problems.add(None, None, "month_in_future", month=shown_month(month))
    elif days and days[-1] > evidence.today:
        later = next(day for day in days if day > evidence.today)
        problems.add(None, None, "marks_in_future", day=later.isoformat())
    elif evidence.today.year - month[0] > LONG_PAST:
        problems.add(None, None, "month_long_past", month=shown_month(month))
    noted = problems.close()
    return Page(
        identity.school, identity.school_name, identity.grade, identity.section, shown_month(month), rows,
        days, counts_of(joined),
        [p for p in noted if p.code not in QUESTIONS], [p for p in noted if p.code in QUESTIONS],
        [*asked, *problems.asked.values()], problems.assumed, maybe_school=identity.maybe_school,
    )  # fmt: skip


def _report_same_rolls(rows: list[PupilRow], layout: Layout, problems: Problems) -> None:
    first: dict[str, PupilRow] = {}
    column = layout.fields.get(Field.ROLL)
    letter = column_letter(column) if column is not None else None
    for row in rows:
        if not row.roll:
            continue
        other = first.setdefault(row.roll, row)
        if other is not row:
            problems.add(row.row, letter, "same_roll", roll=row.roll, other=other.row)
