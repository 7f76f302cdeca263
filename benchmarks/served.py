"""A block of made-up children behind the real server, and clients that ask it for pages.

Shared by `serving.py` and `hostile.py`: a home of its own, people signed in, `aanchal serve`, and a
client that keeps so many connections busy and times every answer.
"""

import asyncio
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MONTH_CHILDREN = 4_000


@dataclass
class Page:
    """A page, and the cookies of who asks for it."""

    name: str
    path: str
    cookies: str


@dataclass
class Block:
    """A home with a populated database, and its pages."""

    home: Path
    url: str
    pages: list[Page] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))}
        own |= {"AANCHAL_HOME": str(self.home), "AANCHAL_DATABASE_URL": self.url}
        return own | {"AANCHAL_KEYRING": str(self.home / "keys" / "keyring.json")}


@contextmanager
def a_block(database: str, *, children: int) -> Iterator[Block]:
    """A fresh block on `sqlite` or `postgres`, gone afterwards. One a process: Django is set up once."""
    folder = Path(tempfile.mkdtemp(prefix="aanchal-served-"))
    cluster = None
    try:
        url = ""
        if database == "postgres":
            from tests.postgres import Cluster

            cluster = Cluster()
            url = cluster.url
        block = Block(folder, url)
        os.environ.update(block.environment)
        from aanchal.kernel import keyring

        if url:
            keyring.create(folder / "keys" / "keyring.json")
        from aanchal.cli import with_django

        with_django()
        from aanchal.cli.database import bring_up_to_date

        bring_up_to_date(quiet=True)
        block.pages = _filled(children)
        yield block
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _filled(children: int) -> list[Page]:
    from django.conf import settings
    from django.db import connections
    from django.test import Client

    from benchmarks.block import enrol, people_and_pages
    from tests.signing_in import signed_in

    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    enrol(children)
    pages = []
    for name, (person, path) in people_and_pages().items():
        client = signed_in(Client(), person)
        held = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
        pages.append(Page(name, path, held))
    connections.close_all()
    return pages


@contextmanager
def serving(block: Block, *more: str) -> Iterator[int]:
    """`aanchal serve` on a free port."""
    port = _free_port()
    command = [sys.executable, "-m", "aanchal", "serve", "--no-worker", "--port", str(port), *more]
    with _running(command, block.environment):
        _wait(f"http://127.0.0.1:{port}/health/")
        yield port


@contextmanager
def serving_bare(size_bytes: int, *, processes: int) -> Iterator[int]:
    """Processes of `bare_page.py` on one socket."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.set_inheritable(True)
    port = listening.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "benchmarks.bare_page",
        str(listening.fileno()),
        str(size_bytes),
    ]
    children = [subprocess.Popen(command, pass_fds=[listening.fileno()]) for _ in range(processes)]
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield port
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
        listening.close()


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} did not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answers:
    """What clients saw."""

    seconds: float
    times_ms: list[float] = field(default_factory=list)
    failed: int = 0
    bytes_each: int = 0

    @property
    def per_second(self) -> float:
        return len(self.times_ms) / self.seconds

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times_ms) if self.times_ms else float("nan")

    @property
    def p95_ms(self) -> float:
        few = len(self.times_ms) < 20
        return (
            max(self.times_ms, default=float("nan"))
            if few
            else statistics.quantiles(self.times_ms, n=20)[-1]
        )


def ask(port: int, pages: list[Page], *, clients: int, seconds: float) -> Answers:
    """Keep so many connections busy for so long, each asking for the pages one after another."""
    return asyncio.run(ask_async(port, pages, clients=clients, seconds=seconds))


async def ask_async(port: int, pages: list[Page], *, clients: int, seconds: float) -> Answers:
    """As `ask`, beside other work of the same loop."""
    answers = Answers(seconds)
    end = time.monotonic() + seconds
    await asyncio.gather(*(_client(port, pages, number, end, answers) for number in range(clients)))
    answers.seconds = seconds
    return answers


async def _client(port: int, pages: list[Page], number: int, end: float, answers: Answers) -> None:
    reader = writer = None
    turn = number
    while time.monotonic() < end:
        page = pages[turn % len(pages)]
        turn += 1
        began = time.monotonic()
        try:
            if writer is None:
                reader, writer = await asyncio.wait_for(
                    asyncio.open_connection("127.0.0.1", port), 30
                )
            status, size, stays = await asyncio.wait_for(_one(reader, writer, page), 30)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            answers.failed += 1
            if writer is not None:
                writer.close()
            reader = writer = None
            continue
        answers.times_ms.append((time.monotonic() - began) * 1000)
        answers.bytes_each = max(answers.bytes_each, size)
        if status != 200:
            answers.failed += 1
        if not stays:
            writer.close()
            reader = writer = None
    if writer is not None:
        writer.close()


async def _one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, page: Page
) -> tuple[int, int, bool]:
    writer.write(
        f"GET {page.path} HTTP/1.1\r\nHost: localhost\r\nCookie: {page.cookies}\r\n\r\n".encode()
    )
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    await reader.readexactly(length)
    return status, length, "connection: close" not in head
