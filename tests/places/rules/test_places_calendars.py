"""School days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.places.rules.calendars import (
    FRIDAY,
    SUNDAY,
    Closure,
    ClosureKind,
    SchoolCalendar,
    academic_year,
)

SUMMER = Closure(date(2026, 6, 1), date(2026, 6, 20), ClosureKind.VACATION, "Summer")
FLOOD = Closure(date(2026, 8, 3), date(2026, 8, 5), ClosureKind.CLOSED, "Flood")
INDEPENDENCE = Closure(date(2026, 8, 15), date(2026, 8, 15), ClosureKind.HOLIDAY)


@pytest.mark.parametrize(
    "day, is_open, why",
    [
        (date(2026, 5, 30), True, "a Saturday"),
        (date(2026, 5, 31), False, "a Sunday"),
        (date(2026, 6, 1), False, "the first day of the vacation"),
        (date(2026, 6, 20), False, "its last"),
        (date(2026, 6, 21), False, "the Sunday after"),
        (date(2026, 6, 22), True, "back at school"),
        (date(2026, 8, 4), False, "flood"),
        (date(2026, 8, 15), False, "by law"),
    ],
)
def test_is_open(day, is_open, why):
    calendar = SchoolCalendar(closures=[INDEPENDENCE, SUMMER, FLOOD])

    assert calendar.is_open(day) is is_open, why


def test_days_between_two_closures_are_open():
    fair = Closure(date(2026, 8, 7), date(2026, 8, 8), ClosureKind.HOLIDAY)
    calendar = SchoolCalendar(closures=[FLOOD, fair])

    assert calendar.open_days(date(2026, 8, 3), date(2026, 8, 10)) == [
        date(2026, 8, 6),
        date(2026, 8, 10),
    ]


def test_a_closure_inside_a_longer_one_does_not_end_it():
    inside = Closure(date(2026, 6, 3), date(2026, 6, 4), ClosureKind.HOLIDAY)

    assert not SchoolCalendar(closures=[SUMMER, inside]).is_open(date(2026, 6, 10))


def test_a_school_may_rest_on_friday_and_teach_on_sunday():
    calendar = SchoolCalendar(weekly_off=[FRIDAY])

    assert not calendar.is_open(date(2026, 5, 29))
    assert calendar.is_open(date(2026, 5, 31))


def test_a_sunday_taught_to_make_up_is_open():
    calendar = SchoolCalendar(weekly_off=[SUNDAY], opened=[date(2026, 5, 31)])

    assert calendar.is_open(date(2026, 5, 31))


def test_open_days_of_a_week():
    calendar = SchoolCalendar(closures=[FLOOD])

    assert calendar.open_days(date(2026, 8, 1), date(2026, 8, 7)) == [
        date(2026, 8, 1),
        date(2026, 8, 6),
        date(2026, 8, 7),
    ]
    assert calendar.count_open_days(date(2026, 8, 1), date(2026, 8, 7)) == 3
    assert calendar.open_days(date(2026, 8, 7), date(2026, 8, 1)) == []


def test_the_day_on_which_so_many_school_days_have_passed():
    calendar = SchoolCalendar(closures=[SUMMER])

    assert calendar.add_open_days(date(2026, 5, 30), 2) == date(2026, 6, 23)
    assert calendar.add_open_days(date(2026, 5, 30), 0) == date(2026, 5, 30)


@pytest.mark.parametrize(
    "day, start_month, first, last, label",
    [
        (date(2026, 11, 22), 4, date(2026, 4, 1), date(2027, 3, 31), "2026-27"),
        (date(2027, 3, 31), 4, date(2026, 4, 1), date(2027, 3, 31), "2026-27"),
        (date(2027, 4, 1), 4, date(2027, 4, 1), date(2028, 3, 31), "2027-28"),
        (date(2026, 1, 1), 1, date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2099, 12, 1), 6, date(2099, 6, 1), date(2100, 5, 31), "2099-00"),
    ],
)
def test_academic_year(day, start_month, first, last, label):
    year = academic_year(day, start_month=start_month)

    assert (year.first_on, year.last_on, year.label) == (first, last, label)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SchoolCalendar(weekly_off=[0]),
        lambda: SchoolCalendar(weekly_off=range(1, 8)),
        lambda: Closure(date(2026, 6, 2), date(2026, 6, 1), ClosureKind.CLOSED),
        lambda: academic_year(date(2026, 6, 2), start_month=13),
        lambda: SchoolCalendar().add_open_days(date(2026, 6, 2), -1),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match=r"."):
        make()


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
closures = st.builds(
    lambda first, length, kind: Closure(first, first + timedelta(length), kind),
    days,
    st.integers(0, 60),
    st.sampled_from(list(ClosureKind)),
)


@given(
    st.sets(st.integers(1, 7), max_size=3),
    st.lists(closures, max_size=6),
    st.sets(days, max_size=5),
    days,
    st.integers(0, 200),
)
def test_a_day_is_open_when_nothing_shuts_it(weekly_off, shut, opened, day, length):
    calendar = SchoolCalendar(weekly_off=weekly_off, closures=shut, opened=opened)

    def plainly_open(d):
        if d in opened:
            return True
        return d.isoweekday() not in weekly_off and not any(
            c.first_on <= d <= c.last_on for c in shut
        )

    span = [day + timedelta(i) for i in range(length)]
    last = day + timedelta(length - 1)
    assert calendar.open_days(day, last) == [d for d in span if plainly_open(d)]


@given(days, st.integers(1, 12))
def test_every_day_is_in_one_school_year(day, start_month):
    year = academic_year(day, start_month=start_month)

    assert year.first_on <= day <= year.last_on
    assert 365 <= (year.last_on - year.first_on).days + 1 <= 366
    after = academic_year(year.last_on + timedelta(1), start_month=start_month)
    assert after.first_on == year.last_on + timedelta(1)
