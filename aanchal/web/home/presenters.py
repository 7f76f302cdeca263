"""What is most urgent of a coordinator's day, in one sentence: for her home and for what waits for her."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.watch.queries.waiting import Waiting
from aanchal.web.shell.look.numbers import grouped


def urgent_sentence(waits: Waiting) -> str:
    """What is past its time or may be a danger; "" when nothing is."""
    if waits.doubts:
        return ngettext(
            "A volunteer is not sure that a child is safe: call her today.",
            "Volunteers are not sure that %(n)s children are safe: call them today.",
            waits.doubts,
        ) % {"n": grouped(waits.doubts)}
    if waits.late and waits.stranded:
        return _(
            "Overdue: %(late)s, the longest since %(day)s. "
            "With somebody who can no longer go: %(stranded)s."
        ) % {"late": waits.late, "stranded": waits.stranded, "day": _day(waits.late_since)}
    if waits.late:
        return ngettext(
            "%(n)s visit is overdue since %(day)s.",
            "%(n)s visits are overdue, the longest since %(day)s.",
            waits.late,
        ) % {"n": grouped(waits.late), "day": _day(waits.late_since)}
    if waits.stranded:
        return ngettext(
            "%(n)s visit is with somebody who can no longer go.",
            "%(n)s visits are with somebody who can no longer go.",
            waits.stranded,
        ) % {"n": grouped(waits.stranded)}
    return ""


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j F") if at else ""
