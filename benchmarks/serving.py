"""Pages under load, through the real server: 1, 4 and 16 clients at once.

    .venv/bin/python -m benchmarks.serving [--database sqlite|postgres] [--children 4000]

Six pages of six people of a block, asked for one after another on connections that are kept. The rival
is the ceiling: a bare Django page of the same bytes, without session, database, template or
middleware, through the same server. The clients run on the same cores and take their share.

Goal, on two quiet cores: 80 pages a second and a 95th percentile of 300 ms at 16 clients. Machines are
shared and noisy: read ratios and medians.
"""

import argparse
import json
import os
from typing import Any

from benchmarks.served import Page, a_block, ask, serving, serving_bare

CLIENTS = (1, 4, 16)
GOAL_PAGES, GOAL_P95_MS = 80, 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--children", type=int, default=4_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    more = ["--processes", str(given.processes)]
    if given.threads:
        more += ["--threads", str(given.threads)]
    figures: dict[str, Any] = {"database": given.database, "cores": os.cpu_count()}
    with a_block(given.database, children=given.children) as block:
        with serving(block, *more) as port:
            ask(port, block.pages, clients=4, seconds=3)  # warm
            figures["pages"] = {}
            for page in block.pages:
                seen = ask(port, [page], clients=1, seconds=given.seconds / 5)
                figures["pages"][page.name] = _figures(seen)
            for clients in CLIENTS:
                seen = ask(port, block.pages, clients=clients, seconds=given.seconds)
                figures[f"{clients} clients"] = _figures(seen)
        size = max(f["bytes"] for f in figures["pages"].values())
        with serving_bare(size, processes=given.processes or os.cpu_count() or 1) as port:
            bare = [Page("bare", "/", "")]
            ask(port, bare, clients=4, seconds=1)
            for clients in CLIENTS:
                seen = ask(port, bare, clients=clients, seconds=given.seconds / 2)
                figures[f"{clients} clients, bare page"] = _figures(seen)
    print(json.dumps(figures, indent=1) if given.json else _told(figures))


def _figures(seen: Any) -> dict[str, Any]:
    return {
        "pages_s": round(seen.per_second, 1),
        "median_ms": round(seen.median_ms),
        "p95_ms": round(seen.p95_ms),
        "failed": seen.failed,
        "bytes": seen.bytes_each,
    }


def _told(figures: dict[str, Any]) -> str:
    lines = [f"{figures['database']}, {figures['cores']} cores"]
    for name, one in figures["pages"].items():
        lines.append(f"  {name:<28} median {one['median_ms']:>4} ms  {one['bytes'] // 1024:>3} kB")
    for clients in CLIENTS:
        one, bare = figures[f"{clients} clients"], figures[f"{clients} clients, bare page"]
        lines.append(
            f"  {clients:>2} clients: {one['pages_s']:>6} pages/s  median {one['median_ms']:>4} ms  "
            f"95th percentile {one['p95_ms']:>5} ms  failed {one['failed']}   "
            f"(bare page: {bare['pages_s']:>6}/s, {bare['p95_ms']} ms)"
        )
    lines.append(f"  goal at 16 clients: {GOAL_PAGES} pages/s, 95th percentile {GOAL_P95_MS} ms")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
