"""What the limited process does with a file of this app; named by `registers.parsing`, never called.

Each answers with JSON: a page of a register, or a few hundred pupils.
"""

import io
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, BinaryIO

from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheet import Progress

from .answers import PAGE, PUPILS, SAID
from .problems import Hints
from .pupils import read_pupils
from .registers import read_registers

_TOGETHER = 500


def registers(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """Every page of a file of registers, one an answer."""
    for page in read_registers(
        source,
        filename=arguments["filename"],
        hints=Hints(**arguments["hints"]),
        limits=Limits(),
        today=date.fromisoformat(arguments["today"]),
        progress=progress,
    ):
        yield PAGE.dump_json(page)


def pupils(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """A list of pupils: its problems, questions and what was assumed, then the pupils by the hundred."""
    found = read_pupils(
        source,
        filename=arguments["filename"],
        school=arguments["school"],
        today=date.fromisoformat(arguments["today"]) if arguments["today"] else None,
        answers=arguments["answers"],
        progress=progress,
    )
    yield SAID.dump_json((found.problems, found.questions, found.assumed))
    for first in range(0, len(found.pupils), _TOGETHER):
        yield PUPILS.dump_json(found.pupils[first : first + _TOGETHER])


def toml(source: BinaryIO, arguments: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    """The rows of a TOML file, dates as text."""
    try:
        yield json.dumps(tomllib.load(source), default=str).encode()
    except UnicodeDecodeError:
        raise Unreadable("not_toml", "It is not a text file.") from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable("not_toml", "%(reason)s.", reason=str(error)) from None


@cache
def rehearse() -> None:
    """Read a register and a list that are made up, so that what is built once is built already."""
    arguments = {"filename": "register.csv", "hints": {}, "today": "2026-11-22"}
    for made_up in (_made_up_wide(), _made_up_long()):
        list(registers(io.BytesIO(made_up.encode()), arguments, _tell_nobody))
    lines = "Class,Section,Roll No,Name,Father's Name,Sex,Date of Birth\n"
    lines += "".join(f"VI,A,{roll},Child {roll},Father,F,14-07-2015\n" for roll in range(1, 41))
    said: dict[str, Any] = {"school": None, "today": "2026-11-22", "answers": {}}
    list(pupils(io.BytesIO(lines.encode()), {"filename": "pupils.csv", **said}, _tell_nobody))


def _tell_nobody(share: float) -> None:
    """Progress of what nobody waits for."""


def _made_up_wide() -> str:
    lines = ["UDISE: 10050100101  Class: VI  Sec: A  Month: July 2026"]
    lines.append("Roll,Name," + ",".join(map(str, range(1, 32))) + ",Total")
    sundays = {day for day in range(1, 32) if date(2026, 7, day).isoweekday() == 7}
    for roll in range(1, 41):
        marks = [
            "S" if day in sundays else "A" if (roll * 7 + day * 3) % 9 == 0 else "P"
            for day in range(1, 32)
        ]
        lines.append(f"{roll},Child {roll}," + ",".join(marks) + f",{marks.count('P')}")
    lines += [",Total Present," + ",".join(["36"] * 31), ",Class Teacher"]
    return "\n".join(lines) + "\n"


def _made_up_long() -> str:
    lines = ["udise_code,class,section,date,roll_no,name,status"]
    for day in (1, 2, 3):
        lines += [f"10050100101,VI,A,{day:02}-07-2026,{r},Child {r},P" for r in range(1, 41)]
    return "\n".join(lines) + "\n"
