"""The pages of kept files as their readers found them: each in a limited process, or a few to one.

Only plain text shares a process, and only files of one folder of one sender: a workbook's reader has
far more in it that a hostile file could turn against the files after it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import IO
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from aanchal.kernel.limited import MAX_TOGETHER
from aanchal.lib.tabular.problems import Unreadable

from .files import open_kept
from .formats.problems import Hints
from .models import RegisterFile
from .parsing import parse_registers, parse_registers_together
from .shown_pages import ShownPage, shown_page

Progress = Callable[[float], None]
_MAX_BYTES = 2 << 20  # of the files that share a process
_SHARED_TYPES = ("text/csv", "text/tab-separated-values")


def parsed(
    register: RegisterFile,
    remembered: dict[str, dict[str, str]],
    *,
    today: date,
    progress: Progress | None = None,
) -> list[ShownPage]:
    """Parse a kept file in a limited process of its own.

    Args:
        remembered: what was answered before of its forms, by form.

    Raises:
        Unreadable: the file as a whole cannot be read; says what to do.
    """
    with open_kept(register.file) as source:
        _refuse_pictures(source)
        pages = parse_registers(
            source,
            filename=register.file.name,
            hints=_hints(register, remembered),
            today=today,
            progress=progress,
        )
        return [shown_page(number, page) for number, page in enumerate(pages)]


def parsed_together(
    registers: Sequence[RegisterFile], folders: Sequence[str], *, today: date
) -> dict[UUID, list[ShownPage]]:
    """Parse kept files of one sender several to a process, where they are plain text.

    Args:
        folders: where each lay with its sender; only files of one folder share a process.

    Returns:
        The pages of those that were read; every other is left for `parsed`, which says why.
    """
    found: dict[UUID, list[ShownPage]] = {}
    for group in _groups(registers, folders):
        with ExitStack() as opened:
            sources = [(r, opened.enter_context(open_kept(r.file))) for r in group]
            plain = [(r, source) for r, source in sources if _is_plain_text(source)]
            asked = [(source, r.file.name, _hints(r, {})) for r, source in plain]
            read = parse_registers_together(asked, today=today) if len(asked) > 1 else []
        for (register, _source), pages in zip(plain, read, strict=False):
            if pages:
                found[register.pk] = [shown_page(n, page) for n, page in enumerate(pages)]
    return found


def _groups(
    registers: Sequence[RegisterFile], folders: Sequence[str]
) -> Iterator[list[RegisterFile]]:
    """Files that may share a process, in their order."""
    by_folder: dict[str, list[RegisterFile]] = {}
    for register, folder in zip(registers, folders, strict=True):
        if register.file.media_type in _SHARED_TYPES:
            by_folder.setdefault(folder, []).append(register)
    for of_folder in by_folder.values():
        group: list[RegisterFile] = []
        size = 0
        for register in of_folder:
            size += register.file.size_bytes
            if group and (len(group) == MAX_TOGETHER or size > _MAX_BYTES):
                yield group
                group, size = [], register.file.size_bytes
            group.append(register)
        yield group


def _is_plain_text(source: IO[bytes]) -> bool:
    """Whether no reader will take it for more than delimited text, by the bytes by which readers tell."""
    head = source.read(_HEAD)
    source.seek(0)
    return not head.startswith(_PACKED) and len(head.translate(None, _NOT_PLAIN)) == len(head)


_HEAD = 4096
_PACKED = b"PK"
_NOT_PLAIN = bytes(set(range(32)) - set(b"\t\n\r")) + b"<"


def _hints(register: RegisterFile, remembered: dict[str, dict[str, str]]) -> Hints:
    return Hints(
        school=register.school.school.udise if register.school else None,
        grade=register.hints.get("grade") or None,
        section=register.hints.get("section") or None,
        month=register.hints.get("month") or None,
        answers=register.answers.get("questions", {}),
        remembered=remembered,
    )


# What a photograph or a scan begins with: JPEG, PNG, GIF, TIFF, WebP; HEIC and PDF below.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")


def _refuse_pictures(source: IO[bytes]) -> None:
    """Refuse a photograph or a scan at once, with what to send instead."""
    head = source.read(16)
    source.seek(0)
    is_picture = head.startswith(_PICTURES) or head[8:12] == b"WEBP" or head[4:8] == b"ftyp"
    if is_picture or head.startswith(b"%PDF"):
        raise Unreadable(
            "picture",
            N_(
                "This is a photograph or a scan, and cannot be read. Write the register into a "
                "spreadsheet, a row for each pupil and a column for each day, and send that."
            ),
        )
