"""The kinds of concern in force, read once from `data/concerns.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from .rules.kinds import Kind, read_kinds


@cache
def concern_kinds() -> dict[str, Kind]:
    """Key → kind, in the order of the file. Labels and texts are English, to be translated."""
    text = files("aanchal.cases").joinpath("data/concerns.toml").read_text()
    return read_kinds(tomllib.loads(text))
