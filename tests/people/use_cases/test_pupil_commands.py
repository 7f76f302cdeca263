"""Lists of pupils on the command line: what was understood, what is asked, who is somebody else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aanchal.cli.imports import app
from aanchal.people.models import Child, Enrolment
from aanchal.places.models import School
from tests.factories import VILLAGE
from tests.signing_in import a_school

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / "registers"
UDISE = "10351501201"
FIRST = f"UDISE {UDISE}\nRoll No,Name,Class\n1,Sunita Devi,VI\n2,Mohan Lal,VI\n3,Asha Kumari,VI\n"
SECOND = f"UDISE {UDISE}\nRoll No,Name,Class\n1,Sunita Patil,VI\n2,Mohan Roy,VI\n3,Asha Khatun,VI\n"

pytestmark = pytest.mark.django_db


def run(path, *, dry_run=False, answers=()):
    args = ["pupils", str(path), "--json", *(["--dry-run"] if dry_run else [])]
    for answer in answers:
        args += ["--answer", answer]
    done = CliRunner().invoke(app, args)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def write(tmp_path):
    def written(text, name="file.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


def the_school():
    School.objects.filter(body=a_school(VILLAGE)).update(udise=UDISE)


def shared(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the case {name} is not beside the repository")
    return path, json.loads((CASES / "expected.json").read_text())[name]


def test_another_surname_on_the_same_roll_number_is_asked_about_and_not_enrolled(write):
    the_school()
    run(write(FIRST))

    code, told = run(write(SECOND))

    assert code == 1  # nothing came in
    assert (told["new"], told["known"]) == (0, 0)
    assert [(q["rows"], q["choices"]) for q in told["questions"]] == [
        ([row], ["new", "known"]) for row in (3, 4, 5)
    ]
    assert Child.objects.count() == 3


def test_an_answer_is_carried_out_and_not_asked_again(write):
    the_school()
    run(write(FIRST))
    _, told = run(write(SECOND))
    keys = [question["key"] for question in told["questions"]]
    said = [f"{keys[0]}=new", f"{keys[1]}=known"]

    _, told = run(write(SECOND), answers=said)
    assert (told["new"], told["known"], len(told["questions"])) == (1, 1, 1)
    assert Enrolment.objects.filter(ends_on__isnull=True).count() == 4

    # Who was enrolled is known from now on, though two pupils share the roll number.
    _, told = run(write(SECOND))
    assert (told["new"], told["known"]) == (0, 1)
    assert [q["key"] for q in told["questions"]] == keys[1:]


def test_a_list_of_which_nobody_came_in_has_another_code(write):
    the_school()
    gone = f"UDISE {UDISE}\nRoll No,Name,Class,Status\n1,Sunita Devi,VI,TC issued\n"

    code, told = run(write(gone))

    assert code == 1
    assert told["questions"][0]["choices"] == ["left", "here"]
    assert not Child.objects.exists()
    assert run(write(gone), answers=[told["questions"][0]["key"] + "=here"])[0] == 0
    assert Child.objects.count() == 1


def test_a_dry_run_keeps_nothing(write):
    code, told = run(write(FIRST), dry_run=True)

    assert code == 0
    assert (told["school"], told["class"], told["pupils"]) == (UDISE, "VI", 3)
    assert not Child.objects.exists()
    assert run(write("nothing here"), dry_run=True)[0] == 2


@pytest.mark.parametrize("name", ["p2_birth_midnight_ist.csv", "p5_status_left.csv"])
def test_the_shared_cases_of_lists(name):
    path, right = shared(name)
    right.pop("note", None)

    _, told = run(path, dry_run=True)

    assert {key: told[key] for key in right} == right


def test_the_shared_case_of_two_lists_of_other_children():
    the_school()
    first, _ = shared("p7_same_roll_other_child_1.csv")
    second, _ = shared("p7_same_roll_other_child_2.csv")

    _, told = run(first)
    assert (told["new"], told["known"]) == (3, 0)
    _, told = run(second)
    assert told["known"] == 0
    assert told["new"] or told["questions"]
