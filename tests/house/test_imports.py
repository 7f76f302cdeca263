"""Whatever a test, a benchmark or a script in their strings imports from the product is there.

Much of it runs on one database only, or in a process of its own: a name that moved would be missed
until the whole suite is run.
"""

import ast
import importlib
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    p for folder in ("tests", "benchmarks", "tools") for p in (ROOT / folder).rglob("*.py")
)


def imported(tree):
    """Pairs of a module of the product and a name in it, also from programs written as strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aanchal"):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Constant) and "from aanchal" in str(node.value):
            try:
                inner = ast.parse(textwrap.dedent(node.value))
            except SyntaxError:
                continue
            yield from imported(inner)


def is_there(module, name):
    if hasattr(importlib.import_module(module), name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True


def test_a_program_in_a_string_is_looked_through():
    assert list(imported(ast.parse('X = """\nfrom aanchal.kernel import audit\n"""'))) == [
        ("aanchal.kernel", "audit")
    ]
    assert not is_there("aanchal.kernel.audit", "no_such_name")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_each_import_from_the_product_is_there(path):
    tree = ast.parse(path.read_text("utf-8"))

    assert [pair for pair in set(imported(tree)) if not is_there(*pair)] == []
