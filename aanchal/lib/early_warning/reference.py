"""The watch, slowly and readably: what the compiled kernel must equal, bit for bit.

Plain Python, one class and one child at a time, no bit tricks. Every number is a float32 and every
line does one thing in the order in which the kernel does it; that order is the definition.
`_fma(a, b, c)` is a × b + c rounded once.

A child has four explanations at once: she comes as usual, she is ill (or at a wedding: something
that ends by itself), she is gone, she is slipping away (or works part of the time). Each holds a
weight. Every marked day moves some weight from one to another, and multiplies each by how well it
foretold the day:

* on a day she came, by the chance that it let her come: 1 for *as usual*, 1 - extra for the rest;
* on a day she was absent, by 1 + extra × x, where x are the odds against an absence today, from
  her own usual rate and from how her classmates came.

Only how the weights stand to each other matters. So they are kept in handy units: of each of the
three, what enters on a day is 1, and the chance of going on coming as usual is divided out. At the
beginning of a fortnight they are brought back to about 1, and her usual rate is settled anew.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

from .policy import Policy

F = np.float32
ZERO: Final = F(0)
ONE: Final = F(1)
GRAINS: Final = F(4096)  # expected absences are summed in whole 4096ths: the order is no matter
AWAY_DUE: Final = F(3686) / GRAINS  # expected of a child who is thought not to come as usual
LEAST_NORMAL: Final = F(2.0**-12)  # so that a child who comes back is soon believed
REARM: Final = F(256)  # her evidence must have fallen to this part of what raises a question
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
    normal: np.float32 = ONE
    ill: np.float32 = ZERO
    gone: np.float32 = ZERO
    slide: np.float32 = ZERO
    missed: int = 0  # absences from which her habit is learnt, each by its share, in 256ths
    learnt: int = 0  # days from which it is learnt, in 256ths
    usual: np.float32 = ZERO  # her rate as settled; 0: unknown
    as_usual: bool = True
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
    mean: np.float32 = ZERO  # its rate as settled; 0: not yet


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
    log_odds = np.float64(p.threshold_for(block))
    ask_gone = F(p.weight_gone * p.enter_gone / np.exp(log_odds))
    ask_slide = F(p.weight_slide * p.enter_slide / np.exp(log_odds))
    unusual = F(np.exp(log_odds) / p.weight_gone)

    def weights(child: _Child) -> tuple[np.float32, np.float32, np.float32]:
        """Of illness; of harm, as large as *harmless* when it is time to ask; against *as usual*."""
        ill = child.ill * F(p.enter_ill)
        harm = _fma(child.gone, ask_gone, child.slide * ask_slide)
        return ill, harm, _fma(harm, unusual, ill)

    if book.taken > 0 and _fortnight(book.last_on) != _fortnight(on):
        _settle(book, p, [weights(child)[2] for child in book.children])

    # How many absences the day should have had, and what it had: the odds are of her classmates.
    due_all = ZERO
    for child, m in zip(book.children, is_marked, strict=True):
        if m:
            due = F(int(_expect(book, child, p) * GRAINS)) / GRAINS
            due_all = due_all + (due if child.as_usual else AWAY_DUE)
    k = F(p.class_day_strength)
    slow = F(p.class_slow_strength)
    real_absent, real_marked = F(absent), F(marked)
    expected = k * ((book.slow_absent + slow) / (book.slow_due + slow))
    # On a day when many are absent, an absence says less about her own habit.
    share = _least((due_all + k) / (real_absent + expected), ONE)
    came = (real_marked - real_absent) + k
    seen = (real_absent - ONE) + expected

    def odds_of_the_day(due_others: np.float32) -> np.float32:
        rest = _most((real_marked - ONE) - due_others, ZERO)
        return _divide(came * (due_others + k), seen * (rest + k))

    odds_usual = odds_of_the_day(due_all - due_all / real_marked)
    odds_away = odds_of_the_day(_most(due_all - AWAY_DUE, ZERO))
    keep = F(0.5 ** (1.0 / p.class_half_life))
    book.slow_absent = _fma(book.slow_absent, keep, real_absent)
    book.slow_due = _fma(book.slow_due, keep, due_all)
    book.slow_marked = _fma(book.slow_marked, keep, real_marked)

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
        expect = _expect(book, child, p)
        lean = (ONE - expect) / expect
        x = _least(lean * (odds_usual if child.as_usual else odds_away), F(p.sharpest_day))
        _move(child, p, x if is_absent[row] else F(-1), after_break)

        ill, harm, against = weights(child)
        # Her habit is learnt only while coming as usual is the likeliest.
        child.as_usual = bool(child.normal >= against)
        if child.as_usual:
            child.learnt += 256
            if is_absent[row]:
                child.missed += int(share * F(256))

        harmless = child.normal + ill
        if not is_absent[row]:
            if harm * REARM < harmless:
                child.asked = False  # she has come back: a new question may be asked
        elif not child.asked and harm > harmless:
            if child.run < p.urgent_run and child.marked_days < p.least_days:
                continue
            child.asked = True
            found.append((row, math.log(max(float(_score(child, p)), 1e-30))))
    return found


def _fortnight(ordinal: int) -> int:
    """The number of a day's fortnight; they begin on a Monday (the first of them on 2000-01-03)."""
    return (ordinal - date(2000, 1, 3).toordinal()) // 14


