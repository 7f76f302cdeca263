"""The programme's own numbers, from `data/registers.toml` and `data/visits.toml`; read once."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def guidance() -> dict[str, float]:
    """Name → value of every programme number of the attendance path."""
    folder = files("aanchal.attendance").joinpath("data")
    return {
        key: row["value"]
        for name in ("registers.toml", "visits.toml")
        for key, row in tomllib.loads(folder.joinpath(name).read_text()).items()
    }
