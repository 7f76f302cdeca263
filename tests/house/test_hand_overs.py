"""Every state of a record says who is told, what comes next, what if nobody acts, what of a mistake."""

from importlib import import_module
from pathlib import Path

import pytest

from aanchal.kernel.vocabulary import Permission
from aanchal.notices.hand_overs import hand_overs
from aanchal.notices.queries.things import KINDS
from aanchal.notices.rules.hand_overs import read_hand_overs
from aanchal.web.notices.lists import LISTS, PAGES, TITLES

ROOT = Path(__file__).resolve().parents[2]
FILE = "aanchal/notices/data/hand_overs.toml"


def declared() -> list[str]:
    """`noun.state` of every `…_MOVES` and `…_STATES` of a `rules/stages.py`."""
    found = []
    for path in sorted((ROOT / "aanchal").glob("*/rules/stages.py")):
        module = import_module(f"aanchal.{path.parent.parent.name}.rules.stages")
        for name, states in vars(module).items():
            for ending in ("_MOVES", "_STATES"):
                if name.endswith(ending):
                    noun = name.removesuffix(ending).lower()
                    found += [f"{noun}.{state}" for state in states]
    return found


@pytest.mark.parametrize("state", declared())
def test_a_state_has_its_row(state):
    assert state in hand_overs(), f"add a row [{state}] to {FILE}, then run: make docs"


@pytest.mark.parametrize("row", hand_overs())
def test_a_row_is_of_a_state_that_there_is(row):
    assert row in declared(), f"[{row}] of {FILE} is the row of no state"


WAITING = [key for key, row in hand_overs().items() if row.steps]


@pytest.mark.parametrize("key", WAITING)
def test_what_waits_is_found_and_shown(key):
    """A row with steps waits for somebody: she must be able to find it."""
    assert key in KINDS, f"give {key} a source in aanchal/notices/queries/things"
    assert key in PAGES, f"give {key} its page in aanchal/web/notices/pages.py"
    assert key in LISTS
    assert key in TITLES or key == "register_file.taken"


def test_nothing_waits_without_a_row():
    assert set(WAITING) == KINDS


@pytest.mark.parametrize("key", hand_overs())
def test_who_may_act_is_named_by_a_permission(key):
    row = hand_overs()[key]

    assert not row.permission or row.permission in set(Permission.all())


@pytest.mark.parametrize(
    "row, says",
    [
        ({"told": "a", "next": "b"}, "mistake"),
        ({"told": "a", "next": "b", "mistake": "c"}, "nobody acts"),
        ({"told": "a", "next": "b", "mistake": "c", "steps": [{"to": "nearest"}]}, "permission"),
    ],
)
def test_a_row_that_leaves_something_open_would_be_found(row, says):
    with pytest.raises(ValueError, match=says):
        read_hand_overs({"thing": {"state": row}})
