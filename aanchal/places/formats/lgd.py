"""Files of the Local Government Directory (LGD) and the Census 2011 village list, as published.

The kind of file is told from its heading line, so names of files do not matter. Published
layouts differ in small ways that are all accepted: "Sub-district Code" or "Subdistrict code",
"State Name(In English)" or "Village Name (In Englsih)", a column name that occurs twice (the
second is the name in the state's own script, or the same again), spaces at the end of a
heading, a byte-order mark, commas or semicolons, capitals.

Codes are never taken apart: LGD numbers each level through the whole country.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from aanchal.lib.indic.place_names import tidy_name
from aanchal.lib.indic.scripts import is_other_script
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.lib.tabular.tables import Line, open_table
from aanchal.places.rules.areas import AreaRow
from aanchal.places.rules.codes import AreaCode, Level, System, canonical_code
from aanchal.places.rules.problems import line_left_out, shown

# From the most to the least detailed: the first whose code column is present is the kind.
_LGD_LEVELS: tuple[tuple[Level, str], ...] = (
    (Level.VILLAGE, "village"),
    (Level.BLOCK, "block"),
    (Level.SUBDISTRICT, "subdistrict"),
    (Level.DISTRICT, "district"),
    (Level.STATE, "state"),
)
# A village line that names both its sub-district and its block hangs under the block.
_CONTAINERS: dict[Level, tuple[Level, ...]] = {
    Level.VILLAGE: (Level.BLOCK, Level.SUBDISTRICT, Level.DISTRICT, Level.STATE),
    Level.BLOCK: (Level.DISTRICT, Level.STATE),
    Level.SUBDISTRICT: (Level.DISTRICT, Level.STATE),
    Level.DISTRICT: (Level.STATE,),
    Level.STATE: (),
}


_CENSUS_VILLAGE_CODES = ("villagecode2011", "villcode2011", "vill11code")
_VILLAGE_CODES = frozenset(("villagecode", *_CENSUS_VILLAGE_CODES))
_TOWN_CODES = frozenset(
    "localbodycode localbodytypecode towncode towncode2011 urbanlocalbodycode ulbcode wardcode "
    "municipalitycode panchayatcode villagepanchayatcode grampanchayatcode".split()
)
# The Census numbers its towns apart from its villages.
_CENSUS_TOWNS = range(800_000, 900_000)
# LGD's types of local bodies in towns; a village there belongs to no gram panchayat.
_URBAN_TYPES = frozenset("4 5 6 7 8 21 24 25".split())
_URBAN_NAME = re.compile(
    r"\b(?:municipal(?:ity| corporation| council| board)?|nagar (?:panchayat|parishad|palika|nigam)|"
    r"town panchayat|notified area|cantonment|corporation)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AreaFile:
    """A recognised file.

    Attributes:
        level: what its lines are.
        system: whose file it is: LGD or the Census of 2011.
        header_row: line of the heading.
        rows: places and problems in the order of the file; can be walked once.
    """

    level: Level
    system: System
    header_row: int
    rows: Iterator[AreaRow | Problem]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Positions in a line."""

    level: Level
    system: System
    code: int
    name: int
    local_name: int | None
    containers: tuple[tuple[Level, int], ...]
    census2001: int | None
    census2011: int | None
    local_body: tuple[int, int] | None = None
    local_body_type: int | None = None


def read_areas(source: BinaryIO) -> AreaFile:
    """Read one published file of places.

    A line with no usable code, name or parent, or with a code already read, is a problem and
    is left out; a wrong Census code beside a good LGD code is a problem too, but the place goes
    in without it. Nothing is looked up: whether the parent exists is for the caller to see.

    Args:
        source: the file, opened in binary, at its start. Read while `rows` is walked.

    Raises:
        Unreadable: no text, empty, or with no heading we know; also while walking, when
            binary data turns up later.
    """
    table = open_table(
        source, is_header=lambda cells: _columns(cells) is not None or _is_of_towns(cells)
    )
    if _is_of_towns(table.headings):
        raise Unreadable(
            "list_of_towns",
            N_(
                "This is a list of towns, wards or other local bodies. Areas are states, districts, "
                "sub-districts, blocks and villages: send the list of one of these. Nothing was "
                "taken in."
            ),
        )
    columns = _columns(table.headings)
    assert columns is not None  # open_table found it so
    return AreaFile(
        level=columns.level,
        system=columns.system,
        header_row=table.header_row,
        rows=_rows(table.lines, columns, table.headings),
    )


