"""The watch's policy on disk: the defaults beside this app, or one a district calibrated."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from aanchal.lib.early_warning.policy import Policy, policy_from_rows, policy_from_toml
from aanchal.registers.parsing import parse_toml


@cache
def default_policy() -> Policy:
    """The policy in `data/early_warning.toml`."""
    return policy_from_toml(
        files("aanchal.lib.early_warning").joinpath("data/early_warning.toml").read_text("utf-8")
    )


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        ValueError: one sentence saying what is wrong with it.
    """
    with path.open("rb") as source:
        return policy_from_rows(parse_toml(source, filename=path.name))
