"""Bytes from outside are parsed in a limited process, and no reader can be added beside it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "aanchal"
# What takes a file or a text of an outside format apart.
PARSERS = frozenset(
    """
    PIL bz2 calamine charset_normalizer csv defusedxml docx email feedparser fitz gzip html lxml lzma
    magic mailbox odf olefile openpyxl pandas pickle plistlib polars py7zr pypdf pyexpat pyxform
    python_calamine rarfile shelve tarfile tomllib xlrd xml yaml zipfile zlib
    """.split()
)
# Modules that take apart only what Aanchal wrote itself, or what is part of the package.
OWN_BYTES = {
    "lib/sourced.py": "data files of the package; one from outside comes as rows, by `parsing`",
    "registers/rules/pages.py": "marks it packed itself, after they were unsealed",
    "demo/names.py": "its own data file",
    "demo/pupil_files.py": "writes only",
    "demo/register_files.py": "writes only",
    "demo/area_files.py": "writes only",
    "kernel/backups.py": "writes only",
    "kernel/restoring.py": "its own backup, opened with a key before a byte of it is unpacked",
    "web/shell/static_files.py": "packs its own style and scripts",
}
ENTRANCES = ("registers/parsing.py", "places/parsing.py")


@cache
def imports_of(name: str) -> frozenset[str]:
    """Dotted names that a module imports, each `from x import y` as x and as x.y."""
    path = PACKAGE / name
    package = ["aanchal", *path.relative_to(PACKAGE).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found.add(origin)
            found.update(f"{origin}.{alias.name}" for alias in node.names)
    return frozenset(found)


@cache
def modules() -> tuple[str, ...]:
    return tuple(sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py")))


def dotted(name: str) -> str:
    return "aanchal." + name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def takes_apart(name: str) -> set[str]:
    return {found for found in imports_of(name) if found.split(".")[0] in PARSERS} - {"html.escape"}


def is_inside(name: str) -> bool:
    """Is the module one of those that only the limited process runs?"""
    return "/formats/" in name or name.startswith("lib/tabular/")


@cache
def readers() -> frozenset[str]:
    """Modules in `formats/` that parse, or that lead to one that does."""
    found = {n for n in modules() if is_inside(n) and n not in OWN_BYTES and takes_apart(n)}
    while True:
        names = {dotted(n) for n in found}
        more = {n for n in modules() if is_inside(n) and imports_of(n) & names} - found
        if not more:
            return frozenset(found)
        found |= more


def test_a_library_that_parses_is_imported_by_readers_alone():
    found = {
        name: sorted(takes_apart(name))
        for name in modules()
        if not is_inside(name) and name not in OWN_BYTES and takes_apart(name)
    }

    assert not found, "read it in aanchal.kernel.limited, by a task in formats/"


def test_nothing_outside_formats_imports_a_reader():
    names = {dotted(name) for name in readers()}
    found = {
        name: sorted(imports_of(name) & names)
        for name in modules()
        if not is_inside(name) and imports_of(name) & names
    }

    assert not found, "call registers.parsing or places.parsing, which read in a limited process"


def test_the_rule_finds_the_readers_there_are():
    names = {name.rsplit("/", 1)[1] for name in readers()}

    assert {"sheets.py", "registers.py", "pupils.py", "tables.py", "lgd.py", "udise.py"} <= names
    assert not {"pages.py", "problems.py", "pupil_lines.py", "answers.py"} & names


def test_what_a_limited_process_answers_is_never_unpickled():
    for name in (n for n in modules() if n.startswith("kernel/limited/") or n in ENTRANCES):
        assert not {"pickle", "marshal", "multiprocessing"} & {
            found.split(".")[0] for found in imports_of(name)
        }, name


def test_each_task_that_is_named_exists():
    for name in ENTRANCES:
        for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
            if isinstance(node, ast.Constant) and ":" in str(node.value)[8:]:
                module, _, function = str(node.value).partition(":")
                if not module.startswith("aanchal.") or " " in module:
                    continue
                path = ROOT / (module.replace(".", "/") + ".py")
                defined = [
                    n.name
                    for n in ast.parse(path.read_text()).body
                    if isinstance(n, ast.FunctionDef)
                ]
                assert function in defined, node.value
