"""Kinds of concern, from data: whom to call now, what must be reported, what is sealed."""

from dataclasses import dataclass
from typing import Any

from aanchal.lib.sourced import Confidence


@dataclass(frozen=True)
class Helpline:
    """A number to call now."""

    key: str
    number: str
    name: str
    source: str


@dataclass(frozen=True)
class Obligation:
    """What the law asks or allows of the person who knows; `is_law` is false for guidance."""

    must: bool
    text: str
    source: str
    is_law: bool


@dataclass(frozen=True)
class Kind:
    """One kind of concern; `gravity` is 0 for the gravest."""

    key: str
    label: str
    is_sealed: bool
    call: tuple[Helpline, ...]
    duties: tuple[Obligation, ...]
    gravity: int


def read_kinds(data: dict[str, Any]) -> dict[str, Kind]:
    """Read the kinds from their data file.

    Raises:
        ValueError: a kind without its gravity.
    """
    helplines = {}
    for key, row in data["helplines"].items():
        helplines[key] = Helpline(key, row["number"], row["name"], row["source"])
    gravity = {key: n for n, group in enumerate(data["gravity"]["groups"]) for key in group}
    kinds = {}
    for key, row in data["kinds"].items():
        duties = []
        for duty in row.get("duties", []):
            law = duty["confidence"] == Confidence.HIGH
            duties.append(Obligation(duty["must"] and law, duty["text"], duty["source"], law))
        call = tuple(helplines[name] for name in row["call"])
        if key not in gravity:
            raise ValueError(f"{key} stands in no group of gravity")
        kinds[key] = Kind(key, row["label"], row["sealed"], call, tuple(duties), gravity[key])
    return kinds
