"""How cost grows from 10 thousand to 10 million children: the archive, one machine, Spark.

    .venv/bin/python -m benchmarks.scale [--most 10000000] [--no-spark] [--keep FILE] [--json]

Made-up planes of one school year of 220 days (own rates, class days, children who go; every school
leaves days out of its own). Each size is written as an archive, a partition for each million, and
scored anew by each engine in a process of its own, whose peak memory is what all its processes hold
together (shared pages counted once). Beside it, what the archive costs from a real embedded database,
per 1,000 children, on a small one. Figures are of one quiet run; read ratios. The picture is written
to docs/guides/images/scale.svg.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")

import numpy as np
import pyarrow as pa

from aanchal.lib.early_warning.planes import planes_from_marks
from aanchal.lib.marks import Mark
from aanchal.watch.formats.archive_folder import (
    ArchiveKey,
    Manifest,
    Partition,
    read_manifest,
    write_manifest,
)
from aanchal.watch.formats.archive_parquet import (
    TAKEN_BYTES,
    UNIT_ROWS,
    ClassRows,
    pages_table,
    write_pages,
)

KEY = ArchiveKey("0190a5f0-0000-7000-8000-00000000b3c4", bytes(range(32)))
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
DISTRICT_CHILDREN = 1_000_000
CLASS_SIZE = 34
CLASSES_A_SCHOOL = 5
SCHOOL_CHILDREN = CLASS_SIZE * CLASSES_A_SCHOOL
DAYS = 220
YEAR = 2026
INDIA = 248_000_000
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "guides" / "images" / "scale.svg"


# --- made-up planes ---


def units(children: int, seed: int) -> Iterator[Any]:
    """Row groups of whole classes, in order, until there are enough children."""
    chance = np.random.default_rng(seed)
    year = [date(YEAR, 4, 1) + timedelta(days=d) for d in range(365)]
    open_days = np.array([d for d, day in enumerate(year) if day.weekday() != 6])
    open_days = open_days[(open_days < 45) | (open_days > 85)]  # the long vacation
    done = school = 0
    while done < children:
        of_unit: list[ClassRows] = []
        rows = 0
        while rows < UNIT_ROWS and done < children:
            school += 1
            found = _school(chance, open_days, school, min(SCHOOL_CHILDREN, children - done))
            size = sum(len(of_class.children) for of_class in found)
            of_unit += found
            rows += size
            done += size
        yield pages_table(of_unit)


def _school(chance: np.random.Generator, open_days: Any, number: int, size: int) -> list[ClassRows]:
    # Every school lets some days go without a register.
    days = np.sort(chance.choice(open_days, DAYS, replace=False))
    rate = chance.beta(1.3, 11, size).astype(np.float32)
    day = chance.gamma(8, 1 / 8, len(days)).astype(np.float32)
    absent_today = chance.random((size, len(days)), np.float32) < rate[:, None] * day
    for child in np.flatnonzero(chance.random(size) < 0.02).tolist():
        absent_today[child, int(chance.integers(30, len(days))) :] = True
    taken = np.zeros(8 * TAKEN_BYTES, np.bool_)
    taken[days + 90] = True  # 1 April is day 90 after 1 January
    absent, marked = planes_from_marks(
        np.where(absent_today, Mark.ABSENT, Mark.PRESENT).astype("u1")
    )
    names = chance.bytes(16 * size)
    return [
        ClassRows(
            school=number.to_bytes(16, "big"),
            class_=(number << 8 | first).to_bytes(16, "big"),
            block=f"IN/S10/D206/B{number // 200}",
            part=0,
            children=[
                names[16 * child : 16 * child + 16]
                for child in range(first, min(first + CLASS_SIZE, size))
            ],
            taken=taken,
            absent=absent[first : first + CLASS_SIZE],
            marked=marked[first : first + CLASS_SIZE],
        )
        for first in range(0, size, CLASS_SIZE)
    ]


def write_made_up(folder: Path, children: int) -> None:
    """An archive of this many made-up children, a partition for each million."""
    manifest = Manifest(archive=KEY.archive, area_path="IN")
    for number, first in enumerate(range(0, children, DISTRICT_CHILDREN)):
        partition = Partition(f"D{200 + number}", YEAR)
        size = min(DISTRICT_CHILDREN, children - first)
        entry = write_pages(
            folder, KEY, partition, units(size, number), at=datetime(2026, 11, 1, tzinfo=UTC)
        )
        manifest.entries[partition] = entry
    write_manifest(folder, manifest, KEY)


# --- one measure, in a process of its own ---


def score_once(folder: Path, out: Path, engine: str) -> dict[str, Any]:
    """Score an archive; the engine's start is told apart."""
    from aanchal.lib.early_warning.rule import warm
    from aanchal.watch.policy_file import default_policy
    from aanchal.watch.scoring import score_archive

    begun = time.perf_counter()
    if engine == "spark":
        from aanchal.watch.scoring_spark import SparkEngine

        runner: Any = SparkEngine(f"local[{os.cpu_count()}]")
    else:
        from aanchal.watch.scoring_local import LocalEngine

        runner = LocalEngine(os.cpu_count() or 1)
        warm(default_policy())
        pa.array(np.zeros(1))  # Arrow looks for pandas once, and imports it where it is installed
    started, worked = time.perf_counter(), time.process_time()
    done = score_archive(folder, KEY, out, runner)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    runner.close()
    if done.failed:
        raise SystemExit(f"{engine} failed: {done.failed}")
    return {
        "seconds": round(seconds, 3),
        "start_s": round(started - begun, 2),
        # Of this process alone: on Spark the work is done in others.
        "own_cpu_s": round(worked, 3),
        "flags": done.flags,
    }


