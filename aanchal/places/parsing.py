"""The only way to read a file of places or schools that came from outside: in a limited process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from aanchal.kernel.limited import BROKE, read_in_limits, warm
from aanchal.lib.tabular.problems import Problem, Unreadable

from .formats.answers import AREA_HEAD, AREA_ROWS, SCHOOL_HEAD, SCHOOL_ROWS
from .rules.areas import AreaRow, SchoolRow
from .rules.codes import Level, System

_AREAS = "aanchal.places.formats.tasks:areas"
_SCHOOLS = "aanchal.places.formats.tasks:schools"


@dataclass(frozen=True, slots=True)
class AreaFile:
    """A recognised file of places; `rows` are in file order and can be walked once."""

    level: Level
    system: System
    rows: Iterator[AreaRow | Problem]


def parse_areas(source: IO[bytes], *, only_head: bool = False) -> AreaFile:
    """Read one published file of places, as `formats.lgd.read_areas` does.

    Args:
        source: an open, seekable binary file, not closed here.
        only_head: say only what it is; `rows` is then empty.

    Raises:
        Unreadable: no text, empty, or with no heading we know; while walking, also when binary
            data turns up later or a limit is passed.
    """
    answers = read_in_limits(_AREAS, source, arguments={"only_head": only_head})
    head = _valid(AREA_HEAD, next(answers, b""))
    return AreaFile(head.level, head.system, _rows(AREA_ROWS, answers))


def parse_schools(source: IO[bytes], *, only_head: bool = False) -> Iterator[SchoolRow | Problem]:
    """Read the UDISE school file, as `formats.udise.read_schools` does.

    Raises:
        Unreadable: as with `parse_areas`.
    """
    answers = read_in_limits(_SCHOOLS, source, arguments={"only_head": only_head})
    _valid(SCHOOL_HEAD, next(answers, b""))
    return _rows(SCHOOL_ROWS, answers)


def require_areas(source: IO[bytes]) -> None:
    """Raise `Unreadable` unless the heading is that of a file of places."""
    _ = list(parse_areas(source, only_head=True).rows)


def require_schools(source: IO[bytes]) -> None:
    """Raise `Unreadable` unless the heading is that of a file of schools."""
    _ = list(parse_schools(source, only_head=True))


def get_ready() -> None:
    """Start what reads files, so that the first sender need not wait for it."""
    warm(_AREAS, _SCHOOLS)


def _rows(schema: TypeAdapter[Any], answers: Iterator[bytes]) -> Iterator[Any]:
    for answer in answers:
        for row in _valid(schema, answer):
            if isinstance(row, Problem):
                _require_sentence(row)
            yield row


def _valid(schema: TypeAdapter[Any], answer: bytes) -> Any:
    try:
        return schema.validate_json(answer, strict=True)
    except ValidationError:
        raise _broken() from None


def _require_sentence(problem: Problem) -> None:
    try:
        _ = problem.reason
    except (KeyError, TypeError, ValueError):
        raise _broken() from None


def _broken() -> Unreadable:
    return Unreadable("broke", BROKE)
