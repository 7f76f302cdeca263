"""The hand-overs in force, read once from `data/hand_overs.toml`."""

from functools import cache

from aanchal.lib.sourced import read_sourced

from .rules.hand_overs import HandOver, read_hand_overs


@cache
def hand_overs() -> dict[str, HandOver]:
    """Key such as "concern.new" → its row, in the order of the file."""
    return read_hand_overs(read_sourced("aanchal.notices", "hand_overs.toml"))
