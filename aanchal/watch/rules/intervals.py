"""How much a small count can say: the interval in which the true share lies. Pure."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

# With fewer cases one child decides, and no step can be called better than another.
LEAST_CASES: Final = 5
# 95 of 100 such intervals hold the true share.
Z: Final = 1.959964


def wilson(part: int, of: int) -> tuple[float, float]:
    """The Wilson score interval of a share, at 95 %.

    It stays within 0 and 1 and holds for few cases, where the usual one does not.

    Args:
        part, of: how many of how many; `0 <= part <= of`.

    Returns:
        Lowest and highest share, from 0 to 1; the whole of it when `of` is 0.
    """
    if of <= 0:
        return 0.0, 1.0
    share, spread = part / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def enough(counts: Sequence[int], of: int) -> int | None:
    """The first count beyond which more effort found no more than chance.

    Args:
        counts: found at each step of more effort, least effort first; each of the same `of` cases.

    Returns:
        Position of the first count that is not below what the best count's own interval allows;
        None without counts, or with fewer than `LEAST_CASES`.
    """
    if of < LEAST_CASES or not counts:
        return None
    low, _high = wilson(max(counts), of)
    return next(i for i, count in enumerate(counts) if count >= low * of)
