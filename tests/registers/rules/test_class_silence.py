"""A class is silent after so many open days without a register, from the day that made it so."""

from datetime import date, timedelta

from aanchal.registers.rules.silence import Silence, silence

DAYS = [date(2026, 7, 1) + timedelta(days=n) for n in range(8)]


def test_it_is_silent_from_the_day_that_fills_the_limit_and_not_before():
    assert silence(DAYS[:4], limit=5) is None
    assert silence(DAYS[:5], limit=5) == Silence(DAYS[4], 5)
    assert silence(DAYS, limit=5) == Silence(DAYS[4], 8)
