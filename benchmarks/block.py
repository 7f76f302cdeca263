"""A block of 100,000 children: a month of registers in, the watch from a cold start, the pages.

    .venv/bin/python -m benchmarks.block [--children 100000] [--json]

Everything goes through the real doors on a fresh embedded database in a folder of its own: pupils are
enrolled, one CSV register a class-section is written as a school would, given, read, matched and taken
in; then the watch scores every class from nothing; then the pages are asked for by the people who
use them, each many times, and their queries are counted. The rival for the import is the same files
read by pandas, which keeps nothing, asks nobody and matches no name.

Goals: memory flat in the number of children (the import holds one file at a time); the number of
queries of a page does not grow with the block. Machines are shared and noisy: read ratios.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

CLASS_SIZE = 40
MONTH = date(2026, 7, 1)
LAST_DAY = date(2026, 7, 31)
ASKED = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="aanchal-block-"))
    os.environ["AANCHAL_HOME"] = str(folder)
    os.environ.pop("AANCHAL_DATABASE_URL", None)
    try:
        from aanchal.cli import with_django

        with_django()
        figures = run(given.children, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures, indent=1) if given.json else _told(figures))


def run(children: int, folder: Path) -> dict[str, Any]:
    """All figures of one run."""
    from aanchal.cli.database import bring_up_to_date

    bring_up_to_date(quiet=True)
    schools, enrol_s = enrol(children)
    files = write_files(schools, folder / "files")
    before = _peak_mb()
    figures: dict[str, Any] = {"children": children, "files": len(files), "enrol_s": enrol_s}
    figures |= _import(files)
    figures["import_peak_mb"] = _peak_mb()
    figures["import_peak_growth_mb"] = round(_peak_mb() - before, 1)
    figures |= read_by_pandas(files)
    figures |= _watch()
    figures |= _budget()
    figures["pages"] = _pages()
    return figures


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def enrol(children: int) -> tuple[list[Any], float]:
    """A block of schools of 400 children in classes of 40."""
    from django.utils import timezone

    from aanchal.kernel.authz import system_actor
    from aanchal.people.actions import enrol_pupils
    from aanchal.people.rules.pupils import NewPupil
    from aanchal.places.models import Area, Body, School

    parent = None
    for path, level in (
        ("IN", "country"), ("IN/S99", "state"), ("IN/S99/D1", "district"),
        ("IN/S99/D1/B1", "block"), ("IN/S99/D1/B1/V1", "village"),
    ):  # fmt: skip
        parent = Area.objects.create(path=path, level=level, name=path[-2:], parent=parent)
    began = time.perf_counter()
    schools = []
    for number in range(max(1, children // 400)):
        body = Body.objects.create(kind="school", name=f"School {number}", area=parent)
        School.objects.create(body=body, udise=f"99{number:09d}")
        schools.append(body)
        enrol_pupils(
            system_actor("imports"),
            school=body,
            pupils=[
                NewPupil(
                    grade=str(i // CLASS_SIZE + 1),
                    section="A",
                    roll=str(i % CLASS_SIZE + 1),
                    given_name=_name(i),
                    family_name=_name(i // 20 + 7),
                    sex="girl" if i % 2 else "boy",
                )
                for i in range(min(400, children - number * 400))
            ],
            on=MONTH,
            at=timezone.now(),
        )
        _progress("enrolled", number + 1, max(1, children // 400))
    return schools, round(time.perf_counter() - began, 1)


SYLLABLES = ("ra", "mi", "so", "ka", "ni", "ta", "lo", "vi", "ja", "pu", "de", "ha")


def _name(i: int) -> str:
    return "".join(SYLLABLES[(i // 12**p) % 12] for p in range(3)).title()


def write_files(
    schools: list[Any], folder: Path, last_day: date = LAST_DAY
) -> list[tuple[Any, Path]]:
    """One wide CSV a class-section for a month up to its last day, as a school would send it."""
    from aanchal.people.models import Enrolment

    folder.mkdir()
    files = []
    days = list(range(1, last_day.day + 1))
    sundays = {d for d in days if last_day.replace(day=d).isoweekday() == 7}
    month = f"{last_day:%B %Y}"
    for school in schools:
        rows: dict[str, list[tuple[int, str]]] = {}
        enrolled = Enrolment.objects.filter(class_section__school=school)
        for e in enrolled.select_related("child", "class_section"):
            name = f"{e.child.given_name} {e.child.family_name}"
            rows.setdefault(e.class_section.grade, []).append((int(e.roll_no), name))
        for grade, pupils in rows.items():
            path = folder / f"{school.school.udise}-{grade}.csv"
            with path.open("w") as out:
                out.write(f"UDISE: {school.school.udise},Class: {grade},Section: A,{month}\n")
                out.write("Roll,Name," + ",".join(map(str, days)) + ",Total\n")
                for roll, name in sorted(pupils):
                    # One child in a hundred stays away for the last weeks.
                    stays_away = (len(files) + 7 * roll) % 100 == 0
                    marks = [
                        "S"
                        if d in sundays
                        else "A"
                        if (roll * 7 + d * 3) % 9 == 0 or (stays_away and d > last_day.day - 18)
                        else "P"
                        for d in days
                    ]
                    out.write(f"{roll},{name}," + ",".join(marks) + f",{marks.count('P')}\n")
            files.append((school, path))
    return files


def _import(files: list[tuple[Any, Path]]) -> dict[str, Any]:
    from django.utils import timezone

    from aanchal.kernel.authz import system_actor
    from aanchal.registers.actions import give_register, read_register, take_register

    actor, at = system_actor("imports"), timezone.now()
    began = time.perf_counter()
    rows = 0
    for number, (school, path) in enumerate(files, 1):
        with path.open("rb") as source:
            held = give_register(
                actor, source=source, filename=path.name, school=school, hints={}, via="command",
                at=at,
            )  # fmt: skip
        held = read_register(actor, register=held, at=at)
        taken = take_register(actor, register=held, enrol_unknown=False, at=at)
        rows += CLASS_SIZE - taken.rows_left
        _progress("files in", number, len(files))
    seconds = time.perf_counter() - began
    return {"import_s": round(seconds, 1), "import_rows_s": round(rows / seconds)}


def read_by_pandas(files: list[tuple[Any, Path]]) -> dict[str, Any]:
    """Children a second that pandas reads, in one process, of some of the files."""
    try:
        import pandas as pd
    except ImportError:
        return {"pandas_rows_s": None}
    some = files[:200]
    began = time.perf_counter()
    rows = sum(len(pd.read_csv(path, skiprows=1)) for _school, path in some)
    return {"pandas_rows_s": round(rows / (time.perf_counter() - began))}


def _watch() -> dict[str, Any]:
    from django.utils import timezone

    from aanchal.kernel.authz import system_actor
    from aanchal.watch.actions import run_watch

    actor, on = system_actor("watch"), MONTH.replace(day=31)
    timings = {}
    for what in ("watch_cold_s", "watch_again_s"):
        began = time.perf_counter()
        done = run_watch(actor, on=on, at=timezone.now())
        timings[what] = round(time.perf_counter() - began, 2)
        timings[what.replace("_s", "_classes")] = done.scored
    return timings


def _budget() -> dict[str, Any]:
    """The replay behind the visit budget's page, which the worker does: fifteen budgets."""
    from django.utils import timezone

    from aanchal.access.roles import Role
    from aanchal.places.models import Area
    from aanchal.watch.actions import ask_budget_replay
    from aanchal.watch.jobs import replay_budget
    from tests.signing_in import a_person, acting

    block = Area.objects.get(level="block")
    coordinator = a_person(Role.COORDINATOR, block.path, starts_at=timezone.now())
    asked = ask_budget_replay(acting(coordinator), area=block, at=timezone.now())
    began = time.perf_counter()
    replay_budget(replay=asked.pk)
    asked.refresh_from_db()
    assert asked.result, "the replay kept nothing"
    return {"budget_s": round(time.perf_counter() - began, 1)}


