"""What must be known before a flag may end. Pure.

A name that a school cut from its register does not come back to be marked absent: were its flag
closed for want of anything to ask, nobody would look for the child again. So such a flag ends
only when the child is back and seen, when another school has her, when somebody met her, or when
what was found is a concern and a case worker has it.
"""

from enum import StrEnum

from aanchal.registers.rules.settling import SHORTEST_NOTE, Missing


class Ground(StrEnum):
    """On what a flag about a struck-off child is ended."""

    ENROLLED_THERE = "enrolled_there"  # the receiving school says that she is on its register
    MET_CHILD = "met_child"  # somebody spoke with the child herself


class Unknown(StrEnum):
    """What is not known when a flag is to end."""

    NOT_SURE = "not_sure"  # the last who went is not sure that the child is safe
    NOT_SEEN = "not_seen"  # nobody who went saw the child


def not_known(kind: str, *, in_doubt: bool, child_met: bool) -> tuple[Unknown, ...]:
    """What is not known of a child whose flag is to end; it ends only with a second yes then.

    What became a concern is in the hands of a case worker, and *back* asks itself who saw her.
    """
    if kind == "concern":
        return ()
    found = [Unknown.NOT_SURE] if in_doubt else []
    if not child_met and kind != "back":
        found.append(Unknown.NOT_SEEN)
    return tuple(found)


def missing_for_struck_off(
    kind: str, *, ground: str, note: str, confirmed: bool, is_concern: bool
) -> Missing | None:
    """What the end of a struck-off child's flag still needs; None when nothing.

    Args:
        kind: code of the outcome: back, left, explained or concern.
        ground: code of `Ground`, or "".
        note: who said so, in the recorder's own words.
        confirmed: whether the recorder was asked a second time and said yes.
        is_concern: whether a visit of this flag found danger, which raised a concern.
    """
    if kind == "back":
        return None
    if kind == "concern":
        return None if is_concern else Missing.CONCERN
    if ground not in set(Ground):
        return Missing.GROUND
    if len(note.strip()) < SHORTEST_NOTE:
        return Missing.NOTE
    return None if confirmed else Missing.YES
