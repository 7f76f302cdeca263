"""The watch's policy on disk: the defaults beside this app, or one a district calibrated."""

from functools import cache
from pathlib import Path

from aanchal.lib.early_warning.policy import Policy, policy_from_rows
from aanchal.lib.sourced import read_sourced
from aanchal.registers.parsing import parse_toml


@cache
def default_policy() -> Policy:
    """The policy in `data/early_warning.toml`."""
    return policy_from_rows(read_sourced("aanchal.lib.early_warning", "early_warning.toml"))


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        ValueError: one sentence saying what is wrong with it.
    """
    with path.open("rb") as source:
        return policy_from_rows(parse_toml(source, filename=path.name))
