"""What may follow what, for two nodes that may be one place. Pure; see the reference pages."""

from collections.abc import Mapping

AREA_JOIN_MOVES: Mapping[str, frozenset[str]] = {
    "proposed": frozenset({"confirmed", "refused"}),
    "confirmed": frozenset({"separated"}),
    "refused": frozenset(),
    "separated": frozenset(),
}
