"""When a child's time in a new class begins. Pure."""

from datetime import date


def first_day(claimed: date, *, began: date | None, today: date) -> date:
    """The first day of an enrolment that follows another.

    Args:
        claimed: the day the list or register speaks of.
        began: first day of the enrolment that is left; None when there was none.
        today: no enrolment begins later.

    Returns:
        The claimed day, but never before the enrolment that is left began, so that what was
        recorded there stays there, and never after today unless that enrolment itself does.
    """
    day = min(claimed, today)
    return day if began is None else max(day, began)
