"""Writes about concerns: raised at once, worked on by named people, closed with a reason."""

from .colleagues import search_colleagues
from .correcting import name_kind, read_correction, tell_correction
from .holds import ask_to_lift_hold, keep_hold, lift_hold, place_hold
from .mistakes import agree_mistake, ask_mistake, lapse_mistake, refuse_mistake
from .moving import follow_children
from .raising import CODE_LETTERS, name_team, nearest_case_workers, raise_concern
from .working import (
    add_note,
    close_concern,
    hand_over_concern,
    leave_team,
    name_implicated,
    open_concern,
    record_call,
    release_concern,
    reopen_concern,
    take_up_concern,
)

__all__ = [
    "CODE_LETTERS",
    "add_note",
    "agree_mistake",
    "ask_mistake",
    "ask_to_lift_hold",
    "close_concern",
    "follow_children",
    "hand_over_concern",
    "keep_hold",
    "lapse_mistake",
    "leave_team",
    "lift_hold",
    "name_implicated",
    "name_kind",
    "name_team",
    "nearest_case_workers",
    "open_concern",
    "place_hold",
    "raise_concern",
    "read_correction",
    "record_call",
    "refuse_mistake",
    "release_concern",
    "reopen_concern",
    "search_colleagues",
    "take_up_concern",
    "tell_correction",
]
