"""What may follow what, for a concern. Pure; see the reference pages."""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import CaseVerb

# Handed over: offered to another case worker, who takes it up, or whoever else may.
CONCERN_MOVES: Moves = {
    "new": {"taken_up": CaseVerb.CONCERN_TAKEN_UP},
    "taken_up": {
        "new": (CaseVerb.CONCERN_RELEASED, FOLLOWS),
        "handed_over": CaseVerb.CONCERN_HANDED_OVER,
        "closed": CaseVerb.CONCERN_CLOSED,
    },
    # Nobody's again: what a visit found was put right, and whoever held it is implicated now, or it was
    # closed and is a danger still.
    "handed_over": {"taken_up": (CaseVerb.CONCERN_TAKEN_UP, FOLLOWS), "new": FOLLOWS},
    "closed": {"taken_up": CaseVerb.CONCERN_REOPENED, "new": FOLLOWS},
}

# That somebody was named by mistake waits for a second person; answered or lapsed, it is gone. No column.
CONCERN_MISTAKE_STATES = ("asked",)

# Its child lives elsewhere since: it waits for those who work there, and she who has it keeps it until then.
# One of them took it up, or the family moved back: it is gone. No column.
CONCERN_MOVE_STATES = ("waiting", "kept")

# Whether whoever holds a concern has read what was put right in it since.
CONCERN_CORRECTION_STATES = ("unread", "read")

# Whether a legal hold stands, waits for a second person to lift it, or is lifted.
LEGAL_HOLD_STATES = ("stands", "leaving", "lifted")
