"""The rule itself on sixteen classes side by side. Read `reference.py` first: it says the same.

Each function is code for the compiler: the operators below write one machine operation each. A
multiplication and an addition stand together (`fma`) wherever `reference.py` says so too.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .lanes import LANES, Coder
from .layout import (
    ABSENT,
    ABSENT_BITS,
    AFTER_BREAK,
    AS_USUAL,
    ASK_GONE,
    ASK_SLIDE,
    AWAY_DUE,
    BEFORE_CAME,
    BEFORE_MARKS,
    BREAK_GONE,
    BREAK_ILL,
    CAME_ALL,
    COLUMN_TRUTHS,
    DUE_GRAINS,
    EXPECT,
    FIRST_COLUMN,
    FREE,
    GONE,
    HABIT,
    HABIT_GRAINS,
    HIT,
    ILL,
    LAST_ON,
    LEAN,
    LEAST_NORMAL,
    MARKED,
    MARKED_BITS,
    MARKS_ALL,
    MEAN,
    NORMAL,
    ODDS_AWAY,
    ODDS_USUAL,
    P_BACK_ILL,
    P_BASE,
    P_BREAK_GONE,
    P_BREAK_ILL,
    P_CLASS_DAY,
    P_CLASS_STRENGTH,
    P_EVEN,
    P_FIT_AWAY,
    P_FIT_SLIDE,
    P_FORGET,
    P_IN_ILL,
    P_OWN_MEMORY,
    P_OWN_STRENGTH,
    P_SHARPEST,
    P_SLOW_KEEP,
    P_SLOW_STRENGTH,
    P_STAY_ILL,
    P_STAY_SLIDE,
    ROW_REALS,
    ROW_SCRATCH,
    ROW_WHOLES,
    RUN,
    SHARE,
    SLIDE,
    SLOW_ABSENT,
    SLOW_DUE,
    SLOW_MARKED,
    SUM_ABSENT,
    SUM_DUE,
    SUM_MARKED,
    TAKEN,
    UNUSUAL,
    USUAL,
)

WHOLE, WORD = types.int64, types.uint32
_WORD_TYPE = ir.IntType(32)


@intrinsic
def open_rows(context, reals, at, wholes, whole_at, rows, scratch, truths, held, p):
    """Derive what is not carried: what is expected of each child, whom coming as usual explains best,
    who may be asked after.

    at, whole_at: where the group's rows begin. truths: uint16, a run of `rows` a truth.
    """

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        reals, wholes, scratch, truths, held, p = map(v.array, (0, 2, 5, 6, 7, 8))
        at, whole_at, rows = map(v.whole, (1, 3, 4))
        zero, one, bit = v.constant(0.0), v.constant(1.0), v.word(1)
        mean = v.load(held, MEAN)
        mean = v.pick(mean.is_(zero), v.spread(p, P_BASE), mean)
        with v.rows(rows) as row:
            usual = v.load(reals, v.index(at, row=row, of=ROW_REALS, plus=USUAL))
            expect = v.pick(usual.is_(zero), mean, usual)
            v.store(scratch, v.index(EXPECT, row=row, of=ROW_SCRATCH), _in_grains(v, expect))
            v.store(scratch, v.index(LEAN, row=row, of=ROW_SCRATCH), (one - expect) / expect)
            normal_at = v.index(at, row=row, of=ROW_REALS, plus=NORMAL)
            n = v.load(reals, normal_at)
            # A child of whom nothing is known comes as usual.
            v.store(reals, normal_at, v.pick(n.is_(zero), one, n))
            n, rest = _weights(v, reals, at, row, p, held)
            _put_truth(v, truths, AS_USUAL, rows, row, n >= rest)
            run = v.load(wholes, v.index(whole_at, row=row, of=ROW_WHOLES, plus=RUN))
            _put_truth(v, truths, FREE, rows, row, (run & bit) < bit)
        return v.nothing()

    kind = types.void(reals, WHOLE, wholes, WHOLE, WHOLE, scratch, truths, held, p)
    return kind, code


def _weights(v, reals, at, row, p, held):
    """Weight of coming as usual, and of what speaks against it."""
    n, s, g, d = (
        v.load(reals, v.index(at, row=row, of=ROW_REALS, plus=field))
        for field in (NORMAL, ILL, GONE, SLIDE)
    )
    harm = v.fma(g, v.load(held, ASK_GONE), d * v.load(held, ASK_SLIDE))
    return n, v.fma(harm, v.load(held, UNUSUAL), s * v.spread(p, P_IN_ILL))


def _in_grains(v, rate):
    """A rate in whole 4096ths, so that the sum over a class does not depend on the order."""
    return v.real_of(v.whole_of(rate * v.constant(DUE_GRAINS))) * v.constant(1.0 / DUE_GRAINS)


def _put_truth(v, truths, which, rows, row, mask):
    v.store_mask(truths, v.index(row, row=rows, of=which), mask)


def _get_truth(v, truths, which, rows, row):
    return v.load_mask(truths, v.index(row, row=rows, of=which))


@intrinsic
def fetch_rows(context, reals, at, wholes, whole_at, rows):
    """Have the rows of the next group brought near while this one is moved."""

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        reals, wholes = v.array(0), v.array(2)
        at, whole_at, rows = map(v.whole, (1, 3, 4))
        with v.rows(rows) as row:
            for field in range(0, ROW_REALS, LANES):
                v.fetch_ahead(reals, v.index(at, row=row, of=ROW_REALS, plus=field))
            for field in range(0, ROW_WHOLES, LANES):
                v.fetch_ahead(wholes, v.index(whole_at, row=row, of=ROW_WHOLES, plus=field))
        return v.nothing()

    return types.void(reals, WHOLE, wholes, WHOLE, WHOLE), code


@intrinsic
def settle_rows(context, reals, at, wholes, whole_at, rows, scratch, held, p, lanes):
    """At the beginning of a fortnight: bring the weights near 1, and her habit up to date.

    lanes: which classes settle, a bit each. To settle twice is to settle once.
    """

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        reals, wholes, scratch, held, p = map(v.array, (0, 2, 5, 6, 7))
        at, whole_at, rows, lanes = map(v.whole, (1, 3, 4, 8))
        chosen = v.mask_of(lanes)
        zero, one = v.constant(0.0), v.constant(1.0)
        strength, base = v.spread(p, P_CLASS_STRENGTH), v.spread(p, P_BASE)
        of_class = (v.load(held, SLOW_ABSENT) + strength * base) / (
            v.load(held, SLOW_MARKED) + strength
        )
        mean = v.pick(chosen, of_class, v.load(held, MEAN))
        v.store(held, MEAN, mean)
        own, memory, forget = (v.spread(p, i) for i in (P_OWN_STRENGTH, P_OWN_MEMORY, P_FORGET))
        memory, before = memory * v.constant(HABIT_GRAINS), own * mean
        grain = v.constant(1.0 / HABIT_GRAINS)
        with v.rows(rows) as row:
            n, rest = _weights(v, reals, at, row, p, held)
            # A power of two, so that no digit is lost.
            exponent = v.as_word(v.most(n, rest)) & v.word(0x7F800000)
            scale = v.pick(chosen, v.as_real(v.word(254 << 23) - exponent), one)
            for field in (NORMAL, ILL, GONE, SLIDE):
                place = v.index(at, row=row, of=ROW_REALS, plus=field)
                scaled = v.load(reals, place) * scale
                if field == NORMAL:  # so that a child who comes back is soon believed
                    scaled = v.most(scaled, v.constant(LEAST_NORMAL))
                v.store(reals, place, scaled)
            # What is longer ago than her memory fades; a little more, so that once is enough.
            habit_at = v.index(whole_at, row=row, of=ROW_WHOLES, plus=HABIT)
            habit = v.load(wholes, habit_at)
            learnt = v.real_of(habit >> v.word(16))
            missed = v.real_of(habit & v.word(0xFFFF))
            fading = v.pick(learnt > memory, forget, one)
            kept, fewer = v.whole_of(learnt * fading), v.whole_of(missed * fading)
            v.store(wholes, habit_at, v.pick(chosen, (kept << v.word(16)) | fewer, habit))
            known = kept > v.word(0)
            kept, fewer = v.real_of(kept) * grain, v.real_of(fewer) * grain
            usual = v.pick(known, (fewer + before) / (kept + own), zero)
            expect = v.pick(known, usual, mean)
            for array, place, value in (
                (reals, v.index(at, row=row, of=ROW_REALS, plus=USUAL), usual),
                (scratch, v.index(EXPECT, row=row, of=ROW_SCRATCH), _in_grains(v, expect)),
                (scratch, v.index(LEAN, row=row, of=ROW_SCRATCH), (one - expect) / expect),
            ):
                v.store(array, place, v.pick(chosen, value, v.load(array, place)))
        return v.nothing()

    kind = types.void(reals, WHOLE, wholes, WHOLE, WHOLE, scratch, held, p, WHOLE)
    return kind, code


@intrinsic
def spread_bits(context, words_absent, words_marked, rows, truths):
    """Turn each row's words of 32 days into the truths of each column."""

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        words_absent, words_marked, truths = map(v.array, (0, 1, 3))
        rows = v.whole(2)
        zero = v.word(0)
        with v.rows(rows) as row:
            place = v.index(row=row, of=LANES)
            marked = v.load(words_marked, place)
            absent = v.load(words_absent, place) & marked
            for column in range(32):
                bit = v.word(1 << column)
                which = FIRST_COLUMN + COLUMN_TRUTHS * column
                _put_truth(v, truths, which + MARKED, rows, row, (marked & bit) > zero)
                _put_truth(v, truths, which + ABSENT, rows, row, (absent & bit) > zero)
        return v.nothing()

    return types.void(words_absent, words_marked, WHOLE, truths), code


