"""What is most urgent of a case worker's day: which concerns are past their time, in one sentence."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.cases.models import Concern
from aanchal.cases.queries import ConcernList
from aanchal.kernel.permissions import Actor
from aanchal.notices.queries.inbox import waits_for
from aanchal.notices.queries.things import concerns

from ..look.numbers import grouped


def late_concerns(actor: Actor, *, at: datetime) -> dict[str, datetime]:
    """Key → when its time was over, of concerns on which the actor should act by now.

    What waits for whom, and how long, is asked of the list of all that waits, so that the home and
    that list never say different things. The same few queries, however many concerns there are.
    """
    late: dict[str, datetime] = {}
    for thing in concerns(actor, at):
        over = thing.late_at()
        if over <= at and waits_for(thing, actor, at=at):
            late[thing.key] = min(over, late.get(thing.key, over))
    return late


def concerns_sentence(shown: ConcernList, late: dict[str, datetime], *, reader: str) -> str:
    """The most urgent of what waits, in one sentence; that nothing waits only when nothing does."""
    if late:
        return ngettext(
            "%(n)s concern is past its time since %(day)s.",
            "%(n)s concerns are past their time, the longest since %(day)s.",
            len(late),
        ) % {"n": grouped(len(late)), "day": _day(min(late.values()))}
    mine = shown.where(lambda row: reader in (row.head["taken_up_by"], row.head["handed_to"]))
    corrected = sum(bool(row.head["corrected_at"]) for row in mine.rows)
    if corrected:
        return ngettext(
            "In %(n)s concern of yours something was put right: read it.",
            "In %(n)s concerns of yours something was put right: read it.",
            corrected,
        ) % {"n": grouped(corrected)}
    stages = shown.counts("stage")
    if new := stages[Concern.Stage.NEW]:
        return ngettext(
            "%(n)s concern is in nobody's hands.", "%(n)s concerns are in nobody's hands.", new
        ) % {"n": grouped(new)}
    given = sum(row.head["handed_to"] == reader for row in mine.rows)
    if given:
        return ngettext(
            "%(n)s concern is handed over to you.", "%(n)s concerns are handed over to you.", given
        ) % {"n": grouped(given)}
    if mine:
        return ngettext(
            "%(n)s concern is in your hands.", "%(n)s concerns are in your hands.", len(mine)
        ) % {"n": grouped(len(mine))}
    return _("No concern waits for you now.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F")
