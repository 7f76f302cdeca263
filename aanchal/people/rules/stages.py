"""What may follow what, for records about children that wait for a person. Pure."""

from aanchal.lib.stages import FOLLOWS, Moves

# Nobody's answer is no answer: it waits, and is counted as overdue, until a person settles it.
CLASS_MOVE_MOVES: Moves = {
    "waiting": {
        "agreed": "class_move.agreed",
        "refused": "class_move.refused",
        "taken_back": "class_move.taken_back",
    },
    "agreed": {"waiting": "class_move.undone"},
    "refused": {},
    "taken_back": {},
}

# What one person says of another shuts her out while it waits; answered or lapsed, it is gone.
KINSHIP_MOVES: Moves = {
    "waiting": {"stands": ("kinship.confirmed", FOLLOWS)},
    "stands": {"leaving": "kinship.end_asked"},
    "leaving": {"stands": ("kinship.kept", "kinship.confirmed", FOLLOWS)},
}

# Kept for whoever said it, until she has read it. No column.
UNCONFIRMED_KINSHIP_STATES = ("unread",)

HOUSEHOLD_JOIN_MOVES: Moves = {
    "joined": {"undone": "households.parted"},
    "undone": {},
}
