"""What may follow what, for two nodes that may be one place. Pure; see the reference pages."""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import PlaceVerb

AREA_JOIN_MOVES: Moves = {
    "proposed": {"confirmed": PlaceVerb.AREA_JOINED, "refused": PlaceVerb.AREA_JOIN_REFUSED},
    "confirmed": {"separated": PlaceVerb.AREA_SEPARATED},
    "refused": {},
    "separated": {},
}

# A sub-district of LGD and the block that it is.
SUBDISTRICT_MOVES: Moves = {
    "open": {"confirmed": PlaceVerb.AREA_JOINED, "refused": PlaceVerb.AREA_JOIN_REFUSED},
    "confirmed": {},
    # A person may name a block later all the same.
    "refused": {"confirmed": PlaceVerb.AREA_JOINED},
}

# What came in of a file is told by the import itself (`areas.imported`, `schools.imported`).
PLACE_FILE_MOVES: Moves = {
    "received": {"taking": FOLLOWS},
    "taking": {"taken": FOLLOWS, "refused": FOLLOWS},
    # Taken in once more after a crash between its end and the word of it.
    "taken": {"taking": FOLLOWS},
    "refused": {},
}
