"""The data files of places load, are sourced, and say what we rely on."""

from datetime import date

import pytest

from aanchal.lib.sourced import Confidence
from aanchal.places.formats.reference import calendar_data, subdistrict_kinds, udise_vocabulary
from aanchal.places.rules.calendars import FRIDAY, SUNDAY, SchoolCalendar


def test_bihar_begins_its_year_in_april_and_west_bengal_in_january():
    years = calendar_data().academic_years

    assert years["10"].start_month == 4
    assert years["19"].start_month == 1


def test_the_three_national_holidays_shut_every_school():
    closures = calendar_data().closures_for("10", date(2026, 4, 1), date(2027, 3, 31))

    assert [(c.first_on, c.last_on) for c in closures] == [
        (date(2026, 8, 15), date(2026, 8, 15)),
        (date(2026, 10, 2), date(2026, 10, 2)),
        (date(2027, 1, 26), date(2027, 1, 26)),
    ]
    assert not SchoolCalendar(closures=closures).is_open(date(2026, 8, 15))


@pytest.mark.parametrize(
    "state, management, weekdays",
    [("10", "1", {SUNDAY}), ("10", "97", {FRIDAY}), ("19", "97", {SUNDAY}), ("10", None, {SUNDAY})],
)
def test_the_usual_day_off_is_suggested_by_state_and_management(state, management, weekdays):
    assert calendar_data().weekly_off_for(state, management).weekdays == weekdays


def test_a_lunar_date_is_never_more_than_low_confidence():
    for festival in calendar_data().festivals:
        assert festival.sourced.confidence is Confidence.LOW


def test_only_what_the_files_show_is_of_high_confidence_in_the_vocabulary():
    tables = udise_vocabulary()

    for table in (tables.category, tables.type, tables.management):
        for term in table.values():
            assert bool(term.published) == (term.sourced.confidence is Confidence.HIGH)
    assert tables.category["2"].classes == (1, 8)


def test_bihar_and_west_bengal_have_blocks_for_subdistricts():
    kinds = subdistrict_kinds()

    assert kinds["10"].subdistrict_is_block
    assert kinds["19"].subdistrict_is_block
