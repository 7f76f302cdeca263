"""What may follow what, for a register file, a correction and a pupil left out. Pure.

The use cases hold these; the pages of reference are drawn from them, and a whole run of the tests
checks that each move here happens and that none happens that is not here.
"""

from aanchal.lib.stages import FOLLOWS, Moves

# A file is read and shown before anybody says yes; what cannot be matched is shown again.
REGISTER_FILE_MOVES: Moves = {
    "received": {"shown": "register.read", "refused": "register.refused"},
    # A small file is written by one transaction, and is not seen while it is being taken in.
    "shown": {
        "received": "register.received",
        "taking": "register.begun",
        "taken": "register.taken",
        "refused": "register.refused",
    },
    "refused": {"received": "register.received", "shown": "register.read"},
    "taking": {"shown": ("register.taken", "register.read"), "taken": "register.taken"},
    "taken": {},
}


# Absences that a class sent are taken away with the coordinator's yes only; the yes can be taken back.
# What she changes herself is made at once, and undone.
CORRECTION_MOVES: Moves = {
    "waiting": {
        "agreed": "correction.agreed",
        "refused": "correction.refused",
        "taken_back": "correction.taken_back",
    },
    "agreed": {"waiting": "correction.undone"},
    "refused": {},
    "taken_back": {},
    "made": {"undone": "correction.undone"},
    "undone": {},
}


# A class with pupils, by its registers. No column: it follows from what came in.
CLASS_REGISTER_STATES = ("silent", "asked_after")

# A pupil whom a register no longer names waits until one names her again or a person found out.
MISSING_PUPIL_MOVES: Moves = {
    "waiting": {"back": FOLLOWS, "settled": "pupil.missing_settled"},
    "back": {"waiting": "pupil.missing_reopened"},
    "settled": {"waiting": "pupil.missing_reopened"},
}
