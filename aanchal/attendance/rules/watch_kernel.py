"""The compiled inner loop of the watch. Read `reference.py` first: it says the same, slowly.

Every operation is on float32 in one written order, without contraction or reassociation, and the
only sums over children are of whole numbers. So the result depends neither on how many children
the machine moves at once, nor on the number of threads, nor on whether days come one by one.

Classes are moved in small groups, day by day, so that their state stays in the nearest cache.
"""

from typing import Final

import numpy as np
from numba import njit

from .lanes import (
    add,
    any_lane,
    as_real,
    as_word,
    below,
    bits_and,
    bits_or,
    count_lanes,
    differ,
    equal,
    leading_zeros,
    least,
    left,
    load,
    most,
    ones,
    pick,
    right,
    store,
    sub,
    sum_lanes,
    trailing_zeros,
)
from .watch_state import LANES, REALS, WHOLES

PARAMETERS: Final = 26  # see `parameters` in early_warning.py
SIGNAL_WHOLES: Final = 12
GROUP_BLOCKS: Final = 24  # blocks of 16 children moved together: about 18 kB
GROUP_CLASSES: Final = 24
DUE_ONE: Final = 65536  # expected absences are summed in whole 1/65536ths
AWAY_DUE: Final = 0.95  # expected of a child thought ill or gone
SLIDE_DUE: Final = 0.5  # at least so much expected of a child thought to slip away
RENORM: Final = 8  # taken days after which the odds are brought back to sum 1
SEEN_DAYS: Final = 32  # taken days remembered bit by bit
RECENT_DAYS: Final = 20  # her own marked days that a sentence looks back over

# Fields of a block while it is moved; the first six are the persistent reals.
_USUAL: Final = 0
_GAIN: Final = LANES
_NORMAL: Final = 2 * LANES
_ILL: Final = 3 * LANES
_GONE: Final = 4 * LANES
_SLIDE: Final = 5 * LANES
_ASKED: Final = 6 * LANES
_ABSENT: Final = 7 * LANES
_MARKED: Final = 8 * LANES
_DUE: Final = 9 * LANES
_HIT: Final = 10 * LANES
_BLOCK: Final = 11 * LANES

