"""What files there are, what they are called, and what may never stand in one."""

import ast
import hashlib
import re
import subprocess
import tomllib
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_NAMES = {
    "services.py": "which of ten things is it? rules, queries, actions or jobs",
    "utils.py": "nothing is called after being useful",
    "helpers.py": "nothing is called after being helpful",
    "managers.py": "reads live in queries.py, and begin with the actor",
    "signals.py": "lower floors never call up",
    "common.py": "common to what?",
    "misc.py": "what is in it?",
}
TEXT = {".py", ".md", ".toml", ".ini", ".cfg", ".txt", ".html", ".css", ".js", ".sh", ".yaml"}
TEXT |= {".yml", ".json", ".lock", ".po", ".csv", ".ts", ""}


def tracked() -> list[Path]:
    """Files in git, and those about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return sorted(p for name in listed.stdout.split("\0") if name and (p := ROOT / name).is_file())


def own_text() -> list[tuple[Path, str]]:
    """Our own files that are text, with what they say; vendored ones left out."""
    return [
        (path, path.read_text(encoding="utf-8", errors="replace"))
        for path in tracked()
        if path.suffix in TEXT and "vendor" not in path.parts and path.stat().st_size < 2_000_000
    ]


def python(*folders: str) -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in folders]


def test_no_file_is_named_after_nothing():
    found = {
        str(p.relative_to(ROOT)): FORBIDDEN_NAMES[p.name]
        for p in python("aanchal")
        if p.name in FORBIDDEN_NAMES
    }

    assert not found


def test_a_long_file_is_pointed_out():
    for path in python("aanchal", "tests", "tools", "benchmarks"):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > 500 and "migrations" not in path.parts:
            warnings.warn(
                f"Look at {path.relative_to(ROOT)}: {lines} lines; split it by noun", stacklevel=1
            )


# The words are put together here, so that this file does not hold them.
ELSEWHERE = {
    "a folder of one machine": re.compile(r"(?<![\w./])/(?:work|root|home/\w+|Users/\w+)/"),
    "a work folder of one session": re.compile(r"(?<![\w./])/tmp/[\w-]+/"),
    "a package mirror": re.compile(r"--(?:extra-)?index-url|find-links|registry\s*=\s*https?://"),
    "a package registry's host": re.compile(
        r"https?://(?:files\.pythonhosted|pypi|registry\.npmjs)\b|artifactory|nexus\.", re.I
    ),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_the_repository_names_no_place_of_its_making(what):
    here = Path(__file__).resolve()

    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path, text in own_text()
        if path != here
        for number, line in enumerate(text.splitlines(), 1)
        if ELSEWHERE[what].search(line)
    ]

    assert not found


def test_no_key_or_password_lies_in_the_repository():
    secret = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|AGE-SECRET-KEY-1[0-9A-Z]{20}")

    found = [str(p.relative_to(ROOT)) for p, text in own_text() if secret.search(text)]

    assert not found


@pytest.mark.parametrize("suffix", [".sqlite3", ".db", ".pyc", ".key", ".pem", ".mo", ".parquet"])
def test_nothing_that_is_made_lies_in_the_repository(suffix):
    found = [str(p.relative_to(ROOT)) for p in tracked() if p.suffix == suffix]

    assert not found


def imports(path: Path) -> set[str]:
    """Dotted names a module imports; a relative import keeps its dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


# What turns bytes into running code. Bytes come from files and tables, which are not trusted.
UNPICKLES = re.compile(
    r"^(pickle|cPickle|_pickle|cloudpickle|dill|joblib|marshal|shelve|jsonpickle)\b"
    r"|django\.core\.cache\.backends\.(db|filebased|locmem|memcached|redis)\b"
    r"|PickleSerializer"
)
UNPICKLING_CALL = re.compile(
    r"\ballow_pickle\s*=\s*True|\bread_pickle\(|\bto_pickle\(|yaml\.load\("
)


