"""The programme's own numbers for visits and returns, from `data/visits.toml`; read once."""

from functools import cache

from aanchal.lib.sourced import values
from aanchal.registers import guidance as registers


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number for registers and for visits."""
    return registers.guidance() | values("aanchal.watch", "visits.toml")
