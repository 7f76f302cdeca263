"""The sentences of Aanchal in its languages: collect them, compile them, see that none is missing.

Usage: python -m tools.translations extract | compile | check

Each room of the site and each app keeps the sentences that only it says, in `locale/` beside its code.
What more than one of them says stands once, in the shell's files. So no sentence has two translations.

Done with Babel alone: no gettext programs are needed to set Aanchal up. Django's own template
lexer turns templates into calls that Babel can read.
"""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "aanchal"
SHARED = PACKAGE / "web" / "shell"
"""Keeps what more than one room or app says, and what none of them does."""

COMPLETE = ("hi", "bn")
"""Languages in which every sentence must be translated. Others may be begun."""

SHOWN_DATA = ("cases", "registers", "watch")
"""Apps whose data files hold sentences for a reader."""

NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)

KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}")


def collect() -> Catalog:
    """Every marked sentence in code and templates, in order of file and line."""
    from babel.messages.extract import extract

    catalog = Catalog(project="Aanchal", charset="utf-8")
    for path, source in _sources():
        where = path.relative_to(ROOT).as_posix()
        found = extract(
            extract_python,  # type: ignore[arg-type]
            io.BytesIO(source.encode()),
            keywords=KEYWORDS,  # type: ignore[arg-type]
            comment_tags=("Translators:",),
            options={"encoding": "utf-8"},
        )
        for line, message, comments, context in found:
            # A keyword call without a plain string is a variable: nothing to translate.
            first = message[0] if isinstance(message, tuple) else message
            if first:
                catalog.add(
                    message, locations=[(where, line)], auto_comments=comments, context=context
                )
    for where, text in _said_by_data():
        catalog.add(text, locations=[(where, 1)])
    return catalog


def _said_by_data() -> Iterator[tuple[str, str]]:
    """Sentences that stand in data files and are shown: what is a `label` or a `text`, and helplines."""

    def walk(value: Any, path: tuple[str, ...]) -> Iterator[str]:
        if isinstance(value, dict):
            for name, inner in value.items():
                shown = name in ("label", "text") or (name == "name" and path[:1] == ("helplines",))
                if shown and isinstance(inner, str):
                    yield inner
                yield from walk(inner, (*path, name))
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, path)

    for app in SHOWN_DATA:
        for path in sorted((PACKAGE / app / "data").glob("*.toml")):
            for text in walk(tomllib.loads(path.read_text(encoding="utf-8")), ()):
                yield path.relative_to(ROOT).as_posix(), text


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text(encoding="utf-8")
    from django.utils.translation import template

    for suffix in ("html", "txt"):
        for path in sorted(PACKAGE.rglob(f"templates/**/*.{suffix}")):
            # What is not a sentence comes out as X's; in brackets it is valid Python for a lexer.
            calls = template.templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield path, f"({calls}\n)"


def home_of(where: str) -> Path:
    """The folder whose `locale/` keeps what only this file says: its room, or its app."""
    _package, *inner, _file = Path(where).parts
    if not inner or inner == ["web"]:
        return SHARED
    return PACKAGE.joinpath(*inner[: 2 if inner[0] == "web" else 1])


def by_home() -> dict[Path, Catalog]:
    """The sentences by the folder that keeps them."""
    catalogs: dict[Path, Catalog] = {}
    for message in collect():
        if not message.id:
            continue
        homes = {home_of(where) for where, _line in message.locations}
        home = homes.pop() if len(homes) == 1 else SHARED
        catalog = catalogs.setdefault(home, Catalog(project="Aanchal", charset="utf-8"))
        catalog[message.id] = message
    return catalogs


def files(language: str = "*") -> list[Path]:
    """The translation files there are."""
    return sorted(PACKAGE.glob(f"**/locale/{language}/LC_MESSAGES/django.po"))


def languages() -> list[str]:
    """Those that must be complete, and others that were begun."""
    return sorted({*COMPLETE, *(path.parts[-3] for path in files())})


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="django")


