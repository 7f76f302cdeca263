"""The coordinator's questions: where each stands, of one place, or behind one of the week's figures."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.access import how_many
from aanchal.places.queries import find_area
from aanchal.watch.models import Flag
from aanchal.watch.queries.figures import FIGURES, Behind, rows_behind
from aanchal.watch.queries.flags import flag_places, flags_among
from aanchal.watch.queries.returns import NOTHING
from aanchal.watch.queries.waiting import Asked, flags_by_standing
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none, today
from aanchal.web.shell.narrowing import Choice, Narrowed

from ..presenters.cards import finding_word, flag_card, flag_cards, urgent_first

PAGE = 30


# In this order they are looked through for the one to open on: what may be a danger, what is overdue.
TABS = {
    "doubts": gettext_lazy("Not sure that the child is safe"),
    "overdue": gettext_lazy("Overdue"),
    "waiting": gettext_lazy("With nobody"),
    "under_way": gettext_lazy("With a volunteer"),
    "visited": gettext_lazy("Visited"),
    "ended": gettext_lazy("Ended"),
}


# Where something stands in them it is late or grave already: the tab says so.
GRAVE = frozenset({"doubts", "overdue"})


EMPTY = {
    "doubts": gettext_lazy("Of no child a volunteer is in doubt."),
    "waiting": gettext_lazy("Every question is in somebody's hands."),
    "under_way": gettext_lazy("No volunteer holds a visit now."),
    "overdue": gettext_lazy("No visit is overdue."),
    "visited": gettext_lazy("No visited question waits for its end."),
    "ended": gettext_lazy("No question has ended yet."),
}


NOTHING_FITS = gettext_lazy("No question here fits what you chose.")


CHANNELS = {
    Flag.Channel.URGENT.value: gettext_lazy("urgent"),
    Flag.Channel.ORDINARY.value: gettext_lazy("not urgent"),
}


SORTS = {
    "urgent": gettext_lazy("Most urgent first"),
    "longest": gettext_lazy("Longest waiting first"),
    "newest": gettext_lazy("Newest first"),
}


FIGURE_TITLES = {
    "in_time": gettext_lazy("Visits that fell due this week"),
    "lead": gettext_lazy("Visits made this week"),
    "empty": gettext_lazy("What the visits of this week found"),
    "back": gettext_lazy("Back in school for 20 school days or more"),
}


def flag_list(request: HttpRequest) -> HttpResponse:
    """Questions by where they stand; of one place, or behind one of the week's figures."""
    now = timezone.now()
    figure = request.GET.get("figure", "")
    if figure in FIGURES:
        return _behind(request, figure, now)
    place = find_area(pk=key_or_none(request.GET.get("place")))
    villages, schools = flag_places(request.actor)
    narrowed = Narrowed(
        request,
        fields=(
            Choice("village", _("Village"), [(str(a.pk), local_name(a)) for a in villages]),
            Choice("school", _("School"), [(str(s.pk), local_name(s)) for s in schools]),
            Choice("channel", _("How urgent"), list(CHANNELS.items())),
            Choice("sort", _("Order"), list(SORTS.items()), default="urgent"),
        ),
        keep=("show", "place"),
    )
    asked = Asked(
        place=place,
        village=narrowed["village"],
        school=narrowed["school"],
        channel=narrowed["channel"],
        sort=narrowed["sort"],
    )
    sets = flags_by_standing(request.actor, asked, at=now)
    counts = how_many({key: sets[key] for key in TABS if key != "ended"})
    show = request.GET.get("show", "")
    if show not in TABS:
        # One wants to see what is there: the gravest first.
        show = next((key for key, n in counts.items() if n), "waiting")
    page = Paginator(sets[show], PAGE).get_page(request.GET.get("page"))
    cards = flag_cards(page.object_list, actor=request.actor, at=now)
    if narrowed["sort"] == "urgent" and show != "ended":
        cards = urgent_first(cards)
    query = f"&{narrowed.query}" if narrowed.query else ""
    if place is not None:
        query += f"&place={place.pk}"
    tabs = [
        {
            "label": label,
            "href": f"?show={key}{query}",
            "count": counts.get(key),
            "current": key == show,
            "is_grave": key in GRAVE and bool(counts[key]),
        }
        for key, label in TABS.items()
        # There is a doubt on few days only.
        if key != "doubts" or counts[key] or key == show
    ]
    return render(
        request,
        "flags/list.html",
        {
            "page": page,
            "cards": cards,
            "tabs": tabs,
            "place": local_name(place) if place is not None else "",
            "act": _("Send a visit") if show == "waiting" else _("Open"),
            "nothing": NOTHING_FITS if narrowed.is_narrowed else EMPTY[show],
            "narrowed": narrowed,
        },
    )


def _behind(request: HttpRequest, figure: str, now: datetime) -> HttpResponse:
    rows = rows_behind(request.actor, figure, last_on=today())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    flags = flags_among(request.actor, [r.flag_id for r in page.object_list])
    cards = []
    for row in page.object_list:
        if row.flag_id in flags:
            card = flag_card(flags[row.flag_id], NOTHING, at=now, with_name=True)
            card["level"], card["due"] = _behind_tag(figure, row)
            cards.append(card)
    return render(
        request,
        "flags/figure.html",
        {
            "page": page,
            "cards": cards,
            "title": FIGURE_TITLES[figure],
            "crumb_items": [
                {"label": _("The watch"), "href": reverse("watch")},
                {"label": FIGURE_TITLES[figure]},
            ],
            "part": sum(r.counts for r in rows),
            "whole": len(rows),
            "figure": figure,
        },
    )


def _behind_tag(figure: str, row: Behind) -> tuple[str, str]:
    if figure == "in_time":
        return ("done", _("in time")) if row.counts else ("soon", _("not in time"))
    if figure == "back":
        return ("done", _("still there")) if row.counts else ("soon", _("often absent again"))
    if figure == "lead":
        days = row.days or 0
        return "plain", ngettext("%(days)s school day", "%(days)s school days", days) % {
            "days": days
        }
    return "plain", finding_word(row.kind)
