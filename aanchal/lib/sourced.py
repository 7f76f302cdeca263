"""Law, policy and facts as data: TOML files whose rows say where they come from.

Each row, or a table around it, says its `source`, how sure we are of it (`confidence`), when that was
so (`as_of`) and when to look again (`review_on`). A row without one of them stops the program at its
start, not a user in the middle of her work. Tables named `meta` are about the file and no rows.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

ATTESTED = ("source", "confidence", "as_of", "review_on")


class Confidence(StrEnum):
    """How sure the source makes us. Only HIGH may be shown as law."""

    HIGH = "high"  # read in the source, or known beyond doubt
    MEDIUM = "medium"  # from knowledge of such sources, not read in this one
    LOW = "low"  # a likely value; somebody must look
    PROGRAMME = "programme guidance"  # the programme's own choice; nobody outside decides it


class Unsourced(ValueError):
    """A row does not say where it comes from; `fault` is what is wrong with it, as a predicate."""

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(f"{where} {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row of data comes from."""

    source: str
    confidence: Confidence
    as_of: date
    review_on: date


def source_of(row: Mapping[str, Any], *, where: str) -> Source:
    """What a row says of its source.

    Raises:
        Unsourced: it lacks one of the four, has another word for confidence, or is to be reviewed
            before it was so.
    """
    missing = [name for name in ATTESTED if not row.get(name)]
    if missing:
        raise Unsourced(where, f"does not say its {missing[0]}")
    try:
        confidence = Confidence(row["confidence"])
    except ValueError:
        words = ", ".join(Confidence)
        raise Unsourced(where, f"has a confidence that is none of: {words}") from None
    as_of, review_on = _day(row["as_of"]), _day(row["review_on"])
    if not (as_of and review_on and as_of < review_on):
        raise Unsourced(where, "needs two dates, review_on after as_of")
    return Source(str(row["source"]), confidence, as_of, review_on)


def _day(value: Any) -> date | None:
    # A file that was read in another process arrives with its dates as text.
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def attested(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each innermost named table of a file, with what it and the tables around it say of the source."""
    yield from _attested(data, {}, "")


def _attested(
    table: Mapping[str, Any], held: dict[str, Any], where: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    held = held | {k: v for k, v in table.items() if k in ATTESTED}
    inner = False
    for name, value in table.items():
        if name == "meta":
            continue
        for number, entry in enumerate(value if isinstance(value, list) else [value], 1):
            if isinstance(entry, dict):
                inner = True
                step = f"{where}.{name}" + (f"[{number}]" if isinstance(value, list) else "")
                yield from _attested(entry, held, step)
    if not inner and where:
        yield where, held


def read_sourced(package: str, name: str) -> dict[str, Any]:
    """The data file `data/<name>` of a package, each of its rows checked. Readers keep what they make.

    Raises:
        Unsourced: a row does not say where it comes from.
    """
    text = files(package).joinpath("data", name).read_text("utf-8")
    return parse_sourced(text, where=f"{package} {name}")


def parse_sourced(text: str, *, where: str) -> dict[str, Any]:
    """The tables of a sourced file's text, checked as `read_sourced` does."""
    data = tomllib.loads(text)
    for row, held in attested(data):
        source_of(held, where=f"{where}, {row.lstrip('.')},")
    return data


def values(package: str, name: str) -> dict[str, Any]:
    """Name → value of a data file of numbers: one table a number, with its `value`."""
    return {key: row["value"] for key, row in read_sourced(package, name).items()}