def people_and_pages() -> dict[str, tuple[Any, str]]:
    """Work for everybody in a block that was enrolled: each page by name, who uses it and where."""
    from datetime import timedelta

    from django.utils import timezone

    from aanchal.access.roles import Role
    from aanchal.cases.actions import raise_concern
    from aanchal.kernel.authz import ROOT, Actor
    from aanchal.kernel.authz import Grant as Held
    from aanchal.people.models import Child, ClassSection
    from aanchal.places.models import Area
    from aanchal.watch.actions import assign_visit
    from aanchal.watch.models import Flag
    from tests.signing_in import a_person

    early = timezone.now() - timedelta(days=400)
    village, block = Area.objects.get(level="village"), Area.objects.get(level="block")

    section = ClassSection.objects.order_by("pk").first()
    assert section is not None
    people = {
        role: a_person(role, section.school if role == Role.TEACHER else where, starts_at=early)
        for role, where in (
            (Role.VOLUNTEER, village.path), (Role.TEACHER, ""), (Role.COORDINATOR, block.path),
            (Role.CASE_WORKER, block.path), (Role.ADMINISTRATOR, block.path),
        )
    }  # fmt: skip
    root = Actor("bench", (Held(Role.COORDINATOR, area_path=ROOT),))
    reason = {
        "rule": "watch", "kind": "run", "channel": "urgent", "score": 3.0, "on": "2026-07-20",
        "since": "2026-07-13", "run": 6, "others_present": 93, "others_marked": 100,
        "usual_absent": 5, "usual_marked": 60, "recent_absent": 8, "recent_marked": 20,
    }  # fmt: skip
    have = set(Flag.objects.values_list("child_id", flat=True))
    for child in Child.objects.exclude(pk__in=have).order_by("pk")[:300]:
        Flag.objects.create(
            district=child.district, child=child, class_section=section, area=village,
            channel="urgent", since_on=MONTH, signal_on=MONTH, register_received_at=timezone.now(),
            raised_at=timezone.now(), score=1.0, reason=reason, rule_version="bench",
        )  # fmt: skip
    now = timezone.now()
    for flag in Flag.objects.filter(state="open").order_by("pk")[:20]:
        assign_visit(root, flag=flag, volunteer=people[Role.VOLUNTEER], at=now)
    for number, child in enumerate(Child.objects.order_by("pk")[:60]):
        raise_concern(
            root, kind="missing", area=village, child=child, source_kind="person",
            source_id=f"bench-{number}", at=now,
        )  # fmt: skip
    return {
        "volunteer: today": (people[Role.VOLUNTEER], "/today/"),
        "teacher: her class": (people[Role.TEACHER], f"/classes/{section.pk}/"),
        "coordinator: the week": (people[Role.COORDINATOR], "/watch/"),
        "case worker: concerns": (people[Role.CASE_WORKER], "/concerns/"),
        "coordinator: visit budget": (people[Role.COORDINATOR], f"/watch/budget/{block.pk}/"),
        "administrator: people": (people[Role.ADMINISTRATOR], "/people/"),
    }


