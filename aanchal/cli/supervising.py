"""Keeping children alive: start again what died, a little later each time; stop all together."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

from . import say

LONGEST_WAIT = 60.0
# A child that lived so long is healthy: its next death begins the waits anew.
HEALTHY_SECONDS = 60.0


@dataclass
class Child:
    """A process to keep running.

    Args:
        name: what it is called in messages.
        command: program and arguments.
        quiet_env: environment for this child alone.
        handles: open files it is given, under the same numbers.
    """

    name: str
    command: list[str]
    quiet_env: dict[str, str] = field(default_factory=dict)
    handles: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 1.0
    start_at: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **self.quiet_env},
            pass_fds=self.handles,
            # A Ctrl-C goes to the whole group: the children are told by us alone.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def supervise(children: list[Child], *, grace_seconds: float) -> None:
    """Run the children until SIGINT or SIGTERM; then let them finish, and end those that do not."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    before = {n: signal.signal(n, stop) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        for child in children:
            child.start()
        while not stopping.wait(0.2):
            for child in children:
                _look_after(child)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _end(children, grace_seconds)


def _look_after(child: Child) -> None:
    now = time.monotonic()
    if child.process is None:
        if now >= child.start_at:
            child.start()
        return
    code = child.process.poll()
    if code is None:
        return
    if now - child.started > HEALTHY_SECONDS:
        child.wait = 1.0
    say(f"The {child.name} ended (code {code}); it starts again in {child.wait:.0f} s.")
    child.process = None
    child.start_at = now + child.wait
    child.wait = min(LONGEST_WAIT, child.wait * 2)


def _end(children: list[Child], grace_seconds: float) -> None:
    running = [c.process for c in children if c.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + grace_seconds
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this child when its supervisor is killed, so that none is left behind."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
