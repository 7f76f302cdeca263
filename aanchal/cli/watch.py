"""`aanchal watch`: run the watch over the registers that came."""

from datetime import datetime
from typing import Annotated

import typer

from . import with_django

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")


@app.callback()
def about() -> None:
    """The attendance watch: which child must somebody ask after?"""


@app.command("run")
def run(
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Day to stand on; today unless told."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list/--no-list", help="Print the questions that are open.")
    ] = True,
) -> None:
    """Score every class whose register changed, and raise what must be asked.

    It runs by itself every night and after each import. Twice on one day raises nothing twice.
    """
    with_django()
    from .watch_run import run_now

    run_now(on.date() if on else None, show=show)
