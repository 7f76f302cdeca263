"""`aanchal people`: the first administrators, and how many hold what."""

import json
from typing import Annotated

import typer

from . import with_django

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")
people_app = app


@app.callback()
def about() -> None:
    """People and their roles. All but the beginning is done on the site, by administrators."""


@app.command("first-administrator")
def first_administrator(
    site: Annotated[
        str, typer.Option("--site", help="Address of the site, as its users type it.")
    ] = "http://localhost:8000",
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Print the links by which the first [bold]two[/bold] administrators come in.

    Two, because from the first day nobody may act alone on people's credentials. Hand each link
    to a different person; each works once, for seven days. Run again before both have come in,
    and the links not yet used are replaced. Refused once two administrators are there: they
    invite everybody else.
    """
    with_django()
    from django.urls import reverse
    from django.utils import timezone

    from aanchal.access.actions import invite_administrators
    from aanchal.kernel.authz import system_actor

    made = invite_administrators(system_actor("operator"), at=timezone.now())
    links = [site.rstrip("/") + reverse("accept_invitation", args=[m.token]) for m in made]
    if as_json:
        until = made[0].record.expires_at.isoformat()
        print(json.dumps({"links": links, "expires_at": until}, indent=1))
        return
    print("Hand each link to a different person. Each works once, for seven days.\n")
    for number, link in enumerate(links, 1):
        print(f"{number}. {link}")


@app.command("roles")
def roles(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Say how many people hold each role now.

    Numbers only: who they are stands on the site, for their administrators.
    """
    with_django()
    from django.utils import timezone

    from aanchal.access.queries import people_by_role
    from aanchal.access.roles import ROLE_NAMES

    counted = people_by_role(at=timezone.now())
    if as_json:
        print(json.dumps({str(role): n for role, n in counted.items()}, indent=1))
        return
    for role, n in counted.items():
        print(f"{n:6}  {ROLE_NAMES[role]}")


@app.command("name-index")
def name_index_again() -> None:
    """Make the index anew by which children are found by the sound of their names.

    It is kept by itself, and looked at every night; run this when [bold]aanchal doctor[/bold] says so.
    Names stay sealed: what is stored are keyed hashes, each of which at least sixteen children share.
    """
    with_django()
    from django.utils import timezone

    from aanchal.people import name_index
    from aanchal.people.models import Child

    districts = Child.objects.order_by().values_list("district", flat=True).distinct()
    for district in sorted(districts):
        count = name_index.rebuild(district, at=timezone.now())
        print(f"{district}: {count} children can be found by name")
