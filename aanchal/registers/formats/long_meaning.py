"""What the cells of a long form stand for, settled by the whole column before any page is filled."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from aanchal.lib.marks import Mark
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, is_empty, shown

from .conventions import apply_key, settle_convention
from .dates import are_turned, are_year_first, date_of, is_month_first, picked
from .head import DayColumn
from .identity import Said, shown_month
from .letter_l import settle_letter
from .long_rows import Rows
from .marks import CHOICES, Sense, key_in, legend_in, sense_of
from .months import a_date, day_cell
from .page_months import EITHER_END, beside_title
from .problems import MAX_ROWS, Problems
from .titles import Title, line_of

_TOLD = 2  # strength of a title that names its month, not a day of some event
_DATES = 20_000  # different texts in the column of dates; more is no column of dates
_STATUSES = 2_000
_KEY = 40  # marks of a key; no list has more


@dataclass(slots=True)
class Meaning:
    """Every date text and every status text with what it stands for, and what to report.

    `waiting` are the texts of marks that are left out till a person says what they are.
    """

    dates: dict[Cell, date | None]
    statuses: dict[Cell, int | None]
    waiting: set[Cell]
    problems: Problems


def first_reading(
    rows: Rows,
    sheet: Sheet,
    said: Said,
    limits: Limits,
    today: date,
    book_key: Mapping[str, Mark],
) -> Meaning:
    """Read the rows once for their different dates and marks, and settle both.

    Raises:
        Unreadable: the columns are not what their heads say.
    """
    problems = Problems(limits.problems, said.answers)
    _settle_flags(rows, problems)
    _settle_day_column(rows, problems)
    key: dict[str, Mark] = {}
    dates: Counter[Cell] = Counter()
    statuses: Counter[Cell] = Counter()
    at_date, at_status = rows.columns.date, rows.columns.status
    day_part = rows.day_part
    for _, row in rows:
        day, status = day_part(row[at_date] if at_date >= 0 else rows.day), row[at_status]
        if (status not in statuses or day not in dates or is_empty(status)) and len(key) < _KEY:
            key |= _key_below(day, status, row)
        dates[day] += 1
        statuses[status] += 1
        if len(dates) > _DATES or len(statuses) > _STATUSES:
            raise Unreadable(
                "not_what_the_head_says",
                N_(
                    "Column %(column)s holds too many different values to be dates or marks. Check the "
                    "heads of the columns and send the file again."
                ),
                column=rows.letter(at_date if len(dates) > _DATES else at_status) or "?",
            )
    if sheet.repaired_encoding:
        problems.add(None, None, "double_encoded")
    if sheet.damaged_letters:
        problems.add(None, None, "damaged_letters")
    head = rows.layout.last_row
    _say_how_rows_are_read(rows, head, problems)
    letter = column_letter(at_date) if at_date >= 0 else None
    read = _settle_dates(list(dates), said, rows.title, today, problems, head, letter)
    if rows.at_greenwich:
        problems.assume(head, letter, "late_evening", clock="18:30")
        read = {text: on + timedelta(days=1) if on else None for text, on in read.items()}
    marks, waiting = _settle_marks(rows, statuses, {**book_key, **key}, problems)
    return Meaning(read, marks, waiting, problems)


def _key_below(day: Cell, status: Cell, row: Sequence[Cell]) -> dict[str, Mark]:
    """What a line of a list that is no child's day says of the marks."""
    is_mark = not is_empty(status) and sense_of(status) is not Sense.UNKNOWN
    seen = day_cell(day) if not is_empty(day) else None
    if seen is not None and seen.readings[0].month and is_mark:
        return {}
    return {**key_in(row), **legend_in(line_of(row))}


def _settle_day_column(rows: Rows, problems: Problems) -> None:
    """Ask which of two columns is the day, where only a time of writing is known and another differs."""
    rivals = rows.rivals()
    if not rivals:
        return
    columns = [rows.columns.date, *rivals]
    heads = [rows.layout.lines[index] for index in columns]
    said = problems.choose(
        "which_date", " / ".join(heads), heads, rows=[rows.layout.last_row], lasting=True
    )
    if said is not None and said != heads[0]:
        rows.take_day_from(columns[heads.index(said)])


def _settle_flags(rows: Rows, problems: Problems) -> None:
    """Ask what an empty cell stands for where one column alone tells who was absent, or present."""
    flags = rows.flags
    if flags is None or not flags.asks_of_empty:
        return
    ((index, mark),) = flags.columns.items()
    if mark not in (Mark.PRESENT, Mark.ABSENT):
        return
    empty = rows.with_empty(index)
    if not empty:
        return
    said = problems.choose(
        "flag_left_empty",
        rows.layout.lines[index],
        ("present", "absent", "no mark"),
        rows=empty,
        lasting=True,
        holds="cells",
    )
    flags.empty_is = CHOICES[said] if said else None


def _say_how_rows_are_read(rows: Rows, head: int, problems: Problems) -> None:
    if rows.layout.by_stamp:
        problems.assume(head, column_letter(rows.columns.date), "stamp_is_day")
    if rows.flags:
        names = ", ".join(rows.layout.lines[index] for index in sorted(rows.flags.columns))
        problems.assume(head, None, "flags_read", columns=names)
    if rows.layout.absences:
        problems.assume(head, None, "absences_only")


