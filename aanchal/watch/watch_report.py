"""What a replay of past registers was worth: flags a month, lead times, empty visits, fairness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.early_warning.rule import CHANNELS

from .rules.history import FlagRow, History
from .rules.long_absences import LONG_ABSENCE_DAYS, LongAbsence, long_absences, rows_of_children

JUDGED_DAYS: Final = 20  # registers that must follow a flag before it is said that nothing followed


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of children saw; a share is None where nothing could be counted.

    followed: share of the judged flags after which, or around which, an absence of 20 days came.
    It is what a register alone can say of precision; visits say more (`empty`).
    """

    children: int
    flags: int
    flags_per_1000_month: float
    long_absences: int
    asked_in_time: float | None
    median_lead_days: float | None
    judged_flags: int
    followed: float | None
    known_findings: int
    empty: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a policy would have done.

    by_channel: flags per 1,000 children a month. `whole` and `by_group` (grouping, value) hold the
    same figures; a long absence is a run of 20 marked absences, asked about in time when a flag
    came before its 20th day; the lead is the taken days from the flag to that day.
    """

    days: int
    first: date
    last: date
    months: float
    by_channel: Mapping[str, float]
    whole: Figures
    by_group: Mapping[tuple[str, str], Figures]


def describe(report: Report) -> list[str]:
    """The report as lines of plain text, a numerator beside its denominator."""
    whole = report.whole
    lines = [
        f"{report.days} school days, {report.first} to {report.last}, {whole.children} children, "
        f"{report.months:.1f} months of 22 school days.",
        f"{whole.flags} flags: {whole.flags_per_1000_month:.1f} for 1,000 children a month ("
        + ", ".join(f"{name} {rate:.1f}" for name, rate in report.by_channel.items())
        + ").",
        *_about(whole),
    ]
    if report.by_group:
        lines += ["", *_fairness(report)]
    return lines


def _about(figures: Figures) -> list[str]:
    lines = []
    if figures.asked_in_time is not None:
        lead = figures.median_lead_days
        lines.append(
            f"{_of(figures.asked_in_time, figures.long_absences)} absences of "
            f"{LONG_ABSENCE_DAYS} days and more were asked about before that"
            + (f", half of them {lead:.0f} school days before or more." if lead else ".")
        )
    if figures.followed is not None:
        lines.append(
            f"{_of(figures.followed, figures.judged_flags)} flags stood beside such an absence "
            f"(flags of the last {JUDGED_DAYS} registers are left out)."
        )
    if figures.empty is not None:
        lines.append(
            f"{_of(figures.empty, figures.known_findings)} visits with a finding proved empty."
        )
    return lines


def _of(share: float, whole: int) -> str:
    return f"{round(share * whole)} of {whole}"


def _fairness(report: Report) -> list[str]:
    """The same figures for each group, in columns: does the watch treat them alike?"""
    heads = ("", "children", "flags", "for 1,000 a month", "followed by a long absence",
             "asked in time", "lead in days", "empty visits")  # fmt: skip
    rows = [heads]
    for (grouping, value), f in {("all", "children"): report.whole, **report.by_group}.items():
        rows.append(
            (
                f"{grouping} {value or 'not said'}",
                str(f.children),
                str(f.flags),
                f"{f.flags_per_1000_month:.1f}",
                _part(f.followed, f.judged_flags),
                _part(f.asked_in_time, f.long_absences),
                "-" if f.median_lead_days is None else f"{f.median_lead_days:.0f}",
                _part(f.empty, f.known_findings),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _part(share: float | None, whole: int) -> str:
    return "-" if share is None else f"{share:.0%} ({_of(share, whole)})"


def report_on(
    history: History,
    flags: Sequence[FlagRow],
    flagged: NDArray[np.int64],
    column: NDArray[np.int64],
    findings: Mapping[tuple[str, date], bool],
) -> Report:
    absences = long_absences(rows_of_children(history))
    empty = np.array(
        [{True: 1, False: 0, None: -1}[findings.get((f.child, f.flagged_on))] for f in flags],
        np.int64,
    )

    columns: dict[int, list[int]] = {}
    for child, at in zip(flagged.tolist(), column.tolist(), strict=True):
        columns.setdefault(child, []).append(at)
    leads_of = [(a.child, a.lead_of(columns.get(a.child, ()))) for a in absences]

    followed = _followed(absences, flagged, column)
    taken_after = len(history.days) - 1 - column
    judged = followed | (taken_after >= JUDGED_DAYS)

    def figures(inside: NDArray[np.bool_]) -> Figures:
        mine = inside[flagged]
        children = int(inside.sum())
        leads = [lead for child, lead in leads_of if inside[child]]
        found = [lead for lead in leads if lead is not None]
        known = empty[mine & (empty >= 0)] if len(empty) else empty
        seen = followed[mine & judged]
        return Figures(
            children=children,
            flags=int(mine.sum()),
            flags_per_1000_month=_rate(int(mine.sum()), children, history.months),
            long_absences=len(leads),
            asked_in_time=len(found) / len(leads) if leads else None,
            median_lead_days=float(np.median(found)) if found else None,
            judged_flags=len(seen),
            followed=float(seen.mean()) if len(seen) else None,
            known_findings=len(known),
            empty=float(known.mean()) if len(known) else None,
        )

    everyone = np.ones(len(history.children), bool)
    by_group: dict[tuple[str, str], Figures] = {}
    for grouping, texts in history.groups.items():
        values = np.array(texts, object)
        for value in sorted(set(texts)):
            by_group[grouping, value] = figures(values == value)
    channels = [f.channel for f in flags]
    return Report(
        days=len(history.days),
        first=history.days[0],
        last=history.days[-1],
        months=history.months,
        by_channel={
            name: _rate(channels.count(name), len(history.children), history.months)
            for name in CHANNELS
        },
        whole=figures(everyone),
        by_group=by_group,
    )


def _followed(
    absences: Sequence[LongAbsence],
    flagged: NDArray[np.int64],
    column: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """A flag each: did it fall in a long absence, or in the days that may foretell one?"""
    spans: dict[int, list[tuple[int, int]]] = {}
    for one in absences:
        spans.setdefault(one.child, []).append((one.foretold_from, one.reached))
    return np.array(
        [
            any(a <= at <= b for a, b in spans.get(child, ()))
            for child, at in zip(flagged.tolist(), column.tolist(), strict=True)
        ],
        bool,
    )


def _rate(count: int, children: int, months: float) -> float:
    return count * 1000 / children / months if children else 0.0
