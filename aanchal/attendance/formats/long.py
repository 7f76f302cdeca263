"""The long form: a row for each child and day, as state systems export it.

The rows are read twice. The first reading collects the different dates and marks, so that the whole
column decides whether 05/07 is July or May and whether 0 is an absence; the second fills the pages.
Both keep a few bytes for each child and nothing for each row, so a file of millions of rows stays
small in memory, whatever the order of its rows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from sys import intern

from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheets import Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, fold, is_empty, quoted, shown

from .dates import are_turned, date_of, is_month_first, picked
from .headers import is_long_header, labels_of
from .identity import Evidence, Said, identify
from .labels import Field
from .lines import kind_of_line
from .long_pages import Child, finished
from .long_rows import Rows
from .marks import Mark, Sense, convention_of, sense_of
from .months import day_cell
from .pages import Counts, Page
from .problems import Problems
from .sentences import QUESTIONS
from .titles import Title

_DATES = 20_000  # different texts in the column of dates; more is no column of dates
_STATUSES = 2_000
_NAME = 200  # letters kept of a name or number


def read_long(
    sheet: Sheet,
    sheet_title: Title,
    file_title: Title,
    said: Said,
    *,
    limits: Limits,
    today: date,
) -> Iterator[Page]:
    """Read a sheet in the long form; one page for each school, class, section and month in it.

    Raises:
        Unreadable: it names more children than `limits.pupils`, or its columns are not what their
            heads say.
    """
    rows = Rows(sheet, limits, sheet_title, file_title)
    meaning = _first_reading(rows, sheet, said, limits, today)
    book = _Book(rows, meaning, limits)
    book.read()
    yield from book.pages(Evidence(rows.title, sheet_title, file_title, said, today))


@dataclass(slots=True)
class _Meaning:
    """What the first reading settled: every date text and every status text, and what to report."""

    dates: dict[Cell, date | None]
    statuses: dict[Cell, int | None]
    problems: Problems


def _first_reading(rows: Rows, sheet: Sheet, said: Said, limits: Limits, today: date) -> _Meaning:
    dates: Counter[Cell] = Counter()
    statuses: Counter[Cell] = Counter()
    at_date, at_status = rows.columns.date, rows.columns.status
    for _, row in rows:
        dates[_day_part(row[at_date] if at_date >= 0 else rows.day)] += 1
        statuses[row[at_status]] += 1
        if len(dates) > _DATES or len(statuses) > _STATUSES:
            letter = column_letter(at_date if len(dates) > _DATES else at_status)
            raise Unreadable(
                "not_what_the_head_says",
                N_(
                    "Column %(column)s holds too many different values to be dates or marks. Check the "
                    "heads of the columns and send the file again."
                ),
                column=letter,
            )
    problems = Problems(limits.problems)
    if sheet.repaired_encoding:
        problems.add(None, None, "double_encoded")
    if sheet.damaged_letters:
        problems.add(None, None, "damaged_letters")
    head = rows.layout.last_row
    read = _settle_dates(
        list(dates),
        said,
        rows.title,
        today,
        problems,
        head,
        column_letter(at_date) if at_date >= 0 else None,
    )
    senses: Counter[Sense] = Counter()
    by_text = {text: sense_of(text) for text in statuses}
    for text, count in statuses.items():
        senses[by_text[text]] += count
    convention = convention_of(senses)
    legend = rows.title.legend
    marks: dict[Cell, int | None] = {}
    for text, sense in by_text.items():
        mark = legend.get(fold(shown(text)).strip(".'\"")) or convention.marks.get(sense)
        marks[text] = 0 if sense is Sense.OFF else mark
    for sense, code in (
        (Sense.CROSS, "cross_beside_absent"), (Sense.DOT, "dot_as_present"), (Sense.ZERO, "zero_alone")
    ):  # fmt: skip
        if sense in convention.questions:
            problems.add(None, column_letter(at_status), code)
    return _Meaning(read, marks, problems)


def _day_part(cell: Cell) -> Cell:
    """The date of a time stamp, so that a column of stamps has few different texts."""
    if isinstance(cell, str) and ":" in cell:
        head = cell.replace("T", " ").split(" ")
        if len(head) > 1 and any(mark in head[0] for mark in "-/.") and head[0][-1:].isdigit():
            return head[0]
    return cell


def _settle_dates(
    texts: list[Cell],
    said: Said,
    title: Title,
    today: date,
    problems: Problems,
    head: int,
    letter: str | None,
) -> dict[Cell, date | None]:
    """Every text's date, day and month told apart by the whole column; None where it has none."""
    seen = {text: day_cell(text) if not is_empty(text) else None for text in texts}
    cells = [cell for cell in seen.values() if cell]
    asked = said.month or (title.month.year or title.month.session or 0, title.month.month or 0)
    year = asked[0] or None
    month_first = is_month_first(cells, today=today, month=asked[1] or None, year=year)
    if month_first is None:
        problems.add(head, letter, "day_or_month")
    turned = are_turned(cells)
    if turned:
        problems.add(head, letter, "date_cells_turned")
    read: dict[Cell, date | None] = {}
    for text, cell in seen.items():
        if cell is None:
            read[text] = None
            continue
        exchanged = turned if cell.form == "cell" else bool(month_first) and cell.form == "numbers"
        read[text] = date_of(picked(cell, exchanged), year)
    return read


