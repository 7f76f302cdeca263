"""The volunteer's pages: today's visits, the kind visit, and giving it back.

At the house the page asks only about coming back to school. The other questions open after
"I have left the house". Her list shows no suspicion.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.errors import NotFound
from aanchal.people.houses import House
from aanchal.registers.queries.books import class_books
from aanchal.watch.actions import hand_back_visit, leave_house, open_visited_house
from aanchal.watch.models import Flag, Outcome, Visit
from aanchal.watch.queries.before_going import felt_unsafe, put_right_since
from aanchal.watch.queries.doubts import visits_in_doubt
from aanchal.watch.queries.ends import back_standing
from aanchal.watch.queries.flags import get_my_visit, my_recent_visits, my_visits
from aanchal.watch.queries.hands import my_past_visit
from aanchal.watch.rules.order import urgency
from aanchal.watch.rules.returns import Came, Standing, came_since
from aanchal.watch.sentences import flag_sentence

from ..context import local_name
from ..forms import (
    open_once,
    today,
)
from ..look.numbers import in_script
from ..names import class_name, code_mark, first_name
from .cards import returned_sentence
from .pairs import pair_sentences, pairs_of, pairs_shown

RECENT = timedelta(days=30)
MAX_BACK = 10


def visit_list(request: HttpRequest) -> HttpResponse:
    """Today's visits, the most urgent first; what is overdue; and what came of the last ones."""
    now = timezone.now()
    held = list(my_visits(request.actor))
    in_doubt = visits_in_doubt(held)
    held.sort(
        key=lambda v: urgency(
            in_doubt=v.flag_id in in_doubt,
            is_urgent=v.flag.channel == Flag.Channel.URGENT,
            since_on=v.flag.since_on,
            due_at=v.due_at,
        ),
    )
    recent = list(my_recent_visits(request.actor, since=now - RECENT))
    back: dict[UUID, Flag] = {}
    for visit in recent:
        outcome = getattr(visit.flag, "outcome", None)
        if outcome is not None and outcome.kind == Outcome.Kind.BACK:
            back.setdefault(visit.flag.child_id, visit.flag)
    late = [v for v in held if v.due_at < now]
    pairs = pairs_of(request.actor, at=now)
    whole = request.GET.get("show", "")
    max_back = len(back) if whole == "back" else MAX_BACK
    max_written = len(recent) if whole == "written" else MAX_BACK
    return render(
        request,
        "visits/list.html",
        {
            "cards": [_card(visit, now) for visit in held],
            "before": [*_before_going(held), *pair_sentences(pairs, held, at=now)],
            **pairs_shown(pairs),
            "late": _late_sentence(late) if late else "",
            "back": _back_cards(list(back.values())[:max_back]),
            "more_back": max(0, len(back) - max_back),
            "written": [_written_line(v) for v in recent[:max_written]],
            "more_written": max(0, len(recent) - max_written),
            "today": today(),
        },
    )


def _before_going(held: list[Visit]) -> list[str]:
    """What she must know before she goes, a sentence a visit; two queries.

    It stands in her list and not on the page of the visit, which others may read at the house.
    """
    flags = [v.flag for v in held]
    if not flags:
        return []
    unsafe, put_right = felt_unsafe(flags), put_right_since(flags)
    said = []
    for flag in flags:
        code = {"code": flag.child.code}
        if flag.pk in unsafe:
            said.append(
                _(
                    "%(code)s: whoever was to go before did not feel safe. Go by two, or give it back."
                )
                % code
            )
        if flag.pk in put_right:
            said.append(
                _(
                    "%(code)s: what an earlier visit found was put right. Call your coordinator before you go."
                )
                % code
            )
    return said


def _late_sentence(late: list[Visit]) -> str:
    first = min(v.due_at for v in late)
    return ngettext(
        "%(n)s visit is overdue since %(day)s. Go today, or give it to another.",
        "%(n)s visits are overdue, the longest since %(day)s. Go today, or give them to another.",
        len(late),
    ) % {"n": len(late), "day": date_format(timezone.localtime(first), "j F")}


def _written_line(visit: Visit) -> dict[str, str]:
    """A visit she wrote: whom it was about and when, and nothing of what was found."""
    assert visit.recorded_at is not None  # it is recorded
    return {
        "href": reverse("visit_written", args=[visit.pk]),
        "title": format_html(
            "{} · {}", in_script(first_name(visit.flag.child)), code_mark(visit.flag.child.code)
        ),
        "hint": date_format(timezone.localtime(visit.recorded_at), "j M"),
    }


