"""A pupil without a mark on the last days that a register takes is left out of it."""

from uuid import UUID

import numpy as np
import pytest

from aanchal.registers.rules.missing import unnamed
from aanchal.registers.rules.pages import PageMarks

HERS, OTHERS = UUID(int=1), UUID(int=2)
CODES = {".": 0, "P": 1, "A": 2, "L": 3, "H": 4}


def page(hers, others="PPPPPPPPPP"):
    lines = [[CODES[m] for m in line.ljust(31, ".")] for line in (hers, others)]
    return PageMarks((HERS, OTHERS), np.array(lines, np.uint8))


@pytest.mark.parametrize(
    "hers, days, is_left_out",
    [
        ("..........", range(1, 11), True),
        ("PPPPP.....", range(1, 11), True),
        ("PPPPPP....", range(1, 11), False),
        (".........A", range(1, 11), False),
        (".........L", range(1, 11), False),
        ("HHHHHHHHHH", range(1, 11), True),
        ("PPPPPHHHHH", range(1, 11), True),
        ("PPPPPHHHHA", range(1, 11), False),
        ("PPPPP.....", range(1, 6), False),  # the register takes the first five days only
        ("PPPPP.....", (6, 7), True),
        ("..........", (), False),
    ],
)
def test_the_last_days_decide(hers, days, is_left_out):
    found = unnamed(page(hers), list(days), [HERS, OTHERS], last=5)

    assert found == ((HERS,) if is_left_out else ())


def test_a_holiday_of_the_whole_class_names_her_and_one_of_hers_alone_does_not():
    days = list(range(1, 11))
    assert unnamed(page("PPPPPHHHHH", "PPPPPHHHHH"), days, [HERS], last=5) == ()
    # One day of the five was a holiday for all; on the others she alone has one.
    assert unnamed(page("PPPPPHHHHH", "PPPPPHPPPP"), days, [HERS], last=5) == (HERS,)


def test_whoever_is_on_no_row_is_left_out_and_whoever_is_not_expected_is_not():
    assert unnamed(page(""), [1], [UUID(int=3)], last=5) == (UUID(int=3),)
