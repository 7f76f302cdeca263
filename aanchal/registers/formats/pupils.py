"""Lists of pupils, as schools and state systems send them: a row for each child.

The same care as for registers: any of three languages above the columns, any usual file, and nothing
guessed in silence. A row without a name, class or school is left out and said; the rest go in. Caste,
religion and Aadhaar numbers are not read, whatever column holds them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

from aanchal.lib.indic.folding import fold
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.instants import day_of, india_day
from aanchal.lib.tabular.legacy import is_lost, legacy_words
from aanchal.lib.tabular.problems import Limits, Problem, Unreadable
from aanchal.lib.tabular.sheet import Progress, Sheet
from aanchal.lib.tabular.sheets import Source, open_sheets
from aanchal.lib.tabular.texts import Cell, column_letter, is_empty, quoted, shown

from .dates import are_turned, date_of, is_month_first, picked
from .grades import grade_of
from .headers import labels_of
from .identifiers import is_aadhaar
from .labels import Field, field_of
from .lines import is_only_words_of_a_sum, kind_of_line
from .months import DayCell, day_cell
from .problems import Problems
from .pupil_lines import Pupil, PupilList
from .pupil_words import age_of, disability_of, phone_of, relation_of, sex_of
from .rolls import number_of
from .sentences import SENTENCES
from .standing import standing_columns, standing_of
from .titles import Title, read_title, title_of_name, udise_of

_LOOK_AHEAD = 80
_IDENTIFIER = re.compile(r"(?:[A-Za-z]{1,6}[-/. ]?){0,3}\d[\w\-/.]*$")
_FULL_NAME = (Field.NAME, Field.OWN_NAME)
_TELLING = frozenset(
    (
        Field.CLASS, Field.SECTION, Field.ROLL, Field.SCHOOL, Field.SEX, Field.BIRTH, Field.AGE, Field.FATHER,
        Field.MOTHER, Field.GUARDIAN, Field.ADMISSION, Field.STATE_ID, Field.VILLAGE, Field.PHONE, Field.OWN_NAME,
        Field.DISABILITY, Field.ADDRESS, Field.LANDMARK,
    )
)  # fmt: skip


def read_pupils(
    source: Source,
    *,
    filename: str,
    school: str | None = None,
    limits: Limits | None = None,
    today: date | None = None,
    answers: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> PupilList:
    """Read a list of pupils from CSV, XLSX, XLS, ODS or a table saved as a web page.

    Args:
        source: an open, seekable binary file, or a path.
        filename: the name the user gave it; asked only where the file is silent.
        school: the UDISE code the user named. It fills silence; where the file names another, the
            file's stands and the row is reported.
        limits: caps on size; the usual ones when not given.
        today: no birth can be later; not checked when not given.
        answers: those a person gave to the questions of an earlier reading, by their keys.

    Raises:
        Unreadable: no list of pupils is in it, or it cannot be read as a whole.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return read_pupils(
                stream,
                filename=filename,
                school=school,
                limits=limits,
                today=today,
                answers=answers,
                progress=progress,
            )
    limits = limits or Limits()
    problems = Problems(limits.problems, answers)
    said = udise_of(school) if school else None
    if school and not said:
        problems.add(None, None, "bad_hint_school", said=quoted(school))
    reader = _Reader(said, title_of_name(filename, is_file=True), problems, limits, today)
    found = False
    sheets = open_sheets(source, limits=limits, progress=progress)
    for sheet in sheets:
        if not sheet.hidden:
            found |= reader.read(sheet)
        elif _has_list(sheet):
            problems.add(None, None, "hidden_sheet")
    if not found:
        raise Unreadable(
            "no_pupil_list",
            N_(
                "No list of pupils was found in this file. It needs a row of headings with the name and the "
                "class, and a row for each child."
            ),
        )
    kept = [*problems.close(), *stray_quotes(sheets)]
    return PupilList(reader.pupils, kept, list(problems.asked.values()), problems.assumed)


def stray_quotes(sheets: Sequence[Sheet]) -> list[Problem]:
    """The lines on which a quotation mark is opened and never closed, once they were read."""
    return [
        Problem(row, None, "stray_quote", SENTENCES["stray_quote"])
        for sheet in sheets
        for row in sheet.stray_quotes
    ]


def _has_list(sheet: Sheet) -> bool:
    return any(_is_head(labels_of(row)) for row in islice(sheet.rows(), _LOOK_AHEAD))