@intrinsic
def spread_eights(context, eights, rows, row, truths):
    """Turn the marks of eight rows, a byte a row in each lane, into the truths of column 0."""

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        eights, truths = v.array(0), v.array(3)
        rows, row = v.whole(1), v.whole(2)
        marks = v.load_long(eights)
        # Codes: 1 present, 2 absent; 3 is leave, 4 a holiday.
        low, second = marks, marks >> v.long(1)
        present, absent = low & ~second, second & ~low
        here = [v.index(row, row=rows, of=FIRST_COLUMN + t) for t in (MARKED, ABSENT)]
        for each in range(8):
            bit = v.long(1 << 8 * each)
            is_absent = (absent & bit) > v.long(0)
            is_present = (present & bit) > v.long(0)
            with builder.if_then(builder.icmp_signed("<", v.index(row, plus=each), rows)):
                for place, mask in zip(here, (is_absent | is_present, is_absent), strict=True):
                    v.store_mask(truths, v.index(place, plus=each), mask)
        return v.nothing()

    return types.void(eights, WHOLE, WHOLE, truths), code


@intrinsic
def sum_rows(context, rows, scratch, truths, column, held):
    """Sum the day over each class: how many are marked, absent, expected to be absent.

    Returns 0 where no class of the group took its register.
    """

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        scratch, truths, held = map(v.array, (1, 2, 4))
        rows, column = map(v.whole, (0, 3))
        which = v.index(FIRST_COLUMN, row=column, of=COLUMN_TRUTHS)
        zero, one, away_due = v.constant(0.0), v.constant(1.0), v.constant(AWAY_DUE)
        due_all, marked_all, absent_all = (v.running(zero) for _ in range(3))
        with v.rows(rows) as row:
            marked = _get_truth(v, truths, v.index(which, plus=MARKED), rows, row)
            absent = _get_truth(v, truths, v.index(which, plus=ABSENT), rows, row)
            as_usual = _get_truth(v, truths, AS_USUAL, rows, row)
            expect = v.load(scratch, v.index(EXPECT, row=row, of=ROW_SCRATCH))
            for total, where, value in (
                (due_all, marked, v.pick(as_usual, expect, away_due)),
                (marked_all, marked, one),
                (absent_all, absent, one),
            ):
                total.set(v.pick(where, total.get() + value, total.get()))
        v.store(held, SUM_DUE, due_all.get())
        v.store(held, SUM_MARKED, marked_all.get())
        v.store(held, SUM_ABSENT, absent_all.get())
        return v.any_of(marked_all.get() > zero)

    return WHOLE(WHOLE, scratch, truths, WHOLE, held), code


