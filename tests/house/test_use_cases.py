"""The shape of a use case. That each one was really run and refused is judged by tests/whole_run.py."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from aanchal.kernel.actions import USE_CASES, use_case
from tests.use_case_ledger import LEDGER, keep

ROOT = Path(__file__).resolve().parents[2]

# Every module that may hold use cases is read here, so that none hides by not being imported.
MODULES = [
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for pattern in ("*/actions.py", "*/actions/*.py")
    for path in sorted((ROOT / "aanchal").glob(pattern))
    if path != ROOT / "aanchal" / "kernel" / "actions.py" and path.name != "__init__.py"
]

# The kernel's few stand beside what they tell of; without these it would hang on the order of tests
# whether they are known.
for _name in ("backups", "erasing_again", "rotation", "sweeping", "upkeep"):
    importlib.import_module(f"aanchal.kernel.{_name}")


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_has_the_one_shape(name):
    function = USE_CASES[name]
    first, *rest = inspect.signature(function).parameters.values()

    assert first.name == "actor"
    assert all(p.kind is p.KEYWORD_ONLY for p in rest)
    # One with an underscore is a step of another, which says it all.
    assert inspect.getdoc(function) or function.__name__.startswith("_")
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty
    assert function.__name__.strip("_").split("_")[0] not in {"process", "handle", "manage", "do"}


WRITES = re.compile(
    r"\.(save|delete|create|bulk_create|update|bulk_update|get_or_create|update_or_create|add|set)\("
)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_what_writes_in_public_is_a_use_case(module):
    """A public function beside the use cases may look things up for them; it may not write."""
    registered = {f.__name__ for f in USE_CASES.values() if f.__module__ == module.__name__}

    writing = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and name not in registered
        and WRITES.search(inspect.getsource(value))
    }

    assert not writing


WRITES_ROWS = re.compile(
    r"\.objects\.(create|bulk_create|update|bulk_update|get_or_create|update_or_create)\(|\.save\("
)


def test_pages_and_queries_write_nothing():
    """What a page changes, it changes through a use case."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for pattern in ("web/**/*.py", "*/queries.py", "*/queries/*.py")
        for path in sorted((ROOT / "aanchal").glob(pattern))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WRITES_ROWS.search(line) and "session.save(" not in line
    ]

    assert not found


def test_the_ledger_sees_a_call_whatever_it_is_called_by():
    """Tried on a use case of its own, which leaves the register again."""

    def speak(actor, *, loud):
        """Say it."""

    run = use_case(speak)
    registered = next(n for n, f in USE_CASES.items() if f is run)
    keep()
    inner = inspect.getclosurevars(run).nonlocals["function"]
    inner("someone", loud=True)

    assert LEDGER.pop(registered).calls == 1
    del USE_CASES[registered]
