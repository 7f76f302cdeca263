"""Which styles of a workbook draw letters as signs: asked of its small parts before its sheets."""

import re
from collections.abc import Callable
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from .archives import broken, strange
from .fonts import drawn, draws_signs, is_telling

_MOST = 200_000
_RUN_FONT = re.compile(rb'<rFont\s+val="([^"]*)"')
_RUN_TEXT = re.compile(rb"(<t[^>]*>)([^<]*)(</t>)")


def telling_styles(xml: bytes) -> dict[int, str]:
    """Cell style -> font, of the styles of an XLSX whose font draws letters as something else."""
    fonts: list[str] = []
    styles: dict[int, str] = {}
    path: list[str] = []
    seen = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, count
        seen += 1
        if seen > _MOST:
            raise strange()
        local = name.rpartition(":")[2]
        inside = path[-1] if path else ""
        path.append(local)
        if local == "font" and inside == "fonts":
            fonts.append("")
        elif local == "name" and inside == "font" and fonts and "fonts" in path:
            fonts[-1] = attributes.get("val", "")
        elif local == "xf" and inside == "cellXfs":
            number = attributes.get("fontId", "")
            font = fonts[int(number)] if number.isdigit() and int(number) < len(fonts) else ""
            if is_telling(font):
                styles[count] = font
            count += 1

    def end(name: str) -> None:
        path.pop()

    _parse(xml, start, end)
    return styles


def with_signs(xml: bytes) -> bytes:
    """Texts of an XLSX, shared or of a sheet, with runs in a font of signs written as the signs they draw."""
    if not any(draws_signs(font.decode("utf-8", "replace")) for font in _RUN_FONT.findall(xml)):
        return xml
    # Split, not matched: runs that never end would make a pattern look through the rest each time.
    before, *runs = xml.split(b"<r>")
    return b"<r>".join([before, *(_signed(run) for run in runs)])


def _signed(run: bytes) -> bytes:
    inside, end, after = run.partition(b"</r>")
    found = _RUN_FONT.search(inside)
    font = found[1].decode("utf-8", "replace") if found else ""
    if not end or not draws_signs(font):
        return run

    def redrawn(text: re.Match[bytes]) -> bytes:
        words = unescape(text[2].decode("utf-8", "replace"))
        return text[1] + escape(drawn(words, font)).encode() + text[3]

    return _RUN_TEXT.sub(redrawn, inside) + end + after


def _parse(
    xml: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise broken() from error