def _settle(book: _Class, p: Policy, against: list[np.float32]) -> None:
    """At a fortnight's first register: weights back to about 1, and habits brought up to date."""
    strength = F(p.class_strength)
    book.mean = (book.slow_absent + strength * F(p.base_rate)) / (book.slow_marked + strength)
    own, memory = F(p.own_strength), F(p.own_memory)
    for child, weight in zip(book.children, against, strict=True):
        # By a power of two, which changes no digit.
        _fraction, exponent = math.frexp(_most(child.normal, weight))
        scale = F(2.0 ** (1 - exponent))
        child.normal = _most(child.normal * scale, LEAST_NORMAL)
        child.ill, child.gone, child.slide = (
            child.ill * scale,
            child.gone * scale,
            child.slide * scale,
        )
        if F(child.learnt) > memory * F(256):
            # What is longer ago than her memory fades; a little more, so that once is enough.
            forget = F(p.own_memory / (p.own_memory + 16.0))
            child.learnt = int(F(child.learnt) * forget)
            child.missed = int(F(child.missed) * forget)
        child.usual = ZERO
        if child.learnt > 0:
            missed, learnt = F(child.missed) / F(256), F(child.learnt) / F(256)
            child.usual = (missed + own * book.mean) / (learnt + own)


def _expect(book: _Class, child: _Child, p: Policy) -> np.float32:
    """The rate of absence expected of her when she comes as usual; her class's while unknown."""
    if child.usual > ZERO:
        return child.usual
    return book.mean if book.mean > ZERO else F(p.base_rate)


def _move(child: _Child, p: Policy, says: np.float32, after_break: bool) -> None:
    """One day's change of the four weights. says: the odds against her absence, or -1: she came."""
    even = 1.0 / (1.0 - p.enter_ill - p.enter_gone - p.enter_slide)
    n, s, g, d = child.normal, child.ill, child.gone, child.slide
    # Over a vacation many things begin: late returns from a feast, and departures.
    to_ill = n * F(p.break_ill) if after_break else n
    to_gone = n * F(p.break_gone) if after_break else n

    def fit(extra: float) -> np.float32:
        return _fma(says, F(even * extra), F(even))

    child.normal = _fma(s, F(even * p.leave_ill * p.enter_ill), n)
    child.ill = _fma(s, F(1.0 - p.leave_ill), to_ill) * fit(p.away_extra)
    child.gone = (g + to_gone) * fit(p.away_extra)
    child.slide = _fma(d, F(1.0 - p.leave_slide), n) * fit(p.slide_extra)


def _score(child: _Child, p: Policy) -> np.float32:
    """The odds of harm against what is harmless."""
    gone, slide = F(p.weight_gone * p.enter_gone), F(p.weight_slide * p.enter_slide)
    return (gone * child.gone + slide * child.slide) / (child.normal + child.ill * F(p.enter_ill))


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


def _most(a: np.float32, b: np.float32) -> np.float32:
    return a if a > b else b


def _divide(a: np.float32, b: np.float32) -> np.float32:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.float32(np.divide(a, b))


def _fma(a: np.float32, b: np.float32, c: np.float32) -> np.float32:
    """A × b + c, rounded once: the product is exact in float64, and their sum is rounded to odd
    there, so that the second rounding cannot go wrong.
    """
    product, other = float(a) * float(b), float(c)
    total = product + other
    back = total - product
    lost = (product - (total - back)) + (other - back)
    if lost != 0.0 and not np.float64(total).view(np.int64) & 1:
        total = math.nextafter(total, math.inf if lost > 0 else -math.inf)
    return F(total)
