"""What an app's table of stages is made of; `kernel.stages` moves records by it. Pure."""

from collections.abc import Mapping

# Stage → stage that may follow → what the audit calls that move; of several words the use case names one.
Moves = Mapping[str, Mapping[str, str | tuple[str, ...]]]

# In place of a word: the move follows from the move of another record, whose event tells of it.
FOLLOWS = ""


def words_of(moves: Moves, before: str, to: str) -> tuple[str, ...]:
    """What the audit may call a move; none when the table does not allow it."""
    after = moves.get(before, {})
    if to not in after:
        return ()
    words = after[to]
    return (words,) if isinstance(words, str) else words
