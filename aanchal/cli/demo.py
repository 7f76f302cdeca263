"""`aanchal demo`: a made-up district, its list for today, and the site."""

import os
from pathlib import Path
from typing import Annotated

import typer

from . import with_django

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the site afterwards.")
    ] = True,
    port: Annotated[int, typer.Option(help="Port of the site.", min=1, max=65535)] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the last one away first.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed makes another district.")] = 7,
) -> None:
    """Make up a district, import what its schools send, run the watch, and serve the site.

    About 20 villages, 24 schools, 4,000 children and seven months of registers, written as the
    files schools really send. Everything lives under [bold]var/demo[/bold] (in AANCHAL_HOME, when
    that is set) and touches no other database. Nobody in it is real.
    """
    home = Path(os.environ.get("AANCHAL_HOME") or "var") / "demo"
    os.environ["AANCHAL_HOME"] = str(home)
    os.environ.pop("AANCHAL_DATABASE_URL", None)
    with_django()
    from .demo_run import show

    show(home, serve=serve, port=port, fresh=fresh, seed=seed)
