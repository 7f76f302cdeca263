"""Lists of places in: sub-districts of a country beside its villages, each through the import's own door.

    .venv/bin/python -m benchmarks.place_import [--districts 760] [--villages 40000] [--json]

Names are made up of two parts and an ending, as those of north Indian places are. Three in four
sub-districts are named as their block is, three in twenty as somebody else would spell it, the rest
otherwise; every second state is one whose sub-districts are blocks, so that some are settled and
others wait for a person. A fresh database, SQLite in a folder of its own or, with
`AANCHAL_TEST_DATABASE=postgres`, a PostgreSQL server started for it. Goal: sub-districts come in
as fast as villages, 5,000 lines a second.
"""

import argparse
import io
import json
import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from .search_names import misspelt

GOAL = 5_000
FIRST = "Ram Sita Hari Madan Bel Jag Nar Raj Dhan Phul Kal Shiv Gopal Chand Mah Sul Bas Deo".split()
MIDDLE = "a i u an esh wa ha li ra ta ma na pa sa".split()
LAST = "pur pura patti nagar ganj dih bari tol gram pokhar garh ghat".split()
# LGD's numbers of states: Bihar and West Bengal, where a sub-district is a block, and two others.
STATES = ((10, "Bihar"), (27, "Maharashtra"), (19, "West Bengal"), (20, "Jharkhand"))
BLOCKS_A_DISTRICT = 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--districts", type=int, default=760)
    parser.add_argument("--villages", type=int, default=40_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="aanchal-places-"))
    os.environ["AANCHAL_HOME"] = str(folder)
    os.environ.pop("AANCHAL_DATABASE_URL", None)
    server = None
    if os.environ.get("AANCHAL_TEST_DATABASE") == "postgres":
        from tests.postgres import Cluster

        server = Cluster()
        os.environ["AANCHAL_DATABASE_URL"] = server.url
    try:
        from aanchal.cli import with_django

        with_django()
        figures = run(given.districts, given.villages)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures, indent=1) if given.json else told(figures))


def made_up(districts: int, villages: int) -> dict[str, str]:
    """The five lists as text, from the highest level to the lowest."""
    rng = random.Random(11)

    def name() -> str:
        return rng.choice(FIRST) + rng.choice(MIDDLE) + rng.choice(LAST)

    texts = {
        "states": ["State Code,State Name,State Name"] + [f"{c},{n}," for c, n in STATES],
        "districts": ["State Code,State Name,District Code,District Name,Census 2011 Code"],
        "blocks": ["State Code,District Code,Block Code,Block Name"],
        "sub-districts": [
            "State Code,District Code,Sub-district Code,Sub-district Name,Census 2011 code"
        ],
        "villages": [
            "State Code,District Code,Sub-district Code,Block Code,Village Code,Village Name"
        ],
    }
    number = 0
    for district in range(1, districts + 1):
        state, state_name = STATES[district % len(STATES)]
        texts["districts"].append(
            f"{state},{state_name},{district},{name()} {district},{district:03d}"
        )
        for _block in range(BLOCKS_A_DISTRICT):
            number += 1
            block, luck = name(), rng.random()
            other = block if luck < 0.75 else misspelt(block, rng, 1) if luck < 0.9 else name()
            texts["blocks"].append(f"{state},{district},{number},{block}")
            texts["sub-districts"].append(f"{state},{district},{number},{other},{number:05d}")
    for village in range(1, villages + 1):
        block = rng.randrange(number)
        district = block // BLOCKS_A_DISTRICT + 1
        state = STATES[district % len(STATES)][0]
        texts["villages"].append(
            f"{state},{district},{block + 1},{block + 1},{100_000 + village},{name()}"
        )
    return {what: "\n".join(lines) + "\n" for what, lines in texts.items()}


def run(districts: int, villages: int) -> dict[str, Any]:
    """Lines a second of each list, first as new and then sent again."""
    from django.utils import timezone

    from aanchal.cli.database import bring_up_to_date
    from aanchal.kernel.authz import system_actor
    from aanchal.places.actions import import_areas

    bring_up_to_date(quiet=True)
    figures: dict[str, Any] = {}
    lists = made_up(districts, villages)
    for turn in ("new", "again"):
        for what, text in lists.items():
            began = time.perf_counter()
            done = import_areas(
                system_actor("imports"),
                source=io.BytesIO(text.encode()),
                filename=f"{what}.csv",
                at=timezone.now(),
            )
            took = time.perf_counter() - began
            held = figures.setdefault(what, {"lines": done.counts.read})
            held[f"{turn}_s"] = round(took, 2)
            held[f"{turn}_lines_a_second"] = round(done.counts.read / took)
            assert done.counts.left_out == done.counts.waiting == 0, done
            if what == "sub-districts":
                held["settled_or_waiting"] = [done.matched, done.undecided]
    return figures


def told(figures: dict[str, Any]) -> str:
    """The figures for a person."""
    lines = [f"goal: sub-districts as fast as villages, {GOAL:,} lines a second"]
    for what, held in figures.items():
        lines.append(
            f"  {what:<14} {held['lines']:>7,} lines  new {held['new_lines_a_second']:>7,} a second"
            f"  sent again {held['again_lines_a_second']:>7,}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
