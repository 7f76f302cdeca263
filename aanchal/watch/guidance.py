"""The programme's own numbers for visits and returns, from `data/visits.toml`; read once."""

import tomllib
from functools import cache
from importlib.resources import files

from aanchal.registers import guidance as registers


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number for registers and for visits."""
    data = files("aanchal.watch").joinpath("data/visits.toml").read_text("utf-8")
    visits = {key: row["value"] for key, row in tomllib.loads(data).items()}
    return registers.guidance() | visits
