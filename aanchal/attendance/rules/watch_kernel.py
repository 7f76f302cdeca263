"""The compiled inner loop of the watch. Read `reference.py` first: it says the same, slowly.

Every operation is on float32 in one written order, without contraction or reassociation, and the
only sums over children are of whole numbers. So the result does not depend on how many children
the machine moves at once, on the number of threads, or on whether days come one by one.
"""

from typing import Final

import numpy as np
from numba import njit

from .watch_state import CLASS_REALS, CLASS_WHOLES, LANES, REALS, WHOLES

# Where each number of the policy lies in the parameter array; see `parameters` in early_warning.
PARAMETERS: Final = 34
SIGNAL_WHOLES: Final = 14
EXPECTED_ONE: Final = 65536  # expected absences are summed in whole 1/65536ths
FULL: Final = 0xFFFFFFFF


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
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
    plain_run,
    rearm,
    least_days,
    break_days,
    thresholds,
    out,
    scores,
    days_from,
):
    """Move classes first..last over the days of their planes; returns the number of signals.

    absent, marked: uint32, children × words of 32 days; ordinals: int32 a day; thresholds: odds,
    class × (ordinary, urgent). Signals go to `out` (int32 rows) and `scores` (float32).
    """
    one = np.float32(1.0)
    zero = np.float32(0.0)
    grain = np.float32(EXPECTED_ONE)
    ungrain = np.float32(1.0 / EXPECTED_ONE)

    base_rate = p[0]
    class_strength = p[1]
    class_keep = p[2]
    own_strength = p[3]
    own_keep = p[4]
    k = p[5]
    inv_limit = p[6]  # least 1/M
    inv_floor = p[7]  # most 1/M
    e_short = p[8]
    e_long = p[9]
    e_gone = p[10]
    e_1 = p[11]
    e_2 = p[12]
    e_3 = p[13]
    in_short = p[14]
    in_long = p[15]
    in_gone = p[16]
    in_1 = p[17]
    in_2 = p[18]
    out_short = p[19]
    out_long = p[20]
    out_gone = p[21]
    out_slide = p[22]
    deepen = p[23]
    to_gone = p[24]
    w_gone = p[25]
    w_1 = p[26]
    w_2 = p[27]
    w_3 = p[28]
    stay_normal = p[29]
    stay_short = p[30]
    stay_long = p[31]
    stay_gone = p[32]
    stay_slide = p[33]
    stay_slide_deep = stay_slide - to_gone
    stay_slide_mid = stay_slide - deepen

    days = ordinals.size
    words = absent.shape[1]
    widest = 0
    for c in range(first, last):
        widest = max(widest, starts[c + 1] - starts[c])
    bits_a = np.zeros(widest * LANES, np.uint32)
    bits_m = np.zeros(widest * LANES, np.uint32)
    expected = np.zeros(widest * LANES, np.int32)
    hits = np.zeros(LANES, np.uint32)
    count = 0

    for c in range(first, last):
        blocks = starts[c + 1] - starts[c]
        size = sizes[c]
        offset = offsets[c]
        ordinary = thresholds[c, 0]
        urgent = thresholds[c, 1]
        for day in range(days):
            if day & 31 == 0:
                word = day >> 5
                for child in range(blocks * LANES):
                    bits_a[child] = np.uint32(0)
                    bits_m[child] = np.uint32(0)
                if word < words:
                    for child in range(size):
                        bits_m[child] = marked[offset + child, word]
                        bits_a[child] = absent[offset + child, word] & marked[offset + child, word]

            # The class: how many are marked, absent, and how many were expected to be absent.
            class_mean = (class_reals[c, 0] + class_strength * base_rate) / (
                class_reals[c, 1] + class_strength
            )
            prior_a = own_strength * class_mean
            prior_b = own_strength * (one - class_mean)
            sum_m = np.int32(0)
            sum_a = np.int32(0)
            sum_q = np.int32(0)
            for b in range(blocks):
                f = (starts[c] + b) * (REALS * LANES)
                s = b * LANES
                for j in range(LANES):
                    al = reals[f + j] + prior_a
                    be = reals[f + LANES + j] + prior_b
                    r_s = reals[f + 2 * LANES + j]
                    r_l = reals[f + 3 * LANES + j]
                    r_g = reals[f + 4 * LANES + j]
                    r_1 = reals[f + 5 * LANES + j]
                    r_2 = reals[f + 6 * LANES + j]
                    r_3 = reals[f + 7 * LANES + j]
                    total = one + (((r_s + r_l) + r_g) + ((r_1 + r_2) + r_3))
                    extra = ((r_s * e_short + r_l * e_long) + r_g * e_gone) + (
                        (r_1 * e_1 + r_2 * e_2) + r_3 * e_3
                    )
                    q = (al * total + be * extra) / ((al + be) * total)
                    m = np.int32(bits_m[s + j] & np.uint32(1))
                    a = np.int32(bits_a[s + j] & np.uint32(1))
                    whole_q = np.int32(q * grain) * m
                    expected[s + j] = whole_q
                    sum_q += whole_q
                    sum_m += m
                    sum_a += a
            if sum_m == 0:
                for child in range(blocks * LANES):
                    bits_a[child] = bits_a[child] >> np.uint32(1)
                    bits_m[child] = bits_m[child] >> np.uint32(1)
                continue

            on = ordinals[day]
            gap = on - class_wholes[c, 1]
            after_break = np.uint32(0)
            if class_wholes[c, 0] > 0 and gap >= break_days:
                after_break = np.uint32(1)
            base = (np.uint32(class_wholes[c, 2]) & np.uint32(0xFFFF)) << np.uint32(16) | (
                np.uint32(class_wholes[c, 3]) & np.uint32(0xFFFF)
            )
            class_wholes[c, 0] += 1
            class_wholes[c, 1] = on
            class_wholes[c, 2] += sum_m - sum_a
            class_wholes[c, 3] += sum_m
            class_reals[c, 0] = class_reals[c, 0] * class_keep + np.float32(sum_a)
            class_reals[c, 1] = class_reals[c, 1] * class_keep + np.float32(sum_m)
            began = np.uint32(on) << np.uint32(16) | after_break << np.uint32(15)

            for b in range(blocks):
                f = (starts[c] + b) * (REALS * LANES)
                u = (starts[c] + b) * (WHOLES * LANES)
                s = b * LANES
                any_hit = np.uint32(0)
                for j in range(LANES):
                    m = bits_m[s + j] & np.uint32(1)
                    a = bits_a[s + j] & np.uint32(1)
                    bits_m[s + j] = bits_m[s + j] >> np.uint32(1)
                    bits_a[s + j] = bits_a[s + j] >> np.uint32(1)
                    is_m = m != 0
                    is_a = a != 0

                    # Classmates today: observed and expected, without this child.
                    others = np.float32(sum_m - np.int32(m))
                    seen = np.float32(sum_a - np.int32(a))
                    due = np.float32(sum_q - expected[s + j]) * ungrain
                    num = (seen + k) * ((others - due) + k)
                    den = ((others - seen) + k) * (due + k)
                    own_a = reals[f + j]
                    own_b = reals[f + LANES + j]
                    al = own_a + prior_a
                    be = own_b + prior_b
                    inv_m = den / num
                    inv_m = max(inv_m, inv_limit)
                    inv_m = min(inv_m, inv_floor)
                    x = (be * inv_m) / al

                    r_s = reals[f + 2 * LANES + j]
                    r_l = reals[f + 3 * LANES + j]
                    r_g = reals[f + 4 * LANES + j]
                    r_1 = reals[f + 5 * LANES + j]
                    r_2 = reals[f + 6 * LANES + j]
                    r_3 = reals[f + 7 * LANES + j]
                    slide = (r_1 + r_2) + r_3
                    n_n = stay_normal + (
                        ((r_s * out_short + r_l * out_long) + r_g * out_gone) + slide * out_slide
                    )
                    n_s = r_s * stay_short + in_short
                    n_l = r_l * stay_long + in_long
                    n_g = (r_g * stay_gone + in_gone) + r_3 * to_gone
                    n_1 = r_1 * stay_slide_mid + in_1
                    n_2 = (r_2 * stay_slide_mid + in_2) + r_1 * deepen
                    n_3 = r_3 * stay_slide_deep + r_2 * deepen
                    n_s = n_s * ((one + e_short * x) if is_a else (one - e_short))
                    n_l = n_l * ((one + e_long * x) if is_a else (one - e_long))
                    n_g = n_g * ((one + e_gone * x) if is_a else (one - e_gone))
                    n_1 = n_1 * ((one + e_1 * x) if is_a else (one - e_1))
                    n_2 = n_2 * ((one + e_2 * x) if is_a else (one - e_2))
                    n_3 = n_3 * ((one + e_3 * x) if is_a else (one - e_3))
                    events = ((n_s + n_l) + n_g) + ((n_1 + n_2) + n_3)
                    whole = n_n + events
                    inv = one / n_n
                    weight = n_n / whole
                    n_s = n_s * inv
                    n_l = n_l * inv
                    n_g = n_g * inv
                    n_1 = n_1 * inv
                    n_2 = n_2 * inv
                    n_3 = n_3 * inv
                    add_a = weight * min(inv_m, one)
                    new_a = own_a * own_keep + (add_a if is_a else zero)
                    new_b = own_b * own_keep + (zero if is_a else weight)

                    reals[f + j] = new_a if is_m else own_a
                    reals[f + LANES + j] = new_b if is_m else own_b
                    reals[f + 2 * LANES + j] = n_s if is_m else r_s
                    reals[f + 3 * LANES + j] = n_l if is_m else r_l
                    reals[f + 4 * LANES + j] = n_g if is_m else r_g
                    reals[f + 5 * LANES + j] = n_1 if is_m else r_1
                    reals[f + 6 * LANES + j] = n_2 if is_m else r_2
                    reals[f + 7 * LANES + j] = n_3 if is_m else r_3

                    # What the sentence needs.
                    history = wholes[u + j]
                    wholes[u + j] = (history << m) | a
                    wholes[u + LANES + j] = wholes[u + LANES + j] + ((a << np.uint32(16)) | m)
                    run_word = wholes[u + 3 * LANES + j]
                    run = (run_word >> np.uint32(7)) & np.uint32(0xFF)
                    back = (run_word >> np.uint32(1)) & np.uint32(0x3F)
                    asked = run_word & np.uint32(1)
                    starting = is_a and run == 0
                    bases = wholes[u + 2 * LANES + j]
                    wholes[u + 2 * LANES + j] = base if starting else bases
                    since = run_word & np.uint32(0xFFFF8000)
                    since = began if starting else since
                    new_run = min(run + np.uint32(1), np.uint32(255)) if is_a else np.uint32(0)
                    new_back = np.uint32(0) if is_a else min(back + np.uint32(1), np.uint32(63))
                    new_asked = asked & np.uint32(1 if new_back < rearm else 0)
                    packed = since | (new_run << np.uint32(7)) | (new_back << np.uint32(1))
                    packed = packed | new_asked
                    wholes[u + 3 * LANES + j] = packed if is_m else run_word

                    evidence = ((w_gone * n_g + w_1 * n_1) + w_2 * n_2) + w_3 * n_3
                    benign = (one + n_s) + n_l
                    limit = urgent if new_run >= urgent_run else ordinary
                    passed = evidence > limit * benign
                    hit = is_a and new_asked == 0 and (passed or new_run >= plain_run)
                    hits[j] = np.uint32(1) if hit else np.uint32(0)
                    any_hit |= hits[j]
                if any_hit == 0:
                    continue
                for j in range(LANES):
                    if hits[j] == 0:
                        continue
                    totals = wholes[u + LANES + j]
                    run_word = wholes[u + 3 * LANES + j]
                    run = np.int32((run_word >> np.uint32(7)) & np.uint32(0xFF))
                    all_absent = np.int32(totals >> np.uint32(16))
                    all_marked = np.int32(totals & np.uint32(0xFFFF))
                    if all_marked < least_days and run < urgent_run:
                        continue
                    n_g = reals[f + 4 * LANES + j]
                    evidence = (
                        (w_gone * n_g + w_1 * reals[f + 5 * LANES + j])
                        + w_2 * reals[f + 6 * LANES + j]
                    ) + w_3 * reals[f + 7 * LANES + j]
                    benign = (one + reals[f + 2 * LANES + j]) + reals[f + 3 * LANES + j]
                    bases = wholes[u + 2 * LANES + j]
                    came = (class_wholes[c, 2] - np.int32(bases >> np.uint32(16))) & 0xFFFF
                    asked_of = (class_wholes[c, 3] - np.int32(bases & np.uint32(0xFFFF))) & 0xFFFF
                    asked_of -= run
                    limit = urgent if run >= urgent_run else ordinary
                    if not evidence > limit * benign and 2 * came < asked_of:
                        continue  # a long run, but her classmates stayed away as well
                    wholes[u + 3 * LANES + j] = run_word | np.uint32(1)
                    history = wholes[u + j]
                    seen20 = min(all_marked, 20)
                    recent = np.int32(0)
                    for back in range(seen20):
                        recent += np.int32((history >> np.uint32(back)) & np.uint32(1))
                    out[count, 0] = offset + s + j
                    out[count, 1] = c
                    out[count, 2] = days_from + day
                    out[count, 3] = on
                    out[count, 4] = 1 if run >= urgent_run else 0
                    out[count, 5] = run
                    out[count, 6] = np.int32(run_word >> np.uint32(16))
                    out[count, 7] = np.int32((run_word >> np.uint32(15)) & np.uint32(1))
                    out[count, 8] = came
                    out[count, 9] = asked_of
                    out[count, 10] = all_absent
                    out[count, 11] = all_marked
                    out[count, 12] = recent
                    out[count, 13] = seen20
                    scores[count] = evidence / benign
                    count += 1
    return count


def class_sizes_fit(sizes: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> bool:
    """Whole-number sums stay exact up to 16,000 children a class."""
    return not sizes.size or int(sizes.max()) <= 16_000


__all__ = [
    "CLASS_REALS",
    "CLASS_WHOLES",
    "PARAMETERS",
    "SIGNAL_WHOLES",
    "class_sizes_fit",
    "watch_classes",
]
