"""A figure over what it depends on, as points on a line: plain shapes, for a strict content policy."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, FOOT = 320, 120, 30, 12, 24


@dataclass(frozen=True)
class Dot:
    """One point: where it stands, the label below it ("" for none), its value, and whether chosen."""

    x: float
    y: float
    label: str
    value: str
    key: str
    is_chosen: bool
    spread: tuple[float, float] | None = None  # highest and lowest end of what the value can say


@dataclass(frozen=True)
class Curve:
    """A drawing: its size in units, its ground, the line through its points, and its marks at the
    side (y, text), lowest first.
    """

    width: int
    height: int
    ground: int
    left: int
    path: str
    dots: tuple[Dot, ...]
    sides: tuple[tuple[float, float, str], ...]


def curve(
    points: Sequence[tuple[str, float]],
    *,
    most: float,
    values: Sequence[str],
    chosen: str = "",
    spreads: Sequence[tuple[float, ...]] = (),
    label_every: int = 2,
) -> Curve:
    """Draw values over equally spaced keys, from a ground of 0.

    Args:
        points: key (what stands below), and the value.
        most: the height of the drawing; at least 1 is drawn.
        values: the words of each value.
        chosen: the key of the point that stands out.
        spreads: lowest and highest of what each value can say; empty draws none.
    """
    ground, most = TOP + HEIGHT, max(most, 1)
    step = (WIDTH - 8) / max(1, len(points) - 1)

    def height_of(value: float) -> float:
        return round(ground - HEIGHT * min(value, most) / most, 1)

    dots = tuple(
        Dot(
            x=round(LEFT + 4 + i * step, 1),
            y=height_of(value),
            label=key if i % label_every == 0 else "",
            value=values[i],
            key=key,
            is_chosen=key == chosen,
            spread=(height_of(spreads[i][1]), height_of(spreads[i][0])) if spreads else None,
        )
        for i, (key, value) in enumerate(points)
    )
    path = "M" + " L".join(f"{dot.x} {dot.y}" for dot in dots) if dots else ""
    middle = most / 2
    levels = [(round(ground - HEIGHT * v / most, 1), f"{v:g}") for v in (0, middle, most)]
    sides = tuple((y, round(y + 4, 1), text) for y, text in levels)
    return Curve(LEFT + WIDTH, ground + FOOT, ground, LEFT, path, dots, sides)
