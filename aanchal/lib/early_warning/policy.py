"""What the attendance watch assumes and how often it may ask: one frozen policy."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from aanchal.lib.sourced import Confidence, Unsourced, source_of

RULE_VERSION: Final = "watch-4"
_MOST: Final = {"sharpest_day": 100, "own_memory": 240}  # what the kernel's numbers hold
_CHANCES: Final = ("base_rate", "_extra", "enter_", "leave_")


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of the rule. Rates are per taken day; thresholds are natural log odds.

    `threshold` is what a child's score must pass; `block_thresholds` overrides it for a block,
    because the visits that volunteers can walk differ from block to block. A question is urgent
    when the run of absences has reached `urgent_run`.
    """

    base_rate: float
    class_strength: float
    own_strength: float
    own_memory: float
    class_day_strength: float
    class_half_life: float
    class_slow_strength: float
    sharpest_day: float

    away_extra: float
    slide_extra: float

    enter_ill: float
    enter_gone: float
    enter_slide: float
    leave_ill: float
    leave_slide: float
    break_ill: float
    break_gone: float

    weight_gone: float
    weight_slide: float

    threshold: float
    urgent_run: int
    least_days: int
    break_days: int
    block_thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    version: str = RULE_VERSION

    def threshold_for(self, block: str | None) -> float:
        """The threshold of a block; the policy's own where the block has none."""
        if block is None:
            return self.threshold
        return self.block_thresholds.get(block, self.threshold)

    def with_threshold(self, threshold: float) -> "Policy":
        """The same policy asking more often (lower) or less often (higher)."""
        return replace(self, threshold=threshold)


def policy_from_rows(given: Mapping[str, Any]) -> Policy:
    """Make a policy of the rows of its file. Every row must say where it comes from (`lib.sourced`).

    Raises:
        ValueError: one sentence naming the row that is missing, unknown, unsourced or no number.
    """
    rows = dict(given)
    blocks = rows.pop("block_thresholds", {})
    version = str(rows.pop("version", RULE_VERSION))
    if version != RULE_VERSION:
        raise ValueError(f"The policy is for rule {version}; this is rule {RULE_VERSION}.")
    numbers = [f for f in fields(Policy) if f.name not in ("block_thresholds", "version")]
    values: dict[str, Any] = {}
    for expected in numbers:
        row = rows.pop(expected.name, None)
        if not isinstance(row, dict) or "value" not in row:
            raise ValueError(f"The policy has no value for {expected.name}.")
        try:
            source_of(row, where=expected.name)
        except Unsourced as error:
            raise ValueError(f"The policy's {expected.name} {error.fault}.") from None
        value = row["value"]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"The policy's {expected.name} is not a number.")
        if not math.isfinite(value):
            raise ValueError(f"The policy's {expected.name} is not a number.")
        if expected.name != "threshold" and value <= 0:
            raise ValueError(f"The policy's {expected.name} must be more than 0.")
        most = _MOST.get(expected.name, math.inf)
        if value > most:
            raise ValueError(f"The policy's {expected.name} must be at most {most}.")
        if any(part in expected.name for part in _CHANCES) and value >= 1:
            raise ValueError(f"The policy's {expected.name} is a chance: it must be less than 1.")
        values[expected.name] = int(value) if expected.type in (int, "int") else float(value)
    if rows:
        raise ValueError(f"The policy has a row the rule does not know: {sorted(rows)[0]}.")
    thresholds = {str(key): float(value) for key, value in blocks.items()}
    return Policy(**values, block_thresholds=MappingProxyType(thresholds), version=version)


def policy_to_toml(policy: Policy, *, source: str, as_of: date, review_on: date) -> str:
    """Write a policy as a file whose rows `policy_from_rows` reads, every row with the same source."""
    lines = [f'version = "{policy.version}"', ""]
    for each in fields(Policy):
        if each.name in ("block_thresholds", "version"):
            continue
        lines += [
            f"[{each.name}]",
            f"value = {getattr(policy, each.name)!r}",
            f"source = {_quoted(source)}",
            f'confidence = "{Confidence.MEDIUM}"',
            f"as_of = {as_of.isoformat()}",
            f"review_on = {review_on.isoformat()}",
            "",
        ]
    if policy.block_thresholds:
        lines.append("[block_thresholds]")
        lines += [
            f"{_quoted(key)} = {value!r}" for key, value in sorted(policy.block_thresholds.items())
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