def _heading_key(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).casefold()
    plain = re.sub(r"\(?\bin\s+engl?[a-z]*\)?", "", plain)
    return re.sub(r"[^a-z0-9]", "", plain)


def _is_of_towns(headings: Sequence[str]) -> bool:
    """True for the heading of a list of local bodies, towns or wards, which has no villages."""
    keys = {_heading_key(h) for h in headings}
    return bool(keys & _TOWN_CODES) and not keys & _VILLAGE_CODES


def _columns(headings: Sequence[str]) -> _Columns | None:
    keys = [_heading_key(h) for h in headings]

    def first(*names: str) -> int | None:
        return next((i for i, key in enumerate(keys) if key in names), None)

    if (code := first(*_CENSUS_VILLAGE_CODES)) is not None:
        return _census_village_columns(code, first)
    for level, word in _LGD_LEVELS:
        code, name = first(f"{word}code"), first(f"{word}name")
        if code is None:
            continue
        if name is None:
            return None
        again = next((i for i in range(name + 1, len(keys)) if keys[i] == keys[name]), None)
        local = first(f"{word}nameinlocal", f"{word}namelocal")
        words = {lv: w for lv, w in _LGD_LEVELS}
        body_code, body_name = first("localbodycode"), first("localbodyname")
        containers = tuple(
            (lv, at) for lv in _CONTAINERS[level] if (at := first(f"{words[lv]}code")) is not None
        )
        if _CONTAINERS[level] and not containers:
            return None
        return _Columns(
            level=level,
            system=System.LGD,
            code=code,
            name=name,
            local_name=local if local is not None else again,
            containers=containers,
            census2001=first("census2001code"),
            census2011=first("census2011code"),
            local_body=(body_code, body_name)
            if level is Level.VILLAGE and body_code is not None and body_name is not None
            else None,
            local_body_type=first("localbodytypecode", "localbodytype", "localbodytypename"),
        )
    return None


def _census_village_columns(code: int, first: Callable[..., int | None]) -> _Columns | None:
    name = first("villagename", "villagename2011", "villname", "villname2011")
    subdistrict = first("subdistrictcode2011", "subdtcode2011", "subdistcode2011", "tehsilcode2011")
    if name is None or subdistrict is None:
        return None
    others = (
        (Level.DISTRICT, ("districtcode2011", "distcode2011")),
        (Level.STATE, ("statecode2011", "stcode2011")),
    )
    return _Columns(
        level=Level.VILLAGE,
        system=System.CENSUS2011,
        code=code,
        name=name,
        local_name=None,
        containers=(
            (Level.SUBDISTRICT, subdistrict),
            *((lv, at) for lv, names in others if (at := first(*names)) is not None),
        ),
        census2001=None,
        census2011=None,
    )


def _rows(
    lines: Iterator[Line | Problem], columns: _Columns, headings: Sequence[str]
) -> Iterator[AreaRow | Problem]:
    first_row: dict[str, int] = {}
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif any(line.cells):
            for found in _area(line, columns, headings, first_row):
                if isinstance(found, Problem):
                    found = found.with_raw(line.raw(headings))
                yield found


