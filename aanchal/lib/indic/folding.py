"""Text as people type it, brought to one shape for comparing.

Teachers write नवम्बर and नवंबर, শ্রেণী and শ্রেণি, ६ and 6, "Roll  No." and "ROLL NO". Nothing here
changes what is kept of a child's name; folded text is only ever compared.
"""

import re
import unicodedata
from functools import lru_cache

from .digits import TO_LATIN

# Joiners, byte-order and direction marks, and the variation selector that makes ✔ an emoji.
UNSEEN = dict.fromkeys(
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
_FOLD = TO_LATIN | UNSEEN | _ALIKE
_NASAL = re.compile("([\u0919\u091e\u0923\u0928\u092e])\u094d(?=[\u0915-\u092e])")
_NASAL_BENGALI = re.compile("([\u0999\u099e\u09a3\u09a8\u09ae])\u09cd(?=[\u0995-\u09ae])")
_SPACES = re.compile(r"\s+")

LETTER = "0-9a-z\u0900-\u0963\u0971-\u09fb"  # inside a regular-expression class, after folding
START = f"(?<![{LETTER}])"
END = f"(?![{LETTER}])"


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
