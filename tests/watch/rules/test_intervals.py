"""What few cases can say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.watch.rules.intervals import enough, wilson


# From Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(part, of, low, high):
    assert wilson(part, of) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share_and_stays_a_share(of, data):
    part = data.draw(st.integers(0, of))
    low, high = wilson(part, of)

    assert 0 <= low <= part / of + 1e-12
    assert part / of - 1e-12 <= high <= 1
    assert wilson(of - part, of) == pytest.approx((1 - high, 1 - low))


def test_nothing_counted_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)
    assert enough([0, 0], 0) is None
    assert enough([], 9) is None


def test_one_child_decides_nothing():
    assert enough([0, 0, 1], 1) is None
    assert enough([0, 3, 4], 4) is None


def test_with_nine_children_fewer_visits_are_enough_and_with_many_they_are_not():
    """Seven of nine may truly be four of nine: five found with half the visits says the same."""
    assert enough([2, 5, 7, 6], 9) == 1
    assert enough([200, 500, 700, 600], 900) == 2
