"""What of the registers waits for somebody: lines for the home of a coordinator or a teacher."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.attendance.guidance import guidance
from aanchal.attendance.queries.corrections import (
    corrections_asked_at,
    my_corrections,
    withdrawals_to_answer,
)
from aanchal.attendance.queries.missing import missing_pupils
from aanchal.kernel.permissions import Actor, Permission, may_anywhere
from aanchal.people.queries import class_moves_to_answer, my_class_moves


def register_tasks(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """What waits for the actor, the most urgent first, as `task_list` takes it; few queries."""
    found: list[dict[str, Any]] = []
    if may_anywhere(actor, Permission.CHILD_MOVE):
        found += _moves(actor, at=at)
    found += _missing(actor)
    found += _corrections(actor, at=at)
    return by_urgency(found)


def by_urgency(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of a `task_list`, those of level now first; else as they came."""
    order = {"now": 0, "soon": 1}
    return sorted(items, key=lambda item: order.get(item["level"], 2))


def _moves(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    late = at - timedelta(days=guidance()["class_move_due_days"])
    asked = list(class_moves_to_answer(actor).order_by().values_list("asked_at", flat=True))
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
                "href": reverse("class_moves"),
                "level": "now" if is_late else "soon",
                "status": _("waits too long") if is_late else _("waits for your yes"),
            }
        )
    own = my_class_moves(actor).filter(state="waiting").count()
    if own:
        found.append(
            {
                "title": ngettext(
                    "You asked for %(n)s pupil of another class",
                    "You asked for %(n)s pupils of another class",
                    own,
                )
                % {"n": own},
                "href": reverse("class_moves"),
                "level": "plain",
                "status": _("waits for a yes"),
            }
        )
    return found


def _missing(actor: Actor) -> list[dict[str, Any]]:
    """Pupils whom a register no longer names; as urgent as an overdue visit: nobody asks else."""
    count = missing_pupils(actor).count()
    if not count:
        return []
    title = ngettext(
        "%(n)s pupil is missing from the class register",
        "%(n)s pupils are missing from the class registers",
        count,
    )
    return [
        {
            "title": title % {"n": count},
            "count": count,
            "href": reverse("missing_pupils"),
            "level": "now",
            "status": _("where are they?"),
        }
    ]


def _corrections(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    found = []
    doubts = list(withdrawals_to_answer(actor).order_by().values_list("flag__channel", flat=True))
    if doubts:
        title = ngettext(
            "%(n)s question: its register was corrected. Withdraw it?",
            "%(n)s questions: their registers were corrected. Withdraw them?",
            len(doubts),
        )
        found.append(
            {
                "title": title % {"n": len(doubts)},
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
                "href": reverse("corrections"),
                "level": "now" if is_late else "soon",
                "status": _("waits too long") if is_late else _("waits for your yes"),
            }
        )
    own = my_corrections(actor).filter(state="waiting").count()
    if own:
        found.append(
            {
                "title": ngettext(
                    "%(n)s correction of yours waits for the coordinator",
                    "%(n)s corrections of yours wait for the coordinator",
                    own,
                )
                % {"n": own},
                "href": reverse("corrections"),
                "level": "plain",
                "status": _("waits for a yes"),
            }
        )
    return found