def archive_from_database(children: int) -> dict[str, Any]:
    """What the archive costs from a real embedded database: written, looked at again, verified."""
    from aanchal.cli import with_django

    with_django()
    from django.db import transaction

    from aanchal.cli.database import bring_up_to_date
    from aanchal.kernel.authz import system_actor
    from aanchal.kernel.ids import new_id
    from aanchal.people.models import ClassSection
    from aanchal.places.models import Area, Body
    from aanchal.registers.models import RegisterPage
    from aanchal.registers.rules.pages import PageMarks, days_taken, pack_children, pack_marks
    from aanchal.registers.rules.pages import page_hash as hash_of
    from aanchal.watch.actions import open_archive
    from aanchal.watch.archiving import archive_of, verify_archive, write_archive

    bring_up_to_date(quiet=True)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    chance = np.random.default_rng(1)
    area = None
    for level, path in (
        ("country", "IN"),
        ("state", "IN/S10"),
        ("district", "IN/S10/D206"),
        ("block", "IN/S10/D206/B1"),
    ):
        area = Area.objects.filter(path=path).first() or Area.objects.create(
            level=level, name=path, path=path, parent=area
        )
    months = [date(2026, 4, 1), *(date(2026, m, 1) for m in range(6, 13)), date(2027, 1, 1)]
    months.append(date(2027, 2, 1))
    pages = 0
    for number in range(children // (CLASS_SIZE * CLASSES_A_SCHOOL) or 1):
        with transaction.atomic():
            school = Body.objects.create(kind=Body.Kind.SCHOOL, name=f"School {number}", area=area)
            for grade in range(CLASSES_A_SCHOOL):
                section = ClassSection.objects.create(
                    district="D206", school=school, year=YEAR, grade=str(grade + 1)
                )
                pupils = tuple(new_id() for _ in range(CLASS_SIZE))
                rows = []
                for month in months:
                    marks = np.where(chance.random((CLASS_SIZE, 31)) < 0.1, 2, 1).astype(np.uint8)
                    marks[:, 22:] = 0
                    page = PageMarks(pupils, marks)
                    rows.append(
                        RegisterPage(
                            district="D206",
                            class_section=section,
                            month=month,
                            children=pack_children(pupils),
                            marks=pack_marks(marks),
                            days_taken=days_taken(marks),
                            input_hash=hash_of(page),
                            first_received_at=at,
                            received_at=at,
                        )
                    )
                RegisterPage.objects.bulk_create(rows)
                pages += len(rows)
    folder = Path(os.environ["AANCHAL_HOME"]) / "archive"
    actor = system_actor("operator")
    real = pages // len(months) * CLASS_SIZE
    held = Path(os.environ["AANCHAL_HOME"]) / "data" / "aanchal.sqlite3"
    figures: dict[str, Any] = {
        "database_children": real,
        "database_pages": pages,
        "database_kb_a_child": round(held.stat().st_size / 1024 / real, 2),
    }
    for name in ("write", "look_again"):
        begun = time.perf_counter()
        write_archive(actor, folder, at=at)
        figures[f"database_{name}_s_per_1000"] = round(
            (time.perf_counter() - begun) * 1000 / real, 4
        )
    key = open_archive(actor, archive=archive_of(folder), purpose="verify")
    begun = time.perf_counter()
    found = verify_archive(folder, key, against_database=True)
    if found.damaged or found.behind:
        raise SystemExit("the archive is not as the database says")
    figures["database_verify_s_per_1000"] = round((time.perf_counter() - begun) * 1000 / real, 4)
    return figures


class Held:
    """What this process and all below it held and worked, looked at ten times a second."""

    def __init__(self, process: int) -> None:
        self._process, self._most, self._over = process, 0, threading.Event()
        self._worked: dict[int, float] = {}
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            family = _family(self._process)
            self._most = max(self._most, sum(_held_kb(p) for p in family))
            for known in family:
                self._worked[known] = max(self._worked.get(known, 0.0), _worked_s(known))

    def figures(self) -> dict[str, float]:
        """The most memory held together (MB), and processor seconds in all."""
        self._over.set()
        self._thread.join()
        return {
            "peak_mb": round(self._most / 1024, 1),
            "cpu_s": round(sum(self._worked.values()), 1),
        }


def _worked_s(process: int) -> float:
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _family(process: int) -> list[int]:
    found = [process]
    for known in found:
        for tasks in Path(f"/proc/{known}/task").glob("*/children"):
            try:
                found += [int(p) for p in tasks.read_text().split()]
            except OSError:
                continue
    return found


def _held_kb(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def apart(*words: str, **env: str) -> dict[str, Any]:
    """Run one measure of this script in a process of its own; its figures and its peak memory."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale", "--one", *words],
        stdout=subprocess.PIPE,
        text=True,
        # As on a user's machine: modules compiled once, not in every process.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **env},
    )
    held = Held(process.pid)
    told, _nothing = process.communicate()
    if process.returncode:
        raise SystemExit(f"{words[0]} ended {process.returncode}")
    figures: dict[str, Any] = json.loads(told.splitlines()[-1])
    return figures | held.figures() | {"whole_s": round(time.perf_counter() - begun, 2)}


# --- the picture ---

INK, QUIET, LOCAL, SPARK, PAPER = "#2b2a27", "#8a857b", "#3f4a9c", "#a2402f", "#fffdf8"


def picture(rows: list[dict[str, Any]]) -> str:
    """Processor seconds and memory over children, both scales logarithmic, as SVG."""
    left = _panel(
        rows, "cpu_s", "Processor seconds, start included", "s", x=60, powers=(0, 3), scale=1.0
    )
    right = _panel(rows, "peak_mb", "Most memory held", "GB", x=480, powers=(-1, 2), scale=1 / 1024)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 380" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        "<title>Cost of scoring a school year, from 10 thousand to 10 million children</title>\n"
        "<desc>Two logarithmic charts, one machine and Spark on the same machine. The figures "
        "stand in the table of the guide.</desc>\n"
        f'<rect width="860" height="380" fill="{PAPER}"/>\n{left}{right}</svg>\n'
    )


def _panel(
    rows: list[dict[str, Any]],
    name: str,
    title: str,
    unit: str,
    *,
    x: int,
    powers: tuple[int, int],
    scale: float,
) -> str:
    wide, high, top = 320, 260, 60
    low, most = powers

    def across(children: float) -> float:
        return x + wide * (np.log10(children) - 4) / 3

    def up(value: float) -> float:
        share = (np.log10(max(value, 10.0**low)) - low) / (most - low)
        return top + high * (1 - share)

    parts = [f'<text x="{x}" y="34" fill="{INK}" font-size="15">{title}</text>\n']
    for power in range(low, most + 1):
        y = up(10.0**power)
        parts.append(
            f'<line x1="{x}" x2="{x + wide}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4dfd3"/>\n'
        )
        parts.append(
            f'<text x="{x - 6}" y="{y + 4:.1f}" fill="{QUIET}" text-anchor="end">'
            f"{10.0**power:g} {unit}</text>\n"
        )
    for power, word in ((4, "10,000"), (5, "100,000"), (6, "1 million"), (7, "10 million")):
        parts.append(
            f'<text x="{across(10.0**power):.1f}" y="{top + high + 22}" fill="{QUIET}" '
            f'text-anchor="middle">{word}</text>\n'
        )
    for engine, ink, word, mark in (
        ("local", LOCAL, "one machine", "circle"),
        ("spark", SPARK, "Spark", "square"),
    ):
        points = [(across(r["children"]), up(r[engine][name] * scale)) for r in rows if engine in r]
        if not points:
            continue
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        dash = "" if engine == "local" else ' stroke-dasharray="6 4"'
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{ink}" stroke-width="2"{dash}/>\n'
        )
        for a, b in points:
            parts.append(
                f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{ink}"/>\n'
                if mark == "circle"
                else f'<rect x="{a - 4:.1f}" y="{b - 4:.1f}" width="8" height="8" fill="{ink}"/>\n'
            )
        a, b = points[0]
        b += 20 if engine == "local" else -10
        parts.append(f'<text x="{a + 8:.1f}" y="{b:.1f}" fill="{ink}">{word}</text>\n')
    return "".join(parts)


# --- the whole run ---


def run(most: int, *, spark: bool, folder: Path, kept: Path | None) -> dict[str, Any]:
    """All figures; sizes measured before, and kept in a file, are not measured again."""
    home = folder / "home"
    home.mkdir()
    figures: dict[str, Any] = {"days": DAYS, "cores": os.cpu_count()}
    figures |= apart("database", "20000", AANCHAL_HOME=str(home), AANCHAL_DATABASE_URL="")
    figures["database_peak_mb"] = figures.pop("peak_mb")
    del figures["whole_s"], figures["cpu_s"]
    rows: list[dict[str, Any]] = []
    if kept is not None and kept.exists():
        rows = json.loads(kept.read_text())
    known = {row["children"] for row in rows}
    for children in [size for size in SIZES if size <= most and size not in known]:
        archive = folder / str(children)
        begun = time.perf_counter()
        write_made_up(archive, children)
        made_s = time.perf_counter() - begun
        entries = read_manifest(archive, KEY).entries.values()
        row: dict[str, Any] = {
            "children": children,
            "made_s": round(made_s, 2),
            "bytes_a_child": round(sum(e.size_bytes for e in entries) / children, 1),
        }
        for engine in ("local", "spark") if spark else ("local",):
            row[engine] = apart(engine, str(archive), str(folder / f"{children}-{engine}"))
        if spark and row["local"]["flags"] != row["spark"]["flags"]:
            raise SystemExit("the engines do not agree")
        rows.append(row)
        if kept is not None:
            kept.write_text(json.dumps(rows))
        print(_line(row), file=sys.stderr, flush=True)
    last = rows[-1]
    figures["rows"] = rows
    figures["india_s_extrapolated"] = round(last["local"]["seconds"] * INDIA / last["children"], 1)
    figures["india_gb_extrapolated"] = round(last["bytes_a_child"] * INDIA / 1e9, 1)
    return figures


def _line(row: dict[str, Any]) -> str:
    told = f"{row['children']:>11,} children {row['bytes_a_child']:5.1f} bytes a child-year"
    for engine in ("local", "spark"):
        if engine in row:
            held = row[engine]
            told += f" | {engine} {held['seconds']:8.2f} s {held['peak_mb'] / 1024:5.2f} GB"
            told += f" (start {held['start_s']:.1f} s, processor {held['cpu_s']:.1f} s)"
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--no-spark", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="File of sizes already measured; goes on there.")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        what, *rest = given.one
        if what == "database":
            figures = archive_from_database(int(rest[0]))
        else:
            figures = score_once(Path(rest[0]), Path(rest[1]), what)
        print(json.dumps(figures))
        return
    folder = Path(tempfile.mkdtemp(prefix="aanchal-scale-"))
    try:
        figures = run(given.most, spark=not given.no_spark, folder=folder, kept=given.keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture(figures["rows"]), encoding="utf-8")
    if given.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        if name != "rows":
            print(f"{name}: {value}")
    for row in figures["rows"]:
        print(_line(row))


if __name__ == "__main__":
    main()
