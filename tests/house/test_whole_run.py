"""A whole run fails when it has not seen what it should; tried on notes made up for it."""

from copy import deepcopy

import pytest

from tests.sharing import Shares
from tests.whole_run import Notes, faults, read

OPEN = "access.actions.signing_in.note_failed_sign_in"


def line(done=1, refused=1):
    return {"calls": 2, "done": done, "done_with_event": done, "refused": refused, "wrong": 0}


def two_processes():
    one = Notes(
        process="one",
        use_cases={"cases.actions.close": line(), OPEN: line(refused=0)},
        declared={"cases.Concern": [["open", "closed"]]},
        made={"cases.Concern": [["open", "closed"]]},
        sealed=3,
        shared=["tests/web/a.py::x", "tests/web/b.py::y"],
        ran=["tests/web/a.py::x"],
    )
    other = deepcopy(one)
    other.process, other.ran = "other", ["tests/web/b.py::y"]
    return one, other


def test_what_one_of_the_processes_saw_the_run_has_seen():
    one, other = two_processes()
    one.use_cases["cases.actions.close"] = line(refused=0)
    one.use_cases["tests.security.a_use_case_that_fails"] = line(done=0)
    other.use_cases["cases.actions.close"] = line(done=0)
    other.made = {}

    assert faults([one, other]) == []


def never_refused(one):
    one.use_cases["cases.actions.close"] = line(refused=0)


def never_done(one):
    one.use_cases["cases.actions.close"] = line(done=0)


def never_made(one):
    one.made = {}


def not_declared(one):
    one.made["cases.Concern"].append(["closed", "open"])


def said_aloud(one):
    one.leaks = ["Gudiya"]


def nothing_sealed(one):
    one.sealed = 0


def left_out(one):
    one.ran = []


def knows_nothing(one):
    one.use_cases, one.declared, one.made = {}, {}, {}


@pytest.mark.parametrize(
    "spoil, said",
    [
        (never_refused, "cases.actions.close: never refused"),
        (never_done, "cases.actions.close: never run to its end"),
        (never_made, "open to closed is declared and never made"),
        (not_declared, "closed to open is made and not declared"),
        (said_aloud, "'Gudiya' was sealed and said aloud"),
        (nothing_sealed, "no test sealed anything"),
        (left_out, "tests/web/a.py::x: left by each process"),
        (knows_nothing, "no use case was known"),
    ],
)
def test_what_no_process_saw_fails_the_run(spoil, said):
    notes = two_processes()
    for one in notes:
        spoil(one)

    assert any(said in fault for fault in faults(list(notes)))


def test_a_run_of_which_no_process_came_to_its_end_fails(tmp_path):
    assert faults(read(tmp_path / "notes"))


def test_notes_come_back_as_they_were_written(tmp_path):
    one, other = two_processes()

    one.write(tmp_path)
    other.write(tmp_path)

    assert read(tmp_path) == [one, other]


class Item:
    def __init__(self, path, name):
        self.path, self.nodeid = path, f"{path}::{name}"

    def get_closest_marker(self, _name):
        return None


def test_of_two_processes_one_takes_a_module_and_takes_all_of_it(tmp_path):
    items = [Item("a.py", "x"), Item("a.py", "y"), Item("b.py", "z")]
    sqlite, postgres = (Shares(items, name, tmp_path) for name in ("sqlite", "postgres"))

    assert sqlite.takes(items[0])
    assert not postgres.takes(items[1])
    assert postgres.takes(items[2])
    assert not sqlite.takes(items[2])
    assert sqlite.takes(items[1])
    assert (sqlite.ran, postgres.ran) == ({"a.py::x", "a.py::y"}, {"b.py::z"})


def test_a_process_that_took_the_place_of_a_dead_one_goes_on_with_its_modules(tmp_path):
    items = [Item("a.py", "x"), Item("a.py", "y")]
    Shares(items, "sqlite", tmp_path).takes(items[0])

    assert Shares(items, "sqlite", tmp_path).takes(items[1])


def test_what_is_not_shared_is_run_by_each(tmp_path):
    item = Item("a.py", "x")

    assert all(Shares([], name, tmp_path).takes(item) for name in ("sqlite", "postgres"))


def test_a_database_on_which_nothing_was_tried_fails_the_run():
    one, other = two_processes()
    one.database, other.database = "sqlite", "postgres"
    both = ("sqlite", "postgres")
    assert faults([one, other], databases=both) == []

    other.database = "sqlite"
    assert faults([one, other], databases=both) == [
        "postgres: no process ran use cases on it to its end"
    ]
    other.database, other.use_cases = "postgres", {}
    assert faults([one, other], databases=both) == [
        "postgres: no process ran use cases on it to its end"
    ]


def test_pages_are_walked_where_the_row_guard_stands(tmp_path):
    class Walk:
        nodeid, path = "tests/security/walk.py::w", "walk.py"

        def get_closest_marker(self, name):
            return type("Mark", (), {"args": ("walks",)}) if name == "together" else None

    walk = Walk()
    assert not Shares([walk], "sqlite", tmp_path).takes(walk)
    assert Shares([walk], "postgres", tmp_path).takes(walk)
