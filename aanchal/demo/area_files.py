"""Directory files of the made-up district, laid out as their publishers lay them out."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from .attendance import Registers
from .calendar import FRIDAY
from .facts import Block, District, School

_CATEGORY = {
    (1, 4): ("Primary", 1),
    (1, 5): ("Primary", 1),
    (1, 8): ("Primary with Upper Primary", 2),
    (5, 8): ("Upper Primary only", 4),
    (1, 10): ("Pri. Upper Pri. and Secondary Only", 6),
    (5, 10): ("Upper Pri. and Secondary", 7),
    (9, 10): ("Secondary Only", 8),
}
SCHOOL_HEADING = (
    "schcd,schname,school_cat,schcat,school_typ,schtype,management,schmgt,rururb,pincode,vilname,"
    "udise_vico,udise_dtco,dtname,stname,lgd_dt_ud,lon,lat"
)
# Beside what UDISE publishes: the name as the village writes it.
LOCAL_NAME = "schname_local"


def write_area_files(registers: Registers, target: Path) -> tuple[tuple[Path, ...], Path, Path]:
    """Write `areas/` (state down to village), `schools.csv` and `calendar.csv`."""
    district = registers.district
    folder = target / "areas"
    folder.mkdir(exist_ok=True)
    areas = (
        _states(district, folder / "1-state.csv"),
        _districts(district, folder / "2-district.csv"),
        _subdistricts(district, folder / "3-subdistrict.csv"),
        _blocks(district, folder / "4-block.csv"),
        _villages(district, folder / "5-village.csv"),
    )
    return (
        areas,
        write_schools(district.schools, district, target / "schools.csv"),
        _calendar(registers, target / "calendar.csv"),
    )


def _write(path: Path, heading: str, rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(heading + "\r\n")
        csv.writer(stream).writerows(rows)
    return path


def _states(district: District, path: Path) -> Path:
    state = district.state
    return _write(
        path,
        "S.No.,State Code,State Version,State Name,State Name,Census 2001 Code,Census 2011 Code,"
        "State or UT",
        [[1, state.code, 1, state.name.upper(), state.own_name, "", "", "S"]],
    )


def _districts(district: District, path: Path) -> Path:
    return _write(
        path,
        '"State Code","State Name","District Code","District Name","Census 2001 Code",'
        '"Census 2011 Code"',
        [
            [
                district.state.code, district.state.name.upper(), district.area.code,
                district.area.name.upper(), "", "",
            ]
        ],
    )  # fmt: skip


def _subdistrict_code(block: Block) -> int:
    return block.area.code * 10 + 9


def _subdistricts(district: District, path: Path) -> Path:
    return _write(
        path,
        "S.No.,State Code,State Name,District Code,District Name,Sub-district Code,"
        "Sub-district Version,Sub-district Name,Census 2001 code,Census 2011 code",
        [
            [
                number, district.state.code, district.state.name.upper(), district.area.code,
                district.area.name.upper(), _subdistrict_code(block), 1, block.area.name, "", "",
            ]
            for number, block in enumerate(district.blocks, 1)
        ],
    )  # fmt: skip


def _blocks(district: District, path: Path) -> Path:
    return _write(
        path,
        "S.No.,State Code,State Name,District Code,District Name,Block Code,Block Version,"
        "Block Name ,Block Name",
        [
            [
                number, district.state.code, district.state.name.upper(), district.area.code,
                district.area.name.upper(), block.area.code, 1, block.area.name.upper(),
                block.area.own_name,
            ]
            for number, block in enumerate(district.blocks, 1)
        ],
    )  # fmt: skip


def _villages(district: District, path: Path) -> Path:
    rows: list[list[object]] = []
    for block in district.blocks:
        panchayats = {panchayat.path: panchayat for panchayat in block.panchayats}
        for village in block.villages:
            panchayat = panchayats[village.parent_path]
            rows.append(
                [
                    len(rows) + 1, district.state.code, district.state.name.upper(),
                    district.area.code, district.area.name.upper(), _subdistrict_code(block),
                    block.area.name, block.area.code, block.area.name.upper(), panchayat.code,
                    panchayat.name, village.code, 1, village.name, village.own_name, "", "",
                ]
            )  # fmt: skip
    return _write(
        path,
        "S.No.,State Code,State Name (In English),District Code,District Name (In English),"
        "Sub-District Code,Sub-District Name (In English),Block Code,Block Name (In English),"
        "Local Body Code,Local Body Name (In English),Village Code,Village Version,"
        "Village Name (In English),Village Name (In Local),Census 2001 Code,Census 2011 Code",
        rows,
    )


def school_row(school: School, district: District) -> list[object]:
    """One line of the school directory."""
    category, code = _CATEGORY[school.lowest, school.highest]
    is_madarsa_board = school.is_madrasa and "MADRASAH" in school.name
    management = (
        ("Madarsa recognized (by Wakf board/Madarsa Board)", 97)
        if is_madarsa_board
        else ("Department of Education", 1)
    )
    return [
        school.udise, school.name, category, code, "Co. Educational", 3, *management, 1, " ",
        school.village.udise_name, school.village.udise, district.area.udise,
        district.area.udise_name, district.state.name, district.area.code, *school.position,
    ]  # fmt: skip


def write_schools(schools: Iterable[School], district: District, path: Path) -> Path:
    rows = [[*school_row(school, district), school.own_name] for school in schools]
    return _write(path, f"{SCHOOL_HEADING},{LOCAL_NAME}", rows)


def _calendar(registers: Registers, path: Path) -> Path:
    """Closed days by block, and the schools whose week ends on another day than Sunday."""
    rows: list[list[object]] = []
    for block in registers.district.blocks:
        starts = registers.district.year_starts[block.number][-1]
        rows.append(
            ["block", block.area.code, "school_year", f"{starts:%m-%d}", "", "School year", ""]
        )
        for closure in registers.closures[block.number]:
            rows.append(
                [
                    "block", block.area.code, closure.kind, closure.first.isoformat(),
                    closure.last.isoformat(), closure.name, closure.name_own,
                ]
            )  # fmt: skip
    for school in registers.district.schools:
        if school.weekly_off == FRIDAY:
            rows.append(["school", school.udise, "weekly_off", "", "", "Friday", ""])
    return _write(path, "place,code,kind,first_on,last_on,name,name_own", rows)
