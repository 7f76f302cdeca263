"""A folder of registers is taken in by several processes, each file once, told in order."""

import json

from aanchal.cli.register_import import progress_bar
from aanchal.cli.register_workers import FILES_AT_ONCE, MANY, files_in

UDISE = "10050100101"
SCHOOL = f"""
from aanchal.places.models import Area, Body, School
parent = None
for path, level in [("IN", "country"), ("IN/S10", "state"), ("IN/S10/D206", "district"),
                    ("IN/S10/D206/B1851", "block")]:
    parent, _ = Area.objects.get_or_create(
        path=path, defaults={{"level": level, "name": level, "parent": parent}})
body = Body.objects.create(kind="school", name="Made-up School", area=parent)
School.objects.create(body=body, udise="{UDISE}")
"""


def register(grade, section):
    """A class of four; every name once in the school."""
    rows = [f"UDISE: {UDISE}  Class: {grade}  Sec: {section}  Month: July 2026"]
    rows.append("Roll,Name,1,2,3")
    rows += [f"{roll},{name} {grade} {section},P,P,A"
             for roll, name in enumerate(("Asha", "Mohan", "Rukhsana", "Gopal"), 1)]  # fmt: skip
    return "\n".join(rows) + "\n"


def test_every_file_of_a_folder_goes_in_once(office):
    office.aanchal("migrate")
    office.python(SCHOOL)
    folder = office.home / "sent" / "inner"
    folder.mkdir(parents=True)
    classes = [(grade, section) for grade in ("VI", "VII") for section in "ABCDEFGHIJKLMNOPQRSTUV"]
    assert len(classes) >= MANY
    for grade, section in classes:
        (folder / f"{grade}-{section}.csv").write_text(register(grade, section))
    (folder / "~$VI-A.csv").write_text("left by a program")
    [(others,)] = office.rows("SELECT count(*) FROM people_child")
    [(pages,)] = office.rows("SELECT count(*) FROM registers_registerpage")

    said = office.aanchal(
        "import", "registers", str(office.home / "sent"), "--enrol", "--yes", "--json", "--no-watch"
    )

    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [t["file"] for t in told] == sorted(f"{g}-{s}.csv" for g, s in classes)
    assert {t["state"] for t in told} == {"taken"}
    assert office.rows("SELECT count(*) FROM people_child") == [(others + 4 * len(classes),)]
    assert office.rows("SELECT count(*) FROM registers_registerpage") == [(pages + len(classes),)]
    assert "audit" in office.aanchal("audit", "verify").lower()


def test_a_folder_stands_for_its_files_and_not_for_what_programs_leave_there(tmp_path):
    (tmp_path / "a" / ".hidden").mkdir(parents=True)
    for name in ("a/2.csv", "a/1.csv", "a/~$1.csv", "a/.hidden/3.csv", "b.csv"):
        (tmp_path / name).write_text("")

    named = tmp_path / "b.csv"

    assert files_in([named, tmp_path / "a"]) == [named, tmp_path / "a/1.csv", tmp_path / "a/2.csv"]
    assert files_in([tmp_path / "missing.csv"]) == [tmp_path / "missing.csv"]


def test_the_estimate_does_not_hop_with_files_that_come_by_the_batch():
    bar, now, every = progress_bar(), [0.0], 20
    bar.get_time = lambda: now[0]
    task = bar.add_task("Registers", total=100 * FILES_AT_ONCE)
    for _batch in range(20):
        now[0] += every
        for _file in range(FILES_AT_ONCE):
            bar.advance(task)

    honest = 80 * every
    assert abs(bar.tasks[0].time_remaining - honest) < honest / 10
