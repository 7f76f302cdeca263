"""`aanchal import registers` says what it understood, asks and assumes; its code says whether it came in."""

import json

import pytest
from typer.testing import CliRunner

from aanchal.cli.imports import app
from aanchal.registers.models import RegisterFile, RegisterPage
from tests.factories import NAMES, a_class, a_register_xlsx

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
CROSSES = FULL.replace("P", "x")
NOUGHTS = FULL.replace("P", "0").replace("0", "1", 1)
WITH_LEAVE = "L" + FULL[1:]
SAYS = {"about", "choices", "rows", "key", "reason"}


def run(*paths, dry_run=True, more=()):
    """The code, and what is told of each file, by its name."""
    args = [
        "registers",
        *map(str, paths),
        "--json",
        *(["--dry-run"] if dry_run else ["--no-watch"]),
    ]
    done = CliRunner().invoke(app, [*args, *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.exit_code, {one["file"]: one for one in told}


@pytest.fixture
def write(tmp_path):
    """Writes a month of the class, every pupil with the same marks."""
    section, _children = a_class()

    def written(name, marks=FULL, data=None):
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        rows = [(str(i + 1), NAMES[i], marks) for i in range(6)]
        path.write_bytes(data or a_register_xlsx(rows, udise=section.school.school.udise))
        return path

    return written


def test_a_plain_file_asks_and_assumes_nothing(write):
    code, told = run(write("plain.xlsx"))

    said = told["plain.xlsx"]
    assert (code, said["pupils"], len(said["days"])) == (0, 6, 27)
    assert (said["questions"], said["problems"], said["assumed"]) == ([], [], [])
    assert not RegisterFile.objects.exists()


def test_a_question_says_what_it_is_about_its_choices_and_its_rows(write):
    code, told = run(write("crosses.xlsx", CROSSES))

    [question] = told["crosses.xlsx"]["questions"]
    assert code == 3
    assert SAYS <= set(question)
    assert (question["about"], set(question["choices"])) == ("x", {"present", "absent", "no mark"})
    assert isinstance(question["rows"], list)  # a sign is of the whole page
    assert told["crosses.xlsx"]["days"] == []


def test_an_answer_on_the_command_line_is_enough(write):
    path = write("crosses.xlsx", CROSSES)
    [question] = run(path)[1]["crosses.xlsx"]["questions"]

    code, told = run(path, more=["--answer", f"{question['key']}=present"])

    assert (code, told["crosses.xlsx"]["questions"]) == (0, [])
    assert told["crosses.xlsx"]["marks"]["present"] == 6 * 27


def test_a_page_that_is_held_for_its_question_has_the_code_three(write):
    code, told = run(write("noughts.xlsx", NOUGHTS))

    assert code == 3
    assert told["noughts.xlsx"]["held"] == 1
    assert told["noughts.xlsx"]["questions"][0]["choices"]


def test_a_guess_that_was_taken_is_said_and_does_not_stop_the_file(write):
    code, told = run(write("leave.xlsx", WITH_LEAVE))

    assert code == 0
    [guess] = told["leave.xlsx"]["assumed"]
    assert "was read as leave" in guess["reason"]
    assert told["leave.xlsx"]["questions"] == []


def test_what_was_not_understood_is_a_problem_with_its_place(write):
    code, told = run(write("strange.xlsx", "Z" + FULL[1:]))

    assert code == 0  # all but one day of each is there
    assert [p["row"] for p in told["strange.xlsx"]["problems"]] == [5, 6, 7, 8, 9, 10]
    assert all(p["column"] and p["reason"] for p in told["strange.xlsx"]["problems"])
    [question] = told["strange.xlsx"]["questions"]
    assert (question["about"], question["rows"]) == ("Z", [5, 6, 7, 8, 9, 10])


def test_a_file_that_cannot_be_read_has_the_code_two_and_says_why(write):
    code, told = run(write("photo.jpg", data=b"\xff\xd8\xff\xe0" + b"\0" * 500))

    assert code == 2
    [problem] = told["photo.jpg"]["problems"]
    assert problem["reason"]
    assert (told["photo.jpg"]["questions"], told["photo.jpg"]["assumed"]) == ([], [])


def test_of_a_folder_each_file_is_told_and_the_worst_gives_the_code(write):
    folder = write("1-plain.xlsx").parent
    assert run(folder)[0] == 0
    write("2-crosses.xlsx", CROSSES)
    assert run(folder)[0] == 3
    write("3-photo.jpg", data=b"\xff\xd8\xff\xe0" + b"\0" * 500)

    code, told = run(folder)

    assert code == 2
    assert list(told) == ["1-plain.xlsx", "2-crosses.xlsx", "3-photo.jpg"]
    assert [len(t["questions"]) for t in told.values()] == [0, 1, 0]
    assert not told["1-plain.xlsx"]["problems"]
    assert told["3-photo.jpg"]["problems"]
    assert all({"questions", "problems", "assumed"} <= set(t) for t in told.values())


def test_an_empty_folder_is_no_success(tmp_path):
    assert run(tmp_path)[0] == 2
    assert run(tmp_path, dry_run=False)[0] == 1


@pytest.mark.parametrize("marks", [CROSSES, NOUGHTS])
def test_taken_in_for_good_the_code_says_that_nothing_came_in(write, marks):
    code, told = run(write("asks.xlsx", marks), dry_run=False)

    assert code == 1
    assert told["asks.xlsx"]["questions"][0]["choices"]
    assert not RegisterPage.objects.exists()


def test_of_a_folder_that_was_taken_in_the_good_file_is_in_and_the_code_tells_of_the_other(write):
    folder = write("1-plain.xlsx").parent
    write("2-photo.jpg", data=b"\xff\xd8\xff\xe0" + b"\0" * 500)

    code, told = run(folder, dry_run=False)

    assert code == 1
    assert (told["1-plain.xlsx"]["state"], told["2-photo.jpg"]["state"]) == ("taken", "refused")
    assert told["2-photo.jpg"]["reason"]
    assert RegisterPage.objects.count() == 1
