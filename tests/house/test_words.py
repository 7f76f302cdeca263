"""Each app declares its own permissions and audit verbs; one table says which role holds which."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from aanchal.access.roles import Role
from aanchal.kernel.authz import role_table
from aanchal.kernel.vocabulary import Permission, Shows, Verb

ROOT = Path(__file__).resolve().parents[2] / "aanchal"
# From the lowest floor to the highest.
APPS = [name.split(".")[1] for name in settings.INSTALLED_APPS if name.startswith("aanchal.")]
WORDS = (*Permission.all(), *Verb.all())


def app_of(word):
    return type(word).__module__.split(".")[1]


@cache
def trees():
    """Name and tree of every module that is not a migration."""
    found = {p.relative_to(ROOT).as_posix(): p for p in sorted(ROOT.rglob("*.py"))}
    return [
        (n, ast.parse(p.read_text("utf-8"))) for n, p in found.items() if "/migrations/" not in n
    ]


def test_a_word_stands_in_its_app():
    for word in WORDS:
        file = "permissions" if isinstance(word, Permission) else "verbs"
        assert type(word).__module__ == f"aanchal.{app_of(word)}.{file}", word


def test_a_permission_is_named_as_it_is_written_and_says_what_it_means():
    for permission in Permission.all():
        assert permission.name.lower() == permission.value
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", permission.value)
        assert permission.meaning[0].islower() and not permission.meaning.endswith(".")


def test_a_verb_is_a_noun_and_what_was_done():
    assert [v for v in Verb.all() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", v.value)] == []


def test_every_word_is_used():
    """What nothing asks for or records is a promise that nobody keeps."""
    used = {
        (node.value.id, node.attr)
        for name, tree in trees()
        if name != "roles.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }

    assert [w for w in WORDS if (type(w).__name__, w.name) not in used] == []


def test_no_app_writes_a_word_of_an_app_above_it():
    """The borders refuse to import one; this refuses to write it as text."""
    floor = {app: number for number, app in enumerate(APPS)}
    found = []
    for name, tree in trees():
        app = name.split("/")[0]
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        # What belongs to no floor stands above all of them.
        here = floor.get(app, -1 if app == "lib" else len(APPS))
        found += [(name, str(w)) for w in WORDS if w.value in texts and floor[app_of(w)] > here]

    assert found == []


def test_the_table_names_each_role_and_each_permission():
    held = role_table().permissions

    assert set(held) == set(Role)
    assert set().union(*held.values()) == set(Permission.all())


def test_no_administrator_holds_a_permission_that_shows_files():
    shown = {p for p in role_table().permissions[Role.ADMINISTRATOR] if p.shows >= Shows.FILES}

    assert shown == set()


def test_two_apps_cannot_declare_the_same_word():
    with pytest.raises(TypeError, match="both declare concern_view"):

        class OtherPermission(Permission):
            CONCERN_VIEW = "concern_view", "read them too"

    with pytest.raises(TypeError, match="twice"):

        class TwiceVerb(Verb):
            ONE = "thing.done"
            OTHER = "thing.done"

    assert {type(p).__name__ for p in Permission.all()}.isdisjoint({"OtherPermission"})
    with pytest.raises(ValueError, match="no Permission is 'thing_do'"):
        Permission.named("thing_do")
