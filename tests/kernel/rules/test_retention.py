"""How long a record is kept: the sentence is made from the value, and nothing goes before its time."""

from datetime import UTC, date, datetime

import pytest

from aanchal.kernel.retention import (
    Period,
    Retention,
    Then,
    Unit,
    cutoff,
    days,
    has_age,
    hours,
    last_year_over,
    months,
    part_of,
    school_years,
    stays,
    years,
)

AT = datetime(2026, 11, 29, 1, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keep", "before"),
    [
        (hours(1), datetime(2026, 11, 29, 0, 40, tzinfo=UTC)),
        (days(30), datetime(2026, 10, 30, 1, 40, tzinfo=UTC)),
        (months(3), datetime(2026, 8, 29, 1, 40, tzinfo=UTC)),
        (years(8), datetime(2018, 11, 29, 1, 40, tzinfo=UTC)),
        (school_years(0), datetime(2026, 4, 1, tzinfo=UTC)),
        (school_years(3), datetime(2023, 4, 1, tzinfo=UTC)),
    ],
)
def test_what_was_before_this_has_been_kept_long_enough(keep, before):
    assert cutoff(keep, AT) == before


def test_the_last_day_of_a_longer_month_is_no_error():
    at = datetime(2028, 2, 29, 12, tzinfo=UTC)

    assert cutoff(years(1), at).date() == date(2027, 2, 28)
    assert cutoff(months(12), at).date() == date(2027, 2, 28)
    assert cutoff(months(1), datetime(2026, 12, 31, tzinfo=UTC)).date() == date(2026, 11, 30)
    assert cutoff(months(11), datetime(2026, 12, 31, tzinfo=UTC)).date() == date(2026, 1, 31)


def test_where_school_years_differ_none_loses_what_is_of_its_own_year():
    # Of schools that begin in January, April and June the June ones are longest under way in May.
    may = datetime(2027, 5, 10, tzinfo=UTC)

    assert cutoff(school_years(0), may, [1, 4, 6]).date() == date(2026, 6, 1)
    assert last_year_over(date(2026, 6, 1), [1, 4, 6]) == 2025
    assert last_year_over(date(2026, 4, 1), [1, 4, 6]) == 2024
    assert last_year_over(date(2026, 4, 1)) == 2025


def test_an_age_is_reached_on_its_birthday():
    assert has_age(date(2005, 11, 29), 21, AT.date())
    assert not has_age(date(2005, 11, 30), 21, AT.date())


@pytest.mark.parametrize(
    ("retention", "sentence"),
    [
        (Retention(keep=years(8), since=("on",), after="its end"), "Eight years after its end."),
        (
            Retention(keep=school_years(0), since=("on",), after="it was settled"),
            "To the end of the school year in which it was settled.",
        ),
        (
            Retention(keep=school_years(3), since=("on",), after="the last mark", until_age=21),
            "Until age 21 or three school years after the last mark, whichever is later.",
        ),
        (
            Retention(
                keep=school_years(3),
                since=("month",),
                after="its month",
                then=Then.ANONYMISE,
                because="counts without a child",
            ),
            "Three school years after its month; then counts without a child.",
        ),
        (part_of("page"), "As long as the page."),
        (
            stays("the district", "it tells of no child"),
            "As long as the district; it tells of no child.",
        ),
    ],
)
def test_the_sentence_is_made_from_the_value(retention, sentence):
    assert retention.sentence() == sentence


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"keep": years(1), "since": ("on",)},
        {"keep": years(1), "after": "its end"},
        {"of": "the page"},
        {"of": "the page", "then": Then.KEEP},
        {"keep": Period(1, Unit.DAYS), "since": ("on",), "after": "it", "then": Then.ANONYMISE},
        {"keep": years(1), "since": ("on",), "after": "it", "stays": "some stay"},
    ],
)
def test_a_value_that_could_not_be_carried_out_is_refused(given):
    with pytest.raises(ValueError):
        Retention(**given)
