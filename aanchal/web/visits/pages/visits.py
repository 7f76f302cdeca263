"""The volunteer's pages: today's visits, the kind visit, and giving it back.

At the house the page asks only about coming back to school. The other questions open after
"I have left the house". Her list shows no suspicion.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.watch.actions import hand_back_visit, leave_house, open_visited_house
from aanchal.watch.models import Flag, Outcome, Visit
from aanchal.watch.queries.doubts import visits_in_doubt
from aanchal.watch.queries.flags import my_recent_visits, my_visits
from aanchal.watch.queries.hands import my_written_elsewhere
from aanchal.watch.rules.order import urgency
from aanchal.web.shell.forms import today
from aanchal.web.shell.names import first_name

from ..presenters.hands import RECENT, in_hand, open_private
from ..presenters.pairs import pair_sentences, pairs_of, pairs_shown
from ..presenters.visits import (
    back_cards,
    before_going,
    house_lines,
    late_sentence,
    visit_card,
    where_shown,
    written_line,
)

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
    written = [*my_written_elsewhere(request.actor, at=now), *recent]
    max_back = len(back) if whole == "back" else MAX_BACK
    max_written = len(written) if whole == "written" else MAX_BACK
    return render(
        request,
        "visits/list.html",
        {
            "cards": [visit_card(visit, now) for visit in held],
            "before": [*before_going(held), *pair_sentences(pairs, held, at=now)],
            **pairs_shown(pairs),
            "late": late_sentence(late) if late else "",
            "back": back_cards(list(back.values())[:max_back]),
            "more_back": max(0, len(back) - max_back),
            "written": [written_line(v) for v in written[:max_written]],
            "more_written": max(0, len(written) - max_written),
            "today": today(),
        },
    )


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
            "place": " · ".join(where_shown(held.flag)),
            "house": house,
            "lines": house_lines(house),
        },
    )


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
