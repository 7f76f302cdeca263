"""The sentences of Aanchal in its languages: collect them, compile them, see that none is missing.

Usage: python -m tools.translations extract | compile | check

Done with Babel alone: no gettext programs are needed to set Aanchal up. Django's own template
lexer turns templates into calls that Babel can read.
"""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "aanchal"
LOCALE = PACKAGE / "locale"
COMPLETE = ("hi", "bn")
"""Languages in which every sentence must be translated. Others may be begun."""

SHOWN_DATA = ("cases", "registers", "watch")
"""Apps whose data files hold sentences for a reader."""

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


def catalogs() -> dict[str, Path]:
    """The translation files there are, by language."""
    return {p.parent.parent.name: p for p in sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))}


def extract_all() -> None:
    """Bring every catalog up to date: new sentences empty, gone ones removed, none guessed."""
    template = collect()
    for language in COMPLETE:
        (LOCALE / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        if not path.exists():
            path.touch()
    for language, path in catalogs().items():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain="django")
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
        empty = sum(1 for m in catalog if m.id and not _is_translated(m))
        print(f"{language}: {len(catalog)} sentences, {empty} to translate")


def compile_all() -> None:
    """Write the .mo beside each .po."""
    for language, path in catalogs().items():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain="django")
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def problems() -> list[str]:
    """What is wrong with the translations, a sentence each; empty when all is well."""
    found = []
    wanted = {_key(m) for m in collect() if m.id}
    present = catalogs()
    for language in COMPLETE:
        if wanted and language not in present:
            found.append(f"{language}: there is no translation file")
    for language, path in present.items():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain="django")
        messages = {_key(m): m for m in catalog if m.id}
        for key in sorted(wanted - set(messages), key=str):
            found.append(f"{language}: not in the file yet (make messages): {key[1]!r}")
        for key in sorted(set(messages) - wanted, key=str):
            found.append(f"{language}: no longer said anywhere (make messages): {key[1]!r}")
        for message in messages.values():
            found += [f"{language}: {text}" for text in _faults(message, language)]
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
