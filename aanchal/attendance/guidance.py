"""The programme's own numbers, from `data/registers.toml`; read once."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number of the attendance path."""
    text = files("aanchal.attendance").joinpath("data/registers.toml").read_text()
    return {name: row["value"] for name, row in tomllib.loads(text).items()}
