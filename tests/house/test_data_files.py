"""Law and policy are data, and each row says where it comes from and when to look again."""

import tomllib
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "aanchal").glob("*/data/**/*.toml"))
ATTESTED = ("source", "confidence", "as_of", "review_on")
# F: found in a public source; KH, KM, KL: from knowledge, high, medium, low: the tags of the law's
# digest. What is no law has the plain words, or says that it is guidance of a programme.
CONFIDENCE = {"F", "KH", "KM", "KL", "high", "medium", "low", "programme guidance"}


def rows(
    table: dict[str, Any], held: dict[str, Any], where: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each innermost named table with what it and the tables around it attest."""
    held = held | {k: v for k, v in table.items() if k in ATTESTED}
    inner = False
    for name, value in table.items():
        if name == "meta":
            continue
        for number, entry in enumerate(value if isinstance(value, list) else [value], 1):
            if isinstance(entry, dict):
                inner = True
                step = f"{where}.{name}" + (f"[{number}]" if isinstance(value, list) else "")
                yield from rows(entry, held, step)
    if not inner and where:
        yield where, held


def attested() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{path.relative_to(ROOT)}{where}", held)
        for path in FILES
        for where, held in rows(tomllib.loads(path.read_text(encoding="utf-8")), {}, "")
    ]


def test_there_are_data_files():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_row_has_a_source(path):
    bare = [
        f"{where}: {', '.join(k for k in ATTESTED if not held.get(k))}"
        for where, held in attested()
        if where.startswith(path.relative_to(ROOT).as_posix())
        if not all(held.get(k) for k in ATTESTED)
    ]

    assert not bare, "missing"


def test_confidence_is_one_of_few_words_and_reviews_come_after():
    wrong = [
        where
        for where, held in attested()
        if held.get("confidence") not in CONFIDENCE
        or not isinstance(held.get("as_of"), date)
        or not isinstance(held.get("review_on"), date)
        or held["review_on"] <= held["as_of"]
    ]

    assert not wrong


def test_an_overdue_review_is_pointed_out():
    for where, held in attested():
        if held.get("review_on") and held["review_on"] < date.today():
            warnings.warn(f"Look at {where}: to be reviewed on {held['review_on']}", stacklevel=1)


def test_a_row_without_a_source_would_be_found():
    """The reader of tables is itself tried: inherited, own, and missing."""
    table = tomllib.loads(
        """
        [meta]
        what = "no row"
        [a]
        source = "S"
        [[a.b]]
        x = 1
        [[c]]
        x = 1
        """
    )

    found = {where: held.get("source") for where, held in rows(table, {}, "")}

    assert found == {".a.b[1]": "S", ".c[1]": None}
