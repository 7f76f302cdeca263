"""What is most urgent of a case worker's day: which concerns are past their time, in one sentence."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.cases.queries import ConcernList
from aanchal.kernel.authz import Actor
from aanchal.notices.queries.inbox import waits_for
from aanchal.notices.queries.things import concerns
from aanchal.web.shell.look.numbers import grouped


@dataclass(frozen=True)
class ConcernDay:
    """What of the concerns an actor may see is urgent now.

    Attributes:
        late: key → when its time was over, of those on which she should act by now.
        with_nobody: keys of those in nobody's hands: nobody took them up yet, or whoever had them or
            was to have them works there no more or is shut out since; or their child moved here, and
            nobody here took them up.
        moved: keys of those that the actor has and is to hand on, because the family moved away.
    """

    late: dict[str, datetime]
    with_nobody: frozenset[str]
    moved: frozenset[str]


def concern_day(actor: Actor, *, at: datetime) -> ConcernDay:
    """Which concerns are past their time, and which are in nobody's hands.

    What waits for whom, and how long, is asked of the list of all that waits, so that the home and
    that list never say different things. The same few queries, however many concerns there are.
    """
    late: dict[str, datetime] = {}
    with_nobody, moved = set(), set()
    for thing in concerns(actor, at):
        is_moved = thing.kind == "concern_move.waiting" and waits_for(thing, actor, at=at)
        if is_moved or (not thing.holder and thing.kind.startswith("concern.")):
            with_nobody.add(thing.key)
        if thing.kind == "concern_move.kept" and thing.holder == actor.user_id:
            moved.add(thing.key)
        over = thing.late_at()
        if over <= at and waits_for(thing, actor, at=at):
            late[thing.key] = min(over, late.get(thing.key, over))
    return ConcernDay(late, frozenset(with_nobody), frozenset(moved))


def concerns_sentence(shown: ConcernList, day: ConcernDay, *, reader: str) -> str:
    """The most urgent of what waits, in one sentence; that nothing waits only when nothing does."""
    late = day.late
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
    if moved := len(day.moved):
        return ngettext(
            "In %(n)s concern of yours the family moved away: hand it over.",
            "In %(n)s concerns of yours the family moved away: hand them over.",
            moved,
        ) % {"n": grouped(moved)}
    if new := len(day.with_nobody):
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
