"""The reasons for closing a concern, read once from `data/closing.toml`."""

from functools import cache

from aanchal.lib.sourced import read_sourced

from .rules.closing import ClosingReason, read_closing_reasons


@cache
def closing_reasons() -> dict[str, ClosingReason]:
    """Reasons by key, in the order of the file. Labels are English, to be translated."""
    return read_closing_reasons(read_sourced("aanchal.cases", "closing.toml"))
