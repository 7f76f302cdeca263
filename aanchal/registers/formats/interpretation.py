"""From rows of cells to pages of marks: what each column and each doubtful mark stands for.

The order matters. First the columns on which the school was shut are set aside (their letters are
also marks: the A of SUNDAY is no absence); then the page's way of writing is settled from what is
left; only then is a mark counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from aanchal.lib.marks import Mark
from aanchal.lib.tabular.legacy import KRUTI_DEV_MARKS, is_lost, legacy_words
from aanchal.lib.tabular.problems import Limits
from aanchal.lib.tabular.survey import Survey
from aanchal.lib.tabular.texts import column_letter, quoted

from .blocks import Line
from .columns import CHILD, OFF, TIME_OFF, Columns, Part, Verdict
from .conventions import apply_key, settle_convention
from .head import Layout
from .identity import Evidence, Identity, Month, identify, shown_month
from .letter_l import settle_letter
from .marks import CHOICES, Convention, Sense, sense_of
from .months import a_date
from .page_months import check_weekdays, months_of
from .pages import DAYS, LONG_PAST, Page, PupilRow, counts_of
from .problems import Problems
from .purpose import is_of_something_else
from .rolls import Roll
from .sentences import QUESTIONS
from .sums import Tally
from .symbols import OTHER, Symbols


class Builder:
    """Makes the pages of one class from its parts.

    Args:
        parts: rows of the class, in the order of the file; at least one.
        symbols: the bytes of its cells.
        key: school, school's name, class, section as the rows say; empty texts where they do not.
    """

    def __init__(
        self,
        parts: list[Part],
        symbols: Symbols,
        key: tuple[str, str, str, str],
        evidence: Evidence,
        survey: Survey,
        limits: Limits,
        book_key: Mapping[str, Mark] | None = None,
    ) -> None:
        self.parts = parts
        self.symbols = symbols
        self.key = key
        self.evidence = evidence
        self.survey = survey
        self.problems = Problems(limits.problems, evidence.said.answers)
        self.book_key = book_key or {}
        self.senses = list(symbols.senses)

    def pages(self) -> list[Page]:
        """One page for each month the columns cover; at least one."""
        first = self.parts[0]
        head = first.block.layout.last_row
        row = first.lines[0].row if first.lines else head
        identity = identify(self.evidence, self.key, row, self.problems)
        for part in self.parts:
            layout = part.block.layout
            months = self.parts[0].months
            if part is not first and months and not any(c.month for c in layout.days):
                part.months = dict.fromkeys(range(len(layout.days)), next(iter(months.values())))
            else:
                self.settle_order(layout, head)
                part.months = months_of(layout.days, self.evidence, head, self.problems)
            self.say_how_dates_were_read(part)
        self.note_fonts()
        self.apply_legend()
        self.columns = Columns(self.parts, self.symbols, self.senses, self.problems)
        for part in self.parts:
            self.columns.judge(part)
        self.columns.judge_across_parts()
        tally = Tally(self.parts, self.sense)
        if self.settle_letters(tally):
            tally = Tally(self.parts, self.sense)
        convention = self.settle(tally)
        if "h" not in self.legend:
            self.ask_about_half_days(convention)
        empty = self.legend.get("", Mark.NOT_TAKEN)
        is_held = any(question.holds == "page" for question in self.problems.asked.values())
        if not is_held and tally.ask_of_difference(convention, empty, self.problems):
            self.leave_out(convention)
        titles = (self.evidence.title, self.evidence.sheet, self.evidence.file)
        if is_of_something_else(titles, self.evidence.title.row, self.problems):
            self.leave_out(convention)
        table, unread = self.tables(convention)
        for part in self.parts:
            self.report_cells(part, unread)
        dated = sorted({m for p in self.parts for m in p.months.values() if m})
        covered: list[Month | None] = [*dated] or [None]
        pages = [self.page(identity, month, table) for month in covered]
        self.ask(pages)
        if table[0]:
            self.say_empty_days(pages)
        problems = self.problems.close()
        pages[0].problems = [p for p in problems if p.code not in QUESTIONS]
        pages[0].asks = [p for p in problems if p.code in QUESTIONS]
        for page in pages:
            page.questions = list(self.problems.asked.values())
        pages[0].assumed = self.problems.assumed
        return pages

    def leave_out(self, convention: Convention) -> None:
        """Let no mark of the page go in, nor an empty cell that the key calls one."""
        convention.marks = dict.fromkeys(convention.marks, Mark.NOT_TAKEN)
        self.legend.pop("", None)

    def settle_order(self, layout: Layout, head: int) -> None:
        """Day or month first, where both fit the row of dates: as the month said tells, else asked."""
        if not layout.ways or any(len(way) != len(layout.days) for way in layout.ways):
            return
        said = self.evidence.said.month
        month = said[1] if said else self.evidence.title.month.month
        ways = [way for way in layout.ways if any(m == month for _, m, _ in way)]
        if len(ways) != 1:
            names = [_shown_day(*way[0]) for way in layout.ways]
            about = f"{names[0]} / {names[1]}"
            chosen = self.problems.choose("order_of_dates", about, names, rows=[head])
            ways = [layout.ways[names.index(chosen)]] if chosen else layout.ways
        for column, (day, number, year) in zip(layout.days, ways[0], strict=True):
            column.day, column.month, column.year = day, number, year
        layout.ways = []

    def say_how_dates_were_read(self, part: Part) -> None:
        layout = part.block.layout
        if layout.turned:
            month = next((m for m in part.months.values() if m), None)
            self.problems.add(
                layout.last_row, None, "dates_turned", month=shown_month(month) if month else "?"
            )

    def note_fonts(self) -> None:
        heads = [line for part in self.parts for line in part.block.layout.lines]
        names = [line.name for part in self.parts for line in part.lines[:200]]
        if legacy_words(heads) >= 1:
            self.problems.add(None, None, "legacy_font")
            for number, text in enumerate(self.symbols.texts):
                if self.senses[number] is Sense.UNKNOWN and text in KRUTI_DEV_MARKS:
                    self.senses[number] = sense_of(KRUTI_DEV_MARKS[text])
        if sum(map(is_lost, names)) > len(names) // 3:
            self.problems.add(None, None, "lost_letters")

    def apply_legend(self) -> None:
        legend: dict[str, Mark] = {}
        for part in self.parts:
            legend |= part.block.title.legend | part.block.legend
        self.legend = {**self.book_key, **legend}
        apply_key(self.legend, self.symbols.texts, self.senses, self.problems)

    def sense(self, number: int) -> Sense:
        return self.senses[number] if number < OTHER else Sense.UNKNOWN

    # Marks.

    def settle_letters(self, tally: Tally) -> bool:
        """Settle what L is on this page; True where it has one."""
        heads = [line for part in self.parts for line in part.block.layout.lines]
        used = {0}.union(*(kinds for part in self.parts for kinds in part.kinds.values()))
        return settle_letter(
            self.symbols.texts, self.senses, self.legend, heads, self.evidence.title.text,
            self.problems, used=used, sums=tally, rows_of=self.rows_of,
        )  # fmt: skip

    def rows_of(self, numbers: Iterable[int]) -> list[int]:
        """The rows in which one of these marks stands, on days that are no closure."""
        wanted = set(numbers)
        return sorted(
            {
                line.row
                for part in self.parts
                for place, kinds in part.kinds.items()
                if kinds & wanted and part.verdicts[place] is not Verdict.CLOSED
                for line in part.lines
                if line.codes[place] in wanted
            }
        )

    def settle(self, tally: Tally) -> Convention:
        counts: Counter[Sense] = Counter()
        for part in self.parts:
            joined = Counter(b"".join(line.codes for line in part.lines))
            for place, verdict in enumerate(part.verdicts):
                if verdict is Verdict.CLOSED:
                    joined.subtract(Counter(line.codes[place] for line in part.lines))
            for number, count in joined.items():
                counts[self.sense(number)] += count
        return settle_convention(
            counts, self.evidence.title.text, self.symbols.texts, self.senses, self.problems, tally,
            self.rows_of,
        )  # fmt: skip

    def tables(self, convention: Convention) -> tuple[bytes, frozenset[int]]:
        """A translation of cells' bytes to marks, and the bytes that cannot be read."""
        table = bytearray(256)
        unread = {OTHER}
        if self.legend.get("") is not None:
            self.problems.assume(None, None, "empty_by_key")
        for number, sense in enumerate(self.senses):
            mark = convention.marks.get(sense)
            if mark is not None:
                table[number] = mark
            else:
                unread.add(number)
        table[0] = self.legend.get("", Mark.NOT_TAKEN)
        self.notes = frozenset(n for n in unread if n and len(self.symbols.text(n)) > _MARK)
        return bytes(table), frozenset(unread)

    def report_cells(self, part: Part, unread: frozenset[int]) -> None:
        layout = part.block.layout
        doubtful = [
            (line, place)
            for place, kinds in part.kinds.items()
            if kinds & unread
            and (part.verdicts[place] is not Verdict.CLOSED or place in part.slips)
            for line in part.lines
            if line.codes[place] in unread
        ]
        for line, place in sorted(doubtful, key=lambda found: (found[0].row, found[1])):
            self.report_cell(part, line, place, line.codes[place])
        for place in part.slips:
            for line in part.lines:
                if self.sense(line.codes[place]) in CHILD:
                    letter = column_letter(layout.days[place].index)
                    self.problems.add(line.row, letter, "mark_on_closed_day")
        if self.survey.uncalculated or self.survey.errors:
            rows = {line.row for line in part.lines}
            for cells, code_name in (
                (self.survey.uncalculated, "uncalculated"), (self.survey.errors, "formula_error")
            ):  # fmt: skip
                for row, column in sorted(cells):
                    if row in rows and any(c.index == column - 1 for c in layout.days):
                        self.problems.add(row, column_letter(column - 1), code_name)

    def report_cell(self, part: Part, line: Line, place: int, code: int) -> None:
        column = part.block.layout.days[place]
        sense = self.sense(code)
        name = {Sense.ZERO: "zero_unclear", Sense.ONE: "one_unclear"}.get(sense, "unreadable_mark")
        letter = column_letter(column.index)
        if name == "unreadable_mark":
            text = quoted(self.symbols.text(code))
            self.problems.add(line.row, letter, name, text=text, day=column.day)
            if len(text) <= _MARK:
                self.problems.choose(
                    "what_is_mark",
                    text,
                    tuple(CHOICES),
                    rows=[line.row],
                    lasting=True,
                    holds="cells",
                )
        else:
            self.problems.add(line.row, letter, name, day=column.day)

    # Pages.

    def page(self, identity: Identity, month: Month | None, table: bytes) -> Page:
        pupils = Roll(self.problems, month)
        for part in self.parts:
            places = [
                place
                for place in range(len(part.block.layout.days))
                if part.months.get(place) == month
            ]
            usable = self.usable(part, places, month)
            straight = [part.block.layout.days[p].day for p in usable] == list(
                range(1, len(usable) + 1)
            )
            straight = straight and usable == list(range(len(part.block.layout.days)))
            special = [p for p in usable if part.verdicts[p] in (Verdict.CLOSED, Verdict.HOLIDAY)]
            if table[0]:
                special += [p for p in usable if self.was_not_held(part, p)]
            for line in part.lines:
                marks = line.codes.translate(table)
                if table[0] and self.notes and not self.notes.isdisjoint(line.codes):
                    marks = self.without_days_after_a_note(marks, line.codes, part, usable)
                if special:
                    marks = self.without_closed(marks, line.codes, part, special)
                if straight:
                    month_marks = marks.ljust(DAYS, b"\x00")
                else:
                    spread = bytearray(DAYS)
                    for place in usable:
                        spread[part.block.layout.days[place].day - 1] = marks[place]
                    month_marks = bytes(spread)
                pupils.add(line, month_marks, part)
        return self.finished(identity, month, pupils.rows)

    def usable(self, part: Part, places: list[int], month: Month | None) -> list[int]:
        """The places whose day the month has; the others are reported if anything stands there."""
        if month is None:
            return places
        layout = part.block.layout
        check_weekdays([layout.days[p] for p in places], month, layout.last_row, self.problems)
        usable = []
        for place in places:
            column = layout.days[place]
            if a_date(*month, column.day):
                usable.append(place)
            elif part.verdicts[place] is not Verdict.EMPTY:
                self.problems.add(
                    layout.last_row,
                    column_letter(column.index),
                    "no_such_day",
                    day=column.day,
                    month=shown_month(month),
                )
        return usable

    def without_closed(self, marks: bytes, codes: bytes, part: Part, special: list[int]) -> bytes:
        changed = bytearray(marks)
        for place in special:
            if part.verdicts[place] in (Verdict.CLOSED, Verdict.EMPTY):
                changed[place] = 0
            elif codes[place]:
                counted = self.sense(codes[place]) in TIME_OFF - OFF
                changed[place] = Mark.HOLIDAY if counted else 0
        return bytes(changed)

    def was_not_held(self, part: Part, place: int) -> bool:
        """True for a day with nothing written in any part of the class: a table may be cut in two."""
        if part.verdicts[place] is not Verdict.EMPTY:
            return False
        on = part.on(place)
        return on is None or not any(
            other.on(there) == on and verdict is Verdict.MARKS
            for other in self.parts
            if other is not part
            for there, verdict in enumerate(other.verdicts)
        )

    def without_days_after_a_note(
        self, marks: bytes, codes: bytes, part: Part, usable: list[int]
    ) -> bytes:
        """Where empty means a mark: nothing after words such as "left for Surat", till a mark stands."""
        changed, is_after = bytearray(marks), False
        for place in sorted(usable, key=lambda p: part.block.layout.days[p].day):
            if codes[place] in self.notes:
                is_after = True
            elif codes[place]:
                is_after = False
            elif is_after:
                changed[place] = Mark.NOT_TAKEN
        return bytes(changed)

    def finished(self, identity: Identity, month: Month | None, rows: list[PupilRow]) -> Page:
        joined = b"".join(row.marks for row in rows)
        counts = counts_of(joined)
        days = []
        for index in range(DAYS):
            column = joined[index::DAYS]
            on = a_date(*month, index + 1) if month else None
            if on and any(mark in column for mark in _TAKEN):
                days.append(on)
                self.ask_about_day(on, column)
        self.say_where_marks_end(rows, days)
        page = Page(
            identity.school, identity.school_name, identity.grade, identity.section,
            shown_month(month) if month else None, rows, days, counts, maybe_school=identity.maybe_school,
        )  # fmt: skip
        today = self.evidence.today
        if month and month > (today.year, today.month):
            self.problems.add(
                self.evidence.title.row, None, "month_in_future", month=shown_month(month)
            )
        elif days and days[-1] > today:
            later = next(day for day in days if day > today)
            self.problems.add(None, None, "marks_in_future", day=later.isoformat())
        elif month and today.year - month[0] > LONG_PAST:
            self.problems.add(None, None, "month_long_past", month=shown_month(month))
        return page

    def say_empty_days(self, pages: list[Page]) -> None:
        """Where empty is a mark: say it when too many days are empty for everybody to be holidays all."""
        for page in pages:
            if not page.days:
                continue
            held = {*page.days}
            empty = {
                on
                for part in self.parts
                for place in range(len(part.verdicts))
                if self.was_not_held(part, place)
                and (on := part.on(place))
                and on.weekday() != _SUNDAY
            } - held
            between = sum(page.days[0] < on < page.days[-1] for on in empty)
            # Days before the first and after the last are many in a month half over; not so many.
            if between * 3 >= between + len(held) or len(empty) > 2 * len(held):
                self.problems.add(None, None, "empty_days", count=len(empty))

    def say_where_marks_end(self, rows: list[PupilRow], days: list[date]) -> None:
        """Name the few children without a mark on the last days that the class was taken."""
        if len(days) < 2 * _LAST_DAYS:
            return
        reach = days[-_LAST_DAYS].day - 1
        ended = [row for row in rows if not any(row.marks[reach:])]
        if len(ended) * 5 > len(rows):
            return
        for row in ended:
            last = len(row.marks.rstrip(b"\x00"))
            if last:
                self.problems.add(
                    row.row, None, "marks_end", day=days[0].replace(day=last).isoformat()
                )

    def ask_about_day(self, on: date, column: bytes) -> None:
        size = len(column)
        for mark, code in ((Mark.ABSENT, "all_absent"), (Mark.LEAVE, "all_leave")):
            alike = column.count(mark)
            if alike >= max(2, 0.8 * size) and alike == size - column.count(0):
                self.problems.add(None, self.letter_of(on), code, count=alike, day=on.isoformat())

    def letter_of(self, on: date) -> str | None:
        for part in self.parts:
            for place, column in enumerate(part.block.layout.days):
                if part.on(place) == on:
                    return column_letter(column.index)
        return None

    def ask(self, pages: list[Page]) -> None:
        rows = [row for page in pages for row in page.pupils]
        present = sum(page.marks.present for page in pages)
        absent = sum(page.marks.absent + page.marks.leave for page in pages)
        if (present == 0) != (absent == 0):
            blanks = [
                sum(row.marks[day.day - 1] == 0 for day in page.days)
                for page in pages
                for row in page.pupils
            ]
            if absent and sum(blanks) >= absent:
                self.problems.add(None, None, "only_absences")
            spread = sum(1 for blank in blanks if blank) * 3 >= len(blanks)
            if present and spread and sum(blanks) * 10 >= present:
                self.problems.add(None, None, "only_presences")
        if not rows:
            self.problems.add(self.parts[0].block.layout.last_row, None, "no_pupils")
        elif not present and not absent and not any(page.marks.holiday for page in pages):
            self.problems.add(None, None, "no_marks")

    def ask_about_half_days(self, convention: Convention) -> None:
        letters = [n for n, s in enumerate(self.senses) if s is Sense.HOLIDAY_LETTER]
        if not letters:
            return
        for part in self.parts:
            for place, verdict in enumerate(part.verdicts):
                if verdict is not Verdict.MARKS:
                    continue
                here = {line.codes[place] for line in part.lines}
                if here & set(letters) and any(self.sense(code) in CHILD for code in here):
                    rows = [line.row for line in part.lines if line.codes[place] in letters]
                    chosen = self.problems.choose(
                        "holiday_beside_marks",
                        self.symbols.text(letters[0]),
                        ("holiday", "present", "leave"),
                        rows=rows,
                        lasting=True,
                        holds="cells",
                    )
                    convention.marks[Sense.HOLIDAY_LETTER] = CHOICES[chosen or "no mark"]
                    return


def _shown_day(day: int, month: int | None, year: int | None) -> str:
    return f"{year or '?'}-{month or 0:02}-{day:02}"


_SUNDAY = 6
_LAST_DAYS = 5  # days taken after a child's last mark before it is said that hers end
_MARK = 6  # letters of what may be a mark; longer is a note
_TAKEN = (Mark.PRESENT, Mark.ABSENT, Mark.LEAVE, Mark.LATE)
