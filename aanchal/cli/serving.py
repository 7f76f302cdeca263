"""`aanchal serve` and `aanchal work`: the site and the background worker, together or apart."""

import gc
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Annotated

import typer

from . import say, with_django

serve = typer.Typer(add_completion=False)
work = typer.Typer(add_completion=False)

GRACE_SECONDS = 25.0
# More would share one core's time among them, and hold locks of the embedded database for longer.
THREADS = 3
# The number of the listening socket that a child was given.
LISTENING = "AANCHAL_LISTENING"


@serve.command()
def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run the background worker too.")
    ] = True,
    threads: Annotated[int, typer.Option(help="Requests at once, a process.", min=1)] = THREADS,
    processes: Annotated[
        int,
        typer.Option(help="Processes for the site; 0: as many as there are cores.", min=0),
    ] = 0,
) -> None:
    """Run the site and the background worker; Ctrl-C stops both.

    The embedded database is made or brought up to date first. With PostgreSQL run
    [bold]aanchal migrate[/bold] yourself, and in production run each part by itself:
    [bold]aanchal serve --no-worker[/bold] and [bold]aanchal work[/bold].

    For other computers to reach it, put a web server with HTTPS before it and set AANCHAL_HOSTS
    and AANCHAL_HTTPS; it listens to this computer alone unless told otherwise.
    """
    serve_site(host=host, port=port, worker=worker, threads=threads, processes=processes)


@work.command()
def run_worker(
    poll_seconds: Annotated[
        float, typer.Option(help="How often to look for work, in seconds.", min=0.05)
    ] = 2.0,
    lease_seconds: Annotated[
        float, typer.Option(help="After so long a silence a worker's job is put back.", min=1)
    ] = 90.0,
    long: Annotated[
        bool,
        typer.Option(
            "--long/--no-long",
            help="Take long jobs too: the watch, backups. One worker should.",
        ),
    ] = True,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is left to do.")
    ] = False,
) -> None:
    """Run the background worker alone: imports, the nightly watch, upkeep.

    Several may run at once, on one computer or many; each job is done by one of them. Ctrl-C lets
    the job in hand finish; a second Ctrl-C does not, and the job is taken up again later.
    """
    _unlock_by_hand()
    with_django()
    from aanchal.kernel.worker import Worker

    worker = Worker(
        poll_seconds=poll_seconds, lease=timedelta(seconds=lease_seconds), takes_long=long
    )

    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    worker.run(until_idle=until_idle)


