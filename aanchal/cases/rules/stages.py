"""What may follow what, for a concern. Pure; see the reference pages."""

from collections.abc import Mapping

# Handed over: offered to another case worker, who takes it up, or whoever else may.
CONCERN_MOVES: Mapping[str, frozenset[str]] = {
    "new": frozenset({"taken_up"}),
    "taken_up": frozenset({"new", "handed_over", "closed"}),
    # Nobody's again: what a visit found was put right, and whoever held it is implicated now, or it was
    # closed and is a danger still.
    "handed_over": frozenset({"taken_up", "new"}),
    "closed": frozenset({"taken_up", "new"}),
}

# Whether whoever holds a concern has read what was put right in it since.
CONCERN_CORRECTION_STATES = ("unread", "read")
