"""`aanchal migrate`: the tables, the cache, and the guard on the rows."""

import os
from pathlib import Path
from typing import Annotated

import typer

from . import say, with_django

migrate = typer.Typer(add_completion=False)


@migrate.command()
def run(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when all went well.")] = False,
) -> None:
    """Make the database, or bring it up to date. Safe to repeat; only one runs at a time.

    On PostgreSQL it also guards the rows of each district and makes the role [bold]aanchal_app[/bold],
    in which the site acts: it cannot change tables nor touch what the audit remembers. When the
    site signs in under a role of its own, give the owner's address in AANCHAL_OWNER_DATABASE_URL.
    """
    login_role = _login_role()
    with_django(as_owner=True)
    bring_up_to_date(login_role=login_role, quiet=quiet)


def bring_up_to_date(*, login_role: str = "", quiet: bool = False) -> None:
    """Migrate, with all that follows it; raises `Busy` while another does it."""
    from django.conf import settings
    from django.core.management import call_command

    from aanchal.kernel import backups, locks, rowguard
    from aanchal.kernel.disk import close_to_others

    with locks.held("migrate"):
        call_command("migrate", interactive=False, verbosity=0)
        backups.remove_leftovers()
        close_to_others(Path(settings.AANCHAL_DATA))
        for trouble in rowguard.install(login_role):
            say(f"Not in force: {trouble}")
    if not quiet:
        print("The database is ready.")


def _login_role() -> str:
    """The role the site signs in as, when the owner is another; "" otherwise."""
    if not os.environ.get("AANCHAL_OWNER_DATABASE_URL"):
        return ""
    import dj_database_url

    return str(dj_database_url.parse(os.environ.get("AANCHAL_DATABASE_URL", "")).get("USER", ""))
