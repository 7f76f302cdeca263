"""The made-up files: written the same way twice, in every hand a school has, and readable."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from aanchal.demo.area_files import LOCAL_NAME, SCHOOL_HEADING
from aanchal.demo.attendance import OPEN, Registers
from aanchal.demo.house_style import STYLES, Container
from aanchal.demo.mistakes import write_mistakes
from aanchal.demo.register_files import Written, style_of, write_files

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.*")
    }


def test_writing_again_gives_the_same_bytes_and_tells_how_far_it_is(
    small: Registers, small_files: Written, tmp_path: Path
):
    seen: list[tuple[int, int]] = []

    again = write_files(small, tmp_path, progress=lambda done, of: seen.append((done, of)))

    assert digests(again.folder) == digests(small_files.folder)
    assert seen[-1][0] == seen[-1][1] == len(list(small.pages()))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_every_page_is_in_one_file(small: Registers, small_files: Written):
    pages = list(small.pages())
    own = [p for p in pages if style_of(small, p.school).container is Container.PAGES]
    books = {
        (p.school.udise, p.month)
        for p in pages
        if style_of(small, p.school).container is Container.WORKBOOK
    }
    months = {p.month for p in pages}

    assert len(small_files.registers) == len(own) + len(books) + len(months)
    assert len(set(small_files.registers)) == len(small_files.registers)
    assert all(path.stat().st_size > 200 for path in small_files.registers)


def test_schools_write_in_every_hand():
    assert len(STYLES) == 24
    assert {s.language for s in STYLES} == {"en", "hi", "bn"}
    assert len({s.digits for s in STYLES}) == 3
    assert len({s.marks for s in STYLES}) == 5
    assert {s.encoding for s in STYLES if s.suffix == "csv"} == {"utf-8-sig", "cp1252", "utf-16"}
    assert {s.delimiter for s in STYLES if s.suffix == "csv"} == {",", ";", "\t"}
    assert len({s.day_label for s in STYLES}) == 3
    assert Counter(s.container for s in STYLES)[Container.EXPORT] == 3


def test_school_lines_have_the_published_heading(small: Registers, small_files: Written):
    text = small_files.schools.read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    assert [row["schcd"] for row in rows] == [s.udise for s in small.district.schools]
    assert all(row["udise_vico"] == row["schcd"][:9] for row in rows)
    if SHARED.exists():
        with (SHARED / "udise" / "schools_madhubani.csv").open(encoding="utf-8") as stream:
            published = stream.readline().rstrip("\r\n")
        assert published == SCHOOL_HEADING
        assert text.splitlines()[0] == f"{published},{LOCAL_NAME}"
    assert [row[LOCAL_NAME] for row in rows] == [s.own_name for s in small.district.schools]


def test_area_files_are_read_by_the_importer_without_a_problem(small_files: Written):
    from aanchal.places.formats.lgd import read_areas
    from aanchal.places.rules.areas import AreaRow

    counts = []
    for path in small_files.areas:
        with path.open("rb") as stream:
            rows = list(read_areas(stream).rows)
        assert all(isinstance(row, AreaRow) for row in rows), path.name
        counts.append(len(rows))

    assert counts == [1, 1, 2, 2, 20]


def test_the_school_file_is_read_by_the_importer_without_a_problem(small_files: Written):
    from aanchal.places.formats.udise import read_schools
    from aanchal.places.rules.areas import SchoolRow

    with small_files.schools.open("rb") as stream:
        rows = list(read_schools(stream).rows)

    assert all(isinstance(row, SchoolRow) for row in rows)
    assert len(rows) == 24


def test_pupil_lists_name_every_child_once(small: Registers, small_files: Written):
    names: list[tuple[str, ...]] = []
    for path in (listed.path for listed in small_files.pupils):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = [tuple(row) for row in csv.reader(stream)]
        else:
            sheet = openpyxl.load_workbook(path).active
            rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        names += [row[:4] for row in rows[1:]]

    assert len(names) == len(set(names)) == len(small.district.children)


def test_the_truth_lies_beside_the_registers_and_names_nobody(
    small: Registers, small_files: Written
):
    text = small_files.truth.read_text(encoding="utf-8")

    assert small_files.truth.parent == small_files.folder.parent
    assert len(json.loads(text)["stories"]) == len(small.stories)
    for child in small.district.children[:100]:
        assert child.name.latin not in text


def test_sums_at_the_side_agree_with_the_marks(small: Registers, small_files: Written):
    page = next(
        p for p in small.pages() if style_of(small, p.school).has_formulas and len(p.pupils) > 1
    )
    folder = small_files.folder / page.school.udise
    path = next(f for f in small_files.registers if f.parent == folder and f.suffix == ".xlsx")
    values = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    formulas = openpyxl.load_workbook(path).worksheets[0]

    last = values.max_column
    checked = 0
    for row, plain in zip(values.iter_rows(min_row=4), formulas.iter_rows(min_row=4), strict=True):
        sign = str(plain[last - 1].value).rpartition(",")[2].strip('")')
        if str(plain[last - 1].value).startswith("=COUNTIF") and row[1].value:
            days = [cell.value for cell in row[: last - 2]]
            assert days.count(sign) == row[last - 1].value
            checked += 1
    assert checked >= 1


def test_every_file_with_a_mistake_is_explained(small: Registers, tmp_path: Path):
    written = write_mistakes(small, tmp_path)
    explained = (tmp_path / "registers-with-mistakes" / "README.txt").read_text(encoding="utf-8")

    assert len(written) >= 8
    assert all(path.name in explained for path in written)


def test_no_month_without_an_open_day_has_a_page(registers: Registers):
    for page in registers.pages():
        assert OPEN in page.day_kinds
        assert page.marks.shape == (len(page.pupils), len(page.days))


@pytest.mark.parametrize("scheme", STYLES, ids=lambda s: f"{s.language}-{s.container}-{s.suffix}")
def test_what_a_school_writes_fits_its_encoding(scheme):
    if scheme.suffix == "csv":
        for text in (scheme.words.title, scheme.words.subtitle, *scheme.words.signatures):
            text.encode(scheme.encoding)
        "".join(scheme.marks[m] for m in range(5)).encode(scheme.encoding)
