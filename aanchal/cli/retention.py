"""`aanchal retention`: erase what has been kept long enough, or say what would go."""

from typing import TYPE_CHECKING, Annotated

import typer

from . import with_django

if TYPE_CHECKING:
    from aanchal.kernel.sweeping import Found

retention = typer.Typer(add_completion=False)


@retention.command()
def run_retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how much would go and why; change nothing.")
    ] = False,
) -> None:
    """Erase what has been kept long enough, as every night at 01:40.

    Says counts by kind of record and names nobody. What a legal hold holds stays, and is counted. Records that
    are part of one that goes go with it. Safe to stop and to repeat.
    """
    from .serving import _unlock_by_hand

    with_django()
    _unlock_by_hand()
    from django.utils import timezone

    from aanchal.kernel import erasing_again, sweeping
    from aanchal.kernel.authz import system_actor

    at = timezone.now()
    if dry_run:
        _say_what_would_go(sweeping.forecast(at=at))
        return
    erasing_again.catch_up(system_actor("operator"), at=at)
    swept = sweeping.sweep(
        system_actor("operator"), at=at, progress=lambda label, gone: print(f"{label}: {gone:,}")
    )
    print(f"{sum(swept.counts.values()):,} records went.")


def _say_what_would_go(found: "list[Found]") -> None:
    some = [one for one in found if one.due or one.held]
    width = max((len(one.label) for one in some), default=0)
    for one in some:
        held = f" ({one.held:,} more are held)" if one.held else ""
        print(f"{one.due:>9,}  {one.label:{width}}  {one.retention.sentence()}{held}")
    print(f"{sum(one.due for one in found):,} records would go now; nothing was changed.")
