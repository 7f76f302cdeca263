"""The duties of the law in force here, read once from `data/duties.toml`."""

from functools import cache

from aanchal.lib.sourced import read_sourced

from .rules.duties import DutyTable, read_duties


@cache
def duty_table() -> DutyTable:
    """Every duty with the events from which it follows and by which it is met."""
    return read_duties(read_sourced("aanchal.cases", "duties.toml"))