class _Book:
    """All pages of the file, filled row by row."""

    def __init__(self, rows: Rows, meaning: _Meaning, limits: Limits) -> None:
        self.rows = rows
        self.meaning = meaning
        self.limits = limits
        self.pages_by_key: dict[
            tuple[tuple[str, str, str, str], int, int], dict[object, Child]
        ] = {}
        self.problems_by_key: dict[tuple[str, str, str, str], Problems] = {}
        self.children = 0
        self.has_periods = Field.PERIOD in rows.layout.fields
        self.said_periods = False
        self.unread = 0

    def read(self) -> None:
        columns = self.rows.columns
        dates, statuses = self.meaning.dates, self.meaning.statuses
        problems = self.meaning.problems
        at_date, at_status, at_roll, at_name = (
            columns.date,
            columns.status,
            columns.roll,
            columns.name,
        )
        at_admission, at_state_id = columns.admission, columns.state_id
        school_at, called_at, grade_at, section_at = columns.key
        places: dict[tuple[Cell, ...], tuple[dict[object, Child], int]] = {}
        for number, row in self.rows:
            raw = row[at_date] if at_date >= 0 else self.rows.day
            place_key = (
                raw,
                row[school_at] if school_at >= 0 else "",
                row[called_at] if called_at >= 0 else "",
                row[grade_at] if grade_at >= 0 else "",
                row[section_at] if section_at >= 0 else "",
            )
            place = places.get(place_key)
            if place is None:
                place = self.place(number, row, place_key, dates)
                if place is None:
                    continue
                if len(places) > 100_000:
                    places.clear()  # a column of time stamps: every row another text
                places[place_key] = place
            children, index = place
            roll = row[at_roll] if at_roll >= 0 else ""
            name = row[at_name] if at_name >= 0 else ""
            admission = row[at_admission] if at_admission >= 0 else ""
            state_id = row[at_state_id] if at_state_id >= 0 else ""
            who = (roll, name, admission, state_id)
            child = children.get(who)
            if child is None:
                child = self.child(number, row, who, children)
                if child is None:
                    continue
            mark = statuses[row[at_status]]
            if mark is None:
                problems.add(
                    number,
                    column_letter(at_status),
                    "unknown_status",
                    text=quoted(shown(row[at_status])),
                )
                continue
            old = child.marks[index]
            if not old:
                child.marks[index] = mark
            elif self.has_periods:
                # A child who came to any part of the day was in school that day.
                if not self.said_periods:
                    self.said_periods = True
                    problems.add(number, None, "two_sessions")
                if mark == Mark.PRESENT:
                    child.marks[index] = mark
            elif mark and mark != old:
                on = dates[_day_part(raw)]
                problems.add(
                    number, column_letter(at_status), "two_marks",
                    day=on.isoformat() if on else "", other=child.row,
                )  # fmt: skip

    def place(
        self,
        number: int,
        row: Sequence[Cell],
        place_key: tuple[Cell, ...],
        dates: dict[Cell, date | None],
    ) -> tuple[dict[object, Child], int] | None:
        """The page and day of a row; None when the row is no child's day (and that is said)."""
        if all(is_empty(cell) for cell in row):
            return None
        on = dates.get(_day_part(place_key[0]))
        at_date = self.rows.columns.date
        letter = column_letter(at_date) if at_date >= 0 else None
        if on is None:
            if is_long_header(labels_of(row)):
                return None  # the head, printed again
            words = " ".join(shown(cell) for cell in row[:4])
            if kind_of_line(words) and is_empty(row[self.rows.columns.status]):
                return None
            if kind_of_line(words) and is_empty(place_key[0]):
                return None
            if is_empty(place_key[0]):
                self.meaning.problems.add(number, letter, "no_date")
            else:
                cell = day_cell(place_key[0])
                code = "impossible_date" if cell and cell.readings[0].month else "bad_date"
                self.meaning.problems.add(number, letter, code, text=quoted(shown(place_key[0])))
            return None
        key = (shown(place_key[1]), shown(place_key[2]), shown(place_key[3]), shown(place_key[4]))
        page_key = (key, on.year, on.month)
        if page_key not in self.pages_by_key and len(self.pages_by_key) >= self.limits.pages:
            raise _too_many(self.limits)
        return self.pages_by_key.setdefault(page_key, {}), on.day - 1

    def child(
        self,
        number: int,
        row: Sequence[Cell],
        who: tuple[Cell, ...],
        children: dict[object, Child],
    ) -> Child | None:
        roll, name, admission, state_id = (shown(cell)[:_NAME] for cell in who)
        if not (roll or name or admission or state_id):
            self.meaning.problems.add(number, None, "no_child")
            return None
        if (
            not (roll or admission or state_id)
            and kind_of_line(name)
            and sense_of(row[self.rows.columns.status]) is Sense.UNKNOWN
        ):
            return None  # "Total present", a count beside it
        # One child, written with and without a space or a leading zero, stays one child.
        number_of_hers = fold(admission) or fold(state_id)
        identity = f"{number_of_hers}\0{fold(roll).lstrip('0')}\0{fold(name)}"
        child = children.get(identity)
        if child is None:
            self.children += 1
            if self.children > self.limits.pupils:
                raise _too_many(self.limits)
            extras = {
                attribute: shown(row[index])[:_NAME]
                for attribute, index in self.rows.columns.extras
            }
            child = Child(
                number, intern(roll), intern(name), admission=admission, state_id=state_id
            )
            if any(extras.values()):
                child.extras = extras
            children[identity] = child
        # The texts kept are shared; a key of the row's own would hold every one of them again.
        own = (child.roll, child.name, child.admission, child.state_id)
        children[own if own == who else who] = child
        return child

    def pages(self, evidence: Evidence) -> Iterator[Page]:
        waiting = self.meaning.problems
        keys = list(self.pages_by_key)
        for number, page_key in enumerate(keys):
            key, year, month = page_key
            children = list(
                dict.fromkeys(_Same(c) for c in self.pages_by_key.pop(page_key).values())
            )
            yield finished(
                [same.child for same in children], key, (year, month), evidence, self.limits,
                waiting if number == 0 else None, len(keys), self.rows.layout,
            )  # fmt: skip
        if not keys:
            problems = waiting
            identity = identify(evidence, ("", "", "", ""), None, problems)
            problems.add(self.rows.layout.last_row, None, "no_pupils")
            kept = problems.close()
            yield Page(
                identity.school, identity.school_name, identity.grade, identity.section, None, [], [],
                Counts(), [p for p in kept if p.code not in QUESTIONS],
                [p for p in kept if p.code in QUESTIONS],
            )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A child compared by identity: two keys may lead to one child."""

    child: Child

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.child is self.child

    def __hash__(self) -> int:
        return id(self.child)


def _too_many(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_many_pupils",
        N_("The file holds more than %(limit)d children. Send one file for each block or month."),
        limit=limits.pupils,
    )
