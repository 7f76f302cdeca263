"""Rows that may be a child's or a line of the foot: a child may be called Present, Seal or হাজিরা."""

import re
from collections.abc import Callable, Sequence

from aanchal.lib.indic.folding import fold

from .blocks import Line
from .marks import Sense

_CLOSED = (Sense.OFF, Sense.OFF_LETTER, Sense.HOLIDAY, Sense.LEAVE_OR_HOLIDAY)
_NUMERALS = (Sense.ONE, Sense.ZERO)
ABSENT = re.compile(fold("absent|अनुपस्थि|गैर ?हाजि|অনুপস্থি|গরহাজি") + "|^(?:t?a)$")
PRESENT = re.compile(fold("present|उपस्थि|हाजि|উপস্থি|হাজি") + "|^(?:t?p)$")
_HERE = (Sense.ONE, Sense.PRESENT, Sense.TICK, Sense.LATE)
_AWAY = (Sense.ZERO, Sense.ABSENT, Sense.CROSS)


def are_letters(senses: Sequence[Sense]) -> bool:
    """True when marks stand here and not the numbers of a sum."""
    sure = sum(sense not in (Sense.UNKNOWN, *_NUMERALS, Sense.DASH) for sense in senses)
    return sure * 2 > len(senses) or (bool(senses) and all(s is not Sense.UNKNOWN for s in senses))


def closes(senses: Sequence[Sense]) -> bool:
    """True when all that stands here closes the school."""
    return all(sense in _CLOSED for sense in senses)


def is_one_word(text: str) -> bool:
    """True for letters without a space or a digit among them."""
    return bool(text) and not any(map(str.isdigit, text)) and len(text.split()) == 1


def may_be_child(line: Line, marks: Sequence[Sense]) -> bool:
    """True where a line under one word of the foot holds what the children's rows hold.

    `marks` is what stands in its days, empty cells left out.
    """
    if not is_one_word(line.name):
        return False
    if all(mark in _NUMERALS for mark in marks):
        return True
    return are_letters(marks) and not closes(marks)


def counts(
    line: Line, marks: Sequence[Sense], above: Sequence[Line], sense: Callable[[int], Sense]
) -> bool:
    """True where each 1 and 0 is the number of children present, or of those absent under such a word."""
    if len(above) < 2 or not marks or any(mark not in _NUMERALS for mark in marks):
        return False
    kinds = _AWAY if ABSENT.search(fold(line.name)) else _HERE
    told = [(place, sense(code) is Sense.ONE) for place, code in enumerate(line.codes) if code]
    return all(
        sum(sense(child.codes[place]) in kinds for child in above) == one for place, one in told
    )
