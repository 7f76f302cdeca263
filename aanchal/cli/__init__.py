"""The `aanchal` command. Each sub-command stands in the file of its noun."""

import os

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


def main() -> None:
    """Entry point."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")
    app()
