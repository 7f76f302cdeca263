"""The calendars that come with the program: national holidays, and each state's school year.

They are written when the country or a state becomes known, and never over what a person entered.
"""

from datetime import date, datetime

from aanchal.kernel.authz import ROOT

from .formats.reference import calendar_data
from .models import Area, AreaCode, Closure, SchoolCalendar
from .rules.codes import Level, System

YEARS_BEFORE, YEARS_AFTER = 1, 2
_SUNDAY = 7
_SOURCE = 200


def seed_calendars(*, at: datetime) -> None:
    """Give the country and known states their calendars where they have none.

    A constant number of queries.
    """
    root = Area.objects.filter(path=ROOT).first()
    if root is None:
        return
    data = calendar_data()
    held, _made = SchoolCalendar.objects.get_or_create(
        area=root,
        defaults={
            "weekly_off": sorted(data.weekly_off_for("", None).weekdays) or [_SUNDAY],
            "source": data.weekly_off_for("", None).sourced.source[:_SOURCE],
        },
    )
    first, last = date(at.year - YEARS_BEFORE, 1, 1), date(at.year + YEARS_AFTER, 12, 31)
    known = set(held.closures.values_list("first_on", "name"))
    Closure.objects.bulk_create(
        Closure(
            calendar=held,
            kind=closure.kind.value,
            name=row.name,
            first_on=closure.first_on,
            last_on=closure.last_on,
            source=row.sourced.source[:_SOURCE],
        )
        for row in data.closures
        if not row.states_lgd
        for closure in row.closures_between(first, last)
        if (closure.first_on, row.name) not in known
    )
    states = AreaCode.objects.filter(
        system=System.LGD.value,
        level=Level.STATE.value,
        code__in=data.academic_years,
        area__calendars__isnull=True,
    )
    SchoolCalendar.objects.bulk_create(
        SchoolCalendar(
            area_id=code.area_id,
            weekly_off=[_SUNDAY],
            year_starts_in=data.academic_years[code.code].start_month,
            source=data.academic_years[code.code].sourced.source[:_SOURCE],
        )
        for code in states
    )
