"""What may follow what, for a register file, a correction and a pupil left out. Pure.

The use cases hold these; the pages of reference are drawn from them, and a whole run of the tests
checks that each move here happens and that none happens that is not here.
"""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import RegisterVerb

# A file is read and shown before anybody says yes; what cannot be matched is shown again.
REGISTER_FILE_MOVES: Moves = {
    "received": {"shown": RegisterVerb.REGISTER_READ, "refused": RegisterVerb.REGISTER_REFUSED},
    # A small file is written by one transaction, and is not seen while it is being taken in.
    "shown": {
        "received": RegisterVerb.REGISTER_RECEIVED,
        "taking": RegisterVerb.REGISTER_BEGUN,
        "taken": RegisterVerb.REGISTER_TAKEN,
        "refused": RegisterVerb.REGISTER_REFUSED,
    },
    "refused": {"received": RegisterVerb.REGISTER_RECEIVED, "shown": RegisterVerb.REGISTER_READ},
    "taking": {
        "shown": (RegisterVerb.REGISTER_TAKEN, RegisterVerb.REGISTER_READ),
        "taken": RegisterVerb.REGISTER_TAKEN,
    },
    "taken": {},
}


# Absences that a class sent are taken away with the coordinator's yes only; the yes can be taken back.
# What she changes herself is made at once, and undone.
CORRECTION_MOVES: Moves = {
    "waiting": {
        "agreed": RegisterVerb.CORRECTION_AGREED,
        "refused": RegisterVerb.CORRECTION_REFUSED,
        "taken_back": RegisterVerb.CORRECTION_TAKEN_BACK,
    },
    "agreed": {"waiting": RegisterVerb.CORRECTION_UNDONE},
    "refused": {},
    "taken_back": {},
    "made": {"undone": RegisterVerb.CORRECTION_UNDONE},
    "undone": {},
}


# A class with pupils, by its registers. No column: it follows from what came in.
CLASS_REGISTER_STATES = ("silent", "asked_after")

# A pupil whom a register no longer names waits until one names her again or a person found out.
MISSING_PUPIL_MOVES: Moves = {
    "waiting": {"back": FOLLOWS, "settled": RegisterVerb.PUPIL_MISSING_SETTLED},
    "back": {"waiting": RegisterVerb.PUPIL_MISSING_REOPENED},
    "settled": {"waiting": RegisterVerb.PUPIL_MISSING_REOPENED},
}
