"""`aanchal audit`: whether what is remembered still holds, and noting its heads outside."""

import json
from pathlib import Path
from typing import Annotated

import typer

from . import say, with_django

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def audit() -> None:
    """Check the audit, and note its heads outside.

    Every event is chained to the one before it by a key outside the database, a chain a district.
    A change inside a chain shows by itself; a chain cut short together with its head shows against
    heads noted earlier. This computer notes them beside its keyring; whoever keeps the computer
    can change that. So two people run [bold]aanchal audit heads[/bold] regularly and keep the
    result where this computer's keeper cannot reach it.
    """


@app.command()
def verify(
    anchors: Annotated[
        Path | None,
        typer.Option(help="Heads noted earlier (a file of `audit heads`).", dir_okay=False),
    ] = None,
    note_anew: Annotated[
        bool,
        typer.Option(
            "--note-anew", help="After an older backup was brought back: note the heads anew."
        ),
    ] = False,
) -> None:
    """Walk every chain and say where it does not hold. Code 1 when it does not.

    Looks also whether the database still refuses to change the audit, and whether each chain
    reaches as far as this computer noted the last time (in a file beside the keyring).
    """
    with_django()
    from django.utils import timezone

    from aanchal.kernel import upkeep
    from aanchal.kernel.authz import system_actor

    noted = _read(anchors) if anchors else {}
    breaks, events = upkeep.check_audit(
        system_actor("operator"), anchors=noted, note_anew=note_anew, at=timezone.now()
    )
    for found in breaks:
        where = f"{found.district or '(no district)'}  event {found.seq}: " if found.seq else ""
        print(f"BROKEN  {where}{found.what}")
    if breaks:
        say("The audit was altered. Do not repair it: keep this computer as it is and get help.")
        raise typer.Exit(1)
    against = f", and reaches the {len(noted)} heads noted earlier" if noted else ""
    print(f"The audit holds: {events:,} events{against}.")
    if not noted:
        print("Give heads noted earlier (--anchors) to see also whether anything was cut off.")


@app.command()
def heads(
    out: Annotated[Path | None, typer.Option(help="Write them to a file too.")] = None,
) -> None:
    """Print the present heads, to be noted outside by two people."""
    with_django()
    from django.utils import timezone

    from aanchal.kernel.audit import heads as present_heads

    found = present_heads()
    at = timezone.now().isoformat(timespec="seconds")
    for district, (seq, link) in found.items():
        print(
            f"{district or '-':8}  {seq:>10}  {' '.join(link[i : i + 8] for i in range(0, 64, 8))}"
        )
    if not found:
        print("Nothing has happened yet.")
    if out:
        noted = {
            "format": "aanchal-audit-heads-1",
            "noted_at": at,
            "heads": {name: {"seq": seq, "hash": link} for name, (seq, link) in found.items()},
        }
        out.write_text(json.dumps(noted, indent=1) + "\n")
        print(f"Written to {out}. Two people keep a copy, each elsewhere.")


def _read(path: Path) -> dict[str, tuple[int, str]]:
    try:
        noted = json.loads(path.read_text())
        if noted["format"] != "aanchal-audit-heads-1":
            raise ValueError
        return {name: (int(h["seq"]), str(h["hash"])) for name, h in noted["heads"].items()}
    except (ValueError, KeyError, TypeError):
        say(f"{path} is no file of `aanchal audit heads`.")
        raise typer.Exit(2) from None
