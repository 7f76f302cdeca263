"""Reading bytes from outside in a process that can do nothing else.

`read_in_limits` hands a file to a process of its own and yields what its task says of it. That process
has a limit of CPU seconds, memory, waiting time and output; it holds no key and no database
connection, opens no file but Python's own, and reaches no network. What goes past a limit, or
crashes, is refused with one sentence, and costs nobody else anything.

How: each process that reads files keeps one clean helper (`process.py`), started anew with an empty
environment, in which the parsers are already imported; it forks once for every file, in a few
milliseconds, so that no file meets what is left of another. The file goes over in memory, answers
come back as JSON that the caller checks against a schema, never as pickle: whoever wrote the file may
own the process that read it. Linux only (memory files, Landlock).

`read_several_in_limits` lets one fork read several files of one sender, for the command line. What it
says is believed only where nothing at all went wrong; else each file has a fork of its own after all.
"""

import fcntl
import json
import os
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from aanchal.lib.tabular.problems import Unreadable

from .helper import Reading, own_helper
from .limits import BROKE as BROKE
from .limits import TOO_MUCH as TOO_MUCH
from .limits import Caps as Caps
from .words import DONE, FAILED, HEAD, PROGRESS, REFUSED, RESULT

Progress = Callable[[float], None]
Asked = tuple[IO[bytes], dict[str, Any]]  # an open file, and the arguments of its task
# Files that one process reads at most; their handles must stay under its limit of open files.
MAX_TOGETHER = 16
_CHUNK = 1 << 20
_PROBE = "aanchal.kernel.limited.probe:what_is_shut"


def memory_file() -> IO[bytes]:
    """An empty file in memory, to be filled and read; it never has a place on the disk."""
    return os.fdopen(os.memfd_create("kept"), "w+b")


def read_in_limits(
    task: str,
    source: IO[bytes],
    *,
    arguments: dict[str, Any],
    caps: Caps | None = None,
    progress: Progress | None = None,
) -> Iterator[bytes]:
    """Run a task over a file in a limited process and yield its answers as they come.

    Args:
        task: "module:function"; the function takes the open file, `arguments` and a progress
            callback, and yields bytes. It is named, never passed, so that it is imported there only.
        source: an open binary file; read from its beginning, and not closed.
        arguments: plain values.
        caps: by default those for the file's size.
        progress: told the share done, 0 to 1, as the task tells it.

    Raises:
        Unreadable: the task refused the file, it went past a limit, or the process broke.
    """
    with _readable(source) as content:
        caps = caps or Caps.for_size(os.fstat(content).st_size)
        reading = own_helper().begin(task, [(content, arguments, caps)])
    try:
        yield from _answers(reading, caps, progress)
    finally:
        reading.end()


def read_several_in_limits(
    task: str, files: Sequence[Asked], *, caps: Callable[[int], Caps] | None = None
) -> list[list[bytes] | None]:
    """Run a task over several files of one sender in one limited process, one after the other.

    Each file has limits of its own, smaller than alone: past them it is only read again.

    Args:
        task, files: as for `read_in_limits`; at most `MAX_TOGETHER` files.
        caps: those of a file of so many bytes.

    Returns:
        The answers of each file; None for each that is to be read alone: one that was refused, and all of
        them where one went past a limit, crashed or answered out of form.
    """
    caps = caps or Caps.beside_others
    with ExitStack() as opened:
        contents = [opened.enter_context(_readable(source)) for source, _arguments in files]
        each = [caps(os.fstat(content).st_size) for content in contents]
        wanted = [
            (content, arguments, own)
            for content, (_source, arguments), own in zip(contents, files, each, strict=True)
        ]
        reading = own_helper().begin(task, wanted)
    found: list[list[bytes] | None] = []
    try:
        for own in each:
            try:
                found.append(list(_answers(reading, own, None)))
            except Unreadable as refusal:
                if refusal.code in _NOT_ITS_OWN_WORD:
                    return [None] * len(files)
                found.append(None)
    finally:
        reading.end()
    return found


# Refusals that are ours, not the task's.
_NOT_ITS_OWN_WORD = ("too_much_work", "broke")


@cache
def what_is_shut() -> frozenset[str]:
    """What a parser is kept from on this computer: "files" (Landlock), "calls" (seccomp).

    Tried out once in a limited process of its own; the limits on time and memory hold in any case.

    Raises:
        Unreadable: no such process can be started here.
    """
    with memory_file() as nothing:
        (told,) = read_in_limits(_PROBE, nothing, arguments={"folder": "/etc"})
    return frozenset(json.loads(told))


def warm(*tasks: str) -> None:
    """Start the helper and let it import these tasks, so that the first file need not wait."""
    own_helper().prepare(tasks)


@contextmanager
def turn() -> Iterator[bool]:
    """Take one of the places to read while a person waits: as many as there are cores.

    Yields:
        False when none is free: the file should be read in the background. To wait for one would
        keep others from the site as well.
    """
    from django.conf import settings

    folder = Path(settings.AANCHAL_DATA) / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as handles:
        for number in range(os.cpu_count() or 1):
            handle = handles.enter_context((folder / f"reading-{number}.lock").open("w"))
            if _lock(handle):
                yield True
                return
        yield False


def _lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _readable(source: IO[bytes]) -> Iterator[int]:
    """A handle of its own on the file's content: of the file itself, or of a copy in memory."""
    if source.seekable():
        source.seek(0)
    try:
        handle = source.fileno()
    except (OSError, AttributeError):
        with memory_file() as copy:
            while piece := source.read(_CHUNK):
                copy.write(piece)
            copy.flush()
            with _reopened(copy.fileno()) as own:
                yield own
        return
    if source.writable():
        source.flush()
    with _reopened(handle) as own:
        yield own


@contextmanager
def _reopened(handle: int) -> Iterator[int]:
    # Opened anew, so that it can only be read, and its place in the file is its own.
    own = os.open(f"/proc/self/fd/{handle}", os.O_RDONLY)
    try:
        yield own
    finally:
        os.close(own)


def _answers(reading: Reading, caps: Caps, progress: Progress | None) -> Iterator[bytes]:
    left_seconds, left_bytes = caps.wall_seconds, caps.output_bytes
    while True:
        began = time.monotonic()
        try:
            kind, length = reading.head(left_seconds)
            if length > left_bytes:
                raise Unreadable("too_much_work", TOO_MUCH)
            left_bytes -= length + HEAD.size
            body = reading.body(length, left_seconds - (time.monotonic() - began))
        except TimeoutError:
            raise Unreadable("too_much_work", TOO_MUCH) from None
        left_seconds -= time.monotonic() - began
        if kind == RESULT:
            yield body
        elif kind == PROGRESS and length == 8:
            if progress is not None:
                progress(min(max(struct.unpack("!d", body)[0], 0.0), 1.0))
        elif kind == DONE:
            return
        elif kind == REFUSED:
            raise _told(body)
        elif kind == FAILED and body in (b"MemoryError", b"RecursionError"):
            raise Unreadable("too_much_work", TOO_MUCH)
        else:
            raise Unreadable("broke", BROKE)


def _told(body: bytes) -> Unreadable:
    """The task's own refusal; one that is no sentence is treated as a crash."""
    try:
        told = json.loads(body)
        refusal = Unreadable(str(told["code"]), str(told["template"]), **dict(told["params"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Unreadable("broke", BROKE)
    return refusal
