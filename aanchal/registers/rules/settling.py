"""What must be known of a pupil whom her register leaves out before her question is settled. Pure."""

from enum import StrEnum


class Known(StrEnum):
    """How it is known where a pupil is whom her register leaves out."""

    ENROLLED_THERE = "enrolled_there"  # the receiving school says that she is on its register
    MET_CHILD = "met_child"  # somebody spoke with the child herself
    SEEN_IN_SCHOOL = "seen_in_school"  # she comes, and the register left her out


class Missing(StrEnum):
    """What is still missing before the question may end."""

    CONCERN = "concern"
    GROUND = "ground"
    NOTE = "note"
    YES = "yes"


SHORTEST_NOTE = 10


def missing_for_pupil(ground: str, *, note: str, confirmed: bool) -> Missing | None:
    """What the settled question about a missing pupil still needs; None when nothing.

    Args:
        ground: code of `Known`, or "".
        note: where she is and who said so, in the recorder's own words.
        confirmed: whether the recorder was asked a second time and said yes.
    """
    if ground not in set(Known):
        return Missing.GROUND
    if len(note.strip()) < SHORTEST_NOTE:
        return Missing.NOTE
    return None if confirmed else Missing.YES
