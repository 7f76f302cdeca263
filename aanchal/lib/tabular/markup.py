"""Tables saved as a web page, which many portals send out under the name .xls."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from charset_normalizer import from_bytes

from aanchal.lib.sentences import N_

from . import archives
from .fonts import drawn, is_telling
from .problems import Limits, Unreadable
from .sheet import Sheet
from .survey import Survey, note_font
from .texts import Cell

_HTML = re.compile(
    rb"^\s*(?:<!doctype\s+html|<html|<head|<body|<table|<meta|<div|<style|<!--)", re.I
)
_XML = re.compile(rb"^\s*<\?xml|^\s*<[a-z]+:?[a-z]*[\s>]", re.I)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w\-]+)", re.I)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
_FAMILY = re.compile(r"font-family\s*:\s*([^;,]+)", re.I)
_SPAN = 400
_MAX_UNCLOSED = 200


def is_markup(head: bytes) -> bool:
    """True for a page of HTML; other XML is refused by name."""
    start = head.lstrip(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start[2:].replace(b"\x00", b"")
    if _HTML.match(start) or (
        _XML.match(start) and re.search(rb"<(?:html|table)[\s>]", start, re.I)
    ):
        return True
    if _XML.match(start):
        raise Unreadable(
            "xml_table",
            N_(
                "This is a spreadsheet in an old XML form. Open it in a spreadsheet program, save it as "
                ".xlsx and send the new file."
            ),
        )
    return False


def open_tables(raw: bytes, *, limits: Limits) -> list[Sheet]:
    """Every table of the page as one sheet after another in a single grid, top to bottom."""
    text = _decoded(raw)
    _require_closed(text)
    reader = _Tables(limits)
    reader.feed(text)
    reader.close()
    reader.end_row()
    if not reader.grid:
        raise Unreadable(
            "no_table",
            N_(
                "This is a web page without a table. Send the table as a spreadsheet (.xlsx) or as "
                "CSV."
            ),
        )
    grid = reader.grid

    def rows() -> Iterator[Sequence[Cell]]:
        yield from grid

    survey = Survey(hidden_rows=reader.hidden, fonts=reader.fonts)
    return [Sheet("", rows, merged=reader.merged, survey=survey)]


def _require_closed(text: str) -> None:
    """Refuse a page that opens far more than it closes.

    The parser looks for each missing end through the whole rest of the page: a little text without
    ends costs it hours. One pass over the "<" of the page sees it beforehand.
    """
    unclosed = 0
    at = text.find("<")
    while at >= 0:
        after = text.find("<", at + 1)
        end = text.find(">", at + 1, after if after >= 0 else len(text))
        if end < 0:
            unclosed += 1
            if unclosed > _MAX_UNCLOSED:
                raise archives.strange()
        at = after
    if text.count("<!--") - text.count("-->") > _MAX_UNCLOSED:
        raise archives.strange()


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    for name in (
        "utf-8-sig",
        (_CHARSET.search(raw[:4096]) or [b"", b""])[1].decode("ascii", "ignore"),
    ):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    best = from_bytes(raw[:65536]).best()
    return raw.decode(best.encoding if best else "cp1252", "replace")


class _Tables(HTMLParser):
    """Rows and cells of a page, with merged cells laid out as the reader sees them."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.grid: list[list[Cell]] = []
        self.merged: list[tuple[tuple[int, int], tuple[int, int]]] = []
        self.row: list[Cell] | None = None
        self.text: list[str] | None = None
        self.spans: tuple[int, int] = (1, 1)
        self.below: dict[int, int] = {}  # column -> rows still covered by a cell above
        self.cells = 0
        self.silent = 0
        self.hidden: set[int] = set()
        self.fonts: dict[tuple[int, int], str] = {}
        self.font = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        elif tag == "tr":
            self.end_row()
            self.row = []
            if _NOT_SHOWN.search(dict(attrs).get("style") or ""):
                self.hidden.add(len(self.grid) + 1)
        elif tag in ("td", "th"):
            self.end_cell()
            if self.row is None:
                self.row = []
            given = dict(attrs)
            self.spans = (_number(given.get("rowspan")), _number(given.get("colspan")))
            self.text = []
            self.font = _font_of(given)
        elif tag in ("font", "span") and self.text is not None:
            self.font = _font_of(dict(attrs)) or self.font
        elif tag == "br" and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(self.silent - 1, 0)
        elif tag in ("td", "th"):
            self.end_cell()
        elif tag in ("tr", "table"):
            self.end_row()
            if tag == "table":
                self.below = {}

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.silent:
            self.text.append(data)

    def end_cell(self) -> None:
        if self.text is None or self.row is None:
            return
        down, across = self.spans
        text = " ".join("".join(self.text).split())
        self.text = None
        self._skip_covered()
        at = len(self.row)
        if is_telling(self.font):
            note_font(self.fonts, len(self.grid) + 1, at + 1, self.font)
            text = drawn(text, self.font)
        self.row.append(text)
        self.row.extend([""] * (across - 1))
        self.cells += across
        if self.cells > self.limits.cells or len(self.row) > self.limits.columns + _SPAN:
            raise Unreadable(
                "too_many_cells",
                N_(
                    "The workbook holds more than %(limit)d filled cells. Send one file for each "
                    "school or each month."
                ),
                limit=self.limits.cells,
            )
        if down > 1:
            for column in range(at, at + across):
                self.below[column] = down - 1
        if down > 1 or across > 1:
            top = len(self.grid)
            self.merged.append(((top, at), (top + down - 1, at + across - 1)))

    def _skip_covered(self) -> None:
        assert self.row is not None
        while self._covered.get(len(self.row), 0) > 0:
            self.row.append("")

    @property
    def _covered(self) -> dict[int, int]:
        return {} if self.row is None else self._from_above

    _from_above: dict[int, int] = {}

    def end_row(self) -> None:
        self.end_cell()
        if self.row is None:
            return
        self._skip_covered()
        self.grid.append(self.row)
        self.row = None
        if len(self.grid) > self.limits.rows:
            raise Unreadable(
                "too_many_rows",
                N_("The file has more than %(limit)d rows. Send it in several files."),
                limit=self.limits.rows,
            )
        self._from_above = {column: left for column, left in self.below.items() if left > 0}
        self.below = {column: left - 1 for column, left in self._from_above.items()}


def _font_of(attributes: dict[str, str | None]) -> str:
    """The font an element asks for, by its own attribute or its style; "" for none."""
    if face := attributes.get("face"):
        return face.split(",")[0].strip()
    found = _FAMILY.search(attributes.get("style") or "")
    return found[1].strip(" \"'") if found else ""


def _number(text: str | None) -> int:
    return min(max(int(text), 1), _SPAN) if text and text.strip().isdigit() else 1
