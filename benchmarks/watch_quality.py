"""How good the watch is in every simulated world: thresholds set on one seed, scored on another.

    python benchmarks/watch_quality.py [--json] [--children 20000] [--budget 10] [--pairs 2]

The worlds named *other* come from a second maker of registers on which nothing was tuned. Beside the
rule stand the goal and two rivals a user would otherwise pick, calibrated to the same
budget on the same seed: a plain run of absences, and the share missed in the last 30 days.
Simulated figures are never field accuracy.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault(
    "DJANGO_SETTINGS_MODULE", "aanchal.settings"
)  # sentences are marked for gettext

from aanchal.lib.marks import Mark
from aanchal.watch.policy_file import default_policy, load_policy
from aanchal.watch.watch_history import calibrate
from benchmarks.other_registers import OTHER_WORLDS, make
from benchmarks.quality_of_the_watch import measure, score, score_flags
from benchmarks.simulated_registers import WORLDS, as_history, simulate

GOALS = "precision >= 0.37, sudden >= 0.80, slide >= 0.60, part-time >= 0.50, sudden lead <= 8"


def registers(world, children, seed):
    if world in OTHER_WORLDS:
        return make(world, children=children, seed=seed)
    return simulate(replace(WORLDS[world], children=children), seed=seed)


def run_lengths(marks):
    run = np.zeros(marks.shape, np.int16)
    now = np.zeros(len(marks), np.int16)
    for day in range(marks.shape[1]):
        mark = marks[:, day]
        now = np.where(mark == Mark.ABSENT, now + 1, np.where(mark == Mark.PRESENT, 0, now))
        run[:, day] = now
    return run


def share_of_30(marks):
    absent = np.cumsum(marks == Mark.ABSENT, axis=1)
    known = np.cumsum((marks == Mark.ABSENT) | (marks == Mark.PRESENT), axis=1)
    absent[:, 30:] -= absent[:, :-30].copy()
    known[:, 30:] -= known[:, :-30].copy()
    return np.where(known >= 15, absent / np.maximum(known, 1), 0)


def rival(values, levels, first, second, budget):
    """The level that spends the budget on the first registers, applied to the second."""

    def flags(made, level):
        above = values(made.marks) >= level
        risen = above.copy()
        risen[:, 1:] &= ~above[:, :-1]
        day, child = np.nonzero(risen.T)
        return child, day

    chosen = levels[-1]
    for level in levels:
        rate = len(flags(first, level)[0]) / len(first.marks) * 1000
        if rate / as_history(first).months <= budget:
            chosen = level
            break
    return score_flags(second, *flags(second, chosen))


def row(quality):
    return {
        "flags": quality.flags_per_1000_month,
        "precision": quality.precision,
        "lure": quality.lure,
        "sudden": quality.found["sudden"],
        "slide": quality.found["slide"],
        "part_time": quality.found["part-time"],
        "lead": quality.median_lead_days["sudden"],
        "lead_slide": quality.median_lead_days["slide"],
        "girl_precision": quality.by_sex["girl"][0],
        "boy_precision": quality.by_sex["boy"][0],
        "girl_sudden": quality.by_sex["girl"][1],
        "boy_sudden": quality.by_sex["boy"][1],
        "government_precision": quality.by_school_type["government"][0],
        "private_precision": quality.by_school_type["private"][0],
        "government_sudden": quality.by_school_type["government"][1],
        "private_sudden": quality.by_school_type["private"][1],
    }


def mean(rows):
    return {key: float(np.mean([r[key] for r in rows])) for key in rows[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--budget", type=float, default=10.0)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--worlds", nargs="*", default=[*WORLDS, *OTHER_WORLDS])
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--first-seed", type=int, default=1001)
    args = parser.parse_args()
    base = load_policy(args.policy) if args.policy else default_policy()
    results = {}
    for name in args.worlds:
        rows, runs, rates = [], [], []
        for pair in range(args.pairs):
            first, second = (
                registers(name, args.children, args.first_seed + 2 * pair + n) for n in (0, 1)
            )
            policy = calibrate(as_history(first), visits_per_1000_month=args.budget, base=base)
            rows.append(row(score(second, measure(second, policy))))
            rows[-1]["threshold"] = policy.threshold
            runs.append(row(rival(run_lengths, range(3, 60), first, second, args.budget)))
            rates.append(
                row(rival(share_of_30, np.linspace(0.2, 1, 81), first, second, args.budget))
            )
        results[name] = {"watch": mean(rows), "plain run": mean(runs), "30 days": mean(rates)}
        if not args.json:
            if len(results) == 1:
                print(f"goals: {GOALS}; {args.budget:g} flags for 1,000 children a month")
                print(f"{'world':18s} {'rule':10s} flags  prec  lure  sudd. slide part. lead")
            for rule, r in results[name].items():
                print(
                    f"{name if rule == 'watch' else '':18s} {rule:10s} {r['flags']:5.1f}  "
                    f"{r['precision']:.2f}  {r['lure']:.2f}  {r['sudden']:.2f}  "
                    f"{r['slide']:.2f}  {r['part_time']:.2f}  {r['lead']:4.1f}",
                    flush=True,
                )
    if args.json:
        print(json.dumps({"budget": args.budget, "children": args.children, "worlds": results}))


if __name__ == "__main__":
    main()
