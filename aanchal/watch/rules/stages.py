"""What may follow what, for a flag and a visit. Pure.

The use cases hold these; the pages of reference are drawn from them, and a whole run of the tests
checks that each move here happens and that none happens that is not here.
"""

from aanchal.lib.stages import FOLLOWS, Moves

# A question nobody has visited yet is withdrawn when its marks were corrected and the coordinator
# says so; later it is not. It is closed without a visit only when the register shows the child back and somebody saw her. One that
# was visited can be visited again, and one that was closed in error is open or visited again.
FLAG_MOVES: Moves = {
    "open": {"assigned": FOLLOWS, "closed": "outcome.recorded", "withdrawn": "flag.withdrawn"},
    "assigned": {
        "open": FOLLOWS,
        "visited": FOLLOWS,
        "closed": "outcome.recorded",
        "withdrawn": "flag.withdrawn",
    },
    "visited": {"assigned": FOLLOWS, "closed": "outcome.recorded"},
    "closed": {"open": "flag.reopened", "visited": "flag.reopened"},
    # The correction that took its absences away was undone.
    "withdrawn": {"open": "flag.asked_again"},
}

# A visit leaves its hand once: told, given back, or called off.
VISIT_MOVES: Moves = {
    "assigned": {
        "recorded": "visit.recorded",
        "handed_back": "visit.handed_back",
        "cancelled": "visit.cancelled",
    },
    "recorded": {},
    "handed_back": {},
    "cancelled": {},
}

# What a volunteer sent of a visit that was no longer hers. No column: it is read or not.
LATE_FINDING_STATES = ("unread", "read")

# A finding of an earlier question that was put right. No column: the newer question knows whether it was read.
PUT_RIGHT_STATES = ("unread", "read")

# She who goes along on a visit. No column: the visit names her.
VISIT_ALONG_STATES = ("sent",)

# Corrected marks never end a flag by themselves.
WITHDRAWAL_MOVES: Moves = {
    "waiting": {"withdrawn": FOLLOWS, "kept": "flag.kept", "lapsed": "withdrawal.lapsed"},
    "withdrawn": {"lapsed": FOLLOWS},
    "kept": {},
    "lapsed": {},
}