def test_nothing_that_is_read_can_become_a_program():
    found = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in python("aanchal", "tools", "benchmarks")
        for imported in imports(path)
        if UNPICKLES.search(imported)
    ]
    found += [
        f"{path.relative_to(ROOT)}: {call.group()}"
        for path in python("aanchal", "tools", "benchmarks")
        if (call := UNPICKLING_CALL.search(path.read_text(encoding="utf-8")))
    ]

    assert not found


def test_no_setting_names_a_store_that_unpickles():
    from django.conf import settings
    from django.core.cache import caches
    from django.core.cache.backends.db import DatabaseCache

    assert not any(isinstance(caches[name], DatabaseCache) for name in settings.CACHES)
    assert all(kept["BACKEND"].startswith("aanchal.") for kept in settings.CACHES.values())
    assert settings.SESSION_ENGINE.startswith("aanchal.")
    assert "Pickle" not in settings.SESSION_SERIALIZER


def test_no_app_listens_to_signals():
    """What must be noticed above is asked for by a query, so that a reader can find it."""
    listening = re.compile(
        r"^django\.(db\.models|core|dispatch|test|contrib\.\w+)\.?signals?\b|receiver$"
    )

    # The row guard must know of each connection and each migration; nothing of ours is told by it.
    of_the_database = {"aanchal/kernel/apps.py"}

    found = {
        str(path.relative_to(ROOT)): sorted(hits)
        for path in python("aanchal")
        if path.relative_to(ROOT).as_posix() not in of_the_database
        and (hits := {n for n in imports(path) if listening.search(n) or ".dispatch" in n})
    }

    assert not found


def test_what_decides_or_writes_is_told_the_time():
    """Time is an argument of actions, queries and rules; only the edges know what time it is."""
    told = {"rules", "formats", "actions", "queries", "models"}
    # Grants are those of this very moment, for every request and job.
    of_the_moment = {"aanchal/access/queries/__init__.py", "aanchal/access/queries/accounts.py"}
    asking = re.compile(
        r"timezone\.(now|localtime|localdate)\(\)|(datetime|date)\.(now|today)\(|time\.time\("
    )

    found = [
        f"{name}:{number}: {line.strip()}"
        for path in python("aanchal")
        if (name := path.relative_to(ROOT).as_posix()) not in of_the_moment
        and told & set(path.relative_to(ROOT).with_suffix("").parts[2:])
        and not name.startswith("aanchal/kernel/")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asking.search(line)
    ]

    assert not found


# A rule may say sentences (marked, not translated) and count; it reads no clock, file or database.
RULES_MAY_USE = re.compile(
    # How permission is asked is itself pure, and so is what permissions and verbs are made of.
    r"^(\.|aanchal\.kernel\.(?:authz|vocabulary)\b|aanchal\.lib\b|aanchal\.[\w.]*rules\b"
    r"|numpy\b|numba\b|llvmlite\b|rapidfuzz\b|dateutil\b|stdnum\b|phonenumbers\b)"
)
RULES_MAY_NOT = {
    "os",
    "io",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "time",
    "sqlite3",
}


def test_rules_are_pure():
    import sys

    found = []
    for path in python("aanchal"):
        if "rules" not in path.relative_to(ROOT).parts:
            continue
        for name in imports(path):
            top = name.split(".")[0]
            pure = RULES_MAY_USE.search(name) or name == "django.utils.translation.gettext_noop"
            standard = top in sys.stdlib_module_names and top not in RULES_MAY_NOT
            if not (pure or standard):
                found.append(f"{path.relative_to(ROOT)} imports {name}")

    assert not found


def test_formats_know_no_database():
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python("aanchal")
        if {"formats", "lib"} & set(path.relative_to(ROOT).parts)
        for name in imports(path)
        if re.search(r"^django\.(db|contrib|apps)|(^|\.)(models|queries|actions)(\.|$)", name)
    ]

    assert not found


def test_the_accessibility_checker_is_the_one_we_checked():
    folder = ROOT / "tests" / "browser" / "vendor"
    (library,) = tomllib.loads((folder / "VENDOR.toml").read_text())["library"]

    found = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.iterdir()
        if p.name != "VENDOR.toml"
    }

    assert found == library["sha256"]