@intrinsic
def remember_rows(context, wholes, at, rows, words_absent, words_marked, steps, columns):
    """Append columns to the marks remembered bit by bit. steps: 1 where the class took the day."""

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        wholes, words_absent, words_marked, steps = map(v.array, (0, 3, 4, 5))
        at, rows, columns = map(v.whole, (1, 2, 6))
        with v.rows(rows) as row:
            place = v.index(row=row, of=LANES)
            words = [v.load(words_marked, place), v.load(words_absent, place)]
            words[1] = words[1] & words[0]
            places = [
                v.index(at, row=row, of=ROW_WHOLES, plus=field)
                for field in (MARKED_BITS, ABSENT_BITS)
            ]
            seen = [v.running(v.load(wholes, place)) for place in places]
            with v.rows(columns) as column:
                step = v.load(steps, v.index(row=column, of=LANES))
                by = v.spread_word(builder.trunc(column, _WORD_TYPE))
                for bits, word in zip(seen, words, strict=True):
                    bits.set((bits.get() << step) | ((word >> by) & step))
            for place, bits in zip(places, seen, strict=True):
                v.store(wholes, place, bits.get())
        return v.nothing()

    return types.void(wholes, WHOLE, WHOLE, words_absent, words_marked, steps, WHOLE), code


