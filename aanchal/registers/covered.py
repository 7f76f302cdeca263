"""Until when an answer about a pupil whom her register leaves out speaks."""

from datetime import date

from aanchal.places.queries import calendars_of, year_of

from .guidance import guidance
from .models import MissingPupil
from .rules.settling import Known


def covered_until(missing: MissingPupil, *, ground: str, on: date) -> date:
    """The last day for which an answer about a missing pupil speaks.

    Another school has her for its school year. That somebody met or saw her says where she is for
    the programme's number of school days.

    Args:
        ground: code of `Known`.
        on: the day of the answer; the school of her class is read with its area.
    """
    school = missing.class_section.school
    if ground == Known.ENROLLED_THERE:
        return year_of(school, on).last_on
    days = int(guidance()["missing_seen_days"])
    return calendars_of([school])[school.pk].add_open_days(on, days) or on
