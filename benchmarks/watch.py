"""How fast the watch is on this machine, beside its goals, the machine's own limits and rivals.

    python benchmarks/watch.py [--json] [--children 1000000] [--days 220] [--india 10000000]

Measured in one run, in repeats that take turns, and told as medians: the 30-day rate, current run and
year to date from the bit-planes; one new day of all state; a full year of the complete rule; the peak
memory of the year. Beside them the machine's memory and disk
reads, and what one would otherwise pick (pandas, Polars, DuckDB; `pip install aanchal[bench]`) on the
same marks: the rolling 30-day rate and the current run, which is only a part of the rule. Rivals run
on a fraction of the children; the fraction is printed and times are not scaled. What India would cost
is reckoned from a measured run of `--india` children. The machine may be shared: read ratios.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")  # sentences use gettext
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aanchal.lib.early_warning.planes import figures, marks_from_planes, planes_from_marks
from aanchal.lib.early_warning.rule import run_planes, start_state, step_day
from aanchal.watch.policy_file import default_policy
from benchmarks import watch_rivals

INDIA = 248_000_000
CLASS_SIZE = 35
CHUNK = 250_000
FIRST = date(2025, 4, 1)
GOALS = {
    "rate_run_ms": ("30-day rate, run, year to date", "<=", 3.0),
    "day_ms": ("one new day, all state", "<=", 4.0),
    "year_ms": ("full year, the complete rule", "<=", 100.0),
    "peak_gb": ("peak memory of the year, GB", "<=", 0.7),
    "india_day_s": ("India, one day", "<=", 2.0),
    "india_year_s": ("India, a year, with disk", "<=", 60.0),
}
Planes = tuple[NDArray[np.uint64], NDArray[np.uint64]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=220)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--india", type=int, default=10_000_000, help="children measured; 0: none")
    parser.add_argument("--rivals", type=int, default=50_000, help="children for rivals; 0: none")
    parser.add_argument("--folder", type=Path, help="where scratch files go (its disk is measured)")
    parser.add_argument("--peak-only", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not 31 <= given.days <= 256 or given.children < 1000:
        parser.error("Days must be 31 to 256, and children 1,000 or more.")
    if given.peak_only:
        print(_peak_of_a_year(given.children, given.days, given.threads))
        return
    folder = Path(tempfile.mkdtemp(prefix="aanchal-watch-", dir=given.folder))
    try:
        found = measure(given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found) if given.json else told(found))


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every figure of one run; times in ms unless a name says s."""
    children, days, threads = given.children, given.days, given.threads
    first_call_s = _first_call()
    planes = made_up(children, days)
    sizes = class_sizes(children)
    calendar = school_days(days)
    # New days after a year: the marks of its last month once more.
    days_to_come = cycle([today_of(planes, day) for day in range(days - 22, days)])
    wave = np.ones(64 << 20, np.uint32)  # 256 MB, beyond any cache

    policy = default_policy()
    kept = figures(*planes, today=days - 1)
    state = start_state(sizes)
    run_planes(state, *planes, policy, days=calendar, threads=threads)
    later = iter(calendar[-1] + timedelta(days=n) for n in range(1, 10_000))
    work: dict[str, Callable[[], object]] = {
        "read": lambda: _sum(wave),
        "rate_run": lambda: figures(*planes, today=days - 1, threads=threads, out=kept),
        "day": lambda: step_day(state, next(days_to_come), policy, on=next(later), threads=threads),
        "year": lambda: run_planes(
            start_state(sizes), *planes, policy, days=calendar, threads=threads
        ),
        "year_one_thread": lambda: run_planes(start_state(sizes), *planes, policy, days=calendar),
    }
    times = in_turns(work, given.repeats)
    ms = {name: 1000 * statistics.median(taken) for name, taken in times.items()}
    plane_bytes = 2 * planes[0].nbytes
    read_gb_s = wave.nbytes / statistics.median(times["read"]) / 1e9
    found: dict[str, Any] = {
        "children": children,
        "days": days,
        "threads": threads,
        "repeats": given.repeats,
        "load": os.getloadavg()[0],
        "first_call_s": first_call_s,
        "rate_run_ms": ms["rate_run"],
        "rate_run_of_memory": ms["rate_run"] / (1000 * plane_bytes / 1e9 / read_gb_s),
        "day_ms": ms["day"],
        "year_ms": ms["year"],
        "year_one_thread_ms": ms["year_one_thread"],
        "year_marks_s": children * days / ms["year"] * 1000,
        "best_ms": {name: 1000 * min(taken) for name, taken in times.items()},
        "read_gb_s": read_gb_s,
        "disk_read_gb_s": disk_read(folder, plane_bytes),
        "peak_gb": _peak_in_a_process(children, days, threads),
    }
    if given.rivals:
        found["rivals"] = _rivals(min(given.rivals, children), planes, calendar)
    if given.india:
        found |= _india(given.india, days, threads, folder)
    return found


