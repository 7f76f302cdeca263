"""A sheet's form: the fingerprint of its headings, its book's key of marks, what its name says."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice

from aanchal.lib.indic.calendar_words import MONTHS, WEEKDAYS
from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.sheet import Sheet

from .head import Layout
from .headers import Row, find_header
from .marks import key_in, legend_in
from .months import day_cell
from .page_months import EITHER_END
from .titles import Title, line_of, read_title, title_of_name

_KEY_ROWS = 60  # rows of a sheet that may hold the key of the whole book
_KEY_CELLS = 600
_WORDS = re.compile(r"[^\W\d_]+")


def form_of(layout: Layout) -> str:
    """A fingerprint of a table's headings without their days, months and weekdays.

    Next month's register of the same school has the same one, so that an answer given once holds.
    """
    words = [
        word
        for line in layout.lines
        for word in _WORDS.findall(fold(line))
        if word not in MONTHS and word not in WEEKDAYS and len(word) > 1
    ]
    told = " ".join([*words, layout.way, "long" if layout.is_long else "wide"])
    return sha256(told.encode()).hexdigest()[:24]


def key_of_book(sheets: Sequence[Sheet]) -> dict[str, Mark]:
    """The key of marks that stands on any small sheet of a workbook, hidden or not."""
    found: dict[str, Mark] = {}
    for sheet in sheets:
        if sheet.survey.cells > _KEY_CELLS:
            continue
        rows = list(islice(sheet.rows(), _KEY_ROWS))
        is_register = find_header(list(enumerate(rows, 1))) is not None
        for row in rows:
            for cell in row:
                if isinstance(cell, str) and len(cell) > 3:
                    found = legend_in(cell) | found
            if not is_register:
                found = key_in(row) | legend_in(line_of(row)) | found
    return found


def sheet_name_title(
    name: str, names: Sequence[str], ahead: Sequence[Row], layout: Layout, file: Title
) -> Title:
    """What a sheet's name says; a bare number is the day of its list where that is what it holds.

    A book with a sheet for each day names them 1, 2, 3: no classes.
    """
    title = title_of_name(name) if name else Title()
    if not name.strip().isdigit():
        return title
    number = int(name.strip())
    above = read_title([row for row in ahead if row[0] < layout.first_row])
    own = day_cell(above.day) if above.day else None
    if own and any(reading.day == number for reading in own.readings):
        return replace(title, grade=None)
    bare = [int(other) for other in names if other.strip().isdigit()]
    month = above.month if above.month.month else file.month
    year = month.year
    if year is None and month.session and month.month not in (None, *EITHER_END):
        year = month.session + (month.month < EITHER_END[0])
    is_days = above.grade is not None or max(bare) > 12
    if layout.is_long and above.day is None and is_days and month.month and year and number <= 31:
        day = f"{number:02}-{month.month:02}-{year}"
        return replace(title, grade=None, day=day)
    return title
