"""The figures and pictures of docs/guides/early-warning.md, measured and drawn anew.

    python benchmarks/watch_pictures.py [--children 20000] [--pairs 2] [--from FILE]

Writes `early-warning.json` (what was measured), `early-warning-budget.svg` (what a visit budget buys)
and `early-warning-strip.svg` (the days of one made-up child and the day of the question) into
docs/guides/images. `--from` draws again from figures measured before. Everything is simulated; no
figure here is field accuracy.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")  # sentences use gettext
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from aanchal.lib.marks import Mark
from aanchal.watch.policy_file import default_policy
from aanchal.watch.rules.sentences import Sex, reason_of, render
from aanchal.watch.watch_history import calibrate
from benchmarks.quality_of_the_watch import measure, score, score_flags
from benchmarks.simulated_registers import WORLDS, Event, as_history, simulate
from benchmarks.watch_quality import run_lengths

TARGET = Path(__file__).resolve().parents[1] / "docs/guides/images"
BUDGETS = (2, 4, 6, 8, 10, 12, 15, 20, 25, 30)
RUNS = (5, 6, 7, 8, 9, 10, 11, 12, 14, 17, 20)
INK, SOFT, LINE, PAPER = "#1b2333", "#434d61", "#ddd7c9", "#fbf9f4"
INDIGO, MADDER, LEAF, TURMERIC = "#263a6e", "#9c1f19", "#1d6a43", "#c47a08"
FONT = "font-family='system-ui, sans-serif'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--from", dest="given", type=Path)
    args = parser.parse_args()
    if args.given:
        found = json.loads(args.given.read_text("utf-8"))
    else:
        found = {
            "children": args.children,
            "pairs": args.pairs,
            "curve": curve(args.children, args.pairs),
            "strip": strip(),
        }
        (TARGET / "early-warning.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (TARGET / "early-warning-budget.svg").write_text(draw_budget(found["curve"]), "utf-8")
    (TARGET / "early-warning-strip.svg").write_text(draw_strip(found["strip"]), "utf-8")


def curve(children: int, pairs: int) -> dict[str, list[dict[str, float | None]]]:
    """What each budget buys, thresholds set on one seed and scored on another; and plain runs."""
    world = replace(WORLDS["plain"], children=children)
    watch: dict[int, list[dict[str, float]]] = {budget: [] for budget in BUDGETS}
    runs: dict[int, list[dict[str, float]]] = {length: [] for length in RUNS}
    for pair in range(pairs):
        first = as_history(simulate(world, seed=5001 + 2 * pair))
        second = simulate(world, seed=5002 + 2 * pair)
        for budget in BUDGETS:
            policy = calibrate(first, visits_per_1000_month=budget, base=default_policy())
            watch[budget].append(_row(score(second, measure(second, policy))))
        run = run_lengths(second.marks)
        for length in RUNS:
            above = run >= length
            above[:, 1:] &= run[:, :-1] < length
            day, child = np.nonzero(above.T)
            runs[length].append(_row(score_flags(second, child, day)))
    return {
        "watch": [{"budget": b, **_mean(rows)} for b, rows in watch.items()],
        "plain_run": [{"length": n, **_mean(rows)} for n, rows in runs.items()],
    }


def _row(quality: Any) -> dict[str, float]:
    return {
        "flags": quality.flags_per_1000_month,
        "precision": quality.precision,
        "sudden": quality.found["sudden"],
        "slide": quality.found["slide"],
        "part_time": quality.found["part-time"],
        "lead_sudden": quality.median_lead_days["sudden"],
        "lead_slide": quality.median_lead_days["slide"],
    }


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float | None]:
    """A median that was never reached (more than half not found) is None."""
    means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return {key: round(mean, 4) if np.isfinite(mean) else None for key, mean in means.items()}


def _a_girl_who_slips_away() -> tuple[Any, Any, int, int]:
    """Registers, signals, the number of one signal, and the column in which her work began."""
    for seed in range(70, 100):
        made = simulate(replace(WORLDS["plain"], children=3000), seed=seed)
        signals = measure(made, default_policy())
        slid = {p.child: p.first for p in made.planted if p.event is Event.SLIDE}
        for at in range(len(signals)):
            child, day = int(signals.child[at]), int(signals.day[at])
            began = slid.get(child, 0)
            if (
                made.girl[child]
                and 40 < began < day - 20
                and day - began < 40
                and day < made.marks.shape[1] - 12
                and signals.run[at] < 3
                and signals.recent_absent[at] < 13
                and 8 * signals.usual_absent[at] < 2 * signals.usual_marked[at]
            ):
                return made, signals, at, began
    raise RuntimeError("No such child among the seeds.")


def strip() -> dict[str, Any]:
    """Sixty days of one made-up child who slips away, her class below, and the question's day."""
    made, signals, at, began = _a_girl_who_slips_away()
    child, day = int(signals.child[at]), int(signals.day[at])
    ends = np.cumsum(made.class_sizes)
    owner = int(np.searchsorted(ends, child, side="right"))
    rows = made.marks[ends[owner] - made.class_sizes[owner] : ends[owner]]
    first, last = max(0, day - 47), day + 12
    present = (rows == Mark.PRESENT).sum(axis=0)
    known = present + (rows == Mark.ABSENT).sum(axis=0)
    return {
        "marks": "".join(".PALH"[m] for m in made.marks[child, first:last].tolist()),
        "class": [
            round(float(p / k), 3) if k else None
            for p, k in zip(present[first:last], known[first:last], strict=True)
        ],
        "days": [on.isoformat() for on in made.days[first:last]],
        "began": began - first,
        "asked": day - first,
        "sentence": render(reason_of(signals, at), str, sex=Sex.GIRL),
    }