@intrinsic
def move_classes(context, held, counts, book, at, taken, taken_at, today, bit, break_days, p):
    """What the day says of each class, from its sums; and its own book brought up to date.

    Returns 0 where no class comes back from a break.
    """

    def code(ctx, builder, signature, args):
        v = Coder(ctx, builder, signature, args)
        held, counts, book, taken, p = map(v.array, (0, 1, 2, 4, 9))
        at, taken_at = map(v.whole, (3, 5))
        today, bit, break_days = (v.spread_word(v.whole(i)) for i in (6, 7, 8))
        zero, one, away_due = v.constant(0.0), v.constant(1.0), v.constant(AWAY_DUE)
        none = v.word(0)
        absent, marked, due = (v.load(held, f) for f in (SUM_ABSENT, SUM_MARKED, SUM_DUE))
        slow_absent, slow_due, slow_marked = (
            v.load(held, f) for f in (SLOW_ABSENT, SLOW_DUE, SLOW_MARKED)
        )
        k, slow = v.spread(p, P_CLASS_DAY), v.spread(p, P_SLOW_STRENGTH)
        is_taken = marked > zero
        expected = k * ((slow_absent + slow) / (slow_due + slow))
        share = v.least((due + k) / (absent + expected), one)
        v.store(held, SHARE, share)
        came = (marked - absent) + k
        seen = (absent - one) + expected
        others = marked - one
        for field, due_others in (
            (ODDS_USUAL, due - due / marked),
            (ODDS_AWAY, v.most(due - away_due, zero)),
        ):
            rest = v.most(others - due_others, zero)
            v.store(held, field, (came * (due_others + k)) / (seen * (rest + k)))
        keep = v.spread(p, P_SLOW_KEEP)
        for field, slowly, now in (
            (SLOW_ABSENT, slow_absent, absent),
            (SLOW_DUE, slow_due, due),
            (SLOW_MARKED, slow_marked, marked),
        ):
            v.store(held, field, v.pick(is_taken, v.fma(slowly, keep, now), slowly))

        days, last_on, came_all, marks_all = (
            v.load(counts, f) for f in (TAKEN, LAST_ON, CAME_ALL, MARKS_ALL)
        )
        after = (days > none) & ((last_on + break_days) < (today + v.word(1)))
        v.store(held, BREAK_ILL, v.pick(after, v.spread(p, P_BREAK_ILL), one))
        v.store(held, BREAK_GONE, v.pick(after, v.spread(p, P_BREAK_GONE), one))
        v.store(book, v.index(at, plus=BEFORE_CAME), came_all)
        v.store(book, v.index(at, plus=BEFORE_MARKS), marks_all)
        v.store(book, v.index(at, plus=AFTER_BREAK), v.pick(after, v.word(1), none))
        marks, absences = v.whole_of(marked), v.whole_of(absent)
        v.store(counts, TAKEN, days + v.pick(is_taken, v.word(1), none))
        v.store(counts, LAST_ON, v.pick(is_taken, today, last_on))
        v.store(counts, CAME_ALL, came_all + (marks - absences))
        v.store(counts, MARKS_ALL, marks_all + marks)
        bits = v.load(taken, taken_at)
        v.store(taken, taken_at, bits | v.pick(is_taken, bit, none))
        return v.any_of(after & is_taken)

    kind = WHOLE(held, counts, book, WHOLE, taken, WHOLE, WORD, WORD, WORD, p)
    return kind, code


