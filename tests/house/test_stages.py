"""A stage has the moves its app declares, no fewer and no more."""

import pytest

from tests.moves_ledger import SEEN, declared

MACHINES = declared()


@pytest.mark.parametrize("label", MACHINES)
def test_the_moves_are_between_the_stages_there_are(label):
    model, name, moves = MACHINES[label]
    stages = set(getattr(model, name.capitalize()).values)

    assert set(moves) == stages
    assert {then for after in moves.values() for then in after} <= stages


@pytest.mark.last
@pytest.mark.parametrize("label", MACHINES)
def test_the_run_has_seen_each_move_and_no_other(label):
    moves = {(before, then) for before, after in MACHINES[label][2].items() for then in after}

    assert moves - SEEN[label] == set(), "declared and never made"
    assert SEEN[label] - moves == set(), "made and not declared"