def draw_budget(found: dict[str, list[dict[str, Any]]]) -> str:
    """Two panels over visits for 1,000 children a month: the share found in time, and the days."""
    watch, runs = found["watch"], found["plain_run"]
    shown = [r for r in runs if r["flags"] <= 30]
    parts = [
        *_panel(60, "Found in time, of 100 such events", 100, 20, ""),
        *_panel(470, "Days of register until the question (median)", 40, 10, ""),
    ]
    for number, (name, colour, label) in enumerate(
        (
            ("sudden", INDIGO, "gone suddenly: found within 10 days of register"),
            ("slide", LEAF, "slipping away: found within 40"),
            ("part_time", TURMERIC, "part-time work: found within 40"),
            ("precision", MADDER, "questions that were right, of 100"),
        )
    ):
        parts.append(_line(60, [(r["flags"], 100 * r[name]) for r in watch], 100, colour))
        parts += _key(60, 332 + 18 * number, label, colour)
    lead = [(r["flags"], r["lead_sudden"]) for r in watch if (r["lead_sudden"] or 99) <= 40]
    slide = [(r["flags"], r["lead_slide"]) for r in watch if (r["lead_slide"] or 99) <= 40]
    plain = [(r["flags"], r["lead_sudden"]) for r in shown]
    for number, (points, colour, label, dash) in enumerate(
        (
            (lead, INDIGO, "gone suddenly, asked by the watch", ""),
            (plain, SOFT, "gone suddenly, asked by a plain run of absences", "4 4"),
            (slide, LEAF, "slipping away, asked by the watch", ""),
        )
    ):
        parts.append(_line(470, points, 40, colour, dash))
        parts += _key(470, 332 + 18 * number, label, colour, dash)
    title = "What a visit budget buys, in simulated registers"
    return _page(860, 404, title, parts)


