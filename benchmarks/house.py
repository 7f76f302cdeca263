"""How the house is built, in figures: of one tree of the sources, or of several beside one another.

    .venv/bin/python -m benchmarks.house [TREE ...]

A tree is a checkout; without one it is this. Nothing of it is imported or run. An earlier day is
had by `git worktree add FOLDER COMMIT`. Lines are those of a file, blank ones and comments with
them; migrations are left out. The table is printed as Markdown.
"""

import argparse
import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KINDS = (
    "rules", "formats", "use_cases", "queries", "web", "browser", "journeys", "security",
    "reliability", "demo", "house",
)  # fmt: skip
ALIKE_LINES = 8  # so many lines in a row that stand elsewhere too are called copied


def main() -> None:
    """Print the figures of each tree as a column."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", nargs="*", type=Path, default=[ROOT])
    trees = [tree.resolve() for tree in parser.parse_args().trees]
    columns = [figures(tree) for tree in trees]
    names = list(dict.fromkeys(name for column in columns for name in column))
    print(f"| | {' | '.join(_called(tree) for tree in trees)} |")
    print("| --- |" + " --- |" * len(trees))
    for name in names:
        print(f"| {name} | {' | '.join(str(column.get(name, '')) for column in columns)} |")


def figures(tree: Path) -> dict[str, Any]:
    """Name of a figure → the figure, of one tree."""
    package = tree / "aanchal"
    texts = {path: path.read_text("utf-8") for path in _modules(package)}
    lines = {path: text.count("\n") for path, text in texts.items()}
    longest = max(lines, key=lambda path: lines[path])
    apps = Counter(_app(package, path) for path in lines)
    sizes = Counter[str]()
    for path, number in lines.items():
        sizes[_app(package, path)] += number
    found: dict[str, Any] = {
        "lines of the package": f"{sum(lines.values()):,}",
        "modules": len(lines),
        "lines of a module, median": int(median(lines.values())),
        "longest module": f"`{longest.relative_to(package)}`, {lines[longest]} lines",
        "modules of more than 400 lines": sum(number > 400 for number in lines.values()),
    }
    for name, value in _circles(tree).items():
        found[name] = value
    found[f"lines that stand elsewhere too, {ALIKE_LINES} in a row"] = _copied(list(texts.values()))
    web = [text for path, text in texts.items() if _app(package, path) == "web"]
    found["managers of models that pages ask"] = sum(map(_managers, web))
    for app in sorted(apps):
        found[f"`{app}`: modules, lines"] = f"{apps[app]}, {sizes[app]:,}"
    tests = _tests(tree)
    found["test functions"] = f"{sum(tests.values()):,}"
    for kind in KINDS:
        if tests[kind]:
            found[f"of these {kind}"] = f"{tests[kind]:,}"
    return found


def _modules(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.py")):
        if not {"migrations", "vendor"} & set(path.parts):
            yield path


def _app(package: Path, path: Path) -> str:
    parts = path.relative_to(package).parts
    return parts[0] if len(parts) > 1 else "(above the apps)"


def _circles(tree: Path) -> dict[str, int]:
    """How many circles of imports there are, and how many modules stand in one.

    In a process of its own: the package is found by its name, and each tree has one.
    """
    program = (
        "import sys, json, grimp\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "graph = grimp.build_graph('aanchal', exclude_type_checking_imports=True, cache_dir=None)\n"
        "print(json.dumps({m: sorted(graph.find_modules_directly_imported_by(m))"
        " for m in graph.modules}))\n"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(tree)],
        cwd=tree, capture_output=True, text=True, check=True,
    )  # fmt: skip
    circles = [one for one in _strongly_connected(json.loads(made.stdout)) if len(one) > 1]
    return {"circles of imports": len(circles), "modules in one": sum(map(len, circles))}


def _strongly_connected(imports: dict[str, list[str]]) -> list[list[str]]:
    """Groups of modules of which each reaches each (Kosaraju's two walks)."""
    order: list[str] = []
    seen: set[str] = set()
    for start in imports:
        stack = [(start, iter(imports[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            module, rest = stack[-1]
            follows = next((m for m in rest if m not in seen), None)
            if follows is None:
                order.append(module)
                stack.pop()
            else:
                seen.add(follows)
                stack.append((follows, iter(imports.get(follows, []))))
    back: dict[str, list[str]] = {module: [] for module in imports}
    for module, needs in imports.items():
        for needed in needs:
            back.setdefault(needed, []).append(module)
    groups: list[list[str]] = []
    left = set(order)
    for start in reversed(order):
        group, stack_ = [], [start] if start in left else []
        left.discard(start)
        while stack_:
            module = stack_.pop()
            group.append(module)
            for needed in back[module]:
                if needed in left:
                    left.discard(needed)
                    stack_.append(needed)
        if group:
            groups.append(group)
    return groups


def _copied(texts: list[str]) -> int:
    """Lines in a run of `ALIKE_LINES` that stands in the package a second time; imports aside."""
    runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, text in enumerate(texts):
        kept = [
            (at, line.strip())
            for at, line in enumerate(text.splitlines())
            if len(line.strip()) > 3 and not line.startswith(("from ", "import ", "    from "))
        ]
        for i in range(len(kept) - ALIKE_LINES + 1):
            run = tuple(line for _at, line in kept[i : i + ALIKE_LINES])
            runs.setdefault(run, []).append((number, i))
    copied = {
        (number, i + step)
        for places in runs.values()
        if len(places) > 1
        for number, i in places
        for step in range(ALIKE_LINES)
    }
    return len(copied)


def _managers(text: str) -> int:
    tree = ast.parse(text)
    return sum(isinstance(n, ast.Attribute) and n.attr == "objects" for n in ast.walk(tree))


def _tests(tree: Path) -> Counter[str]:
    """Test functions by kind, the folder they lie in; what a table of cases makes of one is one."""
    found = Counter[str]()
    for path in sorted((tree / "tests").rglob("test_*.py")):
        folders = path.relative_to(tree / "tests").parts[:-1]
        kind = next((folder for folder in reversed(folders) if folder in KINDS), "others")
        found[kind] += sum(
            isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    return found


def _called(tree: Path) -> str:
    made = subprocess.run(
        ["git", "log", "-1", "--format=%h, %cs"], cwd=tree, capture_output=True, text=True
    )
    return made.stdout.strip() or tree.name


if __name__ == "__main__":
    main()
