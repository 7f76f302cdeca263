"""OpenDocument spreadsheets (.ods): the same care, for a format that counts repeats."""

from collections.abc import Callable
from xml.parsers import expat

from . import archives
from .fonts import is_telling
from .problems import Limits
from .sheet import Sheet
from .survey import Survey, note_font
from .workbook import open_workbook, require_room, sheet_of

_NEEDED = (
    "mimetype",
    "content.xml",
    "styles.xml",
    "meta.xml",
    "settings.xml",
    "META-INF/manifest.xml",
)
_MAX_STYLES = 20_000
_WIDEST = 16_384
_NOTED = 10_000


def open_document(archive: archives.Archive, limits: Limits) -> list[Sheet]:
    """Survey content.xml with its repeats, then read the sheets."""
    parts = {name: archive.read(name) for name in _NEEDED if name in archive}
    if any(b"<!DOCTYPE" in data or b"<!ENTITY" in data for data in parts.values()):
        raise archives.strange()
    telling = _Styles()
    for part in ("styles.xml", "content.xml"):
        if part in parts:
            telling.learn(parts[part])
    walk = _Walk(telling.fonts, max_letters=limits.expanded_bytes // 4)
    walk.over(parts["content.xml"])
    require_room(Survey(rows=walk.last_row, columns=walk.last_column), walk.cells, limits)
    book = open_workbook(archives.packed(parts))
    return [
        sheet_of(book, index, walk.surveys.get(meta.name, Survey()))
        for index, meta in enumerate(book.sheets_metadata)
    ]


class _Styles:
    """Cell styles whose font draws letters as something else: style name -> font."""

    def __init__(self) -> None:
        self.fonts: dict[str, str] = {}
        self._faces: dict[str, str] = {}
        self._style = ""

    def learn(self, xml: bytes) -> None:
        """Read the styles of one part; those of the content may build on those of the document."""
        _parse(xml, self._start)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "font-face":
            self._faces[_said(attributes, "style:name")] = _said(attributes, "font-family")
        elif local == "style":
            self._style = _said(attributes, "style:name")
            parent = self.fonts.get(_said(attributes, "parent-style-name"))
            if parent and _said(attributes, "style:family") == "table-cell":
                self.fonts[self._style] = parent
        elif local == "text-properties" and self._style:
            said = _said(attributes, "style:font-name")
            font = (self._faces.get(said) or said or _said(attributes, "font-family")).strip("'\" ")
            if font and len(self.fonts) < _MAX_STYLES:
                self.fonts.pop(self._style, None)
                if is_telling(font):
                    self.fonts[self._style] = font


class _Walk:
    """The last filled row and column of any sheet, and all filled cells, repeats counted out.

    Letters are counted out too: one short element may stand for two thousand million spaces. What is
    hidden, filtered or in a telling font is noted by sheet.
    """

    def __init__(self, fonts: dict[str, str], *, max_letters: int) -> None:
        self.fonts = fonts
        self.max_letters = max_letters
        self.surveys: dict[str, Survey] = {}
        self.here = Survey()
        self.last_row = self.last_column = self.cells = 0
        self.row = self.column = self.across = self.letters = self.depth = 0
        self.repeat_row = self.repeat_cell = 1

    def over(self, xml: bytes) -> None:
        """Walk the whole content."""
        _parse(xml, self.start, self.end, self.text)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 64:
            raise archives.strange()
        local = name.rpartition(":")[2]
        if local == "table":
            self.row = self.across = 0
            self.here = self.surveys[_said(attributes, "table:name")] = Survey()
        elif local == "table-column":
            self.start_column(attributes)
        elif local == "table-row":
            self.start_row(attributes)
        elif local in ("table-cell", "covered-table-cell"):
            self.start_cell(attributes)
        elif local == "s":
            self.add_letters(_count(attributes, ":c"))

    def start_column(self, attributes: dict[str, str]) -> None:
        repeat = _count(attributes, "number-columns-repeated")
        if _said(attributes, "visibility") in ("collapse", "filter"):
            last = min(self.across + repeat, _WIDEST)
            self.here.hidden_columns |= set(range(self.across + 1, last + 1))
        self.across += repeat

    def start_row(self, attributes: dict[str, str]) -> None:
        self.repeat_row = _count(attributes, "number-rows-repeated")
        self.column = 0
        seen = _said(attributes, "visibility")
        if seen in ("collapse", "filter"):
            self.here.is_filtered |= seen == "filter"
            last = self.row + min(self.repeat_row, _NOTED)
            self.here.hidden_rows |= set(range(self.row + 1, last + 1))

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.repeat_cell = _count(attributes, "number-columns-repeated")
        self.column += self.repeat_cell
        if not any(key.endswith(("value-type", ":value")) for key in attributes):
            return
        self.cells += self.repeat_cell * self.repeat_row
        self.last_row = max(self.last_row, self.row + self.repeat_row)
        self.last_column = max(self.last_column, self.column)
        font = self.fonts.get(_said(attributes, "table:style-name"))
        if font is not None:
            first = self.column - self.repeat_cell + 1
            for more in range(min(self.repeat_row, _NOTED)):
                note_font(self.here.fonts, self.row + 1 + more, first, font, times=self.repeat_cell)

    def add_letters(self, number: int) -> None:
        self.letters += number * self.repeat_cell * self.repeat_row
        if self.letters > self.max_letters:
            raise archives.strange()

    def text(self, words: str) -> None:
        self.add_letters(len(words))

    def end(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(":")[2] == "table-row":
            self.row += self.repeat_row


def _parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise archives.broken() from error


def _said(attributes: dict[str, str], ending: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith(ending)), "")


def _count(attributes: dict[str, str], ending: str) -> int:
    for key, value in attributes.items():
        if key.endswith(ending) and value.isdigit():
            return int(value)
    return 1
