"""When schools are open: said by who keeps it, and by the nearest who said it."""

from datetime import date

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, Grant
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound
from aanchal.places.actions import change_closures, set_calendar
from aanchal.places.models import Closure, SchoolCalendar
from aanchal.places.queries import calendars_of, year_start_month
from tests.audited import audited
from tests.place_files import AT, DISTRICT, a_joiner
from tests.signing_in import a_school, an_area

pytestmark = pytest.mark.django_db

BLOCK = "IN/S10/D206/B1851"
CHHATH = ("holiday", "Chhath", date(2026, 11, 15), date(2026, 11, 17))
FLOOD = ("closed", "Flood", date(2026, 8, 3), date(2026, 8, 14))


def said(**changes):
    says = {
        "weekly_off": [7],
        "year_starts_in": 4,
        "closures": [CHHATH],
        "source": "District order 12",
        "at": AT,
    }
    return says | changes


def test_a_blocks_calendar_holds_for_its_schools():
    school = a_school(f"{BLOCK}/V1")

    set_calendar(a_joiner(), area=an_area(BLOCK), **said())

    calendar = calendars_of([school])[school.pk]
    assert not calendar.is_open(date(2026, 11, 16))
    assert calendar.is_open(date(2026, 11, 18))
    assert not calendar.is_open(date(2026, 11, 22))


def test_a_schools_own_day_off_goes_before_its_blocks():
    school, other = a_school(f"{BLOCK}/V1"), a_school(f"{BLOCK}/V1")
    set_calendar(a_joiner(), area=an_area(BLOCK), **said())

    set_calendar(a_joiner(), body=school, **said(weekly_off=[5], closures=[]))

    found = calendars_of([school, other])
    friday, sunday = date(2026, 7, 31), date(2026, 8, 2)
    assert (found[school.pk].is_open(friday), found[school.pk].is_open(sunday)) == (False, True)
    assert (found[other.pk].is_open(friday), found[other.pk].is_open(sunday)) == (True, False)


def test_a_closure_above_holds_below_whatever_is_said_there():
    school = a_school(f"{BLOCK}/V1")
    set_calendar(a_joiner(), area=an_area(DISTRICT), **said(closures=[FLOOD]))

    set_calendar(a_joiner(), body=school, **said(weekly_off=[5], closures=[CHHATH]))

    calendar = calendars_of([school])[school.pk]
    assert not calendar.is_open(date(2026, 8, 5))
    assert not calendar.is_open(date(2026, 11, 16))


def test_the_month_the_year_begins_is_the_nearest_one_said():
    school = a_school(f"{BLOCK}/V1")
    set_calendar(a_joiner(), area=an_area(DISTRICT), **said(year_starts_in=1))

    assert year_start_month(school) == 1


def test_what_is_said_anew_replaces_the_whole():
    area = an_area(BLOCK)
    first = set_calendar(a_joiner(), area=area, **said(closures=[CHHATH, FLOOD]))

    again = set_calendar(a_joiner(), area=area, **said(closures=[FLOOD], weekly_off=[5]))

    assert again == first
    assert list(Closure.objects.values_list("name", flat=True)) == ["Flood"]
    assert SchoolCalendar.objects.get().weekly_off == [5]


def test_a_change_leaves_one_event_with_the_names_of_its_fields():
    area = an_area(BLOCK)
    set_calendar(a_joiner(), area=area, **said())

    set_calendar(a_joiner(), area=area, **said(weekly_off=[5], closures=[FLOOD]))

    event = audited().order_by("seq").last()
    assert event.verb == "calendar.changed"
    assert event.changes == {"fields": ["weekly_off"], "closures_added": 1, "closures_removed": 1}


def test_saying_the_same_again_changes_nothing():
    area = an_area(BLOCK)
    set_calendar(a_joiner(), area=area, **said())
    before = list(Closure.objects.values())

    set_calendar(a_joiner(), area=area, **said())

    assert list(Closure.objects.values()) == before
    assert audited().count() == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"weekly_off": [1, 2, 3, 4, 5, 6, 7]}, "never open"),
        ({"weekly_off": [8]}, "no such day"),
        ({"year_starts_in": 13}, "no such month"),
        ({"closures": [("feast", "x", date(2026, 1, 1), date(2026, 1, 1))]}, "no such kind"),
        ({"closures": [("holiday", "x", date(2026, 1, 2), date(2026, 1, 1))]}, "backwards"),
        ({"closures": [("holiday", "x", date(2026, 1, 1), date(2028, 1, 1))]}, "over a year"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_and_nothing_is_written(wrong, why):
    with pytest.raises(Invalid):
        set_calendar(a_joiner(), area=an_area(BLOCK), **said(**wrong))

    assert not SchoolCalendar.objects.exists(), why


def test_a_calendar_is_of_one_place():
    with pytest.raises(Invalid):
        set_calendar(a_joiner(), **said())
    with pytest.raises(Invalid):
        set_calendar(a_joiner(), area=an_area(BLOCK), body=a_school(BLOCK), **said())


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.VOLUNTEER, BLOCK),
        (Role.TEACHER, BLOCK),
        (Role.CASE_WORKER, DISTRICT),
        (Role.COORDINATOR, "IN/S10/D206/B1852"),
        (Role.COORDINATOR, f"{BLOCK}/V1"),
    ],
)
def test_setting_a_calendar_is_refused_and_writes_nothing(role, where):
    with pytest.raises(NotAllowed):
        set_calendar(Actor("x", (Grant(role, area_path=where),)), area=an_area(BLOCK), **said())

    assert not SchoolCalendar.objects.exists()
    assert audited().get().outcome == "refused"


# --- one closure at a time ---


def test_a_closure_is_added_and_taken_away_with_one_event_each_and_the_others_stay():
    area = an_area(BLOCK)
    set_calendar(a_joiner(), area=area, **said(weekly_off=[5]))

    before = len(audited())
    held = change_closures(a_joiner(), area=area, add=[FLOOD], source="Order 13", at=AT)
    assert {c.name: c.source for c in held.closures.all()} == {
        "Chhath": "District order 12",
        "Flood": "Order 13",
    }
    chhath = held.closures.get(name="Chhath")
    change_closures(a_joiner(), area=area, remove=[chhath.pk], source="", at=AT)

    assert [c.name for c in held.closures.all()] == ["Flood"]
    assert [e.verb for e in audited()[before:]] == ["calendar.changed"] * 2
    assert SchoolCalendar.objects.get(area=area).weekly_off == [5]


def test_the_first_closure_of_a_school_keeps_the_week_that_holds_from_above():
    school = a_school(f"{BLOCK}/V1")
    set_calendar(a_joiner(), area=an_area(BLOCK), **said(weekly_off=[5], year_starts_in=1))

    held = change_closures(a_joiner(), body=school, add=[FLOOD], source="Head", at=AT)

    assert (held.weekly_off, held.year_starts_in) == ([5], 1)


def test_a_closure_of_another_calendar_is_not_taken_away():
    set_calendar(a_joiner(), area=an_area(BLOCK), **said())
    chhath = Closure.objects.get()

    with pytest.raises(NotFound):
        change_closures(
            a_joiner(), body=a_school(f"{BLOCK}/V1"), remove=[chhath.pk], source="", at=AT
        )
    nobody = Actor("p1", (Grant(Role.TEACHER, area_path=DISTRICT),))
    with pytest.raises(NotAllowed):
        change_closures(nobody, area=an_area(BLOCK), remove=[chhath.pk], source="", at=AT)

    assert Closure.objects.count() == 1
