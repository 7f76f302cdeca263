"""Thousands of made-up and damaged registers: read right, asked about, refused, or silently wrong.

    .venv/bin/python -m benchmarks.register_damage [--files 20000] [--seed 1] [--jobs 2]
        [--keep FOLDER] [--causes N]

Every second file is damaged, with one to three damages. Goals: none silently wrong; undamaged files at
least 98 % right without a question; damaged ones that a careful person could read at least 60 % right.
`--keep` writes each silently wrong file with what is wrong in it; `--causes`
finds, for some of the failures, the fewest choices that bring each about.
"""

import argparse
import multiprocessing
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.made_registers.judging import ASKED, REFUSED, RIGHT, SILENT
from benchmarks.made_registers.run import Outcome, one_file, plan_of, shares
from benchmarks.made_registers.telling import keep_file, write_findings

GOALS = {"undamaged right": 0.98, "damaged right": 0.60}
OUTCOMES = (RIGHT, ASKED, REFUSED, SILENT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the files that were silently wrong")
    parser.add_argument(
        "--causes",
        type=int,
        default=0,
        metavar="N",
        help="find what N failures of each kind hang on",
    )
    given = parser.parse_args()
    seeds = range(given.seed * 1_000_000, given.seed * 1_000_000 + given.files)
    context = multiprocessing.get_context("spawn")
    outcomes: list[Outcome] = []
    with context.Pool(given.jobs) as pool:
        for outcome in pool.imap_unordered(one_file, seeds, chunksize=20):
            outcomes.append(outcome)
            if len(outcomes) % 100 == 0:
                print(f"{len(outcomes)} files", end="\r", flush=True)
        outcomes.sort(key=lambda outcome: outcome.seed)
        tell(outcomes)
        if given.keep:
            for outcome in outcomes:
                if outcome.verdict.outcome == SILENT:
                    keep_file(given.keep, plan_of(outcome.seed), outcome.verdict)
        if given.causes:
            write_findings(given.keep or Path(), outcomes, pool, given.causes)


def tell(outcomes: list[Outcome]) -> None:
    """The tables by layout and by damage, and the shares beside their goals."""
    table("undamaged, by layout", [(o.layout, o) for o in outcomes if not o.damages])
    table("damaged, by damage", [(d, o) for o in outcomes for d in o.damages])
    got = shares(outcomes)
    silent = sum(o.verdict.outcome == SILENT for o in outcomes)
    print(f"\nsilently wrong {silent} of {len(outcomes)} files (goal 0)")
    for name, goal in GOALS.items():
        print(f"{name} {got[name]:.1%} (goal {goal:.0%})")
    asked = [o for o in outcomes if o.verdict.open]
    proper = sum(o.verdict.outcome in (ASKED, REFUSED) for o in asked)
    print(f"asked or refused where nobody could know: {proper} of {len(asked)}")


def table(title: str, lines: list[tuple[str, Outcome]]) -> None:
    """One line a name: how many files of it came out how."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome in lines:
        counted[name][outcome.verdict.outcome] += 1
    width = max(len(name) for name in counted) if counted else 0
    print(f"\n{title:{width}}  {'files':>6}" + "".join(f"{o:>16}" for o in OUTCOMES))
    for name, count in sorted(counted.items(), key=lambda item: -item[1][SILENT]):
        print(f"{name:{width}}  {count.total():>6}" + "".join(f"{count[o]:>16}" for o in OUTCOMES))


if __name__ == "__main__":
    main()
