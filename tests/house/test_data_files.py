"""Law and policy are data, and each row says where it comes from and when to look again."""

import tomllib
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aanchal.lib.sourced import ATTESTED, Unsourced, attested, parse_sourced, source_of

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "aanchal").glob("**/data/**/*.toml"))
ROW: dict[str, Any] = {
    "source": "a law",
    "confidence": "high",
    "as_of": date(2026, 1, 1),
    "review_on": date(2027, 1, 1),
}


def rows(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return list(attested(tomllib.loads(path.read_text(encoding="utf-8"))))


def test_the_data_files_of_apps_and_libraries_are_looked_at():
    assert {p.relative_to(ROOT / "aanchal").parts[0] for p in FILES} >= {"lib", "cases", "watch"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_row_has_a_source(path):
    assert rows(path)
    parse_sourced(path.read_text(encoding="utf-8"), where=path.name)


def test_an_overdue_review_is_pointed_out():
    for path in FILES:
        for where, held in rows(path):
            if held["review_on"] < date.today():
                warnings.warn(
                    f"Look at {path.name}{where}: to be reviewed on {held['review_on']}",
                    stacklevel=1,
                )


@pytest.mark.parametrize("missing", ATTESTED)
def test_a_row_without_its_source_is_refused(missing):
    with pytest.raises(Unsourced, match=missing):
        source_of({k: v for k, v in ROW.items() if k != missing}, where="row")


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"confidence": "F"}, "none of: high, medium, low, programme guidance"),
        ({"as_of": "soon"}, "two dates"),
        ({"review_on": date(2026, 1, 1)}, "review_on after as_of"),
    ],
)
def test_a_row_with_another_word_or_an_early_review_is_refused(change, sentence):
    with pytest.raises(Unsourced, match=sentence):
        source_of(ROW | change, where="row")


def test_a_row_takes_what_the_tables_around_it_say_and_a_bare_one_is_found():
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

    assert {where: held.get("source") for where, held in attested(table)} == {
        ".a.b[1]": "S",
        ".c[1]": None,
    }


def test_no_reader_of_data_files_stands_beside_the_one():
    """TOML of the package is read by `lib.sourced`; a file from outside by a task in `formats/`."""
    readers = {
        p.relative_to(ROOT / "aanchal").as_posix()
        for p in (ROOT / "aanchal").rglob("*.py")
        if "tomllib" in p.read_text(encoding="utf-8")
    }

    assert readers == {"lib/sourced.py", "registers/formats/tasks.py"}