def made_up(children: int, days: int, seed: int = 0) -> Planes:
    """Planes of made-up marks: own rates, absences in runs, days not taken."""
    absent = np.empty((children, 4), np.uint64)
    marked = np.empty((children, 4), np.uint64)
    for first in range(0, children, CHUNK):
        many = min(CHUNK, children - first)
        rng = np.random.default_rng([seed, first])
        rate = np.minimum(rng.gamma(2.0, 0.05, many), 0.6).astype(np.float32)[:, None]
        taken = rng.random((many // CLASS_SIZE + 1, days), np.float32) > 0.05
        marks = (rng.random((many, days), np.float32) < rate).astype(np.uint8) + np.uint8(1)
        gone = rng.random(many) < 0.03
        start = rng.integers(0, days, many)
        marks[gone[:, None] & (np.arange(days) >= start[:, None])] = 2
        marks[~np.repeat(taken, CLASS_SIZE, axis=0)[:many]] = 0
        a, m = planes_from_marks(marks)
        absent[first : first + many] = a
        marked[first : first + many] = m
    return absent, marked


def class_sizes(children: int) -> NDArray[np.int64]:
    sizes = np.full(-(-children // CLASS_SIZE), CLASS_SIZE, np.int64)
    sizes[-1] = children - CLASS_SIZE * (len(sizes) - 1)
    return sizes


def school_days(days: int) -> list[date]:
    found: list[date] = []
    day = FIRST
    while len(found) < days:
        if day.weekday() != 6:
            found.append(day)
        day += timedelta(days=1)
    return found


def today_of(planes: Planes, day: int) -> NDArray[np.uint8]:
    """The marks of one day, a code a child."""
    bit = np.uint64(day & 63)
    a = (planes[0][:, day >> 6] >> bit) & np.uint64(1)
    m = (planes[1][:, day >> 6] >> bit) & np.uint64(1)
    return np.where(m == 1, np.where(a == 1, 2, 1), 0).astype(np.uint8)


def in_turns(work: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each piece of work, the pieces taking turns; one turn first does not count."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(repeats + 1):
        for name, do in work.items():
            begun = time.perf_counter()
            do()
            if turn:
                times[name].append(time.perf_counter() - begun)
    return times


@njit(cache=True)
def _sum(values: Any) -> Any:
    total = np.uint32(0)
    for i in range(values.size):
        total += values[i]
    return total


def _first_call() -> float:
    """Seconds a fresh process needs for its first day of the watch, imports not counted."""
    code = (
        "import os, time; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'aanchal.settings')\n"
        "from aanchal.watch.policy_file import default_policy\n"
        "from aanchal.lib.early_warning.rule import warm\n"
        "policy = default_policy(); begun = time.perf_counter(); warm(policy)\n"
        "print(time.perf_counter() - begun)"
    )
    return float(_in_process(["-c", code]))


def _in_process(arguments: list[str]) -> str:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def _peak_in_a_process(children: int, days: int, threads: int) -> float:
    return float(
        _in_process(
            ["-m", "benchmarks.watch", "--peak-only", "--children", str(children),
             "--days", str(days), "--threads", str(threads)]
        )
    )  # fmt: skip


def _peak_of_a_year(children: int, days: int, threads: int) -> float:
    """Most memory held while a year is scored, in GB: the planes, the state, the signals."""
    planes = made_up(children, days)
    sizes = class_sizes(children)
    status = Path("/proc/self/clear_refs")
    if status.exists():
        status.write_text("5")  # from here on: making the marks up is no part of the rule
    run_planes(start_state(sizes), *planes, default_policy(), days=school_days(days),
               threads=threads)  # fmt: skip
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e9
    raise RuntimeError("This system does not tell the peak of memory.")


def disk_read(folder: Path, size: int) -> float:
    """GB/s of a file read back after the system was told to forget it."""
    path = folder / "disk"
    path.write_bytes(os.urandom(1 << 20) * max(64, size >> 20))
    return path.stat().st_size / _forgotten_read(path) / 1e9


def _forgotten_read(path: Path, into: NDArray[np.uint8] | None = None) -> float:
    """Seconds to read a file that is no longer in the cache."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        buffer = memoryview(into if into is not None else bytearray(8 << 20)).cast("B")
        begun = time.perf_counter()
        at = 0
        while True:
            place = buffer[at : at + (8 << 20)] if into is not None else buffer
            got = os.readv(handle, [place]) if len(place) else 0
            if not got:
                return time.perf_counter() - begun
            at += got
    finally:
        os.close(handle)


def _rivals(children: int, planes: Planes, calendar: list[date]) -> dict[str, Any]:
    """The rivals' seconds on `children`, and ours on just the same."""
    few = planes[0][:children], planes[1][:children]
    marks = marks_from_planes(*few, len(calendar))
    ours = in_turns(
        {
            "rate_run_s": lambda: figures(*few, today=len(calendar) - 1),
            "year_s": lambda: run_planes(
                start_state(class_sizes(children)), *few, default_policy(), days=calendar
            ),
        },
        3,
    )
    found: dict[str, Any] = {
        "children": children,
        "aanchal": {name: statistics.median(taken) for name, taken in ours.items()},
    }
    return found | watch_rivals.race(marks)


def _india(children: int, days: int, threads: int, folder: Path) -> dict[str, Any]:
    """What the whole country would cost: a day from memory, a year read from this disk."""
    policy = default_policy()
    calendar = school_days(days)
    portion = min(children, 1_000_000)
    absent, marked = made_up(portion, days)
    path = folder / "planes"
    both = np.stack([absent, marked])
    with path.open("wb") as file:
        for _ in range(-(-children // portion)):
            file.write(both.tobytes())
    measured = portion * -(-children // portion)
    sizes = class_sizes(portion)

    begun = time.perf_counter()
    disk_s = 0.0
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        for _ in range(measured // portion):
            asked = time.perf_counter()
            view = memoryview(both).cast("B")
            at = 0
            while at < len(view):
                at += os.readv(handle, [view[at:]])
            disk_s += time.perf_counter() - asked
            run_planes(start_state(sizes), both[0], both[1], policy, days=calendar, threads=threads)
    finally:
        os.close(handle)
    year_s = time.perf_counter() - begun

    all_sizes = class_sizes(measured)
    state = start_state(all_sizes)
    today = np.tile(today_of((absent, marked), days - 1), measured // portion)
    day_s = []
    for turn in range(6):
        begun = time.perf_counter()
        on = calendar[-1] + timedelta(days=turn + 1)
        step_day(state, today, policy, on=on, threads=threads)
        day_s.append(time.perf_counter() - begun)
    scale = INDIA / measured
    return {
        "india_measured_children": measured,
        "measured_day_s": statistics.median(day_s[1:]),
        "measured_year_s": year_s,
        "measured_year_disk_s": disk_s,
        "india_day_s": statistics.median(day_s[1:]) * scale,
        "india_year_s": year_s * scale,
    }


def told(found: dict[str, Any]) -> str:
    """The figures for a person, each beside its goal."""
    lines = [
        f"{found['children']:,} children, {found['days']} days, {found['threads']} threads; "
        f"median of {found['repeats']} turns; load of the machine {found['load']:.1f}.",
        f"Memory reads {found['read_gb_s']:.1f} GB/s, disk {found['disk_read_gb_s']:.2f} GB/s. "
        f"First call of a fresh process {found['first_call_s']:.2f} s.",
        "",
        f"{'':34s}{'measured':>10s}{'goal':>12s}",
    ]
    for name, (title, sign, goal) in GOALS.items():
        if name not in found:
            continue
        unit = {"ms": " ms", "s": " s"}.get(name.rsplit("_", 1)[1], "")
        met = found[name] <= goal
        lines.append(
            f"{title:34s}{found[name]:>8.2f}{unit:3s}{sign:>6s} {goal:g}{unit}"
            f"{'' if met else '   not met here'}"
        )
    lines += [
        "",
        f"The rate and run take {found['rate_run_of_memory']:.1f} times what reading the planes takes "
        "(goal: 2).",
        f"One thread: a year in {found['year_one_thread_ms']:.0f} ms.",
    ]
    if "india_day_s" in found:
        lines.append(
            f"India is reckoned from {found['india_measured_children']:,} children measured: a day "
            f"{found['measured_day_s']:.2f} s, a year {found['measured_year_s']:.1f} s "
            f"(of it disk {found['measured_year_disk_s']:.1f} s)."
        )
    if "rivals" in found:
        lines += ["", *watch_rivals.told(found["rivals"])]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
