"""Fonts that draw a letter as something else: a tick for ü, a cross for û, न for u.

A file keeps the letter and the name of the font apart; whoever reads the letter alone reads a mark
as its opposite. Two kinds: fonts of signs, whose commonest signs are known here, and fonts of the
time before Unicode that lay Hindi or Bengali over English keys (`legacy` knows some of their words).
"""

import re

_TICK, _CROSS, _BOX_TICK, _BOX_CROSS, _BOX = "✓", "✗", "☑", "☒", "☐"
_DOT, _RING, _SQUARE = "●", "○", "■"

# Font (folded, without spaces) -> byte of the letter -> the sign it draws.
_SIGNS: dict[str, dict[int, str]] = {
    "wingdings": {
        0xFC: _TICK, 0xFB: _CROSS, 0xFE: _BOX_TICK, 0xFD: _BOX_CROSS, 0x78: _BOX_CROSS,
        0xA8: _BOX, 0x6F: _BOX, 0x71: _BOX, 0x72: _BOX, 0x6C: _DOT, 0x9F: "•", 0x6E: _SQUARE,
        0xA7: "▪", 0xA1: _RING, 0x6D: _RING, 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0xAB: "★",
        0x43: "👍", 0x44: "👎",
    },
    "wingdings2": {
        0x50: _TICK, 0x4F: _CROSS, 0x52: _BOX_TICK, 0x51: _BOX_CROSS, 0x53: _BOX_CROSS,
        0x54: _BOX_CROSS, 0x55: _BOX_CROSS, 0x56: _BOX_CROSS, 0xA3: _BOX, 0x2A: _BOX, 0x98: _DOT,
        0x97: _DOT, 0x99: _RING, 0x9B: _RING, 0xA2: _SQUARE,
    },
    "webdings": {
        0x61: _TICK, 0x72: _CROSS, 0x78: _CROSS, 0x67: _SQUARE, 0x63: _BOX, 0x6E: _DOT, 0x3D: "•",
    },
    "marlett": {0x61: _TICK, 0x62: _TICK, 0x72: _CROSS, 0x67: _SQUARE, 0x63: _BOX, 0x6E: _DOT},
    "zapfdingbats": {
        0x33: _TICK, 0x34: _TICK, 0x35: _CROSS, 0x36: _CROSS, 0x37: _CROSS, 0x38: _CROSS,
        0x6C: _DOT, 0x6D: _RING, 0x6E: _SQUARE, 0x6F: _BOX, 0x70: _BOX, 0x71: _BOX, 0x72: _BOX,
    },
    "symbol": {0xD6: _TICK, 0xB4: _CROSS, 0xB7: "•"},
}  # fmt: skip
_SIGNS["itczapfdingbats"] = _SIGNS["dingbats"] = _SIGNS["zapfdingbats"]
_SIGN_FONTS = re.compile(
    r"(wing|web|zapf|itczapf)?ding(bat)?s\d?$|symbol$|marlett$|bookshelfsymbol"
)
_LETTER_FONTS = re.compile(
    r"kruti|devlys|chanakya|shusha|shivaji|dvtt|dvbw|aakriti|agra|hemlata|kundli|bhaskar|"
    r"sutonny|bijoy|boishakhi|falgun|mukti?na?r?row|apsdv|shreedev|shreeban|bwtt|bnttdurga|bengali?dhaka"
)


def draws_signs(font: str) -> bool:
    """True for a font whose letters are drawn as signs."""
    return _SIGN_FONTS.match(_plain(font)) is not None


def draws_letters(font: str) -> bool:
    """True for a font that lays another script over English keys."""
    return _LETTER_FONTS.match(_plain(font)) is not None


def is_telling(font: str) -> bool:
    """True for a font that a reader of the cell must know."""
    return draws_signs(font) or draws_letters(font)


def drawn(text: str, font: str) -> str:
    """What the user sees of a text in a font of signs; a letter whose sign is not known stays."""
    signs = _SIGNS.get(_plain(font))
    if signs is None:
        return text
    return "".join(signs.get(_byte(letter), letter) for letter in text)


def _plain(font: str) -> str:
    return re.sub(r"[^a-z0-9]", "", font.lower())


def _byte(letter: str) -> int:
    """The key of a letter; symbols are also stored in a private place of Unicode, by the same key."""
    code = ord(letter)
    if 0xF020 <= code <= 0xF0FF:
        return code - 0xF000
    if code < 0x100:
        return code
    try:
        return letter.encode("cp1252")[0]
    except UnicodeEncodeError:
        return -1
