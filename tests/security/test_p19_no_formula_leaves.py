"""Promise 19: no formula leaves Aanchal in a spreadsheet.

Nothing that Aanchal serves or writes for people is a spreadsheet yet. These tests fail as soon as
that changes: whoever adds the first export adds one guarded writer, and tests it here with cells
that begin with =, +, -, @, a tab or a return.
"""

import ast
from pathlib import Path

import pytest

from tests.security.crawl import walked

PACKAGE = Path(__file__).resolve().parents[2] / "aanchal"
# Makes up the files that schools send; it holds made-up names only.
MAKERS_OF_DEMO_FILES = PACKAGE / "demo"
WRITERS = {"writer", "DictWriter", "write_csv", "to_csv", "to_excel", "Workbook"}
SPREADSHEETS = ("csv", "tab-separated", "spreadsheet", "ms-excel", "opendocument")


def writes_spreadsheets(path: Path) -> list[str]:
    """Calls in a file by which a spreadsheet or delimited text would be written."""
    calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    return [
        f"{path.relative_to(PACKAGE)}:{call.lineno} {call.func.attr}"
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITERS
    ]


def test_no_module_writes_a_spreadsheet_for_people():
    found = [
        call
        for path in sorted(PACKAGE.rglob("*.py"))
        if MAKERS_OF_DEMO_FILES not in path.parents
        for call in writes_spreadsheets(path)
    ]

    assert found == []


def test_the_look_for_writers_finds_one():
    assert any(writes_spreadsheets(p) for p in MAKERS_OF_DEMO_FILES.glob("*.py"))


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", ["teacher", "coordinator", "administrator"])
def test_no_page_answers_with_a_spreadsheet(who):
    heard = walked(who).heard

    kinds = {one.headers.get("Content-Type", "") for one in heard}
    assert len(heard) > 10
    assert not [k for k in kinds if any(word in k for word in SPREADSHEETS)]
