"""What may follow what, for a concern. Pure; see the reference pages."""

from collections.abc import Mapping

# Handed over: offered to another case worker, who takes it up, or whoever else may.
CONCERN_MOVES: Mapping[str, frozenset[str]] = {
    "new": frozenset({"taken_up"}),
    "taken_up": frozenset({"new", "handed_over", "closed"}),
    "handed_over": frozenset({"taken_up"}),
    "closed": frozenset({"taken_up"}),
}
