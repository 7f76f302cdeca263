"""Who opened what: for the supervisor by person and child, for the administrator in numbers."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.models import User
from aanchal.kernel.errors import Invalid, NotFound
from aanchal.people import readings
from aanchal.people.actions import answer_reading, open_readings
from aanchal.people.find import child_with_code, code_asked
from aanchal.people.models import ReadingDay
from aanchal.people.rules.readings import MORE_THAN_USUAL, OUTSIDE_WORK

PAGE = 50


CODES_SHOWN = 12


PERIODS = {1: gettext_lazy("today"), 7: gettext_lazy("7 days"), 28: gettext_lazy("28 days")}


PAGES = {
    "child": gettext_lazy("a child's file"),
    "children": gettext_lazy("the list of children"),
    "child_find": gettext_lazy("a search for a child"),
    "class": gettext_lazy("a class"),
    "classes": gettext_lazy("the classes"),
    "class_moves": gettext_lazy("moves between classes"),
    "family_moves": gettext_lazy("families that moved"),
    "flag": gettext_lazy("a question"),
    "flags": gettext_lazy("the list of questions"),
    "watch": gettext_lazy("the watch"),
    "my_visits": gettext_lazy("her visits"),
    "visit": gettext_lazy("a visit"),
    "visit_finding": gettext_lazy("what a visit found"),
    "register_file": gettext_lazy("a register"),
    "register_repair": gettext_lazy("repair of a register"),
    "corrections": gettext_lazy("corrections of registers"),
    "readings": gettext_lazy("this page"),
}


ANSWERS = {
    "in_order": gettext_lazy("Looked at: in order"),
    "asked": gettext_lazy("Looked at: asked her"),
}


def reading_list(request: HttpRequest) -> HttpResponse:
    """Pages with children that people of the actor's area were shown. Opening this is audited too."""
    now = timezone.now()
    people = list(readings.readers_under(request.actor, at=now))
    hidden = readings.in_numbers_only(people, at=now)
    if request.method == "POST":
        return _answer(request, people)
    asked = request.GET
    days = int(asked["days"]) if asked.get("days") in {str(n) for n in PERIODS} else 7
    user = next((u for u in people if str(u.pk) == asked.get("person")), None)
    code = asked.get("code", "").strip()[:20]
    number = code_asked(code) if code else None
    child = None
    if number is not None:
        child = child_with_code(request.actor, number)
    today = timezone.localdate(now)
    found: list[readings.Reading] = []
    if child is not None or not code:
        found = readings.readings(
            request.actor,
            days=[today - timedelta(days=back) for back in range(days)],
            # Asked by child, nobody may learn here that a case worker looked her up.
            users=[
                u
                for u in (people if user is None else [user])
                if child is None or str(u.pk) not in hidden
            ],
            child=child,
        )
    page = Paginator(found, PAGE).get_page(asked.get("page"))
    codes = readings.codes_of(
        request.actor, [key for one in page if one.user_id not in hidden for key in one.children]
    )
    open_readings(request.actor, user=user, child=child, days=days, shown=codes)
    pointed = [
        (who, d)
        for who, d in readings.reading_days(people, since_on=today - timedelta(days=28))
        if d.counts["why"] and (user is None or d.reader == str(user.pk))
    ]
    names = {str(u.pk): u.get_full_name() for u in people}
    return render(
        request,
        "readings/list.html",
        {
            "page": page,
            "rows": [_row(one, names, {} if one.user_id in hidden else codes) for one in page],
            "columns": [
                {"label": _("When")},
                {"label": _("Who")},
                {"label": _("Page")},
                {"label": _("Children")},
            ],
            "people": people,
            "person": str(user.pk) if user else "",
            "periods": [(n, label, n == days) for n, label in PERIODS.items()],
            "code": code,
            "unknown_code": bool(code) and child is None,
            "waiting": [_pointed(who, d) for who, d in pointed if not d.answer],
            "answered": [_pointed(who, d) for who, d in pointed if d.answer],
            "answers": ANSWERS.items(),
        },
    )


def _answer(request: HttpRequest, people: list[User]) -> HttpResponse:
    mine = readings.reading_days(people, since_on=timezone.localdate() - timedelta(days=28))
    day = next((d for _who, d in mine if str(d.pk) == request.POST.get("day")), None)
    if day is None:
        raise NotFound
    try:
        answer_reading(
            request.actor, day=day, answer=request.POST.get("answer", ""), at=timezone.now()
        )
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("readings")


def _row(one: readings.Reading, names: dict[str, str], codes: dict[str, str]) -> list[Any]:
    seen = sorted(codes[key] for key in one.children if key in codes)
    words = seen[:CODES_SHOWN]
    more = len(seen) - len(words)
    if more:
        words.append(_("and %(n)d more") % {"n": more})
    if left := len(one.children) - len(seen):
        words.append(_("%(n)d you may not see") % {"n": left})
    return [
        date_format(timezone.localtime(one.at), "j M, H:i"),
        names.get(one.user_id, ""),
        PAGES.get(one.page, _("another page")),
        ", ".join(str(word) for word in words),
    ]


def _pointed(who: User, day: ReadingDay) -> dict[str, Any]:
    counts = day.counts
    facts = {"n": counts["children"], "pages": counts["pages"], "outside": counts["outside"]}
    why = []
    if MORE_THAN_USUAL in counts["why"]:
        why.append(_("On other days she usually reads of %(n)d.") % {"n": round(counts["usual"])})
    if OUTSIDE_WORK in counts["why"]:
        why.append(_("%(outside)d of them are in none of her own work.") % facts)
    return {
        "pk": day.pk,
        "who": who.get_full_name(),
        "on": day.on,
        "says": ngettext(
            "%(n)d children on %(pages)d page.",
            "%(n)d children on %(pages)d pages.",
            facts["pages"],
        )
        % facts,
        "why": why,
        "answer": ANSWERS.get(day.answer.get("is", ""), ""),
    }


def reading_counts(request: HttpRequest) -> HttpResponse:
    """How much each person read, in numbers; names no child."""
    now = timezone.now()
    since_on = timezone.localdate(now) - timedelta(days=28)
    people = list(readings.readers_counted(request.actor, at=now))
    sums: dict[str, dict[str, Any]] = {}
    for who, day in readings.reading_days(people, since_on=since_on):
        held = sums.setdefault(
            day.reader,
            {"name": who.get_full_name(), "pages": 0, "most": 0, "odd": 0, "left": 0},
        )
        held["pages"] += day.counts["pages"]
        held["most"] = max(held["most"], day.counts["children"])
        held["odd"] += bool(day.counts["why"])
        held["left"] += bool(day.counts["why"]) and not day.answer
    ordered = sorted(sums.values(), key=lambda s: (-s["left"], -s["odd"], s["name"]))
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "readings/counts.html",
        {
            "page": page,
            "rows": [[s["name"], s["pages"], s["most"], s["odd"], s["left"]] for s in page],
            "columns": [
                {"label": _("Who")},
                {"label": _("Pages"), "number": True},
                {"label": _("Most children in a day"), "number": True},
                {"label": _("Unusual days"), "number": True},
                {"label": _("Not yet looked at"), "number": True},
            ],
            "crumb_items": [
                {"label": _("Health"), "href": reverse("office")},
                {"label": _("Who read how much")},
            ],
        },
    )
