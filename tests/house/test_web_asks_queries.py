"""Pages read by the apps' queries, which begin with what the actor may see, and by nothing else.

A page that asked a model's manager, or a relation of a record, would say a second time who may see
what, where no test of the queries looks.
"""

import ast
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "aanchal" / "web"
MANAGERS = {"objects", "_default_manager", "_base_manager"}
READS = {
    "aggregate",
    "alias",
    "all",
    "annotate",
    "defer",
    "distinct",
    "earliest",
    "exclude",
    "exists",
    "filter",
    "first",
    "in_bulk",
    "iterator",
    "last",
    "latest",
    "only",
    "order_by",
    "prefetch_related",
    "refresh_from_db",
    "reverse",
    "select_for_update",
    "select_related",
    "union",
    "values_list",
}
WRITES = {"bulk_create", "bulk_update", "create", "delete", "get_or_create", "save"}
WRITES |= {"update_or_create"}
# Names of the same sound that have nothing to do with a table.
ALLOWED = {
    ("front.py", "count"): "connections of a server",
    ("static_files.py", "exists"): "a file",
    ("look.py", "filter"): "the filters of templates are registered so",
}


def asks_the_database(tree):
    """(line, name) of everything in a module that asks a manager, a relation or a set of records."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "django.db.models":
            # Only to say what is handed on.
            yield from ((node.lineno, a.name) for a in node.names if a.name != "QuerySet")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if (
                name in READS | WRITES
                # A dictionary's, a text's and a list's own take no such arguments.
                or (name == "get" and any(word.arg for word in node.keywords))
                or (name == "values" and node.args)
                or (name == "count" and not node.args)
            ):
                yield node.lineno, name


@pytest.mark.parametrize(
    "line",
    [
        "Child.objects",
        "visible_children(actor).filter(area=area)",
        "Flag._default_manager.get(pk=key)",
        "found.get(pk=key)",
        "list(household.guardians.all())",
        "open_joins(actor).count()",
        "rows.values('code')",
        "register.pages.values_list('pk')",
        "from django.db.models import Q",
        "flag.save()",
    ],
)
def test_what_asks_the_database_is_found(line):
    assert list(asks_the_database(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["request.GET.get('show', '')", "names.values()", "text.count('a')", "one_of(found, key)"],
)
def test_what_asks_a_dictionary_or_a_query_is_not(line):
    assert not list(asks_the_database(ast.parse(line)))


@pytest.mark.parametrize(
    "path", sorted(WEB.rglob("*.py")), ids=lambda p: p.relative_to(WEB).as_posix()
)
def test_a_page_reads_by_queries(path):
    found = asks_the_database(ast.parse(path.read_text("utf-8")))

    assert [one for one in found if (path.name, one[1]) not in ALLOWED] == []
