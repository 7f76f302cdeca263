"""When a register says that a child is back."""

from datetime import date, timedelta

import pytest

from aanchal.watch.rules.returns import Return, back_since

FIRST = date(2026, 7, 1)
CODES = {".": 0, "P": 1, "A": 2, "L": 3, "H": 4}


@pytest.mark.parametrize(
    ("marks", "signal", "since", "days", "why"),
    [
        ("AAAAPPP", 4, 5, 3, "present on every marked day after the signal"),
        ("AAAAP.P", 4, 5, 2, "a day not taken neither ends nor counts"),
        ("AAAAPLHP", 4, 5, 2, "leave and a holiday neither end nor count"),
        ("AAAAPAP", 4, 7, 1, "only the run it ends with"),
        ("AAAAPPA", 4, None, 0, "absent on her last marked day"),
        ("AAAA", 4, None, 0, "nothing after the signal"),
        ("PPAA..", 4, None, 0, "what came before the signal says nothing"),
        ("AAAA.L", 4, None, 0, "leave is no return"),
        ("", 4, None, 0, "no register"),
    ],
)
def test_a_child_is_back_from_the_first_day_of_the_run_that_the_register_ends_with(
    marks, signal, since, days, why
):
    on = [FIRST + timedelta(days=i) for i in range(len(marks))]

    found = back_since(on, [CODES[m] for m in marks], after=FIRST + timedelta(days=signal - 1))

    expected = Return(FIRST + timedelta(days=since - 1), days) if since else None
    assert found == expected, why
