"""How far a sheet's cells reach, found before anything is built from them.

A spreadsheet library makes a rectangle from the first cell to the last: one stray cell on row
1,048,576 costs it gigabytes. So the XML is walked first, in flat memory. What lies far below the
last real row is cut off; what the library does not tell (hidden rows, formulas never calculated,
error values) is noted on the way.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from xml.parsers import expat

from .archives import broken, strange
from .problems import Limits

_FAR = 200  # rows between the last real row and a stray cell before the cell is cut off
_DEPTH = 64
_PLAIN_ROW = re.compile(rb'<c r="[A-Z]{1,3}([1-9][0-9]{0,6})"[ />]')
_PLAIN_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[1-9][0-9]{0,6}"[ />]')
_ANY_CELL = re.compile(rb"<c[\s/>]")
_ODD_REFERENCE = re.compile(rb"r(?:\s+=|=')")
_PLAIN_ROWS = 120_000
_PLAIN_AREA = 6_000_000
_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)
_ERROR = re.compile(rb'<c r="([A-Z]{1,3})([0-9]+)"[^>]* t="e"')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"[^>]* hidden="(?:1|true)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})$")
_STYLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]* s="([0-9]{1,6})"')
_COLUMN = re.compile(rb"<col [^>]*>")
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_WIDEST = 16_384
_MAX_FONTS = 1_000_000
_WINDOW = 4 << 20
_NOTED = 10_000
_PREFIXED = re.compile(rb"<[\w.-]+:c[\s/>]")


@dataclass(slots=True)
class Survey:
    """What the walk over a sheet found; rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    cut_below: int | None = None
    hidden_rows: set[int] = field(default_factory=set)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    is_blank: bool = False  # surveyed, and no cell filled
    hidden_columns: set[int] = field(default_factory=set)
    is_filtered: bool = False
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)


def survey_xlsx(
    xml: bytes, limits: Limits, styles: Mapping[int, str] | None = None
) -> tuple[bytes, Survey]:
    """Walk a worksheet's XML; return it, cut where cells lie far below the rest, and the findings.

    Args:
        styles: cell styles whose font draws letters as something else, with the font.

    Raises:
        Unreadable: it is no well-formed XML, or built as no spreadsheet program builds it.
    """
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in xml[:64]:
        raise strange()
    return _plain(xml, styles or {}) or _Walk(limits, styles or {}).over(xml)


def _plain(xml: bytes, styles: Mapping[int, str]) -> tuple[bytes, Survey] | None:
    """The quick way, for cells written as every spreadsheet program writes them, close together.

    None for anything else (prefixed names, references in another place, cells far away): such a sheet
    is walked element by element.
    """
    every = 0
    filled: Counter[bytes] = Counter()
    letters: set[bytes] = set()
    at = 0
    while at < len(xml):
        end = xml.find(b"<c ", at + _WINDOW)
        end = len(xml) if end < 0 else end
        every += len(_ANY_CELL.findall(xml, at, end))
        filled.update(_PLAIN_ROW.findall(xml, at, end))
        letters.update(_PLAIN_COLUMN.findall(xml, at, end))
        at = end
    if filled.total() != every or _PREFIXED.search(xml) or _ODD_REFERENCE.search(xml):
        return None
    # One reference a cell and a row, no more: two in one element would be read we know not how.
    data = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    if xml.count(b'r="', *data) != every + xml.count(b'<row r="'):
        return None
    rows = max((int(row) for row in filled), default=0)
    real = max((int(row) for row, count in filled.items() if count >= 2), default=0)
    columns = max((_column(name.decode()) for name in letters), default=0)
    if rows - real > _FAR or rows > _PLAIN_ROWS or rows * columns > _PLAIN_AREA:
        return None
    found = Survey(rows=rows, columns=columns, cells=every, is_blank=not every)
    if b"<f" in xml:
        found.uncalculated = _places(_UNCALCULATED, xml)
    if b't="e"' in xml:
        found.errors = _places(_ERROR, xml)
    if b"hidden=" in xml:
        found.hidden_rows = {int(row) for row in islice(_hidden(xml), _NOTED)}
        found.hidden_columns = _hidden_columns(xml)
    found.is_filtered = b"<filterColumn" in xml
    if styles:
        found.fonts = _fonts(xml, styles)
    return xml, found


def _places(pattern: re.Pattern[bytes], xml: bytes) -> set[tuple[int, int]]:
    found = islice(pattern.finditer(xml), _NOTED)
    return {(int(match[2]), _column(match[1].decode())) for match in found}


def _hidden(xml: bytes) -> Iterator[bytes]:
    for match in _HIDDEN_ROW.finditer(xml):
        yield match[1]


