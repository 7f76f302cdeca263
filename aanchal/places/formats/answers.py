"""The schema of what the limited process answers; both sides hold each answer against it."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from aanchal.lib.tabular.problems import Problem
from aanchal.places.rules.areas import AreaRow, SchoolRow
from aanchal.places.rules.codes import Level, System


@dataclass(frozen=True, slots=True)
class AreaHead:
    """What the heading of a file of places says it is."""

    level: Level
    system: System
    header_row: int


AREA_HEAD: TypeAdapter[AreaHead] = TypeAdapter(AreaHead)
AREA_ROWS: TypeAdapter[list[AreaRow | Problem]] = TypeAdapter(list[AreaRow | Problem])
SCHOOL_HEAD: TypeAdapter[int] = TypeAdapter(int)
SCHOOL_ROWS: TypeAdapter[list[SchoolRow | Problem]] = TypeAdapter(list[SchoolRow | Problem])
