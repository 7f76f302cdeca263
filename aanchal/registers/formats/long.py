"""The long form: a row for each child and day, as state systems export it.

The rows are read twice. The first reading collects the different dates and marks, so that the whole
column decides whether 05/07 is July or May and whether 0 is an absence; the second fills the pages.
Both keep a few bytes for each child and nothing for each row, so a file of millions of rows stays
small in memory, whatever the order of its rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from sys import intern

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, is_empty, quoted, shown

from .headers import is_long_header, labels_of
from .identity import Evidence, Said, identify
from .labels import Field
from .lines import is_only_words_of_a_sum, is_signature, kind_of_line
from .long_meaning import Meaning, first_reading
from .long_pages import Child, finished
from .long_rows import Rows
from .long_sums import LongSums
from .marks import CHOICES, Sense, sense_of
from .months import day_cell
from .pages import Counts, Page
from .problems import Problems
from .purpose import is_of_something_else
from .sentences import QUESTIONS
from .titles import Title

_HERE = (Mark.PRESENT, Mark.LATE)
_NAME_WORDS = 5
_NAME = 200  # letters kept of a name or number


def read_long(
    sheet: Sheet,
    sheet_title: Title,
    file_title: Title,
    said: Said,
    *,
    limits: Limits,
    today: date,
    book_key: Mapping[str, Mark] | None = None,
) -> Iterator[Page]:
    """Read a sheet in the long form; one page for each school, class, section and month in it.

    Raises:
        Unreadable: it names more children than `limits.pupils`, or its columns are not what their
            heads say.
    """
    rows = Rows(sheet, limits, sheet_title, file_title)
    meaning = first_reading(rows, sheet, said, limits, today, book_key or {})
    book = _Book(rows, meaning, limits)
    book.read()
    yield from book.pages(Evidence(rows.title, sheet_title, file_title, said, today))


class _Book:
    """All pages of the file, filled row by row."""

    def __init__(self, rows: Rows, meaning: Meaning, limits: Limits) -> None:
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
        self.sums = LongSums(rows.layout)

    def read(self) -> None:
        columns = self.rows.columns
        dates, statuses = self.meaning.dates, self.meaning.statuses
        waiting = self.meaning.waiting
        problems = self.meaning.problems
        at_date, at_status, at_roll, at_name = (
            columns.date,
            columns.status,
            columns.roll,
            columns.name,
        )
        at_admission, at_state_id = columns.admission, columns.state_id
        # In a list of one day the serial number tells two of one name apart.
        at_serial = columns.serial if at_date < 0 and at_roll < 0 else -1
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
            serial = row[at_serial] if at_serial >= 0 else ""
            who = (roll, name, admission, state_id, serial)
            child = children.get(who)
            if child is None:
                if self.is_foot(row, who, row[at_status], has_names=at_name >= 0):
                    self.sums.note(row)
                    continue
                child = self.child(number, row, who, children)
                if child is None:
                    continue
            mark = statuses[row[at_status]]
            if not mark and row[at_status] in waiting:
                child.waits = True
            if mark is None:
                self.say_unknown(number, row[at_status])
                continue
            old = child.marks[index]
            if not old:
                child.marks[index] = mark
            elif self.has_periods:
                # A child who came to any part of the day was in school that day.
                if not self.said_periods:
                    self.said_periods = True
                    problems.assume(number, None, "two_sessions")
                if mark in _HERE and old not in _HERE:
                    child.marks[index] = mark
            elif mark and mark != old:
                on = dates[self.rows.day_part(raw)]
                problems.add(
                    number, column_letter(at_status), "two_marks",
                    day=on.isoformat() if on else "", other=child.row,
                )  # fmt: skip

    @staticmethod
    def is_foot(
        row: Sequence[Cell], who: tuple[Cell, ...], status: Cell, *, has_names: bool
    ) -> bool:
        """True for an empty line, and for one that somebody signs or that explains, without a mark."""
        if not is_empty(status) and sense_of(status) is not Sense.UNKNOWN:
            return False
        if all(map(is_empty, who)):
            # Signatures under columns that name nobody, the last under the marks.
            signed = [shown(cell) for cell in row if not is_empty(cell)]
            return all(is_signature(text) and not text.isdigit() for text in signed)
        words = [shown(cell) for cell in who if not is_empty(cell)]
        roll, name = who[:2]
        # "Printed on 10/05/2026" under the roll numbers: words, and nobody's name beside them.
        if has_names and is_empty(name) and _is_words(shown(roll)):
            return True
        if has_names and is_empty(name) and any(_is_words(t) and " " in t for t in words):
            return True  # the same under the numbers of a school or a state
        # "Working days: 24": more than a name is, and nothing beside it.
        alone = sum(not is_empty(cell) for cell in row) == 1
        if alone and has_names and _is_sentence(shown(name)):
            return True
        return any(is_signature(text) and not text.isdigit() for text in words)

    def say_unknown(self, number: int, cell: Cell) -> None:
        text = quoted(shown(cell))
        letter = self.rows.letter(self.rows.columns.status)
        self.meaning.problems.add(number, letter, "unknown_status", text=text)
        self.meaning.problems.choose(
            "what_is_mark", text, tuple(CHOICES), rows=[number], lasting=True, holds="cells"
        )

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
        on = dates.get(self.rows.day_part(place_key[0]))
        at_date = self.rows.columns.date
        letter = column_letter(at_date) if at_date >= 0 else None
        if on is None:
            if is_long_header(labels_of(row)):
                return None  # the head, printed again
            words = " ".join(shown(cell) for cell in row[:4])
            if kind_of_line(words) and (
                is_empty(row[self.rows.columns.status]) or is_empty(place_key[0])
            ):
                self.sums.note(row)
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
        roll, name, admission, state_id, serial = (shown(cell)[:_NAME] for cell in who)
        if not (roll or name or admission or state_id):
            self.meaning.problems.add(number, None, "no_child")
            return None
        if (
            not (roll or admission or state_id)
            and kind_of_line(name)
            and self.is_count(row[self.rows.columns.status], name)
        ):
            self.sums.note(row)
            return None  # "Total present", a count beside it
        # One child, written with and without a space or a leading zero, stays one child.
        number_of_hers = fold(admission) or fold(state_id)
        identity = f"{number_of_hers}\0{fold(roll).lstrip('0')}\0{fold(name)}\0{fold(serial)}"
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
            child.sums = self.sums.beside(row)
            if any(extras.values()):
                child.extras = extras
            children[identity] = child
        # The texts kept are shared; a key of the row's own would hold every one of them again.
        own = (child.roll, child.name, child.admission, child.state_id, serial)
        children[own if own == who else who] = child
        return child

    @staticmethod
    def is_count(status: Cell, name: str) -> bool:
        """True for what is no mark, and for 1 and 0 beside several words of a sum: "Boys present"."""
        sense = sense_of(status)
        if sense in (Sense.ONE, Sense.ZERO):
            return " " in name and is_only_words_of_a_sum(name)
        return sense is Sense.UNKNOWN

    def pages(self, evidence: Evidence) -> Iterator[Page]:
        waiting = self.meaning.problems
        keys = list(self.pages_by_key)
        titles = (evidence.title, evidence.sheet, evidence.file)
        if is_of_something_else(titles, evidence.title.row, waiting):
            for child in (c for page in self.pages_by_key.values() for c in page.values()):
                child.marks = bytearray(len(child.marks))
        if self.sums.below or self.sums.columns:
            everyone = {id(c): c for page in self.pages_by_key.values() for c in page.values()}
            self.sums.settle(list(everyone.values()), waiting)
        for number, page_key in enumerate(keys):
            key, year, month = page_key
            children = list(
                dict.fromkeys(_Same(c) for c in self.pages_by_key.pop(page_key).values())
            )
            yield finished(
                [same.child for same in children], key, (year, month), evidence, self.limits,
                waiting if number == 0 else None, len(keys), self.rows.layout,
                list(waiting.asked.values()),
            )  # fmt: skip
        if not keys:
            problems = waiting
            identity = identify(evidence, ("", "", "", ""), None, problems)
            problems.add(self.rows.layout.last_row, None, "no_pupils")
            kept = problems.close()
            yield Page(
                identity.school, identity.school_name, identity.grade, identity.section, None, [], [],
                Counts(), [p for p in kept if p.code not in QUESTIONS],
                [p for p in kept if p.code in QUESTIONS], list(problems.asked.values()), problems.assumed,
            )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A child compared by identity: two keys may lead to one child."""

    child: Child

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.child is self.child

    def __hash__(self) -> int:
        return id(self.child)


def _is_sentence(text: str) -> bool:
    return ":" in text or any(map(str.isdigit, text)) or len(text.split()) > _NAME_WORDS


def _is_words(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 3


def _too_many(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_many_pupils",
        N_("The file holds more than %(limit)d children. Send one file for each block or month."),
        limit=limits.pupils,
    )
