"""A question about a child, in sentences: where it stands and what may be done."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.people.models import Enrolment
from aanchal.registers.queries.books import Strip
from aanchal.watch.findings import group_of, is_doubt, is_given_on, vocabulary
from aanchal.watch.models import Flag, Outcome, Visit
from aanchal.watch.queries.flags import volunteers_for
from aanchal.watch.queries.hands import InHand, visits_in_hand
from aanchal.watch.rules.returns import Returned
from aanchal.web.shell.context import local_name
from aanchal.web.shell.names import class_name

from .cards import OUTCOMES, doubt_of, found_danger, returned_sentence, returned_tag


def able_volunteers(
    held: Flag, in_hand: Visit | None, *, at: datetime, is_unsafe: bool = False
) -> list[Any]:
    """Who may be sent, those with the fewest visits first; not whoever holds it already.

    Where two must go she stands there too: another may go along with her.
    """
    able = [
        v
        for v in volunteers_for(held, at=at)
        if in_hand is None or is_unsafe or v.pk != in_hand.volunteer_id
    ]
    hands = visits_in_hand([v.pk for v in able])
    return sorted(able, key=lambda v: hands[v.pk].all if v.pk in hands else 0)


def seat_sentence(seat: Enrolment) -> str:
    """In which class she sits now, which is not the one that the question was raised in."""
    return _(
        "The child is in class %(class)s of %(school)s since %(day)s. No second question is asked "
        "while this one stands: her days there count here."
    ) % {
        "class": class_name(seat.class_section),
        "school": local_name(seat.class_section.school),
        "day": date_format(seat.starts_on, "j M Y"),
    }


def hands_sentence(hands: InHand) -> str:
    """How many visits she has, and on how many of others she goes along."""
    parts = []
    if hands.held:
        held = ngettext("%(n)s visit in hand", "%(n)s visits in hand", hands.held)
        parts.append(held % {"n": hands.held})
    if hands.along:
        along = ngettext("goes along on %(n)s visit", "goes along on %(n)s visits", hands.along)
        parts.append(along % {"n": hands.along})
    return " · ".join(parts)


def level_of(held: Flag, visits: list[Visit], *, at: datetime) -> str:
    if held.state in (Flag.State.CLOSED, Flag.State.WITHDRAWN):
        return "plain"
    late = any(v.state == Visit.State.ASSIGNED and v.due_at < at for v in visits)
    urgent = held.channel == Flag.Channel.URGENT
    in_doubt = doubt_of(visits) is not None
    return "now" if urgent or late or in_doubt or found_danger(visits) else "soon"


def strip_shown(strip: Strip) -> dict[str, Any]:
    """A strip as its component takes it: `marks`, `days`, `shares` of the class."""
    return {
        "marks": strip.child.tolist(),
        "days": list(strip.days),
        "shares": [
            int(p) / int(m) if m else None
            for p, m in zip(strip.class_present, strip.class_marked, strict=True)
        ],
    }


def back_notice(back: Returned) -> dict[str, str]:
    level, _tag = returned_tag(back)
    return {"level": level, "text": returned_sentence(back.came, back.standing, back.since_on)}


def asked_by_finding(visits: list[Visit]) -> str:
    """What the last finding asks of the coordinator, in a sentence; nothing for a danger."""
    told = [v.finding for v in visits if hasattr(v, "finding")]
    if not told:
        return ""
    last = max(told, key=lambda f: f.recorded_at)
    if doubt_of(visits) is not None:
        # Nobody was at home since, and the doubt stands.
        last = max((f for f in told if is_doubt(f)), key=lambda f: f.recorded_at)
    if is_given_on(last.kind) or group_of(last.kind) == "again":
        return ""
    step = vocabulary().next_steps.get(last.next_step)
    return _(step.asks) if step and step.asks else ""


def end_shown(held: Flag, back: Returned | None) -> dict[str, str] | None:
    outcome = getattr(held, "outcome", None)
    if held.state == Flag.State.WITHDRAWN:
        return {"level": "plain", "text": _("Withdrawn: the marks were corrected.")}
    if outcome is None:
        return None
    since = _("since %(day)s") % {"day": date_format(outcome.since_on, "j M Y")}
    text = f"{OUTCOMES[outcome.kind]} · {since}"
    if outcome.kind != Outcome.Kind.BACK or back is None:
        return {"level": "plain", "text": text}
    return back_notice(back) | {"title": text}


def rest_sentence(held: Flag) -> str:
    """Until when a question that has ended is at rest; "" for one that has not, or was withdrawn."""
    outcome = getattr(held, "outcome", None)
    if held.state != Flag.State.CLOSED or outcome is None or outcome.rest_until is None:
        return ""
    day = {"day": date_format(outcome.rest_until, "j M Y")}
    if outcome.kind == Outcome.Kind.CONCERN:
        return (
            _("At rest until %(day)s, and as long as the concern is open. Still away by the "
              "register after that, the child is asked about again.")
            % day
        )  # fmt: skip
    return (
        _(
            "At rest until %(day)s. Still away by the register after that day, the child is asked about again."
        )
        % day
    )
