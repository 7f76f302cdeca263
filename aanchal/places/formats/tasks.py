"""What the limited process does with a file of this app; named by `places.parsing`, never called.

The first answer is the heading, each later one some hundred rows. A file that breaks off ends with
the refusal; what was answered before is whole lines and stands.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from aanchal.lib.tabular.problems import Unreadable

from .answers import AREA_HEAD, AREA_ROWS, SCHOOL_HEAD, SCHOOL_ROWS, AreaHead
from .lgd import read_areas
from .udise import read_schools

_TOGETHER = 250
Progress = Callable[[float], None]


def areas(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """A file of places."""
    file = read_areas(source)
    yield AREA_HEAD.dump_json(AreaHead(file.level, file.system, file.header_row))
    if arguments["only_head"]:
        return
    for rows in _some(file.rows):
        yield AREA_ROWS.dump_json(rows)


def schools(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """A file of schools; its first answer is the line of the heading."""
    file = read_schools(source)
    yield SCHOOL_HEAD.dump_json(file.header_row)
    if arguments["only_head"]:
        return
    for rows in _some(file.rows):
        yield SCHOOL_ROWS.dump_json(rows)


def _some(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Rows by the hundred; those read before a refusal are answered before it."""
    each = iter(rows)
    held: list[Any] = []
    try:
        for row in each:
            held.append(row)
            if len(held) == _TOGETHER:
                yield held
                held = []
    except Unreadable:
        if held:
            yield held
        raise
    if held:
        yield held
