"""Nothing that a school may call reaches a finding: by permissions, and by what imports what."""

import ast
from pathlib import Path

import pytest

from aanchal.access.roles import Role
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.vocabulary import Permission
from aanchal.people.permissions import PeoplePermission
from aanchal.roles import ROLE_PERMISSIONS

ROOT = Path(__file__).resolve().parents[2] / "aanchal"
# A teacher may tell of a concern like everybody; of what became of it she reads nothing.
TELLS_ONLY = {CasePermission.CONCERN_RAISE}
# Asked about each child at her village, where no grant over a school or a class reaches.
OF_A_SCHOOL = {
    "actions/family_moves.py": {PeoplePermission.CHILD_MOVE},
    "actions/family_asks.py": {PeoplePermission.CHILD_MOVE},
    "queries/family_moves.py": {PeoplePermission.CHILD_MOVE},
}
BELOW = ("registers", "people", "places", "access", "kernel", "lib")


def asked_for(path):
    """The permissions that a module names."""
    of_name = {permission.name: permission for permission in Permission.all()}
    return {
        of_name[node.attr]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id.endswith("Permission")
    }


def modules(*apps):
    return [
        pytest.param(path, id=path.relative_to(ROOT).as_posix())
        for app in apps
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("path", modules("watch"))
def test_the_watch_asks_for_no_permission_of_a_school(path):
    asked = asked_for(path) & (ROLE_PERMISSIONS[Role.TEACHER] - TELLS_ONLY)

    assert asked <= OF_A_SCHOOL.get(path.relative_to(ROOT / "watch").as_posix(), set())


@pytest.mark.parametrize("path", modules(*BELOW))
def test_nothing_below_names_the_watch_or_a_finding(path):
    named = {
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    }

    assert not {m for m in named if m.startswith("aanchal.watch")}
