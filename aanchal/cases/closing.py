"""The reasons for closing a concern, read once from `data/closing.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from .rules.closing import ClosingReason, read_closing_reasons


@cache
def closing_reasons() -> dict[str, ClosingReason]:
    """Reasons by key, in the order of the file. Labels are English, to be translated."""
    text = files("aanchal.cases").joinpath("data/closing.toml").read_text()
    return read_closing_reasons(tomllib.loads(text))
