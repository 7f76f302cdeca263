"""Small made-up files laid out as LGD, the Census and UDISE publish theirs, for tests."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, Grant, system_actor
from aanchal.places.actions import AreasImported, SchoolsImported, import_areas, import_schools
from aanchal.places.models import Area, AreaCode

AT = datetime(2026, 7, 31, 12, tzinfo=UTC)
DISTRICT = "IN/S10/D206"
BLOCK = f"{DISTRICT}/B1851"

STATES = "State Code,State Name,State Name\n10,BIHAR,\n"
DISTRICTS = "State Code,State Name,District Code,District Name,Census 2011 Code\n"
DISTRICTS += "10,BIHAR,206,MADHUBANI,207\n10,BIHAR,207,MUNGER,225\n"
BLOCKS = "State Code,District Code,Block Code,Block Name\n"
BLOCKS += "10,206,1851,BENIPATTI\n10,206,1852,BISFI\n"
SUBDISTRICTS = "State Code,District Code,Sub-district Code,Sub-district Name,Census 2011 code\n"
SUBDISTRICTS += "10,206,1091,Benipatti,01091\n10,206,1092,Bisfi,01092\n"
VILLAGES = "village_code_2011,village_name,state_code_2011,district_code_2011,"
VILLAGES += "subdistrict_code_2011\n"

NAMES = (
    "Parsauni", "Bhatsimar", "Kapilesh", "Dumariya", "Loharpatti", "Nagwas", "Terhagachh",
    "Rajkund", "Mirzaganj", "Behat", "Olipatti", "Sonmati", "Chhatauni", "Jagatban",
)  # fmt: skip


def village_lines(count: int = 14, *, first: int = 300_001, subdistrict: str = "1091") -> str:
    """A Census list with `count` villages of one sub-district."""
    return VILLAGES + "".join(
        f"{first + i},{NAMES[i % len(NAMES)]}{'' if i < 14 else f' {i}'},10,207,{subdistrict}\n"
        for i in range(count)
    )


def school_lines(rows: Iterable[Sequence[Any]]) -> str:
    """A UDISE file: (udise, school name, village name, LGD district, lon, lat) a line."""
    head = "schcd,schname,schcat,schtype,schmgt,rururb,pincode,vilname,udise_vico,udise_dtco,"
    head += "lgd_dt_ud,lon,lat\n"
    return head + "".join(
        f"{u},{name},1,3,1,1,847404,{village},{str(u)[:9]},{str(u)[:4]},{lgd},{lon},{lat}\n"
        for u, name, village, lgd, lon, lat in rows
    )


def some_schools(count: int = 14, *, block: str = "100504") -> str:
    """A school in each of the made-up villages, in their order, close together."""
    return school_lines(
        (f"{block}{i + 1:03d}01", f"P.S. {NAMES[i].upper()}", NAMES[i].upper(), 206,
         86.1 + i / 500, 26.3 + i / 700)
        for i in range(count)
    )  # fmt: skip


def take_areas(text: str, *, actor: Actor | None = None, name: str = "areas.csv") -> AreasImported:
    """Import a place file by the door of the command line, or by an actor's."""
    return import_areas(
        actor or system_actor("imports"), source=io.BytesIO(text.encode()), filename=name, at=AT
    )


def take_schools(
    text: str, *, actor: Actor | None = None, name: str = "schools.csv"
) -> SchoolsImported:
    """Import a school file likewise."""
    return import_schools(
        actor or system_actor("imports"), source=io.BytesIO(text.encode()), filename=name, at=AT
    )


def a_tree(*, villages: int = 14) -> None:
    """One state, two districts, two blocks with their sub-districts, and villages."""
    for text in (STATES, DISTRICTS, BLOCKS, SUBDISTRICTS):
        take_areas(text)
    if villages:
        take_areas(village_lines(villages))


def a_joiner(where: str = DISTRICT, role: Role = Role.ADMINISTRATOR) -> Actor:
    """Somebody who looks after places."""
    return Actor("keeper-1", (Grant(role, area_path=where),))


def area(code: str, *, system: str = "lgd", level: str = "village") -> Area:
    """The node a code belongs to."""
    return AreaCode.objects.get(system=system, level=level, code=code).area