def _pages() -> dict[str, Any]:
    """Queries and 95th percentile of the pages; each asked for by who uses it."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.signing_in import signed_in

    settings.ALLOWED_HOSTS = ["testserver"]
    figures = {}
    for name, (person, path) in people_and_pages().items():
        client = signed_in(Client(), person)
        client.get(path)
        times = []
        for _turn in range(ASKED):
            began = time.perf_counter()
            answer = client.get(path)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        figures[name] = {
            "queries": len(seen),
            "median_ms": round(statistics.median(times)),
            "p95_ms": round(statistics.quantiles(times, n=20)[-1]),
        }
    return figures


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what} {done} of {of}", end="" if done < of else "\n", file=sys.stderr)


def _told(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['children']:,} children, {figures['files']:,} register files of one month",
        f"  enrolled in            {figures['enrol_s']:>9} s",
        f"  imported in            {figures['import_s']:>9} s   {figures['import_rows_s']:,} rows/s",
        f"  (pandas only reads)    {'':>9}     {figures['pandas_rows_s'] or '-':,} rows/s"
        if figures["pandas_rows_s"]
        else "  (pandas is not installed)",
        f"  peak memory            {figures['import_peak_mb']:>9} MB  "
        f"(grew by {figures['import_peak_growth_mb']} MB during the import)",
        f"  watch, cold start      {figures['watch_cold_s']:>9} s   "
        f"{figures['watch_cold_classes']} classes",
        f"  watch, nothing new     {figures['watch_again_s']:>9} s   "
        f"{figures['watch_again_classes']} classes",
        f"  visit budget, replay   {figures['budget_s']:>9} s",
    ]
    for name, page in figures["pages"].items():
        lines.append(
            f"  {name:<24} {page['queries']:>3} queries  median {page['median_ms']} ms  "
            f"95th percentile {page['p95_ms']} ms"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
