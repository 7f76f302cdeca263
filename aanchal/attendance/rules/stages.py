"""What may follow what, for a register file, a flag and a visit. Pure.

The use cases hold these; the pages of reference are drawn from them, and a whole run of the tests
checks that each move here happens and that none happens that is not here.
"""

from collections.abc import Mapping

# A file is read and shown before anybody says yes; what cannot be matched is shown again.
REGISTER_FILE_MOVES: Mapping[str, frozenset[str]] = {
    "received": frozenset({"shown", "refused"}),
    # A small file is written by one transaction, and is not seen while it is being taken in.
    "shown": frozenset({"received", "taking", "taken", "refused"}),
    "refused": frozenset({"received", "shown"}),
    "taking": frozenset({"shown", "taken"}),
    "taken": frozenset(),
}

# A question nobody has visited yet is withdrawn when its marks were corrected and the coordinator
# says so; later it is not. It is closed without a visit only when the register shows the child back and somebody saw her. One that
# was visited can be visited again, and one that was closed in error is open or visited again.
FLAG_MOVES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"assigned", "closed", "withdrawn"}),
    "assigned": frozenset({"open", "visited", "closed", "withdrawn"}),
    "visited": frozenset({"assigned", "closed"}),
    "closed": frozenset({"open", "visited"}),
    # The correction that took its absences away was undone.
    "withdrawn": frozenset({"open"}),
}

# A visit leaves its hand once: told, given back, or called off.
VISIT_MOVES: Mapping[str, frozenset[str]] = {
    "assigned": frozenset({"recorded", "handed_back", "cancelled"}),
    "recorded": frozenset(),
    "handed_back": frozenset(),
    "cancelled": frozenset(),
}

# What a volunteer sent of a visit that was no longer hers. No column: it is read or not.
LATE_FINDING_STATES = ("unread", "read")

# A finding of an earlier question that was put right. No column: the newer question knows whether it was read.
PUT_RIGHT_STATES = ("unread", "read")

# She who goes along on a visit. No column: the visit names her.
VISIT_ALONG_STATES = ("sent",)

# Absences that a class sent are taken away with the coordinator's yes only; the yes can be taken back.
# What she changes herself is made at once, and undone.
CORRECTION_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"agreed", "refused", "taken_back"}),
    "agreed": frozenset({"waiting"}),
    "refused": frozenset(),
    "taken_back": frozenset(),
    "made": frozenset({"undone"}),
    "undone": frozenset(),
}

# Corrected marks never end a flag by themselves.
WITHDRAWAL_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"withdrawn", "kept", "lapsed"}),
    "withdrawn": frozenset({"lapsed"}),
    "kept": frozenset(),
    "lapsed": frozenset(),
}

# A class with pupils, by its registers. No column: it follows from what came in.
CLASS_REGISTER_STATES = ("silent", "asked_after")

# A pupil whom a register no longer names waits until one names her again or a person found out.
MISSING_PUPIL_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"back", "settled"}),
    "back": frozenset({"waiting"}),
    "settled": frozenset({"waiting"}),
}
