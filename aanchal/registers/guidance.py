"""The programme's own numbers for registers, from `data/registers.toml`; read once."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number for registers."""
    data = files("aanchal.registers").joinpath("data/registers.toml").read_text("utf-8")
    return {key: row["value"] for key, row in tomllib.loads(data).items()}