def _panel(left: int, title: str, top: int, step: int, unit: str) -> list[str]:
    parts = [_text(left, 46, title, INK, bold=True)]
    for value in range(0, top + 1, step):
        y = 270 - 200 * value / top
        parts.append(f"<path d='M{left} {y:.0f}H{left + 330}' stroke='{LINE}'/>")
        parts.append(_text(left - 8, y + 4, f"{value}{unit}", SOFT, anchor="end"))
    for value in (0, 5, 10, 15, 20, 25, 30):
        parts.append(_text(left + 11 * value, 288, str(value), SOFT, anchor="middle"))
    parts.append(_text(left + 165, 308, "questions for 1,000 children a month", SOFT, "middle"))
    parts.append(f"<path d='M{left + 110} 70V270' stroke='{SOFT}' stroke-dasharray='2 3'/>")
    return parts


def _place(left: int, point: tuple[float, float], top: float) -> tuple[float, float]:
    return left + 11 * point[0], 270 - 200 * point[1] / top


def _line(
    left: int, points: Sequence[tuple[float, float]], top: float, colour: str, dash: str = ""
) -> str:
    places = [_place(left, p, top) for p in points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    dots = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.5' fill='{colour}'/>" for x, y in places
    )
    return f"<path d='{path}' fill='none' stroke='{colour}' stroke-width='2'{dashed}/>{dots}"


def _key(left: int, y: float, text: str, colour: str, dash: str = "") -> list[str]:
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    return [
        f"<path d='M{left} {y - 4}h22' stroke='{colour}' stroke-width='3'{dashed}/>",
        _text(left + 30, y, text, INK),
    ]


def draw_strip(found: dict[str, Any]) -> str:
    """A square a day, the class below as bars, the day of the question marked."""
    fills = {"P": "#bcd9c8", "A": MADDER, "L": "#d9b45f", "H": LINE, ".": PAPER}
    parts = []
    count = len(found["marks"])
    for i, (mark, share) in enumerate(zip(found["marks"], found["class"], strict=True)):
        x = 30 + 13 * i
        parts.append(
            f"<rect x='{x}' y='62' width='11' height='22' fill='{fills[mark]}' stroke='{LINE}'/>"
        )
        if mark == "A":
            parts.append(_text(x + 5.5, 77, "A", "#fff", "middle", size=9))
        if share is not None:
            height = 40 * share
            parts.append(
                f"<rect x='{x}' y='{140 - height:.1f}' width='11' height='{height:.1f}' "
                "fill='#a9b2c6'/>"
            )
    began, asked = 30 + 13 * found["began"], 30 + 13 * found["asked"] + 5.5
    if found["began"] > 0:
        parts.append(f"<path d='M{began} 54V146' stroke='{SOFT}' stroke-dasharray='3 3'/>")
        parts.append(_text(began, 50, "work begins to take her days", SOFT, "middle"))
    parts.append(f"<path d='M{asked} 54V146' stroke='{INDIGO}' stroke-width='2'/>")
    parts.append(_text(asked, 50, "the question", INDIGO, "middle", bold=True))
    parts.append(_text(30, 164, "above: her days (A absent; pale: not taken or a holiday)", SOFT))
    parts.append(_text(30 + 13 * count, 164, "below: how much of her class came", SOFT, "end"))
    parts.append(_text(30, 190, "“" + found["sentence"] + "”", INK))
    return _page(60 + 13 * count, 206, "Sixty school days of one made-up child", parts)


def _text(
    x: float, y: float, text: str, colour: str, anchor: str = "start", *,
    bold: bool = False, size: int = 12,
) -> str:  # fmt: skip
    weight = " font-weight='600'" if bold else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' fill='{colour}' font-size='{size}' {FONT}"
        f" text-anchor='{anchor}'{weight}>{escape(text)}</text>"
    )


def _page(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"width='{width}' height='{height}' role='img' aria-label='{escape(title)}'>"
        f"<title>{escape(title)}</title><rect width='100%' height='100%' fill='{PAPER}'/>"
        + _text(30, 24, title, INK, bold=True, size=14)
        + "".join(parts)
        + "</svg>\n"
    )


if __name__ == "__main__":
    main()
