"""Which findings fit a child, so that nobody is asked what cannot be. Pure."""

from collections.abc import Iterable


def fits(
    *, sexes: Iterable[str], from_age: int | None, sex: str, ages: tuple[int, int] | None
) -> bool:
    """Say whether a finding may be offered for a child; what is not known is offered.

    Args:
        sexes: the sexes it is offered for; empty for all.
        from_age: the age from which it is offered; None for all.
        sex: the child's, "" when not said.
        ages: the lowest and highest age she may have; None when not known.
    """
    known = set(sexes)
    if known and sex and sex not in known:
        return False
    return from_age is None or ages is None or ages[1] >= from_age
