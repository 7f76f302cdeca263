"""Text as people type it, brought to one shape for comparing.

Teachers write नवम्बर and नवंबर, শ্রেণী and শ্রেণি, ६ and 6, "Roll  No." and "ROLL NO". Nothing here
changes what is kept of a child's name; folded text is only ever compared.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | int | float | bool | date | datetime | time | timedelta | None

_DIGITS = {0x0966 + n: str(n) for n in range(10)} | {0x09E6 + n: str(n) for n in range(10)}
# Joiners, byte-order and direction marks, and the variation selector that makes ✔ an emoji.
_UNSEEN = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F, 0x00AD], None
)
# Signs that are written either way by equally good spellers.
_ALIKE = {
    0x0901: "\u0902",  # chandrabindu, anusvara
    0x093C: None,  # nukta
    0x0940: "\u093f",  # long i, short i
    0x0942: "\u0941",  # long u, short u
    0x0908: "\u0907",
    0x0981: "\u0982",
    0x09BC: None,
    0x09C0: "\u09bf",
    0x09C2: "\u09c1",
    0x09F0: "\u09b0",  # the r of Assamese
    0x0965: ".",
    0x0964: ".",
    0x0970: ".",  # the sign of abbreviation, as in रवि॰
}
_FOLD = _DIGITS | _UNSEEN | _ALIKE
_NASAL = re.compile("([\u0919\u091e\u0923\u0928\u092e])\u094d(?=[\u0915-\u092e])")
_NASAL_BENGALI = re.compile("([\u0999\u099e\u09a3\u09a8\u09ae])\u09cd(?=[\u0995-\u09ae])")
_SPACES = re.compile(r"\s+")

LETTER = "0-9a-z\u0900-\u0963\u0971-\u09fb"  # inside a regular-expression class, after folding
START = f"(?<![{LETTER}])"
END = f"(?![{LETTER}])"


def ascii_digits(text: str) -> str:
    """Devanagari and Bengali digits as 0-9; all else unchanged."""
    return text.translate(_DIGITS)


def fold(text: str) -> str:
    """The text for comparing: one digit system, one spelling of like sounds, small letters."""
    # What is long is met once: remembering it would only fill memory.
    return _folded(text) if len(text) <= 100 else _folded.__wrapped__(text)


@lru_cache(maxsize=16_384)
def _folded(text: str) -> str:
    if text.isascii():
        return _SPACES.sub(" ", text).strip().lower()
    folded = unicodedata.normalize("NFKC", text).translate(_FOLD).lower()
    folded = _NASAL_BENGALI.sub("\u0982", _NASAL.sub("\u0902", folded))
    return _SPACES.sub(" ", folded).strip()


def shown(cell: Cell) -> str:
    """A cell as the user sees it: 6.0 is "6", a date is ISO, nothing is "".

    Control characters become spaces; the text is otherwise kept, because it may be a name.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return " ".join((cell if cell.isascii() else cell.translate(_UNSEEN)).split())
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def is_empty(cell: Cell) -> bool:
    """True for no cell, an empty one, or one holding only spaces and unseen signs."""
    if cell is None or cell == "":
        return True
    if not isinstance(cell, str):
        return False
    return not cell.strip() if cell.isascii() else not shown(cell)


def column_letter(index: int) -> str:
    """0 -> "A", 25 -> "Z", 26 -> "AA": the column as a spreadsheet names it."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(text: str) -> str:
    """A cell's text for a sentence: short, so that no name or story travels in a reason."""
    return text if len(text) <= 12 else text[:11] + "…"
