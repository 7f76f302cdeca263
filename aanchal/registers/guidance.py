"""The programme's own numbers for registers, from `data/registers.toml`; read once."""

from functools import cache

from aanchal.lib.sourced import values


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number for registers."""
    return values("aanchal.registers", "registers.toml")