def _settle_marks(
    rows: Rows, statuses: Counter[Cell], book_key: Mapping[str, Mark], problems: Problems
) -> tuple[dict[Cell, int | None], set[Cell]]:
    """What each text of a mark stands for, and those that wait for a person."""
    cells = list(statuses)
    texts = ["", *(shown(cell) for cell in cells)]
    senses = [Sense.BLANK, *(sense_of(cell) for cell in cells)]
    key = {**book_key, **rows.title.legend}
    apply_key(key, texts, senses, problems)

    def rows_of(numbers: Iterable[int]) -> list[int]:
        """The first rows of these marks; the list is read again for them, and only where one asks."""
        wanted = {cells[number - 1] for number in numbers if number}
        at = rows.columns.status
        return list(islice((number for number, row in rows if row[at] in wanted), MAX_ROWS))

    letters = [
        cell for cell, sense in zip(cells, senses[1:], strict=True) if sense is Sense.LEAVE_LETTER
    ]
    settle_letter(
        texts, senses, key, [], rows.title.text, problems, used=range(len(texts)), rows_of=rows_of
    )
    counts: Counter[Sense] = Counter()
    for cell, sense in zip(cells, senses[1:], strict=True):
        counts[sense] += statuses[cell]
    found = settle_convention(counts, rows.title.text, texts, senses, problems, rows_of=rows_of)
    marks = {
        cell: 0 if sense is Sense.OFF else found.marks.get(sense)
        for cell, sense in zip(cells, senses[1:], strict=True)
    }
    by_cell = dict(zip(cells, senses[1:], strict=True))
    waiting = {
        cell for cell, sense in by_cell.items() if marks[cell] is None or sense in found.waiting
    }
    waiting.update(cell for cell in letters if by_cell[cell] is Sense.DASH)
    if any(question.code == "flag_left_empty" for question in problems.asked.values()):
        waiting.update(cell for cell, sense in by_cell.items() if sense is Sense.BLANK)
    return marks, waiting


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
    year_first = are_year_first(texts, today=today)
    if year_first:
        problems.assume(head, letter, "year_first")
    seen = {
        text: day_cell(f"20{shown(text)}" if year_first else text) if not is_empty(text) else None
        for text in texts
    }
    cells = [cell for cell in seen.values() if cell]
    asked = said.month or (title.month.year or title.month.session or 0, title.month.month or 0)
    year = asked[0] or None
    session = None if said.month or title.month.year else title.month.session
    month_first = is_month_first(cells, today=today, month=asked[1] or None, year=year)
    if month_first is None and letter is None:
        month_first = False  # one date, above the list: written as it is here
        problems.assume(head, None, "day_first")
    if month_first is None:
        doubtful = next(c for c in cells if c.form == "numbers" and len(c.readings) > 1)
        ways = [date_of(picked(doubtful, turned), year) for turned in (False, True)]
        names = [on.isoformat() if on else "?" for on in ways]
        about = next(shown(raw) for raw, cell in seen.items() if cell is doubtful)
        chosen = problems.choose(
            "order_of_dates", about, names, rows=[head] if head else (), column=letter or ""
        )
        month_first = chosen is not None and chosen == names[1]
    turned = are_turned(cells)
    if turned:
        problems.add(head, letter, "date_cells_turned")
    read: dict[Cell, date | None] = {}
    for text, cell in seen.items():
        if cell is None:
            read[text] = None
            continue
        exchanged = turned if cell.form == "cell" else bool(month_first) and cell.form == "numbers"
        reading = picked(cell, exchanged)
        if session is not None and reading.month and not reading.year:
            read[text] = date_of(
                reading, _year_of_session(session, reading.month, today, problems, head)
            )
        else:
            read[text] = date_of(reading, year)
    if letter is None or title.month.strength < _TOLD:
        return read
    return _held_against_title(read, said, title, today, problems, head)


def _held_against_title(
    read: dict[Cell, date | None],
    said: Said,
    title: Title,
    today: date,
    problems: Problems,
    head: int,
) -> dict[Cell, date | None]:
    """The dates, in the month of the title where a person said that it is the right one."""
    days = {place: on for place, on in enumerate(read.values()) if on}
    columns = [DayColumn(0, on.day if on else 0) for on in read.values()]
    dated: dict[int, tuple[int, int] | None] = {n: (on.year, on.month) for n, on in days.items()}
    months = beside_title(columns, dated, title, said.month, today, head, problems)
    if months is None:
        return read  # a question about the whole list holds it
    for place, text in enumerate(read):
        month = months.get(place)
        if month is not None:
            read[text] = a_date(*month, days[place].day)
    return read


def _year_of_session(
    session: int, month: int, today: date, problems: Problems, head: int
) -> int | None:
    """The year of a month of a session such as 2025-26; None while a person has not said which April."""
    if month not in EITHER_END:
        return session + (1 if month < EITHER_END[0] else 0)
    years = [y for y in (session, session + 1) if (y, month) <= (today.year, today.month)]
    if len(years) == 1:
        return years[0]
    chosen = problems.choose(
        "session_year",
        f"{session}-{(session + 1) % 100:02} {month:02}",
        [shown_month((y, month)) for y in (session, session + 1)],
        rows=[head] if head else (),
    )
    return next((y for y in (session, session + 1) if shown_month((y, month)) == chosen), None)
