"""Building the demonstration with progress bars, printing today's list and the ways in."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone

from aanchal.demo.build import Built, build, is_built
from aanchal.demo.ways_in import links

from .database import bring_up_to_date
from .register_import import console, progress_bar
from .serving import serve_site
from .watch_run import print_list, run_now


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar for one long step."""
    with progress_bar() as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
    console.print(f"{what}: done")


def show(home: Path, *, serve: bool, port: int, fresh: bool, seed: int) -> None:
    """Build what is not there, print today's list, and serve."""
    if fresh:
        _throw_away(home)
    bring_up_to_date(quiet=True)
    if not is_built():
        if settings.DATABASES["default"]["NAME"] and _is_half_built():
            _throw_away(home)
            bring_up_to_date(quiet=True)
        console.print("Making up a district. Nobody in it is real.")
        _tell(build(home, today=_today(), seed=seed, tell=bar))
    else:
        console.print("The made-up district is here already (--fresh makes it anew).")
        run_now(None, show=False)
    print_list(title="Today's list: children to ask after")
    if not serve:
        return
    address = f"http://localhost:{port}"
    console.print(f"\nSign in at {address} by one of these links; each works once:")
    for who, _username, path in links():
        print(f"  {who:14} {address}{path}")
    serve_site(port=port)


def _today() -> date:
    return timezone.localdate()


def _is_half_built() -> bool:
    from aanchal.kernel.models import Deployment

    return Deployment.objects.filter(is_demo=True).exists()


def _throw_away(home: Path) -> None:
    """Remove a demonstration: only what it made itself, and only where it is marked as one."""
    connections.close_all()
    data = settings.AANCHAL_DATA
    if home.resolve() not in data.resolve().parents:
        raise RuntimeError("the demonstration's data do not lie in its folder")
    for path in (data, home / "registers", home / "registers-with-mistakes"):
        shutil.rmtree(path, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)


def _tell(built: Built) -> None:
    console.print(
        f"{built.children:,} children in {built.schools} schools; "
        f"{built.files:,} register files under {built.registers}."
    )
    for name in built.refused:
        console.print(f"  not taken in: {name}")
