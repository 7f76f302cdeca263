"""The only way to read a register, a list of pupils or a policy that came from outside: in a limited process.

What comes back is held against a schema and treated as the sender's word, never as our own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from aanchal.kernel.limited import BROKE, read_in_limits, read_several_in_limits, warm
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.problems import Problem, Unreadable

from .formats.answers import PAGE, PUPILS, SAID
from .formats.pages import DAYS, Page
from .formats.problems import Hints, Question
from .formats.pupil_lines import PupilList

_REGISTERS = "aanchal.registers.formats.tasks:registers"
_PUPILS = "aanchal.registers.formats.tasks:pupils"
_TOML = "aanchal.registers.formats.tasks:toml"
_ROWS: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_CODES = bytes(int(mark) for mark in Mark)


def parse_registers(
    source: IO[bytes],
    *,
    filename: str,
    hints: Hints,
    today: date,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Page]:
    """Read every register in a file: one page for each class-section and month.

    Args:
        source: an open, seekable binary file. It is not closed.
        filename, hints, today: as `formats.registers.read_registers` has them.
        progress: told the share done, 0 to 1, from time to time.

    Yields:
        At least one page, in the order of the file.

    Raises:
        Unreadable: the file as a whole cannot be read, holds no register, or asks for more work
            than a file of its size may.
    """
    arguments = _register_arguments(filename, hints, today)
    for answer in read_in_limits(_REGISTERS, source, arguments=arguments, progress=progress):
        yield _sound_page(answer)


def parse_registers_together(
    files: Sequence[tuple[IO[bytes], str, Hints]], *, today: date
) -> list[list[Page] | None]:
    """Read several files of one sender in one limited process; whoever calls gives plain text only.

    Args:
        files: source, filename and hints of each, as `parse_registers` has them.

    Returns:
        The pages of each file; None for each that is to be read by `parse_registers`: one that was refused, and all of them
        where the process did not answer for every file as it should.
    """
    asked = [(source, _register_arguments(name, hints, today)) for source, name, hints in files]
    found = read_several_in_limits(_REGISTERS, asked)
    try:
        return [
            [_sound_page(answer) for answer in answers] if answers is not None else None
            for answers in found
        ]
    except Unreadable:
        return [None] * len(files)


def _register_arguments(filename: str, hints: Hints, today: date) -> dict[str, Any]:
    return {"filename": filename, "hints": asdict(hints), "today": today.isoformat()}


def _sound_page(answer: bytes) -> Page:
    try:
        page = PAGE.validate_json(answer, strict=True)
    except ValidationError:
        raise Unreadable("broke", BROKE) from None
    _require_sound(page)
    return page


def parse_pupils(
    source: IO[bytes],
    *,
    filename: str,
    school: str | None = None,
    today: date | None = None,
    answers: Mapping[str, str] | None = None,
) -> PupilList:
    """Read a list of pupils, as `formats.pupils.read_pupils` does.

    Raises:
        Unreadable: no list of pupils is in it, or it cannot be read as a whole.
    """
    arguments = {
        "filename": filename,
        "school": school,
        "today": today.isoformat() if today else None,
        "answers": dict(answers or {}),
    }
    found = PupilList([], [])
    try:
        for number, answer in enumerate(read_in_limits(_PUPILS, source, arguments=arguments)):
            if number == 0:
                found.problems, found.questions, found.assumed = SAID.validate_json(
                    answer, strict=True
                )
                _require_sentences([*found.problems, *found.questions, *found.assumed])
            else:
                found.pupils += PUPILS.validate_json(answer, strict=True)
    except ValidationError:
        raise Unreadable("broke", BROKE) from None
    return found


def parse_toml(source: IO[bytes], *, filename: str) -> dict[str, Any]:
    """The rows of a TOML file; a date in it is given as text.

    Raises:
        ValueError: it is no TOML, in one sentence.
    """
    try:
        (answer,) = read_in_limits(_TOML, source, arguments={})
        found: dict[str, Any] = _ROWS.validate_json(answer)
    except Unreadable as refusal:
        raise ValueError(f"{filename} is not a policy file: {refusal}") from None
    except ValidationError:
        raise ValueError(f"{filename} is not a policy file.") from None
    return found


def get_ready() -> None:
    """Start what reads files, so that the first sender need not wait for it."""
    warm(_REGISTERS, _PUPILS)


def _require_sound(page: Page) -> None:
    """What no schema says: a mark for each day of a month, of codes we know; sentences that fill."""
    for row in page.pupils:
        if len(row.marks) != DAYS or row.marks.translate(None, _CODES):
            raise Unreadable("broke", BROKE)
    _require_sentences([*page.problems, *page.asks, *page.assumed])
    _require_sentences(page.questions)


def _require_sentences(problems: Sequence[Problem | Question]) -> None:
    try:
        for problem in problems:
            _ = problem.reason
    except (KeyError, TypeError, ValueError):
        raise Unreadable("broke", BROKE) from None
