"""What may follow what, for a flag and a visit. Pure.

The use cases hold these; the pages of reference are drawn from them, and a whole run of the tests
checks that each move here happens and that none happens that is not here.
"""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import WatchVerb

# A flag nobody has visited yet is withdrawn when its marks were corrected and the coordinator
# says so; later it is not. It is closed without a visit only when the register shows the child back and somebody saw her. One that
# was visited can be visited again, and one that was closed in error is open or visited again.
FLAG_MOVES: Moves = {
    "open": {
        "assigned": FOLLOWS,
        "closed": WatchVerb.OUTCOME_RECORDED,
        "withdrawn": WatchVerb.FLAG_WITHDRAWN,
    },
    "assigned": {
        "open": FOLLOWS,
        "visited": FOLLOWS,
        "closed": WatchVerb.OUTCOME_RECORDED,
        "withdrawn": WatchVerb.FLAG_WITHDRAWN,
    },
    "visited": {"assigned": FOLLOWS, "closed": WatchVerb.OUTCOME_RECORDED},
    "closed": {"open": WatchVerb.FLAG_REOPENED, "visited": WatchVerb.FLAG_REOPENED},
    # The correction that took its absences away was undone.
    "withdrawn": {"open": WatchVerb.FLAG_ASKED_AGAIN},
}

# A visit leaves its hand once: told, given back, or called off.
VISIT_MOVES: Moves = {
    "assigned": {
        "recorded": WatchVerb.VISIT_RECORDED,
        "handed_back": WatchVerb.VISIT_HANDED_BACK,
        "cancelled": WatchVerb.VISIT_CANCELLED,
    },
    "recorded": {},
    "handed_back": {},
    "cancelled": {},
}

# What a volunteer sent of a visit that was no longer hers. No column: it is read or not.
LATE_FINDING_STATES = ("unread", "read")

# A finding of an earlier flag that was put right. No column: the newer flag knows whether it was read.
PUT_RIGHT_STATES = ("unread", "read")

# She who goes along on a visit. No column: the visit names her.
VISIT_ALONG_STATES = ("sent",)

# Whoever coordinates the village to which a family is said to have moved is asked. Moved meanwhile by
# somebody who coordinates both, the question has no meaning any more.
FAMILY_MOVE_MOVES: Moves = {
    "waiting": {
        "agreed": WatchVerb.FAMILY_MOVE_AGREED,
        "refused": WatchVerb.FAMILY_MOVE_REFUSED,
        "taken_back": WatchVerb.FAMILY_MOVE_TAKEN_BACK,
        "lapsed": WatchVerb.FAMILY_MOVE_LAPSED,
    },
    "agreed": {},
    "refused": {},
    "taken_back": {},
    "lapsed": {},
}

# Corrected marks never end a flag by themselves.
WITHDRAWAL_MOVES: Moves = {
    "waiting": {
        "withdrawn": FOLLOWS,
        "kept": WatchVerb.FLAG_KEPT,
        "lapsed": WatchVerb.WITHDRAWAL_LAPSED,
    },
    "withdrawn": {"lapsed": FOLLOWS},
    "kept": {},
    "lapsed": {},
}
