"""What of the registers waits for somebody: lines for the home of a coordinator or a teacher."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.notices.hand_overs import hand_overs
from aanchal.notices.queries.things import Thing, register_files
from aanchal.notices.rules.hand_overs import step_times
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import class_moves_asked_at, count_my_class_moves
from aanchal.registers.permissions import RegisterPermission
from aanchal.registers.queries.corrections import corrections_asked_at, count_my_corrections
from aanchal.registers.queries.missing import missing_in_short, missing_noted_at
from aanchal.watch.guidance import guidance
from aanchal.watch.queries.withdrawals import channels_to_answer
from aanchal.web.shell.look.numbers import grouped

# Whose turn it is.
HERS, COORDINATOR, HEAD, SENDER = "hers", "coordinator", "head", "sender"


def register_tasks(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """What waits, the most urgent first, as `task_list` takes it; few queries.

    A line says besides for whom it waits (`whose`), and of what is past its time the large sentence
    of a home (`late`, else "").
    """
    found: list[dict[str, Any]] = []
    if may_anywhere(actor, PeoplePermission.CHILD_MOVE):
        found += _moves(actor, at=at)
    found += _missing(actor, at=at)
    found += _corrections(actor, at=at)
    return by_urgency(found)


def by_urgency(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of a `task_list`, those of level now first; else as they came."""
    order = {"now": 0, "soon": 1}
    return sorted(items, key=lambda item: order.get(item["level"], 2))


