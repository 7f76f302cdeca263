"""`aanchal watch`: run the watch, set it to a visit budget, replay it on past registers."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
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


Marks = Annotated[
    Path,
    typer.Argument(
        help="Parquet, long form: child, class, day, mark (P A L H); perhaps sex, school_type, block.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="For what is drawn by chance; nothing is today.")]


@app.command("calibrate")
def calibrate(
    marks: Marks,
    visits: Annotated[
        float,
        typer.Option(
            "--visits-per-1000-month",
            help="Visits the volunteers can walk, for 1,000 children a month.",
            min=0.01,
            max=1000,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write the policy (TOML).")],
    seed: Seed = 0,
) -> None:
    """Set the watch's thresholds from past registers, so that it asks as often as can be visited."""
    with_django()
    from .watch_replay import calibrate_file

    calibrate_file(marks, visits=visits, out=out)


@app.command("backtest")
def backtest(
    marks: Marks,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file; the shipped one unless told.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write FLAGS (Parquet).")
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option("--findings", help="Parquet: child, flagged_on, empty; what visits found."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Replay past registers day by day: what would have been asked, when, and what it was worth.

    No day looks ahead: leaving out the future changes no flag of the past.
    """
    with_django()
    from .watch_replay import backtest_file

    backtest_file(marks, policy=policy, out=out, findings=findings)


ArchiveFolder = Annotated[
    Path, typer.Argument(help="Folder of the archive.", show_default=False, metavar="ARCHIVE")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="The archive's key, on a machine without this database."),
]


@app.command("archive")
def archive(
    folder: ArchiveFolder,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing; look the archive through.")
    ] = False,
    area: Annotated[
        str, typer.Option("--area", help="For a new archive: this area and below, as IN/S10.")
    ] = "IN",
    key_file: KeyFile = None,
    hand_over: Annotated[
        Path | None,
        typer.Option("--hand-over", help="Write the archive's key to this file; see --to, --why."),
    ] = None,
    to: Annotated[str, typer.Option("--to", help="To whom the key goes.")] = "",
    why: Annotated[str, typer.Option("--why", help="What for.")] = "",
) -> None:
    """Keep a sealed Parquet copy of the registers for analysis; only what changed is written.

    No name is in it, but a strip of absences can be recognised: it is sealed, and is to be guarded
    like the registers.
    """
    with_django()
    from . import watch_archive

    if hand_over is not None:
        watch_archive.hand_over(folder, key_out=hand_over, to=to, why=why)
    elif verify:
        raise typer.Exit(watch_archive.verify(folder, key_file=key_file))
    else:
        watch_archive.write(folder, area=area)


class EngineName(StrEnum):
    """Where an archive is scored."""

    LOCAL = "local"
    SPARK = "spark"


@app.command("score")
def score(
    folder: ArchiveFolder,
    out: Annotated[Path, typer.Option("--out", help="Folder for the flags (sealed Parquet).")],
    engine: Annotated[EngineName, typer.Option("--engine", help="Where.")] = EngineName.LOCAL,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="Policy file; unless told, what the archive's office uses."),
    ] = None,
    key_file: KeyFile = None,
    master: Annotated[str, typer.Option("--master", help="For Spark: where it runs.")] = "local[*]",
) -> None:
    """Run the watch over a whole archive, on this machine or on Spark: the same flags.

    What was finished before is kept: after a failure, run the same command again.
    """
    with_django()
    from .watch_score import score as score_now

    raise typer.Exit(
        score_now(folder, out=out, engine=engine, policy=policy, key_file=key_file, master=master)
    )
