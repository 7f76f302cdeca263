"""How far a file's work in the background is: kept for an hour, for the page that waits for it.

Only numbers, and the sentence of a refusal in no name's company; lost without harm.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

KEPT_SECONDS = 3600
# More often than this nobody looks, and each note is a write.
NOTED_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """Work asked for; `done` of `total`, both 0 until it begins; or why it was refused.

    `noted_at` is in seconds since 1970: what was noted long ago is no sign of work.
    """

    done: int = 0
    total: int = 0
    refusal: str = ""
    noted_at: float = 0.0


def note_asked(register: UUID) -> None:
    """Note that work on a file was asked for."""
    _note(register, Progress())


def note_progress(register: UUID) -> Callable[[int, int], None]:
    """A function that notes how far the work on a file is, at most once a second."""
    last = 0.0

    def note(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= NOTED_EVERY_SECONDS:
            last = now
            _note(register, Progress(done, total))

    return note


def note_refusal(register: UUID, sentence: str) -> None:
    """Note why the work on a file was refused."""
    _note(register, Progress(refusal=sentence))


def forget_progress(register: UUID) -> None:
    """Forget what was noted: the work is over."""
    cache.delete(_key(register))


def progress_of(register: UUID) -> Progress | None:
    """What was noted last; None when no work on this file is known."""
    held = cache.get(_key(register))
    return Progress(*held) if held is not None else None


def _note(register: UUID, progress: Progress) -> None:
    held = (progress.done, progress.total, progress.refusal, time.time())
    cache.set(_key(register), held, KEPT_SECONDS)


def _key(register: UUID) -> str:
    return f"register:{register}"
