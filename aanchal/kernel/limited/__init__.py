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
"""

import atexit
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from aanchal.lib.sentences import N_

from .words import DONE, FAILED, HEAD, PROGRESS, REFUSED, RESULT

Progress = Callable[[float], None]
_ROOT = Path(__file__).resolve().parents[3]
_CHUNK = 1 << 20
_PROBE = "aanchal.kernel.limited.probe:what_is_shut"
_MB = 1 << 20

TOO_MUCH = N_(
    "Reading this file takes far more work than a file of its size should, so it was stopped. Copy its "
    "cells into a new spreadsheet and send that."
)
BROKE = N_(
    "This file is damaged or built in a way no program saves it, so it could not be read. Open it in "
    "a spreadsheet program, save it as .xlsx and send the new file."
)


class Refused(Exception):
    """The file was not read; `template` with `params` says why and what to do."""

    def __init__(self, code: str, template: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.template = template
        self.params = params or {}

    @property
    def sentence(self) -> str:
        return self.template % self.params


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one reading may take.

    Attributes:
        cpu_seconds: of the reading process alone; a busy machine does not count against the file.
        wall_seconds: of waiting for it; what the caller does between two answers is not counted.
        memory_bytes: beyond what the idle process holds.
        output_bytes: of all answers together.
    """

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int
    output_bytes: int

    @classmethod
    def for_size(cls, size_bytes: int) -> "Caps":
        """What an honest file of this size needs at most, several times over."""
        megabytes = -(-size_bytes // _MB)
        cpu = 8 + 3 * megabytes
        return cls(
            cpu_seconds=cpu,
            wall_seconds=30 + 4 * cpu,
            memory_bytes=768 * _MB + 4 * size_bytes,
            output_bytes=64 * _MB + 8 * size_bytes,
        )


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
        Refused: the task refused the file, it went past a limit, or the process broke.
    """
    with _readable(source) as content:
        caps = caps or Caps.for_size(os.fstat(content).st_size)
        request = {"task": task, "arguments": arguments, "caps": asdict(caps)}
        reading = _helper().begin(request, content)
    try:
        yield from _answers(reading, caps, progress)
    finally:
        reading.end()


@cache
def what_is_shut() -> frozenset[str]:
    """What a parser is kept from on this computer: "files" (Landlock), "calls" (seccomp).

    Tried out once in a limited process of its own; the limits on time and memory hold in any case.

    Raises:
        Refused: no such process can be started here.
    """
    with memory_file() as nothing:
        (told,) = read_in_limits(_PROBE, nothing, arguments={"folder": "/etc"})
    return frozenset(json.loads(told))


def warm(*tasks: str) -> None:
    """Start the helper and let it import these tasks, so that the first file need not wait."""
    _helper().prepare(tasks)


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


def _answers(reading: "_Reading", caps: Caps, progress: Progress | None) -> Iterator[bytes]:
    left_seconds, left_bytes = caps.wall_seconds, caps.output_bytes
    while True:
        began = time.monotonic()
        try:
            kind, length = reading.head(left_seconds)
            if length > left_bytes:
                raise Refused("too_much_work", TOO_MUCH)
            left_bytes -= length + HEAD.size
            body = reading.body(length, left_seconds - (time.monotonic() - began))
        except TimeoutError:
            raise Refused("too_much_work", TOO_MUCH) from None
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
            raise Refused("too_much_work", TOO_MUCH)
        else:
            raise Refused("broke", BROKE)


def _told(body: bytes) -> Refused:
    """The task's own refusal; one that is no sentence is treated as a crash."""
    try:
        told = json.loads(body)
        refusal = Refused(str(told["code"]), str(told["template"]), dict(told["params"]))
        _ = refusal.sentence
    except (ValueError, TypeError, KeyError, RecursionError):
        return Refused("broke", BROKE)
    return refusal


class _Reading:
    """One file being read: where its answers come, and how its process ended."""

    def __init__(self, helper: "_Helper", number: int, answers: int, ending: int) -> None:
        self._helper = helper
        self._number = number
        self._answers = answers
        self._ending = ending

    def head(self, seconds: float) -> tuple[int, int]:
        kind, length = HEAD.unpack(self.body(HEAD.size, seconds))
        return int(kind), int(length)

    def body(self, length: int, seconds: float) -> bytes:
        """Exactly so many bytes.

        Raises:
            TimeoutError: they did not come.
            Refused: the process ended before.
        """
        deadline = time.monotonic() + seconds
        parts = []
        while length:
            self._wait(self._answers, deadline - time.monotonic())
            part = os.read(self._answers, min(length, _CHUNK))
            if not part:
                raise self._ended()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _wait(self, handle: int, seconds: float) -> None:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if seconds <= 0 or not poll.poll(seconds * 1000):
            raise TimeoutError

    def _ended(self) -> Refused:
        """Why there is no more: past a limit, or broken."""
        try:
            self._wait(self._ending, 5)
            said = os.read(self._ending, 64)
        except TimeoutError:
            said = b""
        return Refused("too_much_work", TOO_MUCH) if said == b"limit" else Refused("broke", BROKE)

    def end(self) -> None:
        self._helper.kill(self._number)
        os.close(self._answers)
        os.close(self._ending)


class _Helper:
    """The clean process that forks for each file; it belongs to the process that started it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._numbers = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def prepare(self, tasks: tuple[str, ...]) -> None:
        with self._lock:
            self._send({"import": list(tasks)})

    def begin(self, request: dict[str, Any], content: int) -> _Reading:
        answers, answers_in = os.pipe2(os.O_CLOEXEC)
        ending, ending_in = os.pipe2(os.O_CLOEXEC)
        try:
            with self._lock:
                self._numbers += 1
                number = self._numbers
                handles = [content, answers_in, ending_in]
                self._send({"begin": number, **request}, handles)
        except BaseException:
            os.close(answers)
            os.close(ending)
            raise
        finally:
            os.close(answers_in)
            os.close(ending_in)
        return _Reading(self, number, answers, ending)

    def kill(self, number: int) -> None:
        """End a reading's process if it still runs."""
        with self._lock, suppress(OSError):
            if self._line is not None:
                self._line.send(json.dumps({"kill": number}).encode())

    def stop(self) -> None:
        with self._lock:
            self._stop()

    def _send(self, message: dict[str, Any], handles: list[int] | None = None) -> None:
        data = json.dumps(message).encode()
        for last in (False, True):
            line = self._line or self._start()
            try:
                socket.send_fds(line, [data], handles or [])
                return
            except (BrokenPipeError, ConnectionResetError):
                # It was ended from outside (memory ran out, say): begin with a new one.
                self._stop()
                if last:
                    raise

    def _start(self) -> socket.socket:
        if not sys.platform.startswith("linux"):
            raise RuntimeError("Files from outside are read on Linux only: see kernel/limited.")
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_ROOT),
            "PYTHONUTF8": "1",
            "MALLOC_ARENA_MAX": "1",
        }
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "aanchal.kernel.limited.process",
                    str(theirs.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                pass_fds=[theirs.fileno()],
                # A Ctrl-C is for the one who started it, who then ends it.
                start_new_session=True,
            )
        self._line = line
        return line

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


_helpers: list[_Helper] = []
_helpers_lock = threading.Lock()


def _helper() -> _Helper:
    """This process's helper; one that came over by a fork belongs to the parent."""
    with _helpers_lock:
        if not _helpers or _helpers[0].owner != os.getpid():
            _helpers[:] = [_Helper()]
        return _helpers[0]


@atexit.register
def _stop_helper() -> None:
    if _helpers and _helpers[0].owner == os.getpid():
        _helpers[0].stop()
