"""The kinds of concern in force, read once from `data/concerns.toml`."""

from functools import cache

from aanchal.lib.sourced import read_sourced

from .rules.kinds import Kind, read_kinds


@cache
def concern_kinds() -> dict[str, Kind]:
    """Key → kind, in the order of the file. Labels and texts are English, to be translated."""
    return read_kinds(read_sourced("aanchal.cases", "concerns.toml"))
