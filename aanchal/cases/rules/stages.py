"""What may follow what, for a concern. Pure; see the reference pages."""

from collections.abc import Mapping

CONCERN_MOVES: Mapping[str, frozenset[str]] = {
    "new": frozenset({"taken_up"}),
    "taken_up": frozenset({"closed"}),
    "closed": frozenset(),
}