class _Reader:
    def __init__(
        self, said: str | None, file: Title, problems: Problems, limits: Limits, today: date | None
    ) -> None:
        self.said = said
        self.file = file
        self.problems = problems
        self.limits = limits
        self.today = today
        self.pupils: list[Pupil] = []
        self.seen: dict[tuple[str | None, ...], int] = {}
        self.rolls: dict[tuple[str | None, ...], int] = {}
        self.compared = False

    def read(self, sheet: Sheet) -> bool:
        """Read one sheet; False when it is no list."""
        rows = enumerate(sheet.rows(), 1)
        above: list[tuple[int, Sequence[Cell]]] = []
        for number, row in rows:
            labels = labels_of(row)
            if _is_head(labels):
                first = list(islice(rows, _LOOK_AHEAD))
                _settle_names(labels, row, [cells for _, cells in first])
                self.start(sheet, labels, row, above, number)
                self.take_all(chain(first, rows))
                return True
            above.append((number, row))
            if number >= _LOOK_AHEAD:
                return False
        return False

    def start(
        self,
        sheet: Sheet,
        labels: dict[Field, int],
        row: Sequence[Cell],
        above: list[tuple[int, Sequence[Cell]]],
        number: int,
    ) -> None:
        self.at = labels
        self.standing = standing_columns(row)
        self.hidden = sheet.hidden_rows
        self.needed = max(labels.values()) + 1
        self.title = read_title(above)
        self.sheet_title = title_of_name(sheet.name) if sheet.name else Title()
        if legacy_words([shown(row[labels[w]]) for w in _FULL_NAME if w in labels]):
            raise Unreadable(
                "legacy_names",
                N_(
                    "The names in this list are typed in an old font (such as Kruti Dev) that other "
                    "computers cannot read. Convert the file to Unicode and send it again."
                ),
            )
        if sheet.repaired_encoding:
            self.problems.add(None, None, "double_encoded")
        if sheet.damaged_letters:
            self.problems.add(None, None, "damaged_letters")
        self.head = number

    def take_all(self, rows: Iterator[tuple[int, Sequence[Cell]]]) -> None:
        births: list[tuple[Pupil, Cell]] = []
        ages_on: list[tuple[Pupil, Cell]] = []
        for number, row in rows:
            if len(row) < self.needed:
                row = [*row, *[""] * (self.needed - len(row))]
            pupil = self.pupil(number, row)
            if pupil is None or not self.is_still_here(number, row):
                continue
            if number in self.hidden:
                self.problems.add(number, None, "hidden_row")
            self.pupils.append(pupil)
            if len(self.pupils) > self.limits.pupils:
                raise Unreadable(
                    "too_many_pupils",
                    N_(
                        "The file holds more than %(limit)d children. Send one file for each block or month."
                    ),
                    limit=self.limits.pupils,
                )
            if not is_empty(cell := self.cell(row, Field.BIRTH)):
                births.append((pupil, cell))
            if not is_empty(cell := self.cell(row, Field.AGE_ON)):
                ages_on.append((pupil, cell))
        for pupil, born_on in self.dated(births, Field.BIRTH):
            pupil.born_on = born_on
        for pupil, age_on in self.dated(ages_on, Field.AGE_ON):
            pupil.age_on = age_on

    def is_still_here(self, number: int, row: Sequence[Cell]) -> bool:
        """False for a child who may have left: nobody enrols her until a person says that she is here."""
        for at, heading in self.standing:
            cell = row[at] if at < len(row) else ""
            if standing_of(heading, cell) is False:
                said = self.problems.choose(
                    "pupil_standing", quoted(shown(cell)), ("left", "here"), rows=[number],
                    holds="cells",
                )  # fmt: skip
                if said != "here":
                    return False
        return True

    def cell(self, row: Sequence[Cell], which: Field) -> Cell:
        at = self.at.get(which)
        return row[at] if at is not None else ""

    def text(self, row: Sequence[Cell], which: Field) -> str:
        return shown(self.cell(row, which))

    def letter(self, which: Field) -> str | None:
        at = self.at.get(which)
        return column_letter(at) if at is not None else None

    def pupil(self, number: int, row: Sequence[Cell]) -> Pupil | None:
        """The child of one row; None for a row that is no child, or lacks what must be known."""
        if all(is_empty(cell) for cell in row) or _is_head(labels_of(row)):
            return None
        given = " ".join(
            part for w in (Field.NAME, Field.MIDDLE_NAME) if (part := self.text(row, w))
        )
        family = self.text(row, Field.FAMILY_NAME)
        if family and fold(given).endswith(" " + fold(family)):
            given = given[: -len(family)].rstrip()  # a column of whole names beside the surnames
        own = self.text(row, Field.OWN_NAME)
        name = " ".join(part for part in (given, family) if part) or own
        if self.is_foot(number, row, name):
            return None
        if is_lost(name):
            self.problems.add(number, self.letter(Field.NAME), "pupil_name_lost")
            return None
        if not name:
            self.problems.add(number, self.letter(Field.NAME), "pupil_name_missing")
            return None
        if not any(letter.isalpha() for letter in name):
            self.problems.add(number, self.letter(Field.NAME), "pupil_name_number")
            return None
        school = self.school(number, row)
        grade, section = self.grade_and_section(number, row)
        if not school or not grade:
            return None
        pupil = Pupil(
            number, school, grade, section, number_of(self.text(row, Field.ROLL)), name,
            given_name=given if Field.FAMILY_NAME in self.at else None,
            family_name=family if Field.FAMILY_NAME in self.at else None,
            own_script_name=(own if not is_lost(own) else "") or (name if not name.isascii() else None) or None,
            sex=self.sex(number, row),
            age_years=self.age(number, row),
            disability=disability_of(self.text(row, Field.DISABILITY)),
            village=self.text(row, Field.VILLAGE) or None,
            landmark=self.text(row, Field.LANDMARK) or None,
            address=self.text(row, Field.ADDRESS) or None,
            father_name=self.text(row, Field.FATHER) or None,
            mother_name=self.text(row, Field.MOTHER) or None,
            guardian_phone=self.phone(number, row),
            admission_no=self.number(number, row, Field.ADMISSION),
            state_id=self.number(number, row, Field.STATE_ID),
        )  # fmt: skip
        self.set_guardian(pupil, row)
        return None if self.is_double(pupil) else pupil

    def is_foot(self, number: int, row: Sequence[Cell], name: str) -> bool:
        """True for sums and signatures below the list."""
        numbered = any(
            any(c.isdigit() for c in self.text(row, which)) for which in (Field.ROLL, Field.SERIAL, Field.ADMISSION)
        )  # fmt: skip
        words = " ".join(text for cell in row[:4] if (text := shown(cell)))
        if numbered and not (name and is_only_words_of_a_sum(name)):
            return False
        if name and is_only_words_of_a_sum(name):
            if numbered:  # perhaps a child called so: never passed over unsaid
                self.problems.add(number, self.letter(Field.NAME), "pupil_or_sum")
            return True
        if name and not is_empty(self.cell(row, Field.CLASS)):
            return False
        return kind_of_line(words) is not None

    def school(self, number: int, row: Sequence[Cell]) -> str | None:
        text = self.text(row, Field.SCHOOL)
        own = udise_of(self.cell(row, Field.SCHOOL)) if text else None
        if text and not own:
            self.problems.add(number, self.letter(Field.SCHOOL), "bad_school", text=quoted(text))
        found = own or self.title.school or self.sheet_title.school
        if found and self.said and found != self.said and (own or not self.compared):
            self.compared = True
            self.problems.add(
                number if own else self.title.row, self.letter(Field.SCHOOL), "school_disagrees", file=found,
                said=self.said,
            )  # fmt: skip
        found = found or self.said
        if not found and not text and self.file.school:
            found = self.file.school
            if not self.compared:
                self.compared = True
                self.problems.add(None, None, "school_from_file_name", school=found)
        if not found and not text:
            self.problems.add(number, None, "no_school")
        return found if own or not text else None

    def grade_and_section(self, number: int, row: Sequence[Cell]) -> tuple[str | None, str | None]:
        text = self.text(row, Field.CLASS)
        seen = grade_of(text) if text else None
        if text and not (seen and seen.grade):
            self.problems.add(number, self.letter(Field.CLASS), "bad_class", text=quoted(text))
            return None, None
        grade = (seen.grade if seen else None) or self.title.grade or self.sheet_title.grade
        if not grade:
            self.problems.add(number, self.letter(Field.CLASS), "no_class")
        section = self.text(row, Field.SECTION).upper() or (seen.section if seen else None)
        return grade, section or self.title.section or self.sheet_title.section

    def sex(self, number: int, row: Sequence[Cell]) -> str | None:
        text = self.text(row, Field.SEX)
        if not text:
            return None
        found = sex_of(text)
        if found is None:
            self.problems.add(number, self.letter(Field.SEX), "unknown_sex", text=quoted(text))
        return found

    def age(self, number: int, row: Sequence[Cell]) -> int | None:
        text = self.text(row, Field.AGE)
        if not text:
            return None
        found = age_of(text)
        if found is None:
            self.problems.add(number, self.letter(Field.AGE), "bad_age", text=quoted(text))
        return found

    def phone(self, number: int, row: Sequence[Cell]) -> str | None:
        text = self.text(row, Field.PHONE)
        if not text:
            return None
        found = phone_of(text)
        if found is None and text.strip("0- "):
            self.problems.add(number, self.letter(Field.PHONE), "bad_phone", text=quoted(text))
        return found

    def number(self, number: int, row: Sequence[Cell], which: Field) -> str | None:
        """The child's number at the school or in the state; an Aadhaar number is never kept."""
        text = self.text(row, which)
        if is_aadhaar(text):
            self.problems.add(number, self.letter(which), "aadhaar")
            return None
        return text or None

    def set_guardian(self, pupil: Pupil, row: Sequence[Cell]) -> None:
        other = self.text(row, Field.GUARDIAN) or None
        said = relation_of(self.text(row, Field.RELATION))
        for name, relation in (
            (pupil.father_name, "father"), (pupil.mother_name, "mother"), (other, said or "other")
        ):  # fmt: skip
            if name:
                pupil.guardian_name, pupil.guardian_relation = name, relation
                return

    def is_double(self, pupil: Pupil) -> bool:
        """Report a child listed twice (True: leave the row out) and a roll number given twice."""
        where = (pupil.school, pupil.grade, pupil.section)
        who = pupil.admission_no or pupil.state_id or pupil.roll
        key = (*where, who, fold(pupil.name), pupil.guardian_name if not who else None)
        if key in self.seen:
            self.problems.add(pupil.row, None, "pupil_twice", other=self.seen[key])
            return True
        self.seen[key] = pupil.row
        if pupil.roll:
            other = self.rolls.setdefault((*where, pupil.roll), pupil.row)
            if other != pupil.row:
                self.problems.add(
                    pupil.row, self.letter(Field.ROLL), "same_roll", roll=pupil.roll, other=other
                )
        return False

    def dated(
        self, cells: list[tuple[Pupil, Cell]], which: Field
    ) -> Iterator[tuple[Pupil, date | None]]:
        """Each pupil with the date in her cell, day and month told apart by the whole column."""
        known: dict[Cell, DayCell | None] = {cell: day_cell(_day(cell)) for _, cell in cells}
        read = [cell for cell in known.values() if cell]
        month_first = is_month_first(read, today=self.today or date.max)
        if month_first is None:
            self.problems.add(self.head, self.letter(which), "birth_day_or_month")
        turned = are_turned(read)
        if turned:
            self.problems.add(self.head, self.letter(which), "date_cells_turned")
        for pupil, cell in cells:
            seen = known[cell]
            on = None
            if seen:
                exchanged = (
                    turned if seen.form == "cell" else seen.form == "numbers" and bool(month_first)
                )
                on = date_of(picked(seen, exchanged))
            too_old = on is not None and which is Field.BIRTH and on.year < 1990
            if on is None or too_old or (self.today and on > self.today):
                self.problems.add(
                    pupil.row, self.letter(which), "bad_birth", text=quoted(shown(cell))
                )
                on = None
            yield pupil, on


