"""What the limited process does with a file of this app; named by `attendance.parsing`, never called.

Each answers with JSON: a page of a register, or a few hundred pupils.
"""

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from aanchal.kernel.limited.words import Refusal
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheets import Progress

from .answers import PAGE, PUPILS, SAID
from .problems import Hints
from .pupils import read_pupils
from .registers import read_registers

_TOGETHER = 500


def registers(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """Every page of a file of registers, one an answer."""
    try:
        for page in read_registers(
            source,
            filename=arguments["filename"],
            hints=Hints(**arguments["hints"]),
            limits=Limits(),
            today=date.fromisoformat(arguments["today"]),
            progress=progress,
        ):
            yield PAGE.dump_json(page)
    except Unreadable as refusal:
        raise Refusal(refusal.code, refusal.template, dict(refusal.params)) from None


def pupils(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """A list of pupils: its problems, questions and what was assumed, then the pupils by the hundred."""
    try:
        found = read_pupils(
            source,
            filename=arguments["filename"],
            school=arguments["school"],
            today=date.fromisoformat(arguments["today"]) if arguments["today"] else None,
            answers=arguments["answers"],
            progress=progress,
        )
    except Unreadable as refusal:
        raise Refusal(refusal.code, refusal.template, dict(refusal.params)) from None
    yield SAID.dump_json((found.problems, found.questions, found.assumed))
    for first in range(0, len(found.pupils), _TOGETHER):
        yield PUPILS.dump_json(found.pupils[first : first + _TOGETHER])


def toml(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """The rows of a TOML file, dates as text."""
    try:
        yield json.dumps(tomllib.load(source), default=str).encode()
    except UnicodeDecodeError:
        raise Refusal("not_toml", "It is not a text file.", {}) from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal("not_toml", "%(reason)s.", {"reason": str(error)}) from None
