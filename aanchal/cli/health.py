"""`aanchal doctor` and `aanchal version`."""

import json
from typing import Annotated

import typer

from . import with_django

doctor = typer.Typer(add_completion=False)
version = typer.Typer(add_completion=False)


@doctor.command()
def run_doctor(
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also look at every sealed value and stored file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Look whether all is well, a line a thing: [green]ok[/green], [yellow]look[/yellow] or
    [red]bad[/red], and what to do.

    Ends with code 0 when nothing is bad, else 1. It tells of no person.
    """
    with_django()
    from django.utils import timezone

    from aanchal.kernel.health import State, checks

    found = checks(now=timezone.now(), thorough=thorough)
    bad = any(check.state is State.BAD for check in found)
    if as_json:
        lines = [
            {"state": c.state.value, "name": c.name, "says": c.says, "do": c.do} for c in found
        ]
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        raise typer.Exit(1 if bad else 0)

    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    colours = {State.OK: "green", State.LOOK: "yellow", State.BAD: "bold red"}
    width = max(len(check.name) for check in found)
    for check in found:
        line = Text(f"{check.state.value:5}", style=colours[check.state])
        line.append(f" {check.name:{width}}  {check.says}", style="default")
        console.print(line)
        if check.do:
            console.print(Text(f"{'':{width + 8}}→ {check.do}", style="dim"))
    raise typer.Exit(1 if bad else 0)


@version.command()
def run_version() -> None:
    """Say which Aanchal this is, and what it stands on."""
    import platform
    import sqlite3

    import django

    from aanchal import __version__

    print(
        f"Aanchal {__version__}  (Python {platform.python_version()}, Django "
        f"{django.get_version()}, SQLite {sqlite3.sqlite_version})"
    )