def _moves(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    late = at - timedelta(days=guidance()["class_move_due_days"])
    asked = class_moves_asked_at(actor)
    found = []
    if asked:
        title = ngettext(
            "%(n)s pupil is to move to another class",
            "%(n)s pupils are to move to another class",
            len(asked),
        )
        is_late = min(asked) < late
        found.append(
            {
                "title": title % {"n": len(asked)},
                "whose": HERS,
                "late": _late_moves(len(asked), min(asked)) if is_late else "",
                "href": reverse("class_moves"),
                "level": "now" if is_late else "soon",
                "status": _("waits too long") if is_late else _("waits for your yes"),
            }
        )
    own = count_my_class_moves(actor)
    if own:
        found.append(
            {
                "title": ngettext(
                    "You asked for %(n)s pupil of another class",
                    "You asked for %(n)s pupils of another class",
                    own,
                )
                % {"n": own},
                "whose": HEAD,
                "late": "",
                "href": reverse("class_moves"),
                "level": "plain",
                "status": _("waits for a yes"),
            }
        )
    return found


def _late_moves(count: int, since: datetime) -> str:
    return ngettext(
        "%(n)s pupil has waited for your yes to another class since %(day)s.",
        "%(n)s pupils have waited for your yes to another class, the longest since %(day)s.",
        count,
    ) % {"n": grouped(count), "day": _day(since)}


def _missing(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Pupils whom a register no longer names; as urgent as an overdue visit: nobody asks else.

    A teacher says what she knows of them; then it is the coordinator who finds out.
    """
    if may_anywhere(actor, RegisterPermission.REGISTER_CORRECT):
        unsaid, said = missing_noted_at(actor), 0
    else:
        rows = missing_in_short(actor)
        unsaid = [row.noted_at for row in rows if not row.said]
        said = len(rows) - len(unsaid)
    lines = []
    if unsaid:
        title = ngettext(
            "%(n)s pupil is missing from the class register",
            "%(n)s pupils are missing from the class registers",
            len(unsaid),
        )
        first = min(unsaid)
        row = hand_overs()["missing_pupil.waiting"]
        over = step_times(row, urgent=False, since=first, due=None, opened=None)[1]
        lines.append(
            {
                "title": title % {"n": len(unsaid)},
                "count": len(unsaid),
                "whose": HERS,
                "late": _late_missing(len(unsaid), first) if over <= at else "",
                "href": reverse("missing_pupils"),
                "level": "now",
                "status": _("where are they?"),
            }
        )
    if said:
        title = ngettext(
            "%(n)s pupil missing from the class register: the school has said what it knows",
            "%(n)s pupils missing from the class registers: the school has said what it knows",
            said,
        )
        lines.append(
            {
                "title": title % {"n": said},
                "whose": COORDINATOR,
                "late": "",
                "href": reverse("missing_pupils"),
                "level": "plain",
                "status": _("the coordinator finds out"),
            }
        )
    return lines


def _late_missing(count: int, since: datetime) -> str:
    return ngettext(
        "%(n)s pupil has been missing from the class register since %(day)s: say what you know.",
        "%(n)s pupils are missing from the class registers, the longest since %(day)s: "
        "say what you know.",
        count,
    ) % {"n": grouped(count), "day": _day(since)}


def own_files(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Register files of a teacher's school that wait for a yes or a repair: her own, and others'."""
    things = [t for t in register_files(actor, at) if t.may_be_done_by(actor)]
    lines = []
    for whose in (HERS, SENDER):
        mine = whose == HERS
        held = [t for t in things if (t.holder in ("", actor.user_id)) == mine]
        shown = [t for t in held if t.kind == "register_file.shown"]
        rows = [t for t in held if t.kind == "register_file.taken"]
        if shown:
            lines.append(_files_shown(shown, whose, at=at))
        if rows:
            lines.append(_files_with_rows(rows, whose, at=at))
    return lines


def _files_shown(held: list[Thing], whose: str, *, at: datetime) -> dict[str, Any]:
    count, first = len(held), min(t.since for t in held)
    is_late = any(t.late_at() <= at for t in held)
    title = ngettext("%(n)s register waits for a yes", "%(n)s registers wait for a yes", count)
    late = ngettext(
        "%(n)s register that you sent has waited for your yes since %(day)s.",
        "%(n)s registers that you sent have waited for your yes, the longest since %(day)s.",
        count,
    ) % {"n": grouped(count), "day": _day(first)}
    if not all(t.holder for t in held):
        # Some were sent by one who works here no more, and wait for anybody's yes.
        late = ngettext(
            "%(n)s register has waited for a yes since %(day)s.",
            "%(n)s registers have waited for a yes, the longest since %(day)s.",
            count,
        ) % {"n": grouped(count), "day": _day(first)}
    return {
        "title": title % {"n": grouped(count)},
        "whose": whose,
        "late": late if is_late and whose == HERS else "",
        "href": _files_href(held),
        "level": "plain" if whose != HERS else "now" if is_late else "soon",
        "status": _("waits too long") if is_late else _("waits for a yes"),
    }


def _files_with_rows(held: list[Thing], whose: str, *, at: datetime) -> dict[str, Any]:
    count, first = sum(t.count for t in held), min(t.since for t in held)
    is_late = any(t.late_at() <= at for t in held)
    title = ngettext(
        "%(count)d row of a register to repair", "%(count)d rows of a register to repair", count
    )
    late = ngettext(
        "%(n)s row of a register has waited for you to repair it since %(day)s.",
        "%(n)s rows of registers have waited for you to repair them, the longest since %(day)s.",
        count,
    ) % {"n": grouped(count), "day": _day(first)}
    return {
        "title": title % {"count": count},
        "whose": whose,
        "late": late if is_late and whose == HERS else "",
        "href": _files_href(held, page="register_repair"),
        "level": "plain" if whose != HERS else "now" if is_late else "soon",
        "status": _("waits too long") if is_late else "",
    }


def _files_href(held: list[Thing], *, page: str = "register_file") -> str:
    """The page of the only file, or the list of all that wait."""
    if len(held) == 1:
        return reverse(page, args=[held[0].key])
    return f"{reverse('register_files')}?show=waiting"


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F")


def _corrections(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    found = []
    doubts = channels_to_answer(actor)
    if doubts:
        title = ngettext(
            "%(n)s question: its register was corrected. Withdraw it?",
            "%(n)s questions: their registers were corrected. Withdraw them?",
            len(doubts),
        )
        found.append(
            {
                "title": title % {"n": len(doubts)},
                "whose": HERS,
                "late": "",
                "href": reverse("corrections"),
                "level": "now" if "urgent" in doubts else "soon",
                "status": _("waits for your yes"),
            }
        )
    asked = corrections_asked_at(actor)
    if asked:
        is_late = min(asked) < at - timedelta(days=guidance()["correction_due_days"])
        title = ngettext(
            "%(n)s correction would take absences away",
            "%(n)s corrections would take absences away",
            len(asked),
        )
        found.append(
            {
                "title": title % {"n": len(asked)},
                "whose": HERS,
                "late": "",
                "href": reverse("corrections"),
                "level": "now" if is_late else "soon",
                "status": _("waits too long") if is_late else _("waits for your yes"),
            }
        )
    own = count_my_corrections(actor)
    if own:
        found.append(
            {
                "title": ngettext(
                    "%(n)s correction of yours waits for the coordinator",
                    "%(n)s corrections of yours wait for the coordinator",
                    own,
                )
                % {"n": own},
                "whose": COORDINATOR,
                "late": "",
                "href": reverse("corrections"),
                "level": "plain",
                "status": _("waits for a yes"),
            }
        )
    return found
