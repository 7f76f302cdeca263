"""Weeks as nested bars: drawn as plain shapes, so that a page keeps a strict content policy."""

from collections.abc import Sequence
from dataclasses import dataclass

# Units of the drawing; the page stretches it to its width.
HEIGHT, WIDTH, GAP, TOP, FOOT = 64, 26, 10, 18, 22


@dataclass(frozen=True)
class Bar:
    """One week: what stands below it, and the boxes (y, height) of whole, part and part of part."""

    x: int
    middle: int
    label: str
    whole: int
    boxes: tuple[tuple[float, float], ...]
    number_y: float


@dataclass(frozen=True)
class Bars:
    """A drawing: its size in units, its ground line and its bars."""

    width: int
    height: int
    ground: int
    bar_width: int
    bars: tuple[Bar, ...]


def nested_bars(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Bars:
    """Draw one bar a label; each count of a bar is a part of the one before.

    Args:
        labels: what stands below each bar, oldest first.
        counts: for each bar, the whole, then its parts, largest first.
    """
    most = max((line[0] for line in counts), default=0) or 1
    ground = TOP + HEIGHT
    bars = []
    for i, (label, line) in enumerate(zip(labels, counts, strict=True)):
        x = i * (WIDTH + GAP)
        heights = [round(HEIGHT * n / most, 1) for n in line]
        boxes = tuple((round(ground - h, 1), h) for h in heights)
        bars.append(Bar(x, x + WIDTH // 2, label, line[0], boxes, round(boxes[0][0] - 3, 1)))
    width = len(bars) * (WIDTH + GAP) - GAP
    return Bars(max(width, WIDTH), ground + FOOT, ground, WIDTH, tuple(bars))
