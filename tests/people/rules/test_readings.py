"""Which day of reading is pointed at."""

import pytest

from aanchal.people.rules.readings import MORE_THAN_USUAL, OUTSIDE_WORK, unusual

LIMITS = {
    "usual_days": 28,
    "usual_least_days": 5,
    "times_the_usual": 3,
    "least_children": 10,
    "children_outside_work": 10,
}


@pytest.mark.parametrize(
    ("children", "past", "outside", "why"),
    [
        (30, [9, 10, 11, 10, 10], 0, []),
        (31, [9, 10, 11, 10, 10], 0, [MORE_THAN_USUAL]),
        # Days without reading say nothing of a usual day.
        (30, [10, 10, 10, 10, 10] + [0] * 20, 0, []),
        # Somebody new has no usual day yet.
        (200, [1, 1, 1, 1], 0, []),
        # Few children are never too many.
        (9, [1, 1, 1, 1, 1], 0, []),
        (10, [1, 1, 1, 1, 1], 0, [MORE_THAN_USUAL]),
        (9, [], 9, []),
        (10, [], 10, [OUTSIDE_WORK]),
        (40, [5] * 10, 12, [MORE_THAN_USUAL, OUTSIDE_WORK]),
        (0, [], 0, []),
    ],
)
def test_a_day_is_pointed_at_when_it_is_unusual_for_herself(children, past, outside, why):
    assert unusual(children, past=past, outside=outside, limits=LIMITS) == why