# Persistent whole numbers of a child.
_ABSENT_BITS: Final = 0  # absent on each of the last 32 taken days, the newest lowest
_MARKED_BITS: Final = LANES
_TOTALS: Final = 2 * LANES  # absent days << 16 | marked days
_BASES: Final = 3 * LANES  # class presences << 16 | class marks, before the run's first day
_RUN: Final = 4 * LANES  # first day << 16 | after a break << 15 | length << 1 | asked


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc, untyped-decorator]
def watch_classes(  # type: ignore[no-untyped-def]
    first,
    last,
    starts,
    sizes,
    offsets,
    absent,
    marked,
    ordinals,
    reals,
    wholes,
    class_wholes,
    class_reals,
    p,
    urgent_run,
    least_days,
    break_days,
    weights,
    out,
    scores,
):
    """Move classes first..last over the days of their planes; return the number of signals.

    absent, marked: uint32, children × words of 32 days. ordinals: int32, a day each. weights:
    float32, class × (gone, slide), each divided by the class's threshold. Signals go to `out`
    (int32 rows) and `scores` (float32 odds), in no promised order.
    """
    base_rate = p[0]
    class_strength = p[1]
    new_gain = p[2]
    least_gain = p[3]
    k = p[4]
    slow_keep = p[5]
    slow_strength = p[6]
    sharpest = p[7]
    extra_ill = p[8]
    extra_gone = p[9]
    extra_slide = p[10]
    in_ill = p[11]
    in_gone = p[12]
    in_slide = p[13]
    out_ill = p[14]
    out_gone = p[15]
    out_slide = p[16]
    slide_gone = p[17]
    stay_normal = p[18]
    stay_ill = p[19]
    stay_gone = p[20]
    stay_slide = p[21]
    rearm = p[22]
    caution = p[23]
    w_gone = p[24]
    w_slide = p[25]
    zero = np.float32(0.0)
    one = np.float32(1.0)
    half = np.float32(SLIDE_DUE)
    away_due = np.float32(AWAY_DUE)
    grain = np.float32(DUE_ONE)
    came_ill = one - extra_ill
    came_gone = one - extra_gone
    came_slide = one - extra_slide
    whole_k = k * grain
    u0 = np.uint32(0)
    u1 = np.uint32(1)

    days = ordinals.size
    count = 0
    widest = 0
    at_class = first
    while at_class < last:
        blocks, classes = _group(starts, at_class, last)
        widest = max(widest, blocks)
        at_class += classes
    work = np.empty(widest * _BLOCK, np.uint32)
    edges = np.zeros(GROUP_CLASSES + 1, np.int64)
    sum_m = np.zeros(GROUP_CLASSES, np.int32)
    sum_a = np.zeros(GROUP_CLASSES, np.int32)
    sum_q = np.zeros(GROUP_CLASSES, np.int32)
    day_mean = np.zeros(GROUP_CLASSES, np.float32)
    day_seen = np.zeros(GROUP_CLASSES, np.float32)
    day_came = np.zeros(GROUP_CLASSES, np.float32)
    day_rest = np.zeros(GROUP_CLASSES, np.float32)
    day_share = np.zeros(GROUP_CLASSES, np.float32)
    # What sentences need of each class-day: class totals before it, and whether a break preceded.
    before_came = np.zeros((GROUP_CLASSES, days), np.int32)
    before_marks = np.zeros((GROUP_CLASSES, days), np.int32)
    breaks = np.zeros((GROUP_CLASSES, days), np.uint8)
    taken = np.zeros((GROUP_CLASSES, (days + 31) >> 5), np.uint32)

    at_class = first
    while at_class < last:
        blocks, classes = _group(starts, at_class, last)
        for i in range(classes + 1):
            edges[i] = starts[at_class + i] - starts[at_class]
        _enter(work, blocks, starts[at_class], reals, wholes, base_rate)
        taken[:] = u0
        for day in range(days):
            if day & 31 == 0:
                for i in range(classes):
                    c = at_class + i
                    _load_word(
                        work, edges[i], edges[i + 1], offsets[c], sizes[c], absent, marked, day >> 5
                    )
            bit = left(u1, np.uint32(day & 31))

            # Each class: how many are marked, absent, and how many were expected to be absent.
            for i in range(classes):
                m = np.int32(0)
                a = np.int32(0)
                q = np.int32(0)
                for b in range(edges[i], edges[i + 1]):
                    at = b * _BLOCK
                    m = add(m, count_lanes(work, at + _MARKED, bit))
                    a = add(a, count_lanes(work, at + _ABSENT, bit))
                    q = add(q, sum_lanes(work, at + _DUE, at + _MARKED, bit))
                sum_m[i] = m
                sum_a[i] = a
                sum_q[i] = q
            for i in range(classes):
                m = sum_m[i]
                if m == 0:
                    continue
                c = at_class + i
                a = sum_a[i]
                slow_a = class_reals[c, 0]
                slow_q = class_reals[c, 1]
                slow_m = class_reals[c, 2]
                real_a = np.float32(a)
                real_m = np.float32(m)
                real_q = np.float32(sum_q[i]) / grain
                expected_k = k * ((slow_a + slow_strength) / (slow_q + slow_strength))
                day_mean[i] = (slow_a + class_strength * base_rate) / (slow_m + class_strength)
                day_seen[i] = (real_a - one) + expected_k
                day_came[i] = (real_m - real_a) + k
                day_rest[i] = (real_m - one) * grain
                day_share[i] = least((real_q + k) / (real_a + expected_k), one)
                class_reals[c, 0] = slow_a * slow_keep + real_a
                class_reals[c, 1] = slow_q * slow_keep + real_q
                class_reals[c, 2] = slow_m * slow_keep + real_m
                if class_wholes[c, 0] & (RENORM - 1) == 0:
                    for b in range(edges[i], edges[i + 1]):
                        _renorm(work, b * _BLOCK)
                gap = ordinals[day] - class_wholes[c, 1]
                breaks[i, day] = class_wholes[c, 0] > 0 and gap >= break_days
                before_came[i, day] = class_wholes[c, 2]
                before_marks[i, day] = class_wholes[c, 3]
                taken[i, day >> 5] = bits_or(taken[i, day >> 5], bit)
                class_wholes[c, 0] += 1
                class_wholes[c, 1] = ordinals[day]
                class_wholes[c, 2] += m - a
                class_wholes[c, 3] += m

            # Each child.
            for i in range(classes):
                if sum_m[i] == 0:
                    continue
                mean = day_mean[i]
                seen = day_seen[i]
                came = day_came[i]
                rest = day_rest[i]
                share = day_share[i]
                q_all = sum_q[i]
                ask_gone = weights[at_class + i, 0]
                ask_slide = weights[at_class + i, 1]
                for b in range(edges[i], edges[i + 1]):
                    at = b * _BLOCK
                    for j in range(LANES):
                        is_m = differ(bits_and(load(work, at + _MARKED + j), bit), u0)
                        is_a = differ(bits_and(load(work, at + _ABSENT + j), bit), u0)
                        old_gain = as_real(load(work, at + _GAIN + j))
                        old_usual = as_real(load(work, at + _USUAL + j))
                        old_n = as_real(load(work, at + _NORMAL + j))
                        s = as_real(load(work, at + _ILL + j))
                        g = as_real(load(work, at + _GONE + j))
                        d = as_real(load(work, at + _SLIDE + j))
                        unknown = old_gain == zero
                        gain = pick(unknown, new_gain, old_gain)
                        usual = pick(unknown, mean, old_usual)
                        n = pick(unknown, one, old_n)

                        # Odds against an absence today: hers, and her classmates' day.
                        due = np.float32(sub(q_all, np.int32(load(work, at + _DUE + j))))
                        against = (one - usual) * (came * (due + whole_k))
                        odds = usual * (seen * ((rest - due) + whole_k))
                        x = least(against / odds, sharpest)

                        next_n = n * stay_normal + (s * out_ill + (g * out_gone + d * out_slide))
                        next_s = s * stay_ill + n * in_ill
                        next_g = (g * stay_gone + n * in_gone) + d * slide_gone
                        next_d = d * stay_slide + n * in_slide
                        next_s = next_s * pick(is_a, one + extra_ill * x, came_ill)
                        next_g = next_g * pick(is_a, one + extra_gone * x, came_gone)
                        next_d = next_d * pick(is_a, one + extra_slide * x, came_slide)
                        n = pick(is_m, next_n, old_n)
                        s = pick(is_m, next_s, s)
                        g = pick(is_m, next_g, g)
                        d = pick(is_m, next_d, d)

                        # Her habit is learnt only while coming as usual is the likeliest.
                        out_now = s + g
                        as_usual = n >= out_now + d
                        moved = usual + gain * (pick(is_a, share, zero) - usual)
                        slower = most(least_gain, gain * ((one - gain) + gain * gain))
                        usual = pick(as_usual, moved, usual)
                        slower = pick(as_usual, slower, gain)
                        usual = pick(is_m, usual, old_usual)
                        gain = pick(is_m, slower, old_gain)
                        store(work, at + _NORMAL + j, as_word(n))
                        store(work, at + _ILL + j, as_word(s))
                        store(work, at + _GONE + j, as_word(g))
                        store(work, at + _SLIDE + j, as_word(d))
                        store(work, at + _USUAL + j, as_word(usual))
                        store(work, at + _GAIN + j, as_word(gain))
                        due = pick(as_usual, usual, pick(out_now > d, away_due, most(usual, half)))
                        due = pick(gain == zero, base_rate, due)
                        store(work, at + _DUE + j, np.uint32(np.int32(due * grain)))

                        benign = n + s
                        slide = d * (one - caution * gain)
                        evidence = ask_gone * g + ask_slide * slide
                        asked = load(work, at + _ASKED + j)
                        back = is_m & (is_a == False) & (evidence < rearm * benign)  # noqa: E712
                        asked = pick(back, u0, asked)
                        hit = is_a & equal(asked, u0) & (evidence > benign)
                        store(work, at + _ASKED + j, asked)
                        store(work, at + _HIT + j, pick(hit, u1, u0))
                    if any_lane(work, b * _BLOCK + _HIT):
                        c = at_class + i
                        row = (b - edges[i]) * LANES
                        for j in range(LANES):
                            if load(work, at + _HIT + j) == 0:
                                continue
                            u = (starts[at_class] + b) * (WHOLES * LANES) + j
                            child = offsets[c] + row + j
                            run, since = _signal(
                                out[count],
                                child,
                                c,
                                day,
                                u,
                                wholes,
                                absent,
                                marked,
                                ordinals,
                                taken[i],
                                before_came[i],
                                before_marks[i],
                                breaks[i],
                                class_wholes,
                            )
                            if run < urgent_run and out[count, 9] < least_days:
                                continue
                            store(work, at + _ASKED + j, u1)
                            out[count, 3] = 1 if run >= urgent_run else 0
                            g = as_real(load(work, at + _GONE + j))
                            slide = as_real(load(work, at + _SLIDE + j)) * (
                                one - caution * as_real(load(work, at + _GAIN + j))
                            )
                            benign = as_real(load(work, at + _NORMAL + j)) + as_real(
                                load(work, at + _ILL + j)
                            )
                            scores[count] = (w_gone * g + w_slide * slide) / benign
                            count += 1
        for i in range(classes):
            c = at_class + i
            _leave(
                work,
                edges[i],
                edges[i + 1],
                starts[at_class],
                offsets[c],
                sizes[c],
                days,
                reals,
                wholes,
                absent,
                marked,
                ordinals,
                taken[i],
                before_came[i],
                before_marks[i],
                breaks[i],
            )
        at_class += classes
    return count


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _group(starts, first, last):  # type: ignore[no-untyped-def]
    """Blocks and classes of the next group: at least one class, then as many as fit."""
    classes = 1
    while (
        first + classes < last
        and classes < GROUP_CLASSES
        and starts[first + classes + 1] - starts[first] <= GROUP_BLOCKS
    ):
        classes += 1
    return starts[first + classes] - starts[first], classes


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc, untyped-decorator]
def _enter(work, blocks, start, reals, wholes, base_rate):  # type: ignore[no-untyped-def]
    """Lay the state of a group's blocks out for moving, with what is expected of each child."""
    zero = np.float32(0.0)
    grain = np.float32(DUE_ONE)
    for b in range(blocks):
        w = work[b * _BLOCK : (b + 1) * _BLOCK]
        r = reals[(start + b) * REALS * LANES : (start + b + 1) * REALS * LANES]
        u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
        for j in range(REALS * LANES):
            w[j] = as_word(r[j])
        for j in range(LANES):
            w[_ASKED + j] = bits_and(u[_RUN + j], np.uint32(1))
            w[_ABSENT + j] = np.uint32(0)
            w[_MARKED + j] = np.uint32(0)
            w[_HIT + j] = np.uint32(0)
            usual = r[_USUAL + j]
            out_now = r[_ILL + j] + r[_GONE + j]
            d = r[_SLIDE + j]
            as_usual = r[_NORMAL + j] >= out_now + d
            slide_due = most(usual, np.float32(SLIDE_DUE))
            due = pick(as_usual, usual, pick(out_now > d, np.float32(AWAY_DUE), slide_due))
            due = pick(r[_GAIN + j] == zero, base_rate, due)
            w[_DUE + j] = np.uint32(np.int32(due * grain))


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _load_word(work, first, last, offset, size, absent, marked, word):  # type: ignore[no-untyped-def]
    """Bring 32 days of a class's planes into its blocks."""
    for b in range(first, last):
        at = b * _BLOCK
        row = (b - first) * LANES
        for j in range(min(LANES, size - row)):
            m = marked[offset + row + j, word]
            work[at + _MARKED + j] = m
            work[at + _ABSENT + j] = bits_and(absent[offset + row + j, word], m)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc, untyped-decorator]
