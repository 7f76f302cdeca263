"""The helper that forks for each reading, and the limits it puts on itself: `python -m … HANDLE`.

It is started with an empty environment and imports parsers only: no settings, no keys, no database.
"""

import ctypes
import fcntl
import gc
import importlib
import json
import math
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from aanchal.lib.tabular.problems import Unreadable

from .confine import confine
from .words import DONE, FAILED, HEAD, PROGRESS, REFUSED, RESULT

_MESSAGE = 1 << 20
_MAX_HANDLES = 24  # of one message: files, answers, ending
_OUT_OF_MEMORY_FIRST = "1000"
# Behind every page that somebody waits for.
_NICENESS = 10
_SET_PARENT_DEATH_SIGNAL = 1


def main(line: socket.socket) -> None:
    """Serve the process at the other end of the line until it hangs up."""
    _die_with_parent()
    os.nice(_NICENESS)
    _be_first_to_go()
    wake, wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(wake_in)
    running: dict[int, tuple[int, int]] = {}  # process -> (number of the reading, its ending)
    while True:
        ready, _, _ = select.select([line.fileno(), wake], [], [])
        if wake in ready:
            os.read(wake, 1 << 10)
            _bury(running)
        if line.fileno() in ready and not _serve(line, running):
            return


def _serve(line: socket.socket, running: dict[int, tuple[int, int]]) -> bool:
    """Do what one message asks; False when the other end is gone."""
    data, handles, _, _ = socket.recv_fds(line, _MESSAGE, _MAX_HANDLES)
    if not data:
        return False
    message = json.loads(data)
    for task in message.get("import", ()):
        _task(task)
    if "kill" in message:
        for process, (number, _) in running.items():
            if number == message["kill"]:
                os.kill(process, signal.SIGKILL)
    if "begin" in message:
        *contents, answers, ending = handles
        run = _task(message["task"])
        process = os.fork()
        if process == 0:
            line.close()
            _read(run, message["files"], contents, answers)
        for handle in (*contents, answers):
            os.close(handle)
        running[process] = (message["begin"], ending)
    return True


def _bury(running: dict[int, tuple[int, int]]) -> None:
    """Tell of each process that ended whether a limit ended it."""
    while running:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        _, ending = running.pop(process)
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if by in (signal.SIGXCPU, signal.SIGKILL, signal.SIGXFSZ, signal.SIGABRT):
            with suppress(OSError):  # nobody may be waiting for it any more
                os.write(ending, b"limit")
        os.close(ending)


@cache
def _task(name: str) -> Callable[..., Any]:
    """The function a task names, in a module that is ready for the forks to come.

    A module may have a `rehearse`: it reads something made up, so that tables and caches are filled
    once here and not once in every fork. What is there by then is kept out of the way of the
    collector, which would write to it in each fork and so make the kernel copy it.
    """
    module_name, _, function = name.partition(":")
    module = importlib.import_module(module_name)
    found: Callable[..., Any] = getattr(module, function)
    if hasattr(module, "rehearse"):
        module.rehearse()
    gc.collect()
    gc.freeze()
    return found


def _read(
    run: Callable[..., Any], files: list[dict[str, Any]], contents: list[int], answers: int
) -> None:
    """In the fork: put the limits on, read each file, answer, end. Never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sources, out = _only(contents, answers)
        _die_with_parent()
        _limit([file["caps"] for file in files])
        confine(_python_folders())
        for number, (source, file) in enumerate(zip(sources, files, strict=True)):
            if number:
                _allow_seconds(int(file["caps"]["cpu_seconds"]))
            if not _answer(run, source, file["arguments"], out):
                break
        code = 0
    except BaseException:
        # Nobody is to read what a hostile file made a parser say; the caller sees the end.
        os._exit(code)
    os._exit(code)


def _only(contents: list[int], answers: int) -> tuple[list[IO[bytes]], int]:
    """Close every handle but the files, the way out, and three of nothing."""
    held = [fcntl.fcntl(h, fcntl.F_DUPFD, _MAX_HANDLES * 2) for h in (*contents, answers)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    for place, handle in enumerate(held, 3):
        os.dup2(handle, place)
    out = 2 + len(held)
    os.closerange(out + 1, 1 << 16)
    return [os.fdopen(place, "rb") for place in range(3, out)], out


def _python_folders() -> list[str]:
    """Where Python's modules lie; of a checkout its package alone, since its home may lie beside."""
    package = Path(__file__).resolve().parents[2]
    return [str(package), *(p for p in sys.path if p and Path(p).resolve() != package.parent)]


def _limit(caps: list[dict[str, Any]]) -> None:
    cpu = sum(int(of_file["cpu_seconds"]) + 1 for of_file in caps)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(caps[0]["cpu_seconds"]), cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115
    memory = held + max(int(of_file["memory_bytes"]) for of_file in caps)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow_seconds(cpu: int) -> None:
    """Let the next file have so many CPU seconds, of which the kernel counts whole ones, beside those spent."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    upto = min(math.ceil(time.process_time()) + cpu, most)
    resource.setrlimit(resource.RLIMIT_CPU, (upto, most))


def _answer(
    run: Callable[..., Any], source: IO[bytes], arguments: dict[str, Any], out: int
) -> bool:
    """Answer for one file; False where the task failed, after which nothing else is read."""
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if share >= told + 0.01 or share >= 1.0 > told:
            told = share
            _write(out, PROGRESS, struct.pack("!d", share))

    try:
        for answer in run(source, arguments, progress):
            _write(out, RESULT, answer)
    except Unreadable as refusal:
        told_as = {"code": refusal.code, "template": refusal.template, "params": refusal.params}
        _write(out, REFUSED, json.dumps(told_as).encode())
    except Exception as error:
        _write(out, FAILED, type(error).__name__[:60].encode())
        return False
    else:
        _write(out, DONE, b"")
    return True


def _write(out: int, kind: int, body: bytes) -> None:
    view = memoryview(HEAD.pack(kind, len(body)) + body)
    while view:
        view = view[os.write(out, view) :]


def _be_first_to_go() -> None:
    # Where memory runs out all the same, the kernel ends a parser, not the site.
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write(_OUT_OF_MEMORY_FIRST)
    except OSError:
        pass


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        main(given)
