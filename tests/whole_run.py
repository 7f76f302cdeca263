"""What only a whole run of the tests can show, judged once over the notes of all its processes.

Each process writes down what it saw: what each use case did, which moves were made, what was sealed
and said aloud, which tests it ran. When the run is over these notes are added up and judged in the
process that began it (tests/conftest.py). No database and no Django is needed for that.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# Use cases that nobody can be refused, each with its reason.
OPEN_TO_ALL: dict[str, str] = {
    "access.actions.signing_in.note_failed_sign_in": "whoever could not come in has no rights yet",
    "registers.actions.taking_several.take_understood": "each file is refused by itself, in its own step",
}


@dataclass
class Notes:
    """What one process of the run saw."""

    process: str = ""
    database: str = ""
    # Every use case there is → how often it was called, ended, was refused.
    use_cases: dict[str, dict[str, int]] = field(default_factory=dict)
    # Label of a model → moves its app declares, and moves that were made, as [before, after].
    declared: dict[str, list[list[str]]] = field(default_factory=dict)
    made: dict[str, list[list[str]]] = field(default_factory=dict)
    sealed: int = 0
    leaks: list[str] = field(default_factory=list)
    # Tests that one process of several runs; and of these the ones that this process ran.
    shared: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.process}.json"
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(folder: Path) -> list[Notes]:
    """The notes of every process that came to its end."""
    return [Notes(**json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]


def is_refusable(name: str) -> bool:
    """A step with an underscore belongs to a use case that was refused before it came to the step."""
    return name not in OPEN_TO_ALL and not name.rpartition(".")[2].startswith("_")


def faults(notes: list[Notes], databases: Collection[str] = ()) -> list[str]:
    """A line for everything that the run as a whole should have seen and did not.

    Args:
        databases: those on each of which a process had to run the tests to its end.
    """
    return [
        *_databases(notes, databases),
        *_use_cases(notes),
        *_moves(notes),
        *_leaks(notes),
        *_never_run(notes),
    ]


def _databases(notes: list[Notes], databases: Collection[str]) -> list[str]:
    tried = {n.database for n in notes if any(line.get("done") for line in n.use_cases.values())}
    return [
        f"{name}: no process ran use cases on it to its end"
        for name in databases
        if name not in tried
    ]


def _use_cases(notes: list[Notes]) -> list[str]:
    lines: dict[str, Counter[str]] = {}
    for one in notes:
        for name, counts in one.use_cases.items():
            if name.startswith("tests."):
                continue  # made by a test to see how the house takes it
            lines.setdefault(name, Counter()).update(counts)
    found = [] if lines else ["no use case was known: nothing was tried"]
    for name, line in sorted(lines.items()):
        if not line["done_with_event"]:
            found.append(f"{name}: never run to its end with an event: {dict(line)}")
        if is_refusable(name) and not line["refused"]:
            found.append(f"{name}: never refused to anyone: {dict(line)}")
    return found


def _moves(notes: list[Notes]) -> list[str]:
    declared, made = _added_up(n.declared for n in notes), _added_up(n.made for n in notes)
    found = [] if declared else ["no stage was known: nothing was tried"]
    for label in sorted(declared.keys() | made.keys()):
        should, did = declared.get(label, set()), made.get(label, set())
        found += [
            f"{label}: {a} to {b} is declared and never made" for a, b in sorted(should - did)
        ]
        found += [f"{label}: {a} to {b} is made and not declared" for a, b in sorted(did - should)]
    return found


def _added_up(several: Iterable[dict[str, list[list[str]]]]) -> dict[str, set[tuple[str, ...]]]:
    whole: dict[str, set[tuple[str, ...]]] = {}
    for one in several:
        for label, moves in one.items():
            whole.setdefault(label, set()).update(tuple(move) for move in moves)
    return whole


def _leaks(notes: list[Notes]) -> list[str]:
    found = [] if any(n.sealed for n in notes) else ["no test sealed anything: nothing was tried"]
    return found + [
        f"{n.process}: {word!r} was sealed and said aloud" for n in notes for word in n.leaks
    ]


def _never_run(notes: list[Notes]) -> list[str]:
    shared = {test for n in notes for test in n.shared}
    left = sorted(shared - {test for n in notes for test in n.ran})
    return [f"{test}: left by each process to the other" for test in left]


def notes_of_this_process(
    process: str, *, database: str, shared: Iterable[str], ran: Iterable[str]
) -> Notes:
    """What the ledgers of this process hold; called when its last test has ended."""
    from aanchal.kernel.actions import USE_CASES
    from tests import log_leak_check, moves_ledger
    from tests.use_case_ledger import LEDGER, Line

    said = log_leak_check.said_aloud().read_text(encoding="utf-8", errors="replace")
    return Notes(
        process=process,
        database=database,
        use_cases={name: asdict(LEDGER.get(name, Line())) for name in USE_CASES},
        declared={
            label: _pairs(moves) for label, (_m, _n, moves) in moves_ledger.declared().items()
        },
        made={label: sorted(map(list, seen)) for label, seen in moves_ledger.SEEN.items()},
        sealed=len(log_leak_check.CANARIES),
        leaks=log_leak_check.leaks(said),
        shared=sorted(shared),
        ran=sorted(ran),
    )


def _pairs(moves: Any) -> list[list[str]]:
    return [[str(before), str(then)] for before, after in moves.items() for then in after]