def _renorm(work, at):  # type: ignore[no-untyped-def]
    """Bring the four odds back to sum 1; a child not yet known keeps her zeros."""
    zero = np.float32(0.0)
    one = np.float32(1.0)
    for j in range(LANES):
        n = as_real(load(work, at + _NORMAL + j))
        s = as_real(load(work, at + _ILL + j))
        g = as_real(load(work, at + _GONE + j))
        d = as_real(load(work, at + _SLIDE + j))
        total = (n + s) + (g + d)
        scale = one / pick(total == zero, one, total)
        store(work, at + _NORMAL + j, as_word(n * scale))
        store(work, at + _ILL + j, as_word(s * scale))
        store(work, at + _GONE + j, as_word(g * scale))
        store(work, at + _SLIDE + j, as_word(d * scale))


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _run_since(  # type: ignore[no-untyped-def]
    child, upto, u, wholes, absent, marked, ordinals, before_came, before_marks, breaks
):
    """The run up to and with column `upto`: (bases, run word without `asked`).

    A child who is not marked keeps her run; so the last marked day decides.
    """
    length = np.uint32(0)
    earliest = -1
    ended = False
    word = upto >> 5
    keep = right(np.uint32(0xFFFFFFFF), np.uint32(31 - (upto & 31)))
    while word >= 0 and not ended:
        m = bits_and(marked[child, word], keep)
        a = bits_and(absent[child, word], m)
        present = sub(m, a)
        if present != 0:
            top = sub(np.uint32(32), leading_zeros(present))  # 1..32
            half = right(top, np.uint32(1))
            high = right(right(a, half), sub(top, half))
            a = left(left(high, half), sub(top, half))
            ended = True
        if a != 0:
            length = add(length, ones(a))
            earliest = 32 * word + np.int64(trailing_zeros(a))
        keep = np.uint32(0xFFFFFFFF)
        word -= 1
    old = wholes[u + _RUN]
    old_length = bits_and(right(old, np.uint32(1)), np.uint32(0x3FFF))
    if not ended and old_length != 0:
        total = min(np.int64(old_length) + np.int64(length), 0x3FFF)
        packed = bits_or(bits_and(old, np.uint32(0xFFFF8000)), left(np.uint32(total), np.uint32(1)))
        return wholes[u + _BASES], packed
    if earliest < 0:
        if ended:
            return np.uint32(0), np.uint32(0)
        return wholes[u + _BASES], bits_and(old, np.uint32(0xFFFFFFFE))
    bases = bits_or(
        left(np.uint32(before_came[earliest]), np.uint32(16)),
        bits_and(np.uint32(before_marks[earliest]), np.uint32(0xFFFF)),
    )
    since = bits_or(
        left(np.uint32(ordinals[earliest]), np.uint32(16)),
        left(np.uint32(breaks[earliest]), np.uint32(15)),
    )
    return bases, bits_or(since, left(length, np.uint32(1)))


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _totals(child, upto, old, absent, marked):  # type: ignore[no-untyped-def]
    """Absent and marked days so far, packed, up to and with column `upto`."""
    a_days = np.uint32(0)
    m_days = np.uint32(0)
    for word in range((upto >> 5) + 1):
        m = marked[child, word]
        if word == upto >> 5:
            m = bits_and(m, right(np.uint32(0xFFFFFFFF), np.uint32(31 - (upto & 31))))
        a_days = add(a_days, ones(bits_and(absent[child, word], m)))
        m_days = add(m_days, ones(m))
    return add(old, bits_or(left(a_days, np.uint32(16)), m_days))


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _signal(  # type: ignore[no-untyped-def]
    row,
    child,
    c,
    day,
    u,
    wholes,
    absent,
    marked,
    ordinals,
    taken,
    before_came,
    before_marks,
    breaks,
    class_wholes,
):
    """Fill one signal's numbers; returns the run and its word."""
    bases, run_word = _run_since(
        child, day, u, wholes, absent, marked, ordinals, before_came, before_marks, breaks
    )
    totals = _totals(child, day, wholes[u + _TOTALS], absent, marked)
    run = np.int64(bits_and(right(run_word, np.uint32(1)), np.uint32(0x3FFF)))
    came = (class_wholes[c, 2] - np.int64(right(bases, np.uint32(16)))) & 0xFFFF
    marks = (class_wholes[c, 3] - np.int64(bits_and(bases, np.uint32(0xFFFF)))) & 0xFFFF

    # Her last marked days, within the taken days that are remembered bit by bit.
    recent_a = 0
    recent_m = 0
    looked = 0
    at = day
    while at >= 0 and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(at & 31)
        if bits_and(right(taken[at >> 5], shift), np.uint32(1)) != 0:
            looked += 1
            m = bits_and(right(marked[child, at >> 5], shift), np.uint32(1))
            a = bits_and(right(absent[child, at >> 5], shift), m)
            recent_m += np.int64(m)
            recent_a += np.int64(a)
        at -= 1
    back = 0
    while back < SEEN_DAYS and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(back)
        recent_m += np.int64(bits_and(right(wholes[u + _MARKED_BITS], shift), np.uint32(1)))
        recent_a += np.int64(bits_and(right(wholes[u + _ABSENT_BITS], shift), np.uint32(1)))
        looked += 1
        back += 1
    row[0] = child
    row[1] = day
    row[2] = ordinals[day]
    row[4] = run
    row[5] = np.int64(right(run_word, np.uint32(15)))
    row[6] = came
    row[7] = marks - run
    row[8] = np.int64(right(totals, np.uint32(16)))
    row[9] = np.int64(bits_and(totals, np.uint32(0xFFFF)))
    row[10] = recent_a
    row[11] = recent_m
    return run, run_word


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _leave(  # type: ignore[no-untyped-def]
    work,
    first,
    last,
    start,
    offset,
    size,
    days,
    reals,
    wholes,
    absent,
    marked,
    ordinals,
    taken,
    before_came,
    before_marks,
    breaks,
):
    """Put a class's moved state back, and bring its children's whole numbers up to date."""
    if days == 0:
        return
    # The column from which on at most the last 32 taken days lie.
    earliest = days
    known = 0
    while earliest > 0 and known < SEEN_DAYS:
        earliest -= 1
        shift = np.uint32(earliest & 31)
        known += np.int64(bits_and(right(taken[earliest >> 5], shift), np.uint32(1)))
    for b in range(first, last):
        w = work[b * _BLOCK : (b + 1) * _BLOCK]
        r = reals[(start + b) * REALS * LANES : (start + b + 1) * REALS * LANES]
        u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
        for j in range(REALS * LANES):
            r[j] = as_real(w[j])
        if known == 0:
            for j in range(LANES):
                u[_RUN + j] = bits_or(bits_and(u[_RUN + j], np.uint32(0xFFFFFFFE)), w[_ASKED + j])
    if known == 0:
        return
    for word in range(earliest >> 5, ((days - 1) >> 5) + 1):
        _load_word(work, first, last, offset, size, absent, marked, word)
        for day in range(max(earliest, 32 * word), min(days, 32 * word + 32)):
            shift = np.uint32(day & 31)
            if bits_and(right(taken[word], shift), np.uint32(1)) == 0:
                continue
            for b in range(first, last):
                w = work[b * _BLOCK : (b + 1) * _BLOCK]
                u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
                for j in range(LANES):
                    m = bits_and(right(w[_MARKED + j], shift), np.uint32(1))
                    a = bits_and(right(w[_ABSENT + j], shift), np.uint32(1))
                    u[_MARKED_BITS + j] = bits_or(left(u[_MARKED_BITS + j], np.uint32(1)), m)
                    u[_ABSENT_BITS + j] = bits_or(left(u[_ABSENT_BITS + j], np.uint32(1)), a)
    for b in range(first, last):
        place = (start + b) * WHOLES * LANES
        row = (b - first) * LANES
        for j in range(min(LANES, size - row)):
            child = offset + row + j
            u = place + j
            bases, run_word = _run_since(
                child,
                days - 1,
                u,
                wholes,
                absent,
                marked,
                ordinals,
                before_came,
                before_marks,
                breaks,
            )
            wholes[u + _TOTALS] = _totals(child, days - 1, wholes[u + _TOTALS], absent, marked)
            wholes[u + _BASES] = bases
            wholes[u + _RUN] = bits_or(run_word, work[b * _BLOCK + _ASKED + j])
