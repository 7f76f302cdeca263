"""Digits of every script, and Roman numerals."""

from .scripts import SCRIPTS

LATIN_DIGITS = "0123456789"
DIGITS: dict[str, str] = {language: s.digits for s in SCRIPTS for language in s.languages}
# Scripts in which registers come: their digits are numbers.
TO_LATIN: dict[int, str] = {
    ord(digit): str(value)
    for script in SCRIPTS
    if script.in_registers
    for value, digit in enumerate(script.digits)
}
_FROM_LATIN = {language: str.maketrans(LATIN_DIGITS, digits) for language, digits in DIGITS.items()}

# The numeral of a number stands at its place.
ROMAN = (
    "", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X",
    "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX",
)  # fmt: skip


def ascii_digits(text: str) -> str:
    """Devanagari and Bengali digits as 0-9; all else unchanged."""
    return text.translate(TO_LATIN)


def in_digits_of(language: str, text: str) -> str:
    """0-9 in the digits of a language; unchanged where it uses 0-9."""
    table = _FROM_LATIN.get(language)
    return text if table is None else text.translate(table)
