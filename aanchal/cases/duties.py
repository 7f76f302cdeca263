"""The duties of the law in force here, read once from `data/duties.toml`."""

from functools import cache

from aanchal.lib.sourced import read_sourced

from .rules.duties import Duty, read_duties


@cache
def triggers() -> dict[str, str]:
    """Trigger → what happened, in the order of the file. English, to be translated."""
    return _read()[0]


@cache
def duties() -> tuple[Duty, ...]:
    """Every row, in the order of the file."""
    return _read()[1]


@cache
def _read() -> tuple[dict[str, str], tuple[Duty, ...]]:
    return read_duties(read_sourced("aanchal.cases", "duties.toml"))
