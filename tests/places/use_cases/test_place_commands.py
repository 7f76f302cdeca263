"""Files of places and schools on the command line: what was understood, what waits, what the code says."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aanchal.cli.imports import app
from aanchal.places.models import Area, School
from tests.place_files import BLOCKS, DISTRICTS, STATES, SUBDISTRICTS, a_tree, take_areas

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / "registers"
TEN_DIGITS = (
    "schcd,schname,vilname,udise_vico,udise_dtco,dtname,stname,lgd_dt_ud,lon,lat\n"
    "9170114801,P.S. KALPANAPUR,SONPUR,91701148,917,ETAH,Uttar Pradesh,138,78.9,27.6\n"
)
TOWNS = "S.No.,Local Body Code,Local Body Name,Localbody Type Code,State Code,State Name\n"
TOWNS += "1,253098,Kalpanapur Town,5,10,BIHAR\n"

pytestmark = pytest.mark.django_db


def run(command, *files, dry_run=False):
    """The exit code, and what is told of each file."""
    args = [command, *map(str, files), "--json"] + (["--dry-run"] if dry_run else [])
    done = CliRunner().invoke(app, args)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def write(tmp_path):
    def written(text, name="file.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


def shared(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the case {name} is not beside the repository")
    return path, json.loads((CASES / "expected.json").read_text())[name]


def test_a_list_of_towns_is_refused_and_the_code_says_so(write):
    code, (told,) = run("areas", write(TOWNS))

    assert code == 1
    assert "list of towns" in told["reason"]
    assert not Area.objects.exists()


def test_a_file_of_which_nothing_came_in_has_another_code_than_one_that_did(write):
    blocks = write(BLOCKS)

    assert run("areas", blocks)[0] == 1  # their district is not known: all of them wait
    take_areas(STATES + "")
    take_areas(DISTRICTS)
    assert run("areas", blocks)[0] == 0
    assert run("areas", blocks)[0] == 0  # as they were


def test_sub_districts_that_wait_for_a_person_are_counted(write):
    a_tree(villages=0)
    more = SUBDISTRICTS + "10,206,1093,Xyloph,01093\n"

    _, (told,) = run("areas", write(more))

    assert told["undecided"] == 1


def test_ten_digit_codes_go_in_with_their_nought(write):
    take_areas(STATES + "9,UTTAR PRADESH,\n")
    take_areas("State Code,State Name,District Code,District Name\n9,UTTAR PRADESH,138,Etah\n")

    code, (told,) = run("schools", write(TEN_DIGITS))

    assert (code, told["new"], told["left_out"]) == (0, 1, 0)
    assert School.objects.get().udise == "09170114801"
    assert "lost the 0" in told["problems"][0]["reason"]


def test_a_dry_run_keeps_nothing_and_tells_in_the_shape_of_registers(write):
    code, (told,) = run("schools", write(TEN_DIGITS), dry_run=True)

    assert code == 0
    assert told["read"] == 1
    assert (told["problems"], told["questions"]) == ([], [])
    assert "put back" in told["assumed"][0]["reason"]
    assert not School.objects.exists()


def test_a_dry_run_of_a_file_that_cannot_be_read_has_the_code_two(write):
    code, (told,) = run("areas", write(TOWNS), dry_run=True)

    assert code == 2
    assert "list of towns" in told["problems"][0]["reason"]


@pytest.mark.parametrize("name", ["b1_villages_datameet_heading.csv", "b2_urban_local_bodies.csv"])
def test_the_shared_cases_of_areas(name):
    path, right = shared(name)

    code, (told,) = run("areas", path, dry_run=True)

    if right.get("refused"):
        assert code == 2
        assert told["problems"]
    else:
        assert {key: told[key] for key in right} == right


def test_the_shared_case_of_schools_that_lost_a_nought():
    path, right = shared("b4_schools_ten_digits.csv")
    take_areas(STATES + "9,UTTAR PRADESH,\n")
    take_areas("State Code,State Name,District Code,District Name\n9,UTTAR PRADESH,138,Etah\n")

    _, (told,) = run("schools", path)

    assert (told["read"], told["new"], told["left_out"]) == (
        right["read"],
        right["new"],
        right["left_out"],
    )
    assert sorted(School.objects.values_list("udise", flat=True)) == right["codes"]
