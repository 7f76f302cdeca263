"""OpenDocument spreadsheets (.ods): the same care, for a format that counts repeats."""

import io
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from . import archives
from .problems import Limits

_NEEDED = (
    "mimetype",
    "content.xml",
    "styles.xml",
    "meta.xml",
    "settings.xml",
    "META-INF/manifest.xml",
)


def open_document(
    archive: archives.Archive, limits: Limits, load: Callable[[io.BytesIO], Any]
) -> "list[Any]":
    """Survey content.xml with its repeats, then read the sheets."""
    from .sheets import _require_room, _sheet

    parts = {name: archive.read(name) for name in _NEEDED if name in archive}
    if any(b"<!DOCTYPE" in data or b"<!ENTITY" in data for data in parts.values()):
        raise archives.strange()
    rows, columns, cells = _extent(parts["content.xml"], most_letters=limits.expanded_bytes // 4)
    from .survey import Survey

    survey = Survey(rows=rows, columns=columns, cells=cells)
    _require_room(survey, cells, limits)
    book = load(archives.packed(parts))
    return [_sheet(book, index, Survey()) for index, _ in enumerate(book.sheets_metadata)]


def _extent(xml: bytes, *, most_letters: int) -> tuple[int, int, int]:
    """The last filled row and column of any sheet, and all filled cells, repeats counted out.

    Letters are counted out too: one short element may stand for two thousand million spaces.
    """
    row = column = cells = letters = 0
    last_row = last_column = 0
    repeat_row = repeat_cell = 1
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cells, last_row, last_column, repeat_row, repeat_cell, depth
        nonlocal letters
        depth += 1
        if depth > 64:
            raise archives.strange()
        local = name.rpartition(":")[2]
        if local == "table":
            row = 0
        elif local == "table-row":
            repeat_row = _count(attributes, "number-rows-repeated")
            column = 0
        elif local in ("table-cell", "covered-table-cell"):
            repeat_cell = _count(attributes, "number-columns-repeated")
            column += repeat_cell
            if any(key.endswith(("value-type", ":value")) for key in attributes):
                cells += repeat_cell * repeat_row
                last_row = max(last_row, row + repeat_row)
                last_column = max(last_column, column)
        elif local == "s":
            add_letters(_count(attributes, ":c"))

    def add_letters(number: int) -> None:
        nonlocal letters
        letters += number * repeat_cell * repeat_row
        if letters > most_letters:
            raise archives.strange()

    def text(words: str) -> None:
        add_letters(len(words))

    def end(name: str) -> None:
        nonlocal row, depth
        depth -= 1
        if name.rpartition(":")[2] == "table-row":
            row += repeat_row

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise archives.broken() from error
    return last_row, last_column, cells


def _count(attributes: dict[str, str], ending: str) -> int:
    for key, value in attributes.items():
        if key.endswith(ending) and value.isdigit():
            return int(value)
    return 1
