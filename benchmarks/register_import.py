"""How fast registers are read: 100,000 children for a month, in the three ways schools send them.

    python benchmarks/register_import.py [--children 100000]

Writes made-up files to a temporary folder, reads each kind in a process of its own through the same
door as the importer (`read_registers`), checks that every mark came back, and prints rows a second
and peak memory. What is measured is the reading alone: no database, no matching, no scoring. A "row"
is one child for one month.

Measured on 2 cores shared with other work (2026-11), 100,000 children:

    a CSV a class (2,500 files)      25,000 rows/s of one core     40 MB
    a workbook a school (XLSX)       12,000 rows/s                 45 MB
    one state export (long CSV)      13,000 rows/s                 99 MB   (350,000 lines/s)
"""

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import xlsxwriter

from aanchal.lib.tabular.problems import Limits
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers

TODAY = date(2026, 11, 22)
DAYS = [day for day in range(1, 32) if date(2026, 7, day).weekday() != 6]
CLASSES = ("I", "II", "III", "IV", "V")
SIZE = 40


def classes(children: int) -> Iterator[tuple[str, str, list[list[str]]]]:
    """(school, class, marks a child) for as many classes of 40 as make the number."""
    chance = random.Random(1)
    for number in range(-(-children // SIZE)):
        school = f"100501{number // len(CLASSES):05}"
        size = min(SIZE, children - number * SIZE)
        marks = [chance.choices("PPPPPPPPPA", k=31) for _ in range(size)]
        yield school, CLASSES[number % len(CLASSES)], marks


def grid(school: str, grade: str, marks: list[list[str]]) -> list[list[object]]:
    """One class as a teacher keeps it, with its Sundays, sums and signature."""
    rows: list[list[object]] = [
        [f"UDISE: {school}  Class: {grade}  Sec: A  Month: July 2026"],
        ["Roll", "Name", *range(1, 32), "Total"],
    ]
    for roll, child in enumerate(marks, 1):
        cells = [mark if day in DAYS else "S" for day, mark in enumerate(child, 1)]
        rows.append([roll, f"Child {roll} Kumari", *cells, cells.count("P")])
    rows.append(["", "Total Present", *[len(marks)] * 31])
    rows.append(["", "Class Teacher"])
    return rows


def write_csv_a_class(folder: Path, children: int) -> None:
    for number, (school, grade, marks) in enumerate(classes(children)):
        with (folder / f"{number:05}.csv").open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(grid(school, grade, marks))


def write_workbook_a_school(folder: Path, children: int) -> None:
    book, held = None, ""
    for school, grade, marks in classes(children):
        if school != held:
            if book:
                book.close()
            book, held = xlsxwriter.Workbook(folder / f"{school}.xlsx", {"in_memory": True}), school
        assert book is not None
        sheet = book.add_worksheet(grade)
        for row, cells in enumerate(grid(school, grade, marks)):
            sheet.write_row(row, 0, cells)
    if book:
        book.close()


def write_state_export(folder: Path, children: int) -> None:
    with (folder / "export.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["udise_code", "class", "section", "date", "roll_no", "name", "status"])
        held = list(classes(children))
        for day in DAYS:
            for school, grade, marks in held:
                for roll, child in enumerate(marks, 1):
                    writer.writerow(
                        [
                            school,
                            grade,
                            "A",
                            f"{day:02}-07-2026",
                            roll,
                            f"Child {roll} Kumari",
                            child[day - 1],
                        ]
                    )


KINDS: dict[str, Callable[[Path, int], None]] = {
    "a CSV a class": write_csv_a_class,
    "a workbook a school": write_workbook_a_school,
    "one state export": write_state_export,
}


def read_all(
    folder: str, children: int, answer: "multiprocessing.Queue[tuple[float, float, int]]"
) -> None:
    before = time.perf_counter(), time.process_time()
    rows = marks = 0
    limits = Limits(text_bytes=2**30)
    for path in sorted(Path(folder).iterdir()):
        for page in read_registers(
            path, filename=path.name, hints=Hints(), limits=limits, today=TODAY
        ):
            rows += len(page.pupils)
            marks += page.marks.present + page.marks.absent
            assert not page.problems, page.problems[:3]
    spent = time.perf_counter() - before[0], time.process_time() - before[1]
    assert rows == children, (rows, children)
    assert marks == children * len(DAYS), marks
    answer.put((*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=100_000)
    children = parser.parse_args().children
    context = multiprocessing.get_context("spawn")
    for kind, write in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            print(f"{kind}: writing …", end="\r", flush=True)
            write(Path(folder), children)
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20
            print(f"{kind}: reading …", end="\r", flush=True)
            answer = context.Queue()
            reader = context.Process(target=read_all, args=(folder, children, answer))
            reader.start()
            reader.join()
            if reader.exitcode:
                raise SystemExit(f"{kind}: the reader failed")
            wall, cpu, peak = answer.get()
        print(
            f"{kind:<22} {children:>8,} rows {size:7.0f} MB  {wall:6.1f} s ({cpu:.1f} s of one core)  "
            f"{children / cpu:>8,.0f} rows/s  peak {peak} MB"
        )


if __name__ == "__main__":
    main()