def serve_site(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    worker: bool = True,
    threads: int = THREADS,
    processes: int = 0,
    when_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until told to stop.

    Args:
        when_ready: called once with the address when the site answers; by default it is printed.
    """
    if given := os.environ.get(LISTENING):
        with_django()
        handle, shared, place = (int(part) for part in given.split())
        _answer_requests(handle, counts=shared, place=place, threads=threads)
        return
    listening = _listen(host, port)
    _unlock_by_hand()
    with_django(as_owner=_migrates_itself())
    if _migrates_itself():
        from .database import bring_up_to_date

        bring_up_to_date(quiet=True)
        _let_go_of_database()
    else:
        _refuse_unready_database()
    url = f"http://{_name_of(host)}:{port}"
    ready = when_ready or _print_ready
    threading.Thread(target=_tell_when_ready, args=(url, ready), daemon=True).start()
    from aanchal.web.shell.shares import shared_counts

    from .supervising import Child, supervise

    wanted = processes or len(os.sched_getaffinity(0))
    counts = shared_counts(wanted)
    site = ["serve", "--no-worker", "--threads", str(threads)]
    children = [
        Child(
            "site",
            [sys.executable, "-m", "aanchal", *site],
            quiet_env={LISTENING: f"{listening.fileno()} {counts.fileno()} {place}"},
            handles=[listening.fileno(), counts.fileno()],
        )
        for place in range(wanted)
    ]
    if worker:
        work = [sys.executable, "-m", "aanchal", "work"]
        children.append(Child("worker", work))
        if len(os.sched_getaffinity(0)) > 1:
            # A file that somebody sends is not behind a long watch.
            children.append(Child("second worker", [*work, "--no-long"]))
    with listening, counts:
        supervise(children, grace_seconds=GRACE_SECONDS)


def _migrates_itself() -> bool:
    # A server database is migrated by its owner.
    return not os.environ.get("AANCHAL_DATABASE_URL")


def _refuse_unready_database() -> None:
    from aanchal.kernel.health import State, database_checks

    for check in database_checks():
        if check.state is State.BAD:
            say(f"{check.name}: {check.says}. {check.do}")
            raise typer.Exit(2)
    _let_go_of_database()


def _let_go_of_database() -> None:
    from django.db import connections

    connections.close_all()


def collect_less_often() -> None:
    """Leave what the program itself is made of out of every later search for unreachable objects.

    A page makes some ten thousand objects and lets nearly all go by itself; by default each page is
    searched through many times, and the whole program every few pages: a tenth of a page's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _answer_requests(handle: int, *, counts: int, place: int, threads: int) -> None:
    """Be one of the site's processes: take requests from the shared socket until told to stop."""
    from django.conf import settings

    from aanchal.kernel import rowguard
    from aanchal.registers.parsing import get_ready
    from aanchal.web.shell.front import Front, make_room
    from aanchal.web.shell.shares import Share
    from aanchal.web.wsgi import application

    # From here on this process serves people: every request says whose districts it may see.
    rowguard.require_request_scope()
    _let_go_of_database()
    make_room()
    get_ready()
    collect_less_often()
    stopping = threading.Event()
    front = Front(
        application,
        socket.socket(fileno=handle),
        threads=threads,
        share=Share(counts, place),
        upload_bytes=settings.AANCHAL_UPLOAD_BYTES,
        url_scheme="https" if settings.SESSION_COOKIE_SECURE else "http",
    )

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        front.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    front.serve_until(stopping.is_set)
    front.finish(seconds=GRACE_SECONDS - 5)


def _listen(host: str, port: int) -> socket.socket:
    """The one socket that all processes of the site take requests from."""
    listening = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM
    )
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        say(f"Cannot listen on {host}:{port} ({error.strerror}). Try --port {port + 1}.")
        raise typer.Exit(2) from None
    return listening


def _name_of(host: str) -> str:
    if host in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _tell_when_ready(url: str, ready: Callable[[str], None]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/health/", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    ready(url)
                    return
        except urllib.error.HTTPError as error:
            if error.code == 400:
                say("The site runs, but not under this name. Set AANCHAL_HOSTS.")
                return
        except OSError:
            pass
        time.sleep(0.1)


def _print_ready(url: str) -> None:
    print(f"Aanchal is at {url}   (Ctrl-C stops it)", flush=True)


def _unlock_by_hand() -> None:
    """Ask for the passphrase of a wrapped keyring, where there is somebody to ask."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")
    from django.conf import settings

    from aanchal.kernel import keyring
    from aanchal.kernel.errors import Locked

    path = settings.AANCHAL_KEYRING
    if settings.AANCHAL_KEYRING_PASSPHRASE or not path.exists():
        return
    if not keyring.is_wrapped(path.read_text()):
        return
    if not sys.stdin.isatty():
        say("The keyring is wrapped and no passphrase was given: the records stay locked.")
        return
    for _ in range(3):
        passphrase = typer.prompt("Passphrase of the keyring", hide_input=True)
        try:
            keyring.load(path.read_text(), passphrase)
        except Locked:
            say("That is not the passphrase.")
            continue
        # For this process and its children only; the shell it was started from never sees it.
        os.environ["AANCHAL_KEYRING_PASSPHRASE"] = passphrase
        settings.AANCHAL_KEYRING_PASSPHRASE = passphrase
        return
    raise Locked
