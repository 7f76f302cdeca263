"""Writes about places: areas and schools in, joins, calendars, and what waits for repair."""

from .areas import AreasImported, import_areas
from .calendars import ClosureDays, change_closures, set_calendar
from .files import MAX_LINES_AT_ONCE, give_place_file, take_place_file
from .joins import (
    SubdistrictSettled,
    confirm_join,
    confirm_joins,
    confirm_subdistrict,
    refuse_join,
    refuse_subdistrict,
    separate_join,
)
from .repairs import retry_waiting, set_place_problem_aside, set_place_problems_aside
from .schools import SchoolsImported, import_schools

__all__ = [
    "MAX_LINES_AT_ONCE",
    "AreasImported",
    "ClosureDays",
    "SchoolsImported",
    "SubdistrictSettled",
    "change_closures",
    "confirm_join",
    "confirm_joins",
    "confirm_subdistrict",
    "give_place_file",
    "import_areas",
    "import_schools",
    "refuse_join",
    "refuse_subdistrict",
    "retry_waiting",
    "separate_join",
    "set_calendar",
    "set_place_problem_aside",
    "set_place_problems_aside",
    "take_place_file",
]
