"""Word from a use case that somebody must act soon; the app above that tells people listens."""

from .jobs import Job, discover, enqueue_on_commit

LISTENING: list[Job] = []


def when_something_waits(work: Job) -> Job:
    """Have a job done soon after something urgent came to wait."""
    if work not in LISTENING:
        LISTENING.append(work)
    return work


def something_waits() -> None:
    """Say that something urgent waits; whoever tells people is asked to, once this is committed."""
    discover()
    for work in LISTENING:
        enqueue_on_commit(work)
