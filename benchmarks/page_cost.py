"""What a page costs: processor time and queries, page by page, without clients or sockets.

    .venv/bin/python -m benchmarks.page_cost [--database sqlite|postgres] [--children 4000]
                                            [--concerns 10000] [--acting]
    .venv/bin/python -m benchmarks.page_cost --profile "volunteer"

The same pages and people as `serving.py`, asked of the application itself, middleware and all, as the
server would. Time is the processor's, of this process alone. Beside busy neighbours a core is slower
too, so each page is measured in turn with a fixed piece of work, and told as it would be were that
always as quick as at its quickest. `--profile` tells of one page where its time goes.

`--concerns 10000` opens so many more concerns in the district first; `--acting` lets somebody act in the
district before each page, so that no figure that was kept can be used again.
"""

import argparse
import cProfile
import io
import itertools
import json
import pstats
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.served import Page, a_block

ASKED = 40
# The yardstick at its quickest on the machine of the figures in README.md.
QUICKEST_MS = 1.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--children", type=int, default=4_000)
    parser.add_argument("--profile", default="", help="a page whose name begins so")
    parser.add_argument("--concerns", type=int, default=0, help="more open concerns")
    parser.add_argument("--acting", action="store_true", help="somebody acts before each page")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with a_block(given.database, children=given.children) as block:
        asking = _application()
        for number in range(given.concerns):
            _act(f"waiting-{number}")
        acts = (f"acting-{number}" for number in itertools.count())
        act = (lambda: _act(next(acts))) if given.acting else None
        if given.profile:
            page = next(p for p in block.pages if p.name.startswith(given.profile))
            print(_profiled(asking, page, act))
            return
        figures = {page.name: _cost(asking, page, act) for page in block.pages}
    if given.json:
        print(json.dumps(figures, indent=1))
        return
    for name, one in figures.items():
        print(
            f"  {name:<28} {one['cpu_ms']:>6.1f} ms  (95th {one['p95_ms']:>6.1f})  {one['queries']:>3} queries "
            f"{one['query_ms']:>6.1f} ms in them  {one['bytes'] / 1024:>6.1f} kB"
        )
    mean = statistics.mean(one["cpu_ms"] for one in figures.values())
    print(f"  mean {mean:.1f} ms: at most {1000 / mean:.0f} pages a second on a core")


def _application() -> Callable[[Page], int]:
    from aanchal.web.wsgi import application

    def ask(page: Page) -> int:
        seen: list[str] = []

        def start(status: str, headers: Any, failure: Any = None) -> Callable[[bytes], Any]:
            seen.append(status)
            return lambda data: None

        environment = {
            "REQUEST_METHOD": "GET", "PATH_INFO": page.path, "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost", "HTTP_COOKIE": page.cookies, "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }  # fmt: skip
        answer = application(environment, start)
        size = sum(map(len, answer))
        answer.close()
        assert seen[0].startswith("200"), (page.name, seen[0])
        return size

    return ask


def _act(source_id: str) -> None:
    """Raise a concern about nobody known, as a child helpline's call in the block would be."""
    from django.utils import timezone

    from aanchal.access.roles import Role
    from aanchal.cases.actions import raise_concern
    from aanchal.kernel.authz import ROOT, Actor, Grant
    from aanchal.places.models import Area

    raise_concern(
        Actor("bench", (Grant(Role.COORDINATOR, area_path=ROOT),)),
        kind="missing",
        area=Area.objects.get(level="village"),
        child=None,
        source_kind="person",
        source_id=source_id,
        at=timezone.now(),
    )


def _cost(ask: Callable[[Page], int], page: Page, act: Callable[[], None] | None) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from aanchal.cli.serving import collect_less_often

    for _turn in range(5):
        size = ask(page)
    times, yardsticks = [], []
    collect_less_often()  # as `aanchal serve` does; this process has made a whole block besides
    for _turn in range(ASKED):
        if act is not None:
            act()
        yardsticks.append(_yardstick())
        began = time.process_time()
        ask(page)
        times.append((time.process_time() - began) * 1000)
    slower = statistics.median(yardsticks) / QUICKEST_MS
    inside = 0.0

    def timed(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal inside
        began = time.process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            inside += time.process_time() - began

    with connection.execute_wrapper(timed):
        for _turn in range(5):
            ask(page)
    with CaptureQueriesContext(connection) as queries:
        ask(page)
    return {
        "cpu_ms": round(statistics.median(times) / slower, 2),
        "measured_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1] / slower, 2),
        "queries": len(queries),
        "query_ms": round(inside / 5 / slower * 1000, 2),
        "bytes": size,
    }


def _yardstick() -> float:
    """Milliseconds of a fixed piece of work such as pages are made of: dictionaries and text."""
    began = time.process_time()
    held: dict[str, int] = {}
    for number in range(8_000):
        word = f"word {number % 997}"
        held[word] = held.get(word, 0) + len(word)
    return (time.process_time() - began) * 1000


def _profiled(ask: Callable[[Page], int], page: Page, act: Callable[[], None] | None) -> str:
    for _turn in range(5):
        ask(page)
    profile = cProfile.Profile(time.process_time)
    for _turn in range(ASKED):
        if act is not None:
            act()
        profile.enable()
        ask(page)
        profile.disable()
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out)
    stats.sort_stats("cumtime").print_stats(
        "aanchal/|compiler.py.*execute_sql|template.*render", 90
    )
    stats.sort_stats("tottime").print_stats(50)
    return out.getvalue()


if __name__ == "__main__":
    main()
