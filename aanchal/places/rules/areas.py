"""Shapes of places and schools as read from a published file: plain data, nothing decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .codes import AreaCode, Level, System


class Band(StrEnum):
    """How sure a proposal is that two places are one.

    Certain ones may be confirmed many at a time after a look down the list; likely ones one by
    one; doubtful ones need somebody who knows the place.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place of one list: its code, its name, and the code of its parent in the same list."""

    code: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One place, as one line of a published file gives it.

    Attributes:
        level: what kind of place.
        codes: its code in each system the line names, in canonical form.
        parent: the nearest place that contains it, by code; None for a state.
        name: in Latin letters; a name written all in capitals is given as a title.
        row: line in the file, the first being 1.
        local_name: in the script of the state, where the file has it.
        within: every containing place the line names, nearest first, `parent` being the first.
        assumed: codes the file does not give but a found rule does (a village that existed in
            2011 carries its Census code in LGD too). To be stored as assumed, and overruled by
            the LGD village file when it comes.
        local_body: the panchayat (or ward) that holds a village, code and name, where the line
            names it.
    """

    level: Level
    codes: Mapping[System, str]
    parent: AreaCode | None
    name: str
    row: int
    local_name: str = ""
    within: tuple[AreaCode, ...] = ()
    assumed: Mapping[System, str] = field(default_factory=dict)
    local_body: tuple[AreaCode, str] | None = None


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school of the UDISE file.

    Attributes:
        udise: 11 digits.
        name: as published (it is full of abbreviations, so capitals stay).
        village_udise: 9 digits, the first nine of `udise`; a ward where urban.
        village_name: empty when the file leaves it blank.
        block_udise: 6 digits. Not the LGD block: a municipality is a block in UDISE.
        district_udise: 4 digits.
        district_lgd: from the column in which UDISE itself names the LGD district; None when
            blank.
        category, type, management: codes of the vocabularies in `data/udise.toml`; None
            when blank or unknown.
        is_urban: None when the file does not say.
        pincode: six digits or None.
        lon, lat: degrees (WGS 84), both or neither; None when absent or impossible.
        row: line in the file, the first being 1.
        local_name: as its village writes it, where the office added that; else "".
    """

    udise: str
    name: str
    village_udise: str
    village_name: str
    block_udise: str
    district_udise: str
    district_lgd: str | None
    category: str | None
    type: str | None
    management: str | None
    is_urban: bool | None
    pincode: str | None
    lon: float | None
    lat: float | None
    row: int
    local_name: str = ""
