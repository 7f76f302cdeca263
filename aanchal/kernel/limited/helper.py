"""The helper that a process which reads files keeps, and the readings it does for it."""

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aanchal.lib.tabular.problems import Unreadable

from .limits import BROKE, TOO_MUCH, Caps
from .words import HEAD

_ROOT = Path(__file__).resolve().parents[3]
_CHUNK = 1 << 20


class Reading:
    """Files being read: where their answers come, and how their process ended."""

    def __init__(self, helper: "Helper", number: int, answers: int, ending: int) -> None:
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
            Unreadable: the process ended before.
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

    def _ended(self) -> Unreadable:
        """Why there is no more: past a limit, or broken."""
        try:
            self._wait(self._ending, 5)
            said = os.read(self._ending, 64)
        except TimeoutError:
            said = b""
        return (
            Unreadable("too_much_work", TOO_MUCH)
            if said == b"limit"
            else Unreadable("broke", BROKE)
        )

    def end(self) -> None:
        self._helper.kill(self._number)
        os.close(self._answers)
        os.close(self._ending)


class Helper:
    """The clean process that forks for each reading; it belongs to the process that started it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._numbers = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def prepare(self, tasks: tuple[str, ...]) -> None:
        with self._lock:
            self._send({"import": list(tasks)})

    def begin(self, task: str, files: Sequence[tuple[int, dict[str, Any], Caps]]) -> Reading:
        """Let a fork read these files, one after the other: handle, arguments, limits of each."""
        asked = [{"arguments": arguments, "caps": asdict(caps)} for _, arguments, caps in files]
        answers, answers_in = os.pipe2(os.O_CLOEXEC)
        ending, ending_in = os.pipe2(os.O_CLOEXEC)
        try:
            with self._lock:
                self._numbers += 1
                number = self._numbers
                handles = [*(content for content, _, _ in files), answers_in, ending_in]
                self._send({"begin": number, "task": task, "files": asked}, handles)
        except BaseException:
            os.close(answers)
            os.close(ending)
            raise
        finally:
            os.close(answers_in)
            os.close(ending_in)
        return Reading(self, number, answers, ending)

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


_helpers: list[Helper] = []
_helpers_lock = threading.Lock()


def own_helper() -> Helper:
    """This process's helper; one that came over by a fork belongs to the parent."""
    with _helpers_lock:
        if not _helpers or _helpers[0].owner != os.getpid():
            _helpers[:] = [Helper()]
        return _helpers[0]


@atexit.register
def _stop_helper() -> None:
    if _helpers and _helpers[0].owner == os.getpid():
        _helpers[0].stop()
