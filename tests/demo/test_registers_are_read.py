"""Every made-up register is read back with exactly the marks that were written."""

from collections.abc import Iterator

import pytest

from aanchal.demo.attendance import HOLIDAY, NOT_TAKEN, OPEN, Page, Registers
from aanchal.demo.house_style import Container
from aanchal.demo.page_sheet import written_name
from aanchal.demo.register_files import Written, style_of
from aanchal.lib.tabular.problems import Limits
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers


@pytest.fixture(scope="module")
def read(small: Registers, small_files: Written) -> dict[tuple[str, str, str, str], object]:
    found: dict[tuple[str, str, str, str], object] = {}
    for path in small_files.registers:
        with path.open("rb") as source:
            for page in read_registers(
                source,
                filename=path.name,
                hints=Hints(),
                limits=Limits(),
                today=small.district.today,
            ):
                key = (str(page.school), str(page.grade), str(page.section), str(page.month))
                assert key not in found, f"{key} stands in two files"
                found[key] = page
    return found


def pages(registers: Registers) -> Iterator[tuple[tuple[str, str, str, str], Page]]:
    for page in registers.pages():
        yield (page.school.udise, str(page.grade), page.section, f"{page.month:%Y-%m}"), page


def test_every_page_is_found_and_no_other(small: Registers, read):
    assert set(read) == {key for key, _ in pages(small)}


def test_rolls_and_names_are_those_written(small: Registers, read):
    for key, page in pages(small):
        style = style_of(small, page.school)
        got = read[key].pupils
        assert [row.roll for row in got] == [str(roll) for roll, _ in page.pupils], key
        if style.names == "both":
            continue
        names = [
            written_name(style, small.district.seed, page.school.udise, child)
            for _, child in page.pupils
        ]
        if style.container is Container.EXPORT:
            names = [name.upper() for name in names]
        assert [row.name for row in got] == names, key


def test_marks_are_those_written(small: Registers, read):
    for key, page in pages(small):
        for row, marks in zip(read[key].pupils, page.marks, strict=True):
            for column, day in enumerate(page.days):
                got = row.marks[day.day - 1]
                if page.day_kinds[column] == OPEN:
                    assert got == marks[column], (key, row.row, day)
                else:
                    assert got in (NOT_TAKEN, HOLIDAY), (key, row.row, day)


def test_no_day_is_counted_that_was_not_taken(small: Registers, read):
    for key, page in pages(small):
        taken = [
            day
            for column, day in enumerate(page.days)
            if page.day_kinds[column] == OPEN and (page.marks[:, column] != NOT_TAKEN).any()
        ]
        assert read[key].days == taken, key


def test_good_registers_raise_no_problem_but_name_children_whose_marks_end(small: Registers, read):
    for key, page in pages(small):
        assert {problem.code for problem in read[key].problems} <= {"marks_end"}, key
        named = {problem.row for problem in read[key].problems}
        for place, row in enumerate(read[key].pupils):
            if row.row in named:
                taken = [
                    column
                    for column in range(len(page.days))
                    if page.day_kinds[column] == OPEN and (page.marks[:, column] != NOT_TAKEN).any()
                ]
                assert (page.marks[place, taken[-5:]] == NOT_TAKEN).all(), key