def _moving(name, *, after_break):
    """The code that moves every child of a group by one day; not 0 where one may be asked after."""

    def move(context, reals, at, wholes, whole_at, rows, scratch, truths, column, held, p):
        def code(ctx, builder, signature, args):
            v = Coder(ctx, builder, signature, args)
            reals, wholes, scratch, truths, held, p = map(v.array, (0, 2, 5, 6, 8, 9))
            at, whole_at, rows, column = map(v.whole, (1, 3, 4, 7))
            which = v.index(FIRST_COLUMN, row=column, of=COLUMN_TRUTHS)
            came = v.constant(-1.0)
            share, odds_usual, odds_away = (v.load(held, f) for f in (SHARE, ODDS_USUAL, ODDS_AWAY))
            share = v.whole_of(share * v.constant(HABIT_GRAINS))
            one_day = v.word(HABIT_GRAINS << 16)
            ask_gone, ask_slide, unusual_harm = (
                v.load(held, f) for f in (ASK_GONE, ASK_SLIDE, UNUSUAL)
            )
            more_ill, more_gone = (v.load(held, f) for f in (BREAK_ILL, BREAK_GONE))
            sharpest, even = (v.spread(p, i) for i in (P_SHARPEST, P_EVEN))
            fit_away, fit_slide = v.spread(p, P_FIT_AWAY), v.spread(p, P_FIT_SLIDE)
            stay_ill, stay_slide = v.spread(p, P_STAY_ILL), v.spread(p, P_STAY_SLIDE)
            back_ill, in_ill = v.spread(p, P_BACK_ILL), v.spread(p, P_IN_ILL)
            hits = v.noting()
            with v.rows(rows) as row:
                marked, absent = (
                    _get_truth(v, truths, v.index(which, plus=truth), rows, row)
                    for truth in (MARKED, ABSENT)
                )
                present = marked & ~absent
                was_usual = _get_truth(v, truths, AS_USUAL, rows, row)
                free = _get_truth(v, truths, FREE, rows, row)
                places = [
                    v.index(at, row=row, of=ROW_REALS, plus=field)
                    for field in (NORMAL, ILL, GONE, SLIDE)
                ]
                n, s, g, d = (v.load(reals, place) for place in places)
                habit_at = v.index(whole_at, row=row, of=ROW_WHOLES, plus=HABIT)
                habit = v.load(wholes, habit_at)
                lean = v.load(scratch, v.index(LEAN, row=row, of=ROW_SCRATCH))

                # What the day says: the odds against an absence, or that she came.
                odds = v.least(lean * v.pick(was_usual, odds_usual, odds_away), sharpest)
                says = v.pick(absent, odds, came)
                to_ill = n * more_ill if after_break else n
                to_gone = n * more_gone if after_break else n
                new_n = v.fma(s, back_ill, n)
                fit = v.fma(says, fit_away, even)
                new_s = v.fma(s, stay_ill, to_ill) * fit
                new_g = (g + to_gone) * fit
                new_d = v.fma(d, stay_slide, n) * v.fma(says, fit_slide, even)
                n = v.pick(marked, new_n, n)
                s = v.pick(marked, new_s, s)
                g = v.pick(marked, new_g, g)
                d = v.pick(marked, new_d, d)

                ill = s * in_ill
                harm = v.fma(g, ask_gone, d * ask_slide)
                # Her habit is learnt only while coming as usual is the likeliest.
                as_usual = n >= v.fma(harm, unusual_harm, ill)
                habit = v.pick(as_usual & absent, habit + share, habit)
                habit = v.pick(as_usual & marked, habit + one_day, habit)
                v.store(wholes, habit_at, habit)
                _put_truth(v, truths, AS_USUAL, rows, row, as_usual)

                harmless = n + ill
                hits.add(
                    (absent & free) & (harm > harmless), truths, v.index(row, row=rows, of=HIT)
                )
                back = present & (v.times_256(harm) < harmless)
                _put_truth(v, truths, FREE, rows, row, free | back)
                for place, value in zip(places, (n, s, g, d), strict=True):
                    v.store(reals, place, value)
            return hits.any()

        kind = WHOLE(reals, WHOLE, wholes, WHOLE, WHOLE, scratch, truths, WHOLE, held, p)
        return kind, code

    move.__name__ = name
    move.__doc__ = _moving.__doc__
    return intrinsic(move)


move_rows = _moving("move_rows", after_break=False)
move_rows_after_break = _moving("move_rows_after_break", after_break=True)
