"""Code systems of places, side by side.

The same place has another number in every system, and the same number is another place:
LGD district 207 is Munger, Census 2011 district 207 is Madhubani. Inside one system the
levels are separate too: LGD block 1093 and LGD sub-district 1093 are different places. So a
code means something only together with its system and its level, and no code is ever taken
apart to find its parent. (The one exception is UDISE, whose code is built of its parents'.)
"""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """Levels of places in the published files.

    The sub-district is no level of Aanchal's own area tree: it is one more way of naming a
    block. See `rules/area_tree.py`.
    """

    STATE = "state"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    BLOCK = "block"
    PANCHAYAT = "panchayat"
    VILLAGE = "village"


class System(StrEnum):
    """Whose numbers these are."""

    LGD = "lgd"
    CENSUS2011 = "census2011"
    CENSUS2001 = "census2001"
    UDISE = "udise"


class AreaCode(NamedTuple):
    """A code that can be looked up: system, level and number together."""

    system: System
    level: Level
    code: str


# Census 2001 codes are kept for reference only. They number places within their parent, and
# places made since carry the code of the place they were cut from: ARWAL and JEHANABAD are
# both district 33 of Bihar. They therefore never identify a place.
IDENTIFYING_SYSTEMS: frozenset[System] = frozenset({System.LGD, System.CENSUS2011, System.UDISE})

# The Census writes its 2011 codes at a fixed width; published files drop the zeros at will.
_CENSUS2011_WIDTH: dict[Level, int] = {
    Level.STATE: 2,
    Level.DISTRICT: 3,
    Level.SUBDISTRICT: 5,
    Level.VILLAGE: 6,
}
_UDISE_WIDTH: dict[Level, int] = {
    Level.STATE: 2,
    Level.DISTRICT: 4,
    Level.BLOCK: 6,
    Level.VILLAGE: 9,
}
_LONGEST = 18


def canonical_code(system: System, level: Level, text: str) -> str | None:
    """Write a code the one way Aanchal keeps it.

    LGD and Census 2001 codes lose their leading zeros; Census 2011 and UDISE codes get the
    full width of their level ("1080" and "01080" are one sub-district). Digits of any script
    are read, and the ".0" that spreadsheets add is dropped.

    Args:
        system: whose code.
        level: of what.
        text: the cell as read.

    Returns:
        The code; None for an empty cell or one with zeros only, which is how the published
        files write "has none".

    Raises:
        ValueError: the text is no number, or is longer than the system allows at this level.
    """
    digits = text.strip()
    whole, dot, fraction = digits.partition(".")
    if dot and whole.isdecimal() and fraction.strip("0") == "":
        digits = whole
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > _LONGEST:
        raise ValueError(f"not a code: {text!r}")
    number = int(digits)
    if number == 0:
        return None
    plain = str(number)
    widths = {System.CENSUS2011: _CENSUS2011_WIDTH, System.UDISE: _UDISE_WIDTH}.get(system)
    if widths is None or level not in widths:
        return plain
    if len(plain) > widths[level]:
        raise ValueError(f"too long for {system} {level}: {text!r}")
    return plain.zfill(widths[level])
