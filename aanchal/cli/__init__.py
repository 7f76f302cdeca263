"""The `aanchal` command. Each sub-command stands in the file of its noun.

A part is imported when it is called, not when the command starts: help stays quick, and a part
that is broken or not installed leaves the others alone.
"""

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

START, DATA, DAILY, SAFETY = "Start here", "Bring data in", "Every day", "Keep it safe"


@dataclass(frozen=True)
class Part:
    """A sub-command: where it stands and how help tells of it.

    Args:
        group: it has sub-commands of its own, even when there is only one.
    """

    module: str
    panel: str
    help: str
    group: bool = False
    attribute: str = "app"


PARTS = {
    "demo": Part("demo", START, "Make up a district, show today's list, and serve the site."),
    "serve": Part("serving", START, "Run the site and its background worker.", attribute="serve"),
    "doctor": Part(
        "health", START, "Look whether all is well, and say what to do.", attribute="doctor"
    ),
    "migrate": Part(
        "database",
        START,
        "Make or bring up to date the database. Safe to repeat.",
        attribute="migrate",
    ),
    "import": Part("imports", DATA, "Read areas, schools, pupils or registers from files.", True),
    "watch": Part("watch", DAILY, "Run the attendance watch.", True),
    "duties": Part("duties", DAILY, "What the law asks of whom, and when it falls due.", True),
    "people": Part("people", DAILY, "Invite people and see who holds what.", True),
    "work": Part("serving", DAILY, "Run the background worker alone.", attribute="work"),
    "audit": Part("audit", SAFETY, "Check the audit, and note its heads outside.", True),
    "keys": Part("keys", SAFETY, "Look after the keys that open the records.", True),
    "backup": Part(
        "backup", SAFETY, "Write everything into one encrypted file.", attribute="backup"
    ),
    "restore": Part("backup", SAFETY, "Restore a backup on an empty host.", attribute="restore"),
    "retention": Part(
        "retention", SAFETY, "Erase what has been kept long enough.", attribute="retention"
    ),
    "version": Part("health", SAFETY, "Say which Aanchal this is.", attribute="version"),
}


class Parts(TyperGroup):
    """The root: knows its parts by name and imports the one that is called."""

    _listing = False

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Their names alone, for "did you mean".
        self.commands = {name: TyperCommand(name) for name in PARTS}

    def list_commands(self, ctx: Any) -> list[str]:
        here = Path(__file__).parent
        return [
            name
            for name, part in PARTS.items()
            if (here / f"{part.module}.py").exists() or (here / part.module).is_dir()
        ]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        part = PARTS[cmd_name]
        if self._listing:
            return TyperCommand(cmd_name, help=part.help, rich_help_panel=part.panel)
        made = getattr(importlib.import_module(f"aanchal.cli.{part.module}"), part.attribute)
        command = typer.main.get_group(made) if part.group else typer.main.get_command(made)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Parts, no_args_is_help=True, add_completion=False, rich_markup_mode="rich")


@app.callback(epilog="Every command explains itself: aanchal COMMAND --help")
def root() -> None:
    """Aanchal notices a child in danger early, so that somebody can act in time.

    New here? [bold]aanchal demo[/bold] shows everything on a made-up district. For real use:
    [bold]aanchal migrate[/bold], then [bold]aanchal import areas[/bold], then
    [bold]aanchal serve[/bold]. When something seems wrong: [bold]aanchal doctor[/bold].

    Settings are environment variables that begin with AANCHAL_; AANCHAL_HOME is the folder that
    holds data and keys (./var unless told otherwise).
    """


def with_django(*, as_owner: bool = False) -> None:
    """Make Django ready inside a command; the command acts as Aanchal itself. Call it first.

    Args:
        as_owner: the command changes tables: it signs in as their owner and stays it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")
    if as_owner and os.environ.get("AANCHAL_OWNER_DATABASE_URL"):
        os.environ["AANCHAL_DATABASE_URL"] = os.environ["AANCHAL_OWNER_DATABASE_URL"]
    import django

    django.setup()
    from aanchal.kernel import rowguard

    if as_owner:
        rowguard.stay_table_owner()
    rowguard.trust_process()


def say(sentence: object) -> None:
    """Say one sentence on stderr."""
    print(f"aanchal: {sentence}", file=sys.stderr)


def main(args: list[str] | None = None) -> None:
    """Entry point: a refusal is one sentence and code 2, a stop is quiet, nothing else is raw."""
    try:
        typer.main.get_command(app).main(args=args, prog_name="aanchal")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("AANCHAL_DEBUG", "").lower() in ("1", "true", "yes", "on"):
            raise
        sys.exit(_told(error))


def _told(error: Exception) -> int:
    """Say in one sentence what went wrong; returns the exit code."""
    from aanchal.kernel.errors import DomainError

    if isinstance(error, DomainError):
        say(error)
        return 2
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, ModuleNotFoundError):
        say(f"A part is missing ({error.name}). Run: make setup")
    elif "ImproperlyConfigured" in kinds or "ValidationError" in kinds:
        say("A setting cannot be right. Look at the variables that begin with AANCHAL_.")
    elif "OperationalError" in kinds and not _lacks_tables(error):
        say("The database does not answer. Is it running, and is AANCHAL_DATABASE_URL right?")
    elif "OperationalError" in kinds or "ProgrammingError" in kinds:
        say("The database is not ready. Run: aanchal migrate")
    elif isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        say(f"{error.strerror}: {error.filename}")
    else:
        # The text of an unknown error can hold a name from a file.
        from aanchal.kernel.logs import kind_and_place

        place = kind_and_place(type(error), error.__traceback__).split(" < ")[0]
        say(f"Something is wrong inside Aanchal ({place}). AANCHAL_DEBUG=1 shows all of it.")
        return 70
    return 2


def _lacks_tables(error: Exception) -> bool:
    text = str(error)
    return any(words in text for words in ("no such table", "no such column", "has no column"))
