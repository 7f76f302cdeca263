"""The compiled inner loop of the watch. Read `reference.py` first: it says the same, slowly.

Every operation is on float32 in one written order, without contraction or reassociation, and the
only sums over children are of whole numbers. So the result depends neither on how many children
the machine moves at once, nor on the number of threads, nor on whether days come one by one.

Classes are moved in small groups, day by day, so that their state stays in the nearest cache.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

import math

import numpy as np

from ..compiled import njit
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
    least,
    left,
    load,
    most,
    pick,
    store,
    sub,
    sum_lanes,
)
from .watch_book import enter, fill_signal, leave, load_word
from .watch_layout import (
    ABSENT,
    AFTER,
    ASKED,
    AWAY_DUE,
    BLOCK,
    CAME_ALL,
    CAME_K,
    CLASS_FIELDS,
    DUE,
    DUE_ONE,
    GAIN,
    GONE,
    GROUP_BLOCKS,
    GROUP_CLASSES,
    HIT,
    ILL,
    LAST_ON,
    MARKED,
    MARKS_ALL,
    MEAN,
    NORMAL,
    RENORM_BITS,
    REST,
    SEEN,
    SHARE,
    SLIDE,
    SLIDE_DUE,
    SLOW_A,
    SLOW_M,
    SLOW_Q,
    SUM_A,
    SUM_M,
    SUM_Q,
    TAKEN,
    USUAL,
)
from .watch_state import CLASS_REALS, CLASS_WHOLES, LANES, WHOLES


@njit(cache=True, nogil=True, error_model="numpy")
def watch_classes(
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
    (int32 rows) and `scores` (log odds), in no promised order.
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
    break_ill = p[26]
    break_gone = p[27]
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
    break_less = np.uint32(max(break_days, 1) - 1)

    days = ordinals.size
    count = 0
    widest = 0
    at_class = first
    while at_class < last:
        blocks, classes = next_group(starts, at_class, last)
        widest = max(widest, blocks)
        at_class += classes
    work = np.empty(widest * BLOCK, np.uint32)
    edges = np.zeros(GROUP_CLASSES + 1, np.int64)
    held = np.zeros(CLASS_FIELDS * GROUP_CLASSES, np.uint32)
    # What sentences need of each class-day: class totals before it, and whether a break preceded.
    before_came = np.zeros((days, GROUP_CLASSES), np.uint32)
    before_marks = np.zeros((days, GROUP_CLASSES), np.uint32)
    breaks = np.zeros((days, GROUP_CLASSES), np.uint32)
    taken = np.zeros(((days + 31) >> 5, GROUP_CLASSES), np.uint32)

    at_class = first
    while at_class < last:
        blocks, classes = next_group(starts, at_class, last)
        for i in range(classes + 1):
            edges[i] = starts[at_class + i] - starts[at_class]
        enter(work, blocks, starts[at_class], reals, wholes, base_rate)
        held[:] = u0
        for i in range(classes):
            for field in range(CLASS_REALS):
                held[(SLOW_A + field) * GROUP_CLASSES + i] = as_word(
                    class_reals[at_class + i, field]
                )
            for field in range(CLASS_WHOLES):
                held[(TAKEN + field) * GROUP_CLASSES + i] = np.uint32(
                    class_wholes[at_class + i, field]
                )
        taken[:] = u0
        for day in range(days):
            if day & 31 == 0:
                load_word(work, edges, classes, offsets, sizes, at_class, absent, marked, day >> 5)
            bit = left(u1, np.uint32(day & 31))
            today = np.uint32(ordinals[day])

            # Each class: how many are marked, absent, and how many were expected to be absent.
            for i in range(classes):
                m = u0
                a = u0
                q = u0
                for b in range(edges[i], edges[i + 1]):
                    at = b * BLOCK
                    m = add(m, np.uint32(count_lanes(work, at + MARKED, bit)))
                    a = add(a, np.uint32(count_lanes(work, at + ABSENT, bit)))
                    q = add(q, np.uint32(sum_lanes(work, at + DUE, at + MARKED, bit)))
                store(held, SUM_M * GROUP_CLASSES + i, m)
                store(held, SUM_A * GROUP_CLASSES + i, a)
                store(held, SUM_Q * GROUP_CLASSES + i, q)
            for i in range(GROUP_CLASSES):
                m = load(held, SUM_M * GROUP_CLASSES + i)
                a = load(held, SUM_A * GROUP_CLASSES + i)
                is_taken = differ(m, u0)
                slow_a = as_real(load(held, SLOW_A * GROUP_CLASSES + i))
                slow_q = as_real(load(held, SLOW_Q * GROUP_CLASSES + i))
                slow_m = as_real(load(held, SLOW_M * GROUP_CLASSES + i))
                real_a = np.float32(np.int32(a))
                real_m = np.float32(np.int32(m))
                real_q = np.float32(np.int32(load(held, SUM_Q * GROUP_CLASSES + i))) / grain
                expected_k = k * ((slow_a + slow_strength) / (slow_q + slow_strength))
                mean = (slow_a + class_strength * base_rate) / (slow_m + class_strength)
                share = least((real_q + k) / (real_a + expected_k), one)
                store(held, MEAN * GROUP_CLASSES + i, as_word(mean))
                store(held, SEEN * GROUP_CLASSES + i, as_word((real_a - one) + expected_k))
                store(held, CAME_K * GROUP_CLASSES + i, as_word((real_m - real_a) + k))
                store(held, REST * GROUP_CLASSES + i, as_word((real_m - one) * grain))
                store(held, SHARE * GROUP_CLASSES + i, as_word(share))
                next_a = pick(is_taken, slow_a * slow_keep + real_a, slow_a)
                next_q = pick(is_taken, slow_q * slow_keep + real_q, slow_q)
                next_m = pick(is_taken, slow_m * slow_keep + real_m, slow_m)
                store(held, SLOW_A * GROUP_CLASSES + i, as_word(next_a))
                store(held, SLOW_Q * GROUP_CLASSES + i, as_word(next_q))
                store(held, SLOW_M * GROUP_CLASSES + i, as_word(next_m))

                count_taken = load(held, TAKEN * GROUP_CLASSES + i)
                last_on = load(held, LAST_ON * GROUP_CLASSES + i)
                came_all = load(held, CAME_ALL * GROUP_CLASSES + i)
                marks_all = load(held, MARKS_ALL * GROUP_CLASSES + i)
                long_gap = below(add(last_on, break_less), today) & differ(count_taken, u0)
                after = pick(long_gap, u1, u0)
                store(held, AFTER * GROUP_CLASSES + i, after)
                row = day * GROUP_CLASSES + i
                store(breaks, row, after)
                store(before_came, row, came_all)
                store(before_marks, row, marks_all)
                one_taken = pick(is_taken, u1, u0)
                store(held, TAKEN * GROUP_CLASSES + i, add(count_taken, one_taken))
                store(held, LAST_ON * GROUP_CLASSES + i, pick(is_taken, today, last_on))
                store(held, CAME_ALL * GROUP_CLASSES + i, add(came_all, sub(m, a)))
                store(held, MARKS_ALL * GROUP_CLASSES + i, add(marks_all, m))
                row = (day >> 5) * GROUP_CLASSES + i
                seen_bits = load(taken, row)
                store(taken, row, bits_or(seen_bits, pick(is_taken, bit, u0)))

            # Each child.
            for i in range(classes):
                if load(held, SUM_M * GROUP_CLASSES + i) == u0:
                    continue
                if bits_and(load(held, TAKEN * GROUP_CLASSES + i), RENORM_BITS) == u1:
                    bring_to_one(work, edges[i], edges[i + 1])
                mean = as_real(load(held, MEAN * GROUP_CLASSES + i))
                seen = as_real(load(held, SEEN * GROUP_CLASSES + i))
                came = as_real(load(held, CAME_K * GROUP_CLASSES + i))
                rest = as_real(load(held, REST * GROUP_CLASSES + i))
                share = as_real(load(held, SHARE * GROUP_CLASSES + i))
                q_all = np.int32(load(held, SUM_Q * GROUP_CLASSES + i))
                after = load(held, AFTER * GROUP_CLASSES + i)
                into_ill = break_ill if after != u0 else in_ill
                into_gone = break_gone if after != u0 else in_gone
                ask_gone = weights[at_class + i, 0]
                ask_slide = weights[at_class + i, 1]
                for b in range(edges[i], edges[i + 1]):
                    at = b * BLOCK
                    for j in range(LANES):
                        is_m = differ(bits_and(load(work, at + MARKED + j), bit), u0)
                        is_a = differ(bits_and(load(work, at + ABSENT + j), bit), u0)
                        old_gain = as_real(load(work, at + GAIN + j))
                        old_usual = as_real(load(work, at + USUAL + j))
                        old_n = as_real(load(work, at + NORMAL + j))
                        s = as_real(load(work, at + ILL + j))
                        g = as_real(load(work, at + GONE + j))
                        d = as_real(load(work, at + SLIDE + j))
                        unknown = old_gain == zero
                        gain = pick(unknown, new_gain, old_gain)
                        usual = pick(unknown, mean, old_usual)
                        n = pick(unknown, one, old_n)

                        # Odds against an absence today: hers, and her classmates' day.
                        due = np.float32(sub(q_all, np.int32(load(work, at + DUE + j))))
                        against = (one - usual) * (came * (due + whole_k))
                        odds = usual * (seen * ((rest - due) + whole_k))
                        x = least(against / odds, sharpest)

                        next_n = n * stay_normal + (s * out_ill + (g * out_gone + d * out_slide))
                        next_s = s * stay_ill + n * into_ill
                        next_g = (g * stay_gone + n * into_gone) + d * slide_gone
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
                        store(work, at + NORMAL + j, as_word(n))
                        store(work, at + ILL + j, as_word(s))
                        store(work, at + GONE + j, as_word(g))
                        store(work, at + SLIDE + j, as_word(d))
                        store(work, at + USUAL + j, as_word(usual))
                        store(work, at + GAIN + j, as_word(gain))
                        due = pick(as_usual, usual, pick(out_now > d, away_due, most(usual, half)))
                        due = pick(gain == zero, base_rate, due)
                        store(work, at + DUE + j, np.uint32(np.int32(due * grain)))

                        benign = n + s
                        slide = d * (one - caution * gain)
                        evidence = ask_gone * g + ask_slide * slide
                        asked = load(work, at + ASKED + j)
                        back = is_m & (is_a == False) & (evidence < rearm * benign)  # noqa: E712
                        asked = pick(back, u0, asked)
                        hit = is_a & equal(asked, u0) & (evidence > benign)
                        store(work, at + ASKED + j, asked)
                        store(work, at + HIT + j, pick(hit, u1, u0))

            # Few days ask anything, so the asking stands apart from the moving.
            for i in range(classes):
                if load(held, SUM_M * GROUP_CLASSES + i) == u0:
                    continue
                for b in range(edges[i], edges[i + 1]):
                    at = b * BLOCK
                    if any_lane(work, b * BLOCK + HIT):
                        c = at_class + i
                        row = (b - edges[i]) * LANES
                        for j in range(LANES):
                            if load(work, at + HIT + j) == 0:
                                continue
                            u = (starts[at_class] + b) * (WHOLES * LANES) + j
                            child = offsets[c] + row + j
                            run = fill_signal(
                                out[count],
                                child,
                                c,
                                day,
                                u,
                                wholes,
                                absent,
                                marked,
                                ordinals,
                                taken[:, i],
                                before_came[:, i],
                                before_marks[:, i],
                                breaks[:, i],
                                load(held, CAME_ALL * GROUP_CLASSES + i),
                                load(held, MARKS_ALL * GROUP_CLASSES + i),
                            )
                            if run < urgent_run and out[count, 9] < least_days:
                                continue
                            store(work, at + ASKED + j, u1)
                            out[count, 3] = 1 if run >= urgent_run else 0
                            g = as_real(load(work, at + GONE + j))
                            slide = as_real(load(work, at + SLIDE + j)) * (
                                one - caution * as_real(load(work, at + GAIN + j))
                            )
                            benign = as_real(load(work, at + NORMAL + j)) + as_real(
                                load(work, at + ILL + j)
                            )
                            odds_now = (w_gone * g + w_slide * slide) / benign
                            scores[count] = math.log(max(np.float64(odds_now), 1e-30))
                            count += 1
        leave(
            work,
            edges,
            classes,
            at_class,
            starts,
            offsets,
            sizes,
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
        )
        for i in range(classes):
            c = at_class + i
            for field in range(CLASS_REALS):
                class_reals[c, field] = as_real(held[(SLOW_A + field) * GROUP_CLASSES + i])
            for field in range(CLASS_WHOLES):
                class_wholes[c, field] = held[(TAKEN + field) * GROUP_CLASSES + i]
        at_class += classes
    return count


@njit(cache=True, nogil=True)
def next_group(starts, first, last):
    """Blocks and classes of the next group: at least one class, then as many as fit."""
    classes = 1
    while (
        first + classes < last
        and classes < GROUP_CLASSES
        and starts[first + classes + 1] - starts[first] <= GROUP_BLOCKS
    ):
        classes += 1
    return starts[first + classes] - starts[first], classes


@njit(cache=True, nogil=True, error_model="numpy")
def bring_to_one(work, first, last):
    """Bring the four odds back to sum 1; a child not yet known keeps her zeros."""
    zero = np.float32(0.0)
    one = np.float32(1.0)
    for b in range(first, last):
        at = b * BLOCK
        for j in range(LANES):
            n = as_real(load(work, at + NORMAL + j))
            s = as_real(load(work, at + ILL + j))
            g = as_real(load(work, at + GONE + j))
            d = as_real(load(work, at + SLIDE + j))
            total = (n + s) + (g + d)
            scale = one / pick(total == zero, one, total)
            store(work, at + NORMAL + j, as_word(n * scale))
            store(work, at + ILL + j, as_word(s * scale))
            store(work, at + GONE + j, as_word(g * scale))
            store(work, at + SLIDE + j, as_word(d * scale))
