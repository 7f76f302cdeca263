"""Until when a flag that has ended is at rest; then a child still away is asked about again."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.errors import Invalid
from aanchal.places.queries import calendars_of

from .guidance import guidance
from .models import Flag, Outcome

# Kind of end → the number of school days it lets the flag rest.
RESTS = {
    Outcome.Kind.BACK: "back_rest_days",
    Outcome.Kind.LEFT: "left_rest_days",
    Outcome.Kind.EXPLAINED: "explained_rest_days",
    # As for one explained: to whom a concern is hidden its end is shown as that.
    Outcome.Kind.CONCERN: "explained_rest_days",
}


def rest_until(flag: Flag, *, kind: str, on: date, expected_on: date | None) -> date:
    """The last day on which a flag that ends now is at rest.

    Args:
        flag: `class_section.school.area` is read.
        on: the day on which it ends.
        expected_on: of an explained absence, the day on which the child will be back, as the family said.

    Raises:
        Invalid: that day is past, or further away than an explanation may reach.
    """
    calendar = calendars_of([flag.class_section.school])[flag.class_section.school_id]
    numbers = guidance()
    if kind == Outcome.Kind.EXPLAINED and expected_on is not None:
        last = calendar.add_open_days(on, int(numbers["explained_max_days"]))
        if expected_on < on or (last is not None and expected_on > last):
            raise Invalid(
                _("Give a day from today on, not further than %(days)s school days ahead.")
                % {"days": int(numbers["explained_max_days"])},
                field="expected_on",
            )
        return expected_on
    # A calendar that never opens again lets nothing rest.
    return calendar.add_open_days(on, int(numbers[RESTS[Outcome.Kind(kind)]])) or on
