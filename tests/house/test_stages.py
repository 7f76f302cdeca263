"""A stage has the moves its app declares. That each was made is judged by tests/whole_run.py."""

import ast
from pathlib import Path

import pytest

from aanchal.kernel.vocabulary import Verb
from aanchal.lib.stages import FOLLOWS, words_of
from tests.moves_ledger import declared

ROOT = Path(__file__).resolve().parents[2]

MACHINES = declared()


@pytest.mark.parametrize("label", MACHINES)
def test_the_moves_are_between_the_stages_there_are(label):
    model, name, moves = MACHINES[label]
    stages = set(getattr(model, name.capitalize()).values)

    assert set(moves) == stages
    assert {then for after in moves.values() for then in after} <= stages


@pytest.mark.parametrize("label", MACHINES)
def test_what_a_move_is_called_is_a_word_of_the_audit(label):
    model, _name, moves = MACHINES[label]

    assert model.MOVES is moves
    for before, after in moves.items():
        for to in after:
            assert set(words_of(moves, before, to)) <= {FOLLOWS, *Verb.all()}


# Attributes of the same name that are no stage of a record, by file.
NO_STAGES = {
    # The running state of the rule for a class.
    "watch/actions/watch.py": {"work.state", "row.state"},
    # A turn of a scheduled job, which is no record of anybody.
    "kernel/schedule.py": {"run.state"},
    # A message in the queue of the sender, which no person moves.
    "notices/sending.py": {"message.state"},
}


def test_nothing_but_advance_writes_a_stage():
    found = {}
    for path in sorted((ROOT / "aanchal").rglob("*.py")):
        name = path.relative_to(ROOT / "aanchal").as_posix()
        if name == "kernel/stages.py" or "/migrations/" in name:
            continue
        written = set(_stages_written(ast.parse(path.read_text("utf-8"))))
        if written := written - NO_STAGES.get(name, set()):
            found[name] = written

    assert found == {}, "move the record with kernel.stages.advance"


def _stages_written(tree):
    """What is written into a field `state` or `stage` of a record: by assignment, update or bulk_update."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    is_stage = isinstance(part, ast.Attribute) and part.attr in ("state", "stage")
                    own = isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self"
                    if is_stage and not own:
                        yield ast.unparse(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {k.arg for k in node.keywords} & {"state", "stage"}
            written = ast.unparse(node)
            # A turn of a scheduled job is no record of anybody.
            if node.func.attr == "update" and named and "ScheduledRun" not in written:
                yield written
