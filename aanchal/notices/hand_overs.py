"""The hand-overs in force, read once from `data/hand_overs.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from .rules.hand_overs import HandOver, read_hand_overs


@cache
def hand_overs() -> dict[str, HandOver]:
    """Key such as "concern.new" → its row, in the order of the file."""
    text = files("aanchal.notices").joinpath("data/hand_overs.toml").read_text(encoding="utf-8")
    return read_hand_overs(tomllib.loads(text))
