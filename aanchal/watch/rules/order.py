"""In which order a volunteer's visits stand. Pure."""

from datetime import date, datetime


def urgency(
    *, is_urgent: bool, since_on: date, due_at: datetime, in_doubt: bool = False
) -> tuple[bool, bool, int, datetime]:
    """A key that puts the most urgent visit first.

    First the child of whom she who went before was not sure that she is safe. Urgent flags stand before ordinary ones, and among them the child who went last: in the
    first days a child can still be found. Ordinary ones stand in the order in which they are due.
    """
    return (not in_doubt, not is_urgent, -since_on.toordinal() if is_urgent else 0, due_at)
