"""Area paths, as far as access asks about them. Pure."""

from collections.abc import Iterable


def shared_path(paths: Iterable[str]) -> str:
    """The smallest area that holds all of these; "" when there are none or they share nothing.

    Args:
        paths: slash-joined node keys ("IN/S10/D206"), in any order; empty ones are left out.
    """
    split = [path.split("/") for path in paths if path]
    if not split:
        return ""
    shared = split[0]
    for parts in split[1:]:
        same = 0
        for mine, theirs in zip(shared, parts, strict=False):
            if mine != theirs:
                break
            same += 1
        shared = shared[:same]
    return "/".join(shared)


def path_and_above(path: str) -> list[str]:
    """The path itself and every path above it, outermost first; [] for ""."""
    parts = path.split("/") if path else []
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