def _card(visit: Visit, now: datetime) -> dict[str, Any]:
    flag = visit.flag
    due_on = timezone.localdate(visit.due_at)
    days = (due_on - timezone.localdate(now)).days
    if days < 0:
        level, due = "now", _("since %(day)s") % {"day": date_format(due_on, "j M")}
    elif days == 0:
        level, due = "now", _("today")
    else:
        level = "soon"
        due = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return {
        "code": flag.child.code,
        "name": first_name(flag.child),
        "level": level,
        "due": due,
        "reason": flag_sentence(flag),
        "where": " · ".join(_where(flag)),
        "href": reverse("visit", args=[visit.pk]),
        "act": _("Open the visit"),
    }


def _where(flag: Flag) -> list[str]:
    name = class_name(flag.class_section)
    return [local_name(flag.area), _("class %(grade)s") % {"grade": name}]


def _back_cards(flags: list[Flag]) -> list[dict[str, Any]]:
    """Children who were said to be back: in numbers, and thanks only for who is. Two queries."""
    books = class_books(list({f.class_section_id: f.class_section for f in flags}.values()))
    thank_you = _("Thank you.")
    cards = []
    for flag in flags:
        book = books[flag.class_section_id]
        came = Came(0, 0)
        if flag.child_id in book.children:
            row = book.marks[book.children.index(flag.child_id)].tolist()
            came = came_since(book.days, row, since=flag.outcome.since_on)
        stands = back_standing(came)
        thanks = _("Was seen in school again. Thank you.")
        if came.days:
            thanks = returned_sentence(came, stands, flag.outcome.since_on)
        if came.days and stands is not Standing.NOT_BACK:
            thanks = f"{thanks} {thank_you}"
        level, word = BACK_WORDS[stands]
        cards.append(
            {
                "code": flag.child.code,
                "name": first_name(flag.child),
                "thanks": thanks,
                "level": level,
                "word": word,
            }
        )
    return cards


BACK_WORDS = {
    Standing.BACK: ("done", gettext_lazy("back")),
    Standing.TOO_EARLY: ("plain", gettext_lazy("not a week yet")),
    Standing.NOT_BACK: ("soon", gettext_lazy("not back")),
}


def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At the house: kind words, and only the way back to school is spoken of."""
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    if request.method == "POST":
        leave_house(request.actor, visit=held, at=timezone.now())
        return open_private(request, held)
    house = open_visited_house(request.actor, visit=held, at=timezone.now())
    return render(
        request,
        "visits/at_the_house.html",
        {
            "visit": held,
            "name": first_name(held.flag.child),
            "place": " · ".join(_where(held.flag)),
            "house": house,
            "lines": house_lines(house),
        },
    )


def open_private(request: HttpRequest, held: Visit) -> HttpResponse:
    """Lead to the private questions, for one press."""
    return redirect(f"{reverse('visit_finding', args=[held.pk])}?t={open_once(request)}")


RELATIONS = {
    "mother": gettext_lazy("Mother"),
    "father": gettext_lazy("Father"),
    "grandparent": gettext_lazy("Grandparent"),
    "sibling": gettext_lazy("Brother or sister"),
    "relative": gettext_lazy("Relative"),
    "other": gettext_lazy("Guardian"),
}


def house_lines(house: House) -> list[dict[str, str]]:
    """How the house is found, as lines of label and text; what is not known is left out."""
    relation = str(RELATIONS.get(house.guardian_relation, _("Guardian")))
    lines = [
        {"label": relation, "value": house.guardian_name},
        {"label": _("Hamlet"), "value": house.hamlet},
        {"label": _("Landmark"), "value": house.landmark},
        {"label": _("The way"), "value": house.directions},
    ]
    return [line for line in lines if line["value"]]


def in_hand(request: HttpRequest, pk: UUID) -> Visit | HttpResponse:
    """A visit in her hands; or, for one that was, where she should be instead.

    An old page, the back button and a second tap end here: what was done is shown, not refused.
    """
    try:
        return get_my_visit(request.actor, pk=pk)
    except NotFound:
        past = my_past_visit(request.actor, pk=pk)
        if past is None:
            raise
        if past.state == Visit.State.RECORDED:
            return redirect("visit_done", pk=past.pk)
        messages.info(request, _("This visit is not in your hands any more."))
        return redirect("my_visits")


def hand_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """ "I do not feel safe: give it to another." One tap more, and no question asked."""
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    if request.method == "POST":
        because = request.POST.get("because", Visit.HandedBack.UNSAFE)
        hand_back_visit(request.actor, visit=held, because=because, at=timezone.now())
        messages.success(request, _("Thank you for saying so. The visit goes to another."))
        return redirect("my_visits")
    return render(
        request, "visits/hand_back.html", {"cancel_href": reverse("visit", args=[held.pk])}
    )
