"""What may follow what, for records about children that wait for a person. Pure."""

from collections.abc import Mapping

# Nobody's answer is no answer: it waits, and is counted as overdue, until a person settles it.
CLASS_MOVE_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"agreed", "refused", "taken_back"}),
    "agreed": frozenset({"waiting"}),
    "refused": frozenset(),
    "taken_back": frozenset(),
}

# What one person says of another shuts her out while it waits; answered or lapsed, it is gone.
KINSHIP_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"stands"}),
    "stands": frozenset({"leaving"}),
    "leaving": frozenset({"stands"}),
}

# Kept for whoever said it, until she has read it. No column.
UNCONFIRMED_KINSHIP_STATES = ("unread",)

HOUSEHOLD_JOIN_MOVES: Mapping[str, frozenset[str]] = {
    "joined": frozenset({"undone"}),
    "undone": frozenset(),
}
