"""When a concern may be closed: a reason, words, and something that was done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MIN_WORDS_LENGTH = 10


@dataclass(frozen=True)
class ClosingReason:
    """A reason for closing.

    Args:
        needs_work: an answered call or a note must stand on the concern first.
    """

    key: str
    label: str
    needs_work: bool


def read_closing_reasons(data: Mapping[str, Any]) -> dict[str, ClosingReason]:
    """Read the reasons from their data file, in its order."""
    return {
        key: ClosingReason(key, row["label"], row["needs_work"])
        for key, row in data["reasons"].items()
        if isinstance(row, dict)
    }


def missing_to_close(
    reason: ClosingReason | None,
    *,
    words: str,
    calls: Sequence[Mapping[str, Any]],
    notes: Sequence[Mapping[str, Any]],
) -> list[str]:
    """What is missing before a concern may be closed.

    Args:
        calls: calls made, each with `answered`.

    Returns:
        Some of "reason", "words", "work"; empty when it may be closed. "work": neither a call that
        was answered nor a note says that anything was done.
    """
    missing = []
    if reason is None:
        missing.append("reason")
    if len(words.strip()) < MIN_WORDS_LENGTH:
        missing.append("words")
    done = any(call["answered"] for call in calls) or bool(notes)
    if (reason is None or reason.needs_work) and not done:
        missing.append("work")
    return missing