def _day(cell: Cell) -> Cell:
    """A moment as the day in India that it is; any other cell as it stands."""
    if isinstance(cell, datetime):
        return day_of(cell)
    if isinstance(cell, str) and (day := india_day(cell)):
        return day
    return cell


def _settle_names(
    labels: dict[Field, int], head: Sequence[Cell], rows: Sequence[Sequence[Cell]]
) -> None:
    """Take for the name the column that holds names: one headed "Student" may hold numbers."""
    if Field.NAME not in labels:
        return
    columns = [index for index, cell in enumerate(head) if field_of(cell) is Field.NAME]
    holding = [index for index in columns if _holds_names(index, rows)]
    if holding and labels[Field.NAME] not in (*holding, labels.get(Field.OWN_NAME)):
        labels.setdefault(Field.STATE_ID, labels[Field.NAME])
        labels[Field.NAME] = holding[0]


def _holds_names(index: int, rows: Sequence[Sequence[Cell]]) -> bool:
    cells = [text for row in rows if index < len(row) and (text := shown(row[index]))]
    named = sum(any(c.isalpha() for c in text) and not _IDENTIFIER.match(text) for text in cells)
    return 2 * named > len(cells)


def _is_head(labels: dict[Field, int]) -> bool:
    return any(which in labels for which in _FULL_NAME) and len(_TELLING & set(labels)) >= 1
