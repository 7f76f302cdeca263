"""Pages while others do harm: half-sent requests, slow bodies, fifty hostile files at once.

    .venv/bin/python -m benchmarks.hostile [--database sqlite|postgres] [--rivals]

Four clients ask for pages of a block all the while. Goal: a 95th percentile under 500 ms and no page
failed. With `--rivals` the half-sent requests meet gunicorn's threads and granian too
(`requirements/bench.lock` holds them), with the same application, processes and threads.
"""

import argparse
import asyncio
import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.served import (
    Answers,
    Block,
    Page,
    _free_port,
    _running,
    _wait,
    a_block,
    ask,
    ask_async,
    serving,
)

HALF_SENT = 200
FILES = 50
GOAL_P95_MS = 500
SECONDS = 12.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rivals", action="store_true")
    given = parser.parse_args()
    with a_block(given.database, children=800) as block:
        block.pages = [p for p in block.pages if "week" not in p.name]
        teacher = next(p for p in block.pages if p.name.startswith("teacher"))
        with serving(block) as port:
            ask(port, block.pages, clients=4, seconds=3)
            tell("quiet", ask(port, block.pages, clients=4, seconds=SECONDS / 2))
            tell("200 half-sent", asyncio.run(beside_half_sent(port, block.pages)))
            seen, sent = asyncio.run(beside_files(port, block.pages, teacher))
            tell(f"{FILES} hostile files", seen)
            print(
                f"    they were answered within {max(sent):.1f} s, half of them within {sorted(sent)[len(sent) // 2]:.1f} s"
            )
        if given.rivals:
            for name, command in RIVALS.items():
                with rival(block, command) as port:
                    ask(port, block.pages, clients=4, seconds=2)
                    tell(f"200 half-sent, {name}", asyncio.run(beside_half_sent(port, block.pages)))
    print(f"  goal: 95th percentile {GOAL_P95_MS} ms, none failed")
    files()


def tell(what: str, seen: Answers) -> None:
    print(
        f"  {what:<34} {seen.per_second:>6.1f} pages/s  median {seen.median_ms:>5.0f} ms  "
        f"95th percentile {seen.p95_ms:>6.0f} ms  failed {seen.failed}",
        flush=True,
    )


# --- half-sent requests ---


async def beside_half_sent(port: int, pages: list[Page]) -> Answers:
    """Pages while 200 connections send half a header, or a byte of a body now and then."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(HALF_SENT)]
    for number, (_, writer) in enumerate(lines):
        writer.write(b"POST /registers/send/ HTTP/1.1\r\nHost: localhost\r\n")
        if number % 2:
            writer.write(b"Content-Length: 1000000\r\n\r\nbegun")
    drip = asyncio.create_task(_drip(lines))
    await asyncio.sleep(1)
    seen = await ask_async(port, pages, clients=4, seconds=SECONDS)
    drip.cancel()
    for _, writer in lines:
        writer.close()
    return seen


async def _drip(lines: list[Any]) -> None:
    while True:
        await asyncio.sleep(2)
        for number, (_, writer) in enumerate(lines):
            if not writer.is_closing():
                writer.write(b"x" if number % 2 else b"X-A: b\r\n")


RIVALS = {
    "gunicorn": [
        "-m", "gunicorn", "aanchal.web.wsgi:application", "--worker-class", "gthread",
        "--workers", "2", "--threads", "8", "--log-level", "critical", "--bind", "127.0.0.1:{port}",
    ],
    "granian": [
        "-m", "granian", "--interface", "wsgi", "aanchal.web.wsgi:application", "--workers", "2",
        "--blocking-threads", "8", "--no-access-log", "--log-level", "critical", "--port", "{port}",
    ],
}  # fmt: skip


@contextmanager
def rival(block: Block, command: list[str]) -> Iterator[int]:
    port = _free_port()
    arguments = [part.format(port=port) for part in command]
    with _running([sys.executable, *arguments], block.environment):
        _wait(f"http://127.0.0.1:{port}/health/")
        yield port


# --- hostile files ---


async def beside_files(port: int, pages: list[Page], teacher: Page) -> tuple[Answers, list[float]]:
    """Pages while a teacher sends fifty hostile files at once; and how long each waited."""
    token, cookies = await asyncio.to_thread(_form, port, teacher)
    sent = asyncio.gather(
        *(_send(port, data, token, cookies, number) for number, data in enumerate(fifty()))
    )
    seen = await ask_async(port, pages, clients=4, seconds=SECONDS)
    return seen, await sent


def fifty() -> list[bytes]:
    """Fifty hostile files, no two alike: those known beforehand, and some that only limits stop."""
    from tests.security.hostile_files import SMALL

    made = [make() for make in SMALL.values()]
    worst = [
        # What no check sees beforehand: honest in form, and work for minutes.
        b"Roll,Name,1,2\n" + b'"a\n' * (300_000 + number)
        for number in range(FILES)
    ]
    few = made[: FILES // 2] + worst[: FILES - FILES // 2]
    return [data + b"\n" * number if data[:2] != b"PK" else data for number, data in enumerate(few)]


def _form(port: int, teacher: Page) -> tuple[str, str]:
    import urllib.request

    asked = urllib.request.Request(f"http://localhost:{port}/registers/send/")
    asked.add_header("Cookie", teacher.cookies)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text = answer.read().decode()
        new = [c.split(";")[0] for c in answer.headers.get_all("Set-Cookie") or []]
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    return token, "; ".join([teacher.cookies, *new])


async def _send(port: int, data: bytes, token: str, cookies: str, number: int) -> float:
    border = "border-of-the-parts"
    body = io.BytesIO()
    body.write(
        f'--{border}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
        f'{token}\r\n--{border}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="r{number}.ods"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode()
    )
    body.write(data + f"\r\n--{border}--\r\n".encode())
    head = (
        f"POST /registers/send/ HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookies}\r\n"
        f"Origin: http://localhost:{port}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={border}\r\n"
        f"Content-Length: {len(body.getvalue())}\r\n\r\n"
    )
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body.getvalue())
    await writer.drain()
    status = int((await reader.read()).split(b" ", 2)[1])
    writer.close()
    if status not in (302, 200):
        print(f"    file {number}: {status}")
    return time.monotonic() - began


def files() -> None:
    """How soon each small hostile file is refused, and what our own process grows by."""
    from datetime import date

    from aanchal.lib.tabular.problems import Unreadable
    from aanchal.registers.formats.problems import Hints
    from aanchal.registers.parsing import get_ready, parse_registers
    from tests.security.hostile_files import SMALL

    get_ready()
    figures: dict[str, float] = {}
    for name, make in SMALL.items():
        data, times = make(), []
        for _ in range(3):
            began = time.perf_counter()
            try:
                list(
                    parse_registers(
                        io.BytesIO(data), filename="r", hints=Hints(), today=date(2026, 11, 22)
                    )
                )
            except Unreadable:
                times.append((time.perf_counter() - began) * 1000)
        figures[name] = round(min(times), 1)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
