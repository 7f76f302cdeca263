"""`aanchal doctor` and `aanchal version`."""

import typer

version = typer.Typer(add_completion=False)


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