def extract_all() -> None:
    """Bring every file up to date: new sentences empty, gone ones removed, none guessed.

    A sentence that is now said elsewhere takes its translation along. A file in which nothing is left
    to say is removed.
    """
    wanted = by_home()
    for language in languages():
        known = {path: _read(path) for path in files(language)}
        translated = {_key(m): m for c in known.values() for m in c if m.id and _is_translated(m)}
        counted = empty = 0
        for home, template in sorted(wanted.items()):
            path = home / "locale" / language / "LC_MESSAGES" / "django.po"
            catalog = known.pop(path, None) or Catalog(language, domain="django", project="Aanchal")
            for message in template:
                here = catalog.get(message.id, message.context)
                moved = translated.get(_key(message))
                if message.id and moved is not None and not (here and _is_translated(here)):
                    catalog[message.id] = moved
            catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
            catalog.obsolete.clear()
            catalog.fuzzy = False
            # Files are compared as they are: nothing in them tells when they were written.
            catalog.creation_date = NO_DATE
            where = home.relative_to(ROOT).as_posix()
            catalog.header_comment = (
                f"# Sentences of {where} ({language}), licensed as Aanchal is.\n#"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
            counted += len(catalog)
            empty += sum(1 for m in catalog if m.id and not _is_translated(m))
        for path in known:
            path.unlink()
        print(f"{language}: {counted} sentences, {empty} to translate")


def compile_all() -> None:
    """Write the .mo beside each .po; one whose .po is gone is removed."""
    for path in PACKAGE.glob("**/locale/*/LC_MESSAGES/django.mo"):
        if not path.with_suffix(".po").exists():
            path.unlink()
    for path in files():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, _read(path))


def problems() -> list[str]:
    """What is wrong with the translations, a sentence each; empty when all is well."""
    found = []
    wanted = {home: {_key(m) for m in c if m.id} for home, c in by_home().items()}
    for language in languages():
        kept: dict[tuple[str, str], Path] = {}
        for path in files(language):
            home = path.parents[3]
            where = f"{language}, {home.relative_to(PACKAGE)}"
            messages = {_key(m): m for m in _read(path) if m.id}
            for key in sorted(set(messages) - wanted.get(home, set()), key=str):
                found.append(f"{where}: not said here (make messages): {key[1]!r}")
            for message in messages.values():
                found += [f"{where}: {text}" for text in _faults(message, language)]
            for key in messages:
                if key in kept:
                    also = kept[key].relative_to(PACKAGE)
                    found.append(f"{where}: translated in {also} too (make messages): {key[1]!r}")
                kept[key] = home
        for home, keys in wanted.items():
            for key in sorted(k for k in keys if kept.get(k) != home):
                where = f"{language}, {home.relative_to(PACKAGE)}"
                found.append(f"{where}: not in the file yet (make messages): {key[1]!r}")
    return found


def _key(message: Message) -> tuple[str, str]:
    name = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return (message.context or "", name)


def _texts(message: Message) -> tuple[list[str], list[str]]:
    def listed(text: Any) -> list[str]:
        return [t or "" for t in text] if isinstance(text, (tuple, list)) else [text or ""]

    return listed(message.id), listed(message.string)


def _is_translated(message: Message) -> bool:
    return all(_texts(message)[1])


def _faults(message: Message, language: str) -> Iterator[str]:
    said, meant = _texts(message)
    if not all(meant):
        if language in COMPLETE:
            yield f"not translated: {said[0]!r}"
        return
    if message.fuzzy:
        yield f"marked fuzzy: {said[0]!r}"
    allowed = [set(PLACEHOLDER.findall(text)) for text in said]
    for text in meant:
        placeholders = set(PLACEHOLDER.findall(text))
        # A singular may leave the number out; no form may hold a placeholder that is not there.
        if placeholders not in allowed:
            yield f"other placeholders than in English: {said[0]!r} → {text!r}"
        if text.startswith("\n") != said[0].startswith("\n"):
            yield f"begins with a line break on one side only: {said[0]!r}"


def main() -> int:
    """Run one of the three commands."""
    match sys.argv[1:]:
        case ["extract"]:
            extract_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            print("\n".join(found[:60]))
            if len(found) > 60:
                print(f"… and {len(found) - 60} more")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
