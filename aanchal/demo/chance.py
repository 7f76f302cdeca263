"""Chance that can be repeated: the same words give the same throws."""

from random import Random


def chance_of(*words: object) -> Random:
    """A source of chance that depends on the words alone, never on the clock or the machine."""
    return Random(":".join(str(word) for word in words))  # noqa: S311 - guards no secret