def _hidden_columns(xml: bytes) -> set[int]:
    found: set[int] = set()
    for match in islice(_COLUMN.finditer(xml, 0, max(xml.find(b"<sheetData"), 0)), _NOTED):
        span = dict(_ATTRIBUTE.findall(match[0]))
        if span.get(b"hidden") in (b"1", b"true"):
            found |= _span(span.get(b"min", b"").decode(), span.get(b"max", b"").decode())
    return found


def _span(first: str, last: str) -> set[int]:
    if not (first.isdigit() and last.isdigit()):
        return set()
    return set(range(int(first), min(int(last), _WIDEST) + 1))


def _fonts(xml: bytes, styles: Mapping[int, str]) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for match in _STYLED.finditer(xml):
        font = styles.get(int(match[3]))
        if font is not None:
            note_font(found, int(match[2]), _column(match[1].decode()), font)
    return found


def note_font(
    fonts: dict[tuple[int, int], str], row: int, column: int, font: str, *, times: int = 1
) -> None:
    """Remember the font of a cell, or of several beside it; a file of nothing else is refused."""
    if len(fonts) + times > _MAX_FONTS:
        raise strange()
    for more in range(times):
        fonts[row, column + more] = font


def _column(letters: str) -> int:
    """The number of a column: "A" is 1, "AA" is 27."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


class _Walk:
    def __init__(self, limits: Limits, styles: Mapping[int, str]) -> None:
        self.limits = limits
        self.styles = styles
        self.found = Survey()
        self.depth = 0
        self.row = 0
        self.column = 0
        self.filled = 0  # cells with a value in this row
        self.in_cell = self.has_formula = self.has_value = self.in_value = False
        self.last_real = 0
        self.cut_at: int | None = None
        self.data_end: int | None = None
        self.columns_before_cut = 0

    def over(self, xml: bytes) -> tuple[bytes, Survey]:
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.doctype
        parser.buffer_text = True
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise broken() from error
        found = self.found
        found.rows = max(found.rows, self.last_real)
        far = found.rows - self.last_real > _FAR
        if far and self.last_real and self.cut_at is not None and self.data_end is not None:
            found.cut_below = self.last_real
            found.rows, found.columns = self.last_real, self.columns_before_cut
            return xml[: self.cut_at] + xml[self.data_end :], found
        return xml, found

    def doctype(self, *_: object) -> None:
        raise strange()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEPTH:
            raise strange()
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.start_cell(attributes)
        elif name == "v" or name == "t":
            self.in_value = self.in_cell
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            self.start_row(attributes)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.found.hidden_columns |= _span(attributes.get("min", ""), attributes.get("max", ""))
        elif name == "filterColumn":
            self.found.is_filtered = True

    def start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
        if number <= self.row and self.row:
            raise strange()
        if self.filled >= 2 and self.row <= self.limits.rows:
            self.last_real = self.row
            self.cut_at = self.parser.CurrentByteIndex
            self.columns_before_cut = self.found.columns
        elif self.cut_at is None:
            self.cut_at = self.parser.CurrentByteIndex
        self.row, self.column, self.filled = number, 0, 0
        if attributes.get("hidden") in ("1", "true") and len(self.found.hidden_rows) < _NOTED:
            self.found.hidden_rows.add(number)

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.in_cell, self.has_formula, self.has_value = True, False, False
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            parts = _REFERENCE.match(reference)
            if parts is None or int(parts[2]) != self.row:
                raise strange()
            self.column = _column(parts[1])
        if attributes.get("s", "").isdigit() and (font := self.styles.get(int(attributes["s"]))):
            note_font(self.found.fonts, self.row, self.column, font)
        if attributes.get("t") == "e" and len(self.found.errors) < _NOTED:
            self.found.errors.add((self.row, self.column))

    def text(self, data: str) -> None:
        if self.in_value:
            self.has_value = True

    def end(self, name: str) -> None:
        self.depth -= 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.end_cell()
        elif name == "v" or name == "t":
            self.in_value = False
        elif name == "sheetData":
            self.data_end = self.parser.CurrentByteIndex
            if self.filled >= 2 and self.row <= self.limits.rows:
                self.last_real = self.row
                self.cut_at = self.data_end
                self.columns_before_cut = self.found.columns

    def end_cell(self) -> None:
        self.in_cell = False
        found = self.found
        if self.has_value:
            found.cells += 1
            self.filled += 1
            found.rows = self.row
            found.columns = max(found.columns, self.column)
        elif self.has_formula and len(found.uncalculated) < _NOTED:
            found.uncalculated.add((self.row, self.column))
