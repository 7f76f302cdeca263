"""What may follow what, for records about children that wait for a person. Pure."""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import PeopleVerb

# Nobody's answer is no answer: it waits, and is counted as overdue, until a person settles it.
CLASS_MOVE_MOVES: Moves = {
    "waiting": {
        "agreed": PeopleVerb.CLASS_MOVE_AGREED,
        "refused": PeopleVerb.CLASS_MOVE_REFUSED,
        "taken_back": PeopleVerb.CLASS_MOVE_TAKEN_BACK,
    },
    "agreed": {"waiting": PeopleVerb.CLASS_MOVE_UNDONE},
    "refused": {},
    "taken_back": {},
}

# What one person says of another shuts her out while it waits; answered or lapsed, it is gone.
KINSHIP_MOVES: Moves = {
    "waiting": {"stands": (PeopleVerb.KINSHIP_CONFIRMED, FOLLOWS)},
    "stands": {"leaving": PeopleVerb.KINSHIP_END_ASKED},
    "leaving": {"stands": (PeopleVerb.KINSHIP_KEPT, PeopleVerb.KINSHIP_CONFIRMED, FOLLOWS)},
}

# Kept for whoever said it, until she has read it. No column.
UNCONFIRMED_KINSHIP_STATES = ("unread",)

HOUSEHOLD_JOIN_MOVES: Moves = {
    "joined": {"undone": PeopleVerb.HOUSEHOLDS_PARTED},
    "undone": {},
}
