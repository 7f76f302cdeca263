"""What may follow what, for a question about moving a child to another class. Pure."""

from collections.abc import Mapping

# Nobody's answer is no answer: it waits, and is counted as overdue, until a person settles it.
CLASS_MOVE_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"agreed", "refused", "taken_back"}),
    "agreed": frozenset(),
    "refused": frozenset(),
    "taken_back": frozenset(),
}
