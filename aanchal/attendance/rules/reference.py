"""The watch, slowly and readably: what the compiled kernel must equal, bit for bit.

Plain Python, one class and one child at a time, no bit tricks. Every number is a float32 and every
line does one thing in the order in which the kernel does it; that order is the definition.

A child has four explanations at once: she comes as usual, she is ill (or at a wedding: something
that ends by itself), she is gone, she is slipping away (or works part of the time). Each holds a
weight. Every marked day moves some weight from one to another, and multiplies each by how well it
foretold the day:

* on a day she came, by the chance that it let her come: 1 for *as usual*, 1 - extra for the rest;
* on a day she was absent, by 1 + extra × x, where x are the odds against an absence today, from
  her own usual rate and from how her classmates came.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .marks import Mark
from .policy import Policy

F = np.float32
ZERO: Final = F(0)
ONE: Final = F(1)
GRAIN: Final = F(65536)
AWAY_DUE: Final = F(0.95)
SLIDE_DUE: Final = F(0.5)
RENORM_DAYS: Final = 8
SEEN_DAYS: Final = 32
RECENT_DAYS: Final = 20


@dataclass(frozen=True, slots=True)
class SlowSignal:
    """One signal; the fields of `early_warning.Signals`."""

    child: int
    day: int
    on: int
    channel: int
    score: float
    run: int
    since: int
    after_break: bool
    others_present: int
    others_marked: int
    usual_absent: int
    usual_marked: int
    recent_absent: int
    recent_marked: int
    year_absent: int
    year_marked: int


@dataclass
class _Child:
    known: bool = False
    usual: np.float32 = ZERO
    gain: np.float32 = ZERO
    normal: np.float32 = ZERO
    ill: np.float32 = ZERO
    gone: np.float32 = ZERO
    slide: np.float32 = ZERO
    asked: bool = False

    run: int = 0
    since: int = 0
    after_break: bool = False
    class_present: int = 0  # of the class, before the run
    class_marked: int = 0
    absent_days: int = 0
    marked_days: int = 0
    seen: list[int] = field(default_factory=list)  # her marks on the last taken days, oldest first


@dataclass
class _Class:
    children: list[_Child]
    taken: int = 0
    last_on: int = 0
    present: int = 0
    marked: int = 0
    slow_absent: np.float32 = ZERO
    slow_due: np.float32 = ZERO
    slow_marked: np.float32 = ZERO


def watch_slowly(
    class_sizes: Sequence[int],
    marks: NDArray[np.uint8],
    policy: Policy,
    *,
    days: Sequence[date],
    away: NDArray[np.bool_] | None = None,
    blocks: Sequence[str | None] | None = None,
) -> list[SlowSignal]:
    """`early_warning.run_days` from a state that knows nothing, in order of day, then child."""
    signals: list[SlowSignal] = []
    offset = 0
    for index, size in enumerate(class_sizes):
        block = None if blocks is None else blocks[index]
        book = _Class([_Child() for _ in range(size)])
        for day, on in enumerate(days):
            today = [int(m) for m in marks[offset : offset + size, day]]
            if away is not None:
                gone = away[offset : offset + size, day]
                today = [0 if g else m for m, g in zip(today, gone, strict=True)]
            for row, found in _one_day(book, today, on.toordinal(), policy, block):
                signals.append(_signal(book, row, offset + row, day, found, policy))
        offset += size
    return sorted(signals, key=lambda signal: (signal.day, signal.child))


def _one_day(
    book: _Class, today: list[int], on: int, policy: Policy, block: str | None
) -> list[tuple[int, float]]:
    """Move a class by one day; (row, score) of those to ask after."""
    p = policy
    is_marked = [m in (Mark.PRESENT, Mark.ABSENT) for m in today]
    is_absent = [m == Mark.ABSENT for m in today]
    marked, absent = sum(is_marked), sum(is_absent)
    if marked == 0:
        return []  # the register was not taken: nothing is known of this day

    # Expected absences of the day, as whole 65536ths so that their sum has no order.
    due = [int(_due(child, p) * GRAIN) for child in book.children]
    due_all = sum(d for d, m in zip(due, is_marked, strict=True) if m)
    k = F(p.class_day_strength)
    slow = F(p.class_slow_strength)
    strength = F(p.class_strength)
    real_absent, real_marked = F(absent), F(marked)
    real_due = F(due_all) / GRAIN
    expected_k = k * ((book.slow_absent + slow) / (book.slow_due + slow))
    class_rate = (book.slow_absent + strength * F(p.base_rate)) / (book.slow_marked + strength)
    # On a day when many are absent, an absence says less about her own habit.
    share = _least((real_due + k) / (real_absent + expected_k), ONE)
    keep = F(0.5 ** (1.0 / p.class_half_life))
    book.slow_absent = book.slow_absent * keep + real_absent
    book.slow_due = book.slow_due * keep + real_due
    book.slow_marked = book.slow_marked * keep + real_marked
    if book.taken % RENORM_DAYS == 0:
        for child in book.children:
            _bring_to_one(child)

    after_break = book.taken > 0 and on - book.last_on >= p.break_days
    before = (book.present, book.marked)
    book.taken += 1
    book.last_on = on
    book.present += marked - absent
    book.marked += marked

    found: list[tuple[int, float]] = []
    for row, child in enumerate(book.children):
        child.seen = [*child.seen, today[row]][-SEEN_DAYS:]
        if not is_marked[row]:
            continue
        _note(child, is_absent[row], on, after_break, before)
        if not child.known:
            child.known = True
            child.usual = class_rate
            child.gain = F(1.0 / p.own_strength)
            child.normal = ONE
        # Odds against an absence of hers today, among the classmates without her.
        others_due = F(due_all - due[row])
        came = (real_marked - real_absent) + k
        seen = (real_absent - ONE) + expected_k
        rest = (real_marked - ONE) * GRAIN
        whole_k = k * GRAIN
        against = (ONE - child.usual) * (came * (others_due + whole_k))
        odds = child.usual * (seen * ((rest - others_due) + whole_k))
        x = _least(_divide(against, odds), F(p.sharpest_day))

        _move(child, p, is_absent[row], x, after_break)
        _learn(child, p, is_absent[row], share)

        log_odds = p.threshold_for(block)
        ask_gone = F(p.weight_gone / np.exp(np.float64(log_odds)))
        ask_slide = F(p.weight_slide / np.exp(np.float64(log_odds)))
        benign = child.normal + child.ill
        slide = child.slide * (ONE - F(p.caution) * child.gain)
        evidence = ask_gone * child.gone + ask_slide * slide
        if not is_absent[row]:
            if evidence < F(p.rearm) * benign:
                child.asked = False  # she has come back: a new question may be asked
        elif not child.asked and evidence > benign:
            if child.run < p.urgent_run and child.marked_days < p.least_days:
                continue
            child.asked = True
            odds_now = (F(p.weight_gone) * child.gone + F(p.weight_slide) * slide) / benign
            found.append((row, math.log(max(float(odds_now), 1e-30))))
    return found


def _due(child: _Child, p: Policy) -> np.float32:
    """The chance of an absence that the class's day is compared with."""
    if not child.known:
        return F(p.base_rate)
    away = child.ill + child.gone
    if child.normal >= away + child.slide:
        return child.usual
    if away > child.slide:
        return AWAY_DUE
    return child.usual if child.usual > SLIDE_DUE else SLIDE_DUE


