"""docs/new-room.md tells the truth: a room built by it works, and what it says of a forgotten step holds.

The blocks of that page are put into a copy of the tree, and the room's own tests and the cheap checks
are run there, each in a process of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "new-room.md"
BIN = Path(sys.executable).parent
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("aanchal", "tests", "tools", ".importlinter", "ruff.toml", "pyproject.toml")
COPIED += ("pytest.ini", "mypy.ini", "docs")
MAX_LINES = 150
OWN = "tests/meals/use_cases/test_meals.py"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
DJANGO = (sys.executable, "-m", "django")

pytestmark = [pytest.mark.once, pytest.mark.slow]


def blocks():
    """(kind, file, text) of everything that the page says is written."""
    return BLOCK.findall(PAGE.read_text("utf-8"))


def put_in(tree, kind, name, text):
    """Write a new file, or add the lines marked `+` after those above them in one that is there."""
    path = tree / name
    if kind != "diff":
        assert not path.exists(), f"{name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return
    lines = text.splitlines(keepends=True)
    above = "".join(line[1:] for line in lines if line.startswith(" "))
    added = "".join(line[1:] for line in lines if line.startswith("+"))
    held = path.read_text("utf-8")
    assert held.count(above) == 1, f"{name} has {held.count(above)} times: {above}"
    path.write_text(held.replace(above, above + added), "utf-8")


def run(tree, *command):
    """The end of what a command printed when it failed in a tree; "" when it succeeded."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "AANCHAL_"))}
    kept |= {"PYTHONPATH": str(tree), "AANCHAL_HOME": str(tree / "var"), "AANCHAL_DEBUG": "1"}
    if "django" in command:
        kept["DJANGO_SETTINGS_MODULE"] = "aanchal.settings"
    else:
        kept.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, cwd=tree, env=kept, capture_output=True, text=True)
    return (done.stdout + done.stderr)[-3000:] if done.returncode else ""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with the room of the page, its migration made."""
    copy = tmp_path_factory.mktemp("new-room") / "tree"
    copy.mkdir()
    skipped = shutil.ignore_patterns("__pycache__", "*.png", "*.svg", "var")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=skipped)
        else:
            shutil.copy(ROOT / name, copy / name)
    for kind, name, text in blocks():
        put_in(copy, kind, name, text)
    for package in ("meals", "meals/migrations"):
        (copy / "aanchal" / package).mkdir(exist_ok=True)
        (copy / "aanchal" / package / "__init__.py").touch()
    assert not run(copy, *DJANGO, "makemigrations", "meals")
    for fmt in (("check", "--fix"), ("format",)):
        assert not run(copy, f"{BIN}/ruff", *fmt, "--no-cache", "aanchal/meals/migrations")
    return copy


def test_the_room_takes_fewer_than_150_lines_its_tests_included():
    written = [
        line
        for kind, _name, text in blocks()
        if kind != "md"
        for line in text.splitlines()
        if line.strip() and (kind != "diff" or line.startswith("+"))
    ]

    assert len(written) < MAX_LINES


def test_the_rooms_own_tests_pass(tree):
    assert not run(tree, *PYTEST, OWN)


def test_the_house_has_nothing_to_say(tree):
    names = (
        "readmes", "models", "access", "use_cases", "routes", "rooms", "web_asks_queries",
        "changed_records", "no_circles", "retention", "outside_bytes",
    )  # fmt: skip
    files = [f"tests/house/test_{name}.py" for name in names]

    assert not run(tree, *PYTEST, *files, "-k", "meal or missed or one_another or folder")


@pytest.mark.parametrize(
    "command",
    [
        (f"{BIN}/ruff", "check", "--quiet", "--no-cache", "aanchal", OWN),
        (f"{BIN}/ruff", "format", "--check", "--quiet", "--no-cache", "aanchal", OWN),
        (f"{BIN}/lint-imports", "--no-cache"),
        (*DJANGO, "makemigrations", "--check", "--dry-run"),
    ],
    ids=["style", "shape", "borders", "migrations"],
)
def test_the_checks_pass(tree, command):
    assert not run(tree, *command)


FORGOTTEN = {
    "the floor": (".importlinter", "    meals\n", (f"{BIN}/lint-imports", "--no-cache")),
    "the README": (
        "aanchal/meals/README.md", "# meals\n", (*PYTEST, "tests/house/test_readmes.py", "-k", "meals"),
    ),
    "the role": ("aanchal/roles.py", "            MealPermission.MEAL_TELL,\n", (*PYTEST, OWN)),
    "a field's class": (
        "aanchal/meals/models.py", '"day", ', (*PYTEST, "tests/house/test_models.py", "-k", "meals"),
    ),
    "where it stands": (
        "aanchal/meals/models.py", "    class Access:\n        area = \"school__area__path\"\n"
        "        body = \"school_id\"\n", (*PYTEST, "tests/house/test_access.py", "-k", "meals"),
    ),
    "the decorator": (
        "aanchal/meals/actions.py", "@use_case\n", (*PYTEST, "tests/house/test_use_cases.py", "-k", "meals"),
    ),
    "the event": (
        "aanchal/meals/actions.py",
        "    record(actor, MealVerb.MEAL_MISSED, told, scope=told.scope())\n", (*PYTEST, OWN),
    ),
    "which records": (
        "tests/house/changed_records.py", "    meals.actions.tell_no_meal\n",
        (*PYTEST, "tests/house/test_changed_records.py", "-k", "tell_no_meal"),
    ),
    "the room": (
        "aanchal/web/rooms.py", '    "meals",\n', (*PYTEST, "tests/house/test_rooms.py", "-k", "folder"),
    ),
    "the room's line": (
        "aanchal/web/README.md", "| `meals` |", (*PYTEST, "tests/house/test_rooms.py", "-k", "meals"),
    ),
    "who opens it": (
        "tests/security/pages.py", '    "missed_meals": Page(who=frozenset({"coordinator"})),\n',
        (*PYTEST, "tests/security/test_p07_no_foreign_record.py", "-k", "every_address_is_in_the_table"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGOTTEN)
def test_a_step_that_was_forgotten_is_noticed(tree, what):
    name, text, command = FORGOTTEN[what]
    held = (tree / name).read_text("utf-8")
    assert held.count(text) == 1
    (tree / name).write_text(held.replace(text, ""), "utf-8")
    try:
        assert run(tree, *command)
    finally:
        (tree / name).write_text(held, "utf-8")
