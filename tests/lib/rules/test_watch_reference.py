"""The reference stands on one operation of its own: a product and a sum, rounded once."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.lib.early_warning.reference import _fma

reals = st.floats(-(2.0**40), 2.0**40, width=32, allow_subnormal=False)


def nearest(value):
    """The float32 nearest to a fraction, the even one of two; by trying its neighbours."""
    close = np.float32(float(value))
    tried = [
        np.nextafter(close, np.float32(-np.inf)),
        close,
        np.nextafter(close, np.float32(np.inf)),
    ]
    return min(
        tried,
        key=lambda x: (abs(Fraction(float(x)) - value), int(np.float32(x).view(np.int32)) & 1),
    )


@given(reals, reals, reals)
def test_a_product_and_a_sum_are_rounded_once(a, b, c):
    exact = Fraction(a) * Fraction(b) + Fraction(c)

    if exact == 0 or abs(exact) > 2.0**-100:
        assert _fma(np.float32(a), np.float32(b), np.float32(c)) == nearest(exact)


@pytest.mark.parametrize(
    "a, b, c, why",
    [
        (1 + 2**-23, 1 + 2**-23, 2.0**-60, "half a place and a little more: up"),
        (1 + 2**-12, 1 + 2**-12, -(2.0**-60), "a little less than half a place: down"),
        (3.0, 1 / 3, -1.0, "what is left of a third"),
    ],
)
def test_where_two_roundings_go_wrong(a, b, c, why):
    a, b, c = (np.float32(x) for x in (a, b, c))

    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))

    assert _fma(a, b, c) == nearest(exact), why