def _move(child: _Child, p: Policy, absent: bool, x: np.float32, after_break: bool) -> None:
    """One day's change of the four weights."""
    n, s, g, d = child.normal, child.ill, child.gone, child.slide
    stay_normal = F(1.0 - p.enter_ill - p.enter_gone - p.enter_slide)
    stay_slide = F(1.0 - p.leave_slide - p.slide_to_gone)
    normal = n * stay_normal + (s * F(p.leave_ill) + (g * F(p.leave_gone) + d * F(p.leave_slide)))
    # Over a vacation many things begin: late returns from a feast, and departures.
    enter_ill = F(p.enter_ill * p.break_ill if after_break else p.enter_ill)
    enter_gone = F(p.enter_gone * p.break_gone if after_break else p.enter_gone)
    ill = s * F(1.0 - p.leave_ill) + n * enter_ill
    gone = (g * F(1.0 - p.leave_gone) + n * enter_gone) + d * F(p.slide_to_gone)
    slide = d * stay_slide + n * F(p.enter_slide)

    def fit(extra: float) -> np.float32:
        return ONE + F(extra) * x if absent else ONE - F(extra)

    child.normal = normal
    child.ill = ill * fit(p.ill_extra)
    child.gone = gone * fit(p.gone_extra)
    child.slide = slide * fit(p.slide_extra)


def _learn(child: _Child, p: Policy, absent: bool, share: np.float32) -> None:
    """Her habit is learnt only while coming as usual is the likeliest explanation."""
    if not child.normal >= (child.ill + child.gone) + child.slide:
        return
    gain = child.gain
    child.usual = child.usual + gain * ((share if absent else ZERO) - child.usual)
    slower = gain * ((ONE - gain) + gain * gain)  # close to 1/(n + 1) from 1/n
    least = F(1.0 / p.own_memory)
    child.gain = least if least > slower else slower


def _bring_to_one(child: _Child) -> None:
    total = (child.normal + child.ill) + (child.gone + child.slide)
    scale = ONE / (ONE if total == ZERO else total)
    child.normal = child.normal * scale
    child.ill = child.ill * scale
    child.gone = child.gone * scale
    child.slide = child.slide * scale


def _note(child: _Child, absent: bool, on: int, after_break: bool, before: tuple[int, int]) -> None:
    """What the sentence will need."""
    child.marked_days += 1
    if not absent:
        child.run = 0
        return
    child.absent_days += 1
    if child.run == 0:
        child.since = on
        child.after_break = after_break
        child.class_present, child.class_marked = before
    child.run += 1


def _signal(
    book: _Class, row: int, index: int, day: int, score: float, policy: Policy
) -> SlowSignal:
    child = book.children[row]
    recent = [m for m in child.seen if m in (Mark.PRESENT, Mark.ABSENT)][-RECENT_DAYS:]
    return SlowSignal(
        child=index,
        day=day,
        on=book.last_on,
        channel=1 if child.run >= policy.urgent_run else 0,
        score=score,
        run=child.run,
        since=child.since,
        after_break=child.after_break,
        others_present=book.present - child.class_present,
        others_marked=book.marked - child.class_marked - child.run,
        usual_absent=child.absent_days - child.run,
        usual_marked=child.marked_days - child.run,
        recent_absent=sum(m == Mark.ABSENT for m in recent),
        recent_marked=len(recent),
        year_absent=child.absent_days,
        year_marked=child.marked_days,
    )


def _least(a: np.float32, b: np.float32) -> np.float32:
    return a if a < b else b


def _divide(a: np.float32, b: np.float32) -> np.float32:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.float32(np.divide(a, b))
