"""What the words at the left of a row look like: a name, a number, a title."""

import re
from collections.abc import Sequence
from unicodedata import category

from aanchal.lib.tabular.texts import Cell, column_letter, is_empty

from .marks import Sense, sense_of

_SAYS_MORE = re.compile(r"[:=]|\s\S+\s")


def letter_of(index: int | None) -> str | None:
    """The letter of a column; None where there is no such column."""
    return None if index is None else column_letter(index)


def is_identifier(text: str) -> bool:
    """True for a number that a school or a state gives a child: 2384, EDU-STU-2026-00008."""
    return any(map(str.isdigit, text)) and not any(map(str.isspace, text))


def has_digit(text: str) -> bool:
    """True for what may be a number of a child: 7, ०७, A-12; not for a line with a year in it."""
    return text.isdigit() or (
        len(text) <= 16 and any(letter.isdigit() for letter in text) and not _SAYS_MORE.search(text)
    )


def is_alone(row: Sequence[Cell]) -> bool:
    """True for a line with little else in it than a title."""
    return sum(not is_empty(cell) for cell in row) <= 4


def is_name_like(text: str) -> bool:
    """True for text that reads like somebody's name: letters, and no mark."""
    # The signs of vowels are letters too: half of बिरसा देवी.
    letters = sum(category(letter)[0] in "LM" for letter in text)
    return (
        letters >= 2
        and len(text) <= 40
        and letters * 2 > len(text)
        and sense_of(text) is Sense.UNKNOWN
    )