def _area(
    line: Line, columns: _Columns, headings: Sequence[str], first_row: dict[str, int]
) -> Iterator[AreaRow | Problem]:
    def cell(at: int | None) -> str:
        return line.cells[at] if at is not None and at < len(line.cells) else ""

    needed = max(columns.code, columns.name, columns.containers[0][1] if columns.containers else 0)
    if len(line.cells) <= needed:
        yield line_left_out(
            line.row,
            None,
            "too_few_cells",
            N_("The line has %(found)d cells; %(expected)d are needed."),
            {"found": len(line.cells), "expected": len(headings)},
        )
        return
    if len(line.cells) > len(headings) and any(line.cells[len(headings) :]):
        yield line_left_out(
            line.row,
            None,
            "too_many_cells",
            N_(
                "The line has %(found)d cells, more than the %(expected)d headings. "
                "A comma inside a name needs quotation marks."
            ),
            {"found": len(line.cells), "expected": len(headings)},
        )
        return

    code = _code(cell(columns.code), columns.system, columns.level)
    if code is None or isinstance(code, _NotACode):
        yield _code_problem(line.row, headings[columns.code], code, cell(columns.code))
        return
    if columns.system is System.CENSUS2011 and int(code) in _CENSUS_TOWNS:
        yield line_left_out(
            line.row,
            headings[columns.code],
            "a_town",
            N_("Code %(code)s is a town's in the Census; only villages are taken from this list."),
            {"code": code},
        )
        return
    name = tidy_name(cell(columns.name))
    if not any(c.isalpha() for c in name):
        yield line_left_out(
            line.row,
            headings[columns.name],
            "no_name",
            N_("The place with code %(code)s has no name."),
            {"code": code},
        )
        return

    within: list[AreaCode] = []
    for position, (level, at) in enumerate(columns.containers):
        container = _code(cell(at), columns.system, level)
        if isinstance(container, str):
            within.append(AreaCode(columns.system, level, container))
        elif isinstance(container, _NotACode):
            yield _code_problem(line.row, headings[at], container, cell(at))
            return
        elif position == 0 and level not in (Level.BLOCK,):
            yield line_left_out(
                line.row,
                headings[at],
                "no_parent",
                N_("%(name)s (%(code)s) does not say which place it belongs to."),
                {"name": shown(name), "code": code},
            )
            return
    if columns.containers and not within:
        yield line_left_out(
            line.row,
            headings[columns.containers[0][1]],
            "no_parent",
            N_("%(name)s (%(code)s) does not say which place it belongs to."),
            {"name": shown(name), "code": code},
        )
        return
    if code in first_row:
        yield line_left_out(
            line.row,
            headings[columns.code],
            "repeated_code",
            N_("Code %(code)s (%(name)s) is already on line %(first)d; the first is kept."),
            {"code": code, "name": shown(name), "first": first_row[code]},
        )
        return
    first_row[code] = line.row

    codes: dict[System, str] = {columns.system: code}
    for system, at_code in (
        (System.CENSUS2011, columns.census2011),
        (System.CENSUS2001, columns.census2001),
    ):
        other = _code(cell(at_code), system, columns.level)
        if isinstance(other, str):
            codes[system] = other
        elif isinstance(other, _NotACode) and at_code is not None:
            yield _code_problem(line.row, headings[at_code], other, cell(at_code), left_out=False)
    local = cell(columns.local_name)
    assumed = {}
    if columns.system is System.CENSUS2011:
        lgd = canonical_code(System.LGD, columns.level, code)
        assert lgd is not None
        assumed[System.LGD] = lgd
    body = _local_body(columns, cell)
    if body is not None and _is_urban(columns, cell, body[1]):
        yield Problem(
            line.row,
            headings[columns.local_body[1]] if columns.local_body else None,
            "in_a_town",
            N_(
                "%(name)s (%(code)s) is said to lie in the town body %(body)s, which is no gram "
                "panchayat; it went in without one."
            ),
            {"name": shown(name), "code": code, "body": shown(body[1])},
        )
        body = None
    yield AreaRow(
        level=columns.level,
        codes=codes,
        parent=within[0] if within else None,
        name=name,
        row=line.row,
        local_name=local if is_other_script(local) else "",
        within=tuple(within),
        assumed=assumed,
        local_body=body,
    )


def _local_body(
    columns: _Columns, cell: Callable[[int | None], str]
) -> tuple[AreaCode, str] | None:
    """The village's panchayat; None where the line names none (or not with both code and name)."""
    if columns.local_body is None:
        return None
    code = _code(cell(columns.local_body[0]), columns.system, Level.PANCHAYAT)
    name = tidy_name(cell(columns.local_body[1]))
    if not isinstance(code, str) or not any(c.isalpha() for c in name):
        return None
    return AreaCode(columns.system, Level.PANCHAYAT, code), name


def _is_urban(columns: _Columns, cell: Callable[[int | None], str], name: str) -> bool:
    kind = cell(columns.local_body_type).removesuffix(".0").lstrip("0")
    return kind in _URBAN_TYPES or any(map(_URBAN_NAME.search, (kind, name)))


class _NotACode:
    """A cell that should hold a code and does not."""


def _code(text: str, system: System, level: Level) -> str | _NotACode | None:
    try:
        return canonical_code(system, level, text)
    except ValueError:
        return _NotACode()


def _code_problem(
    row: int, heading: str, code: _NotACode | None, text: str, *, left_out: bool = True
) -> Problem:
    if code is None:
        return Problem(row, heading, "no_code", N_("The code is missing."), {}, left_out=left_out)
    return Problem(
        row,
        heading,
        "not_a_code",
        N_("“%(text)s” is not a code."),
        {"text": shown(text)},
        left_out=left_out,
    )
