"""What waits for the person who asks: one list, with the news of her own account above it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.access import actions
from aanchal.access.models import User
from aanchal.access.notices import sentence
from aanchal.access.queries import people_of
from aanchal.access.queries.accounts import my_notices
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.notices.queries.contacts import phones_to_call
from aanchal.notices.queries.inbox import Unread, inbox
from aanchal.notices.queries.things import Thing
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.waiting import what_waits
from aanchal.web.home.presenters import urgent_sentence
from aanchal.web.shell.context import local_name

from .lists import LISTS, PAGES, TITLES, TITLES_PASSED_ON

MAX_SHOWN = 30


MAX_TO_ASK = 6


def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for her; a POST says that she read the news of her own account."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    if request.method == "POST":
        actions.note_seen(request.actor, user=user, at=now)
        return redirect(settings.LOGIN_REDIRECT_URL)
    news = my_notices(request.actor, unseen=True)[:100]
    found = inbox(request.actor, at=now)
    me = request.actor.user_id
    return render(
        request,
        "notices/waiting.html",
        {
            "news": [{"at": n.at, "text": sentence(n)} for n in news],
            "unread": _unread(request.actor, found.unread, now),
            "rows": [_row(thing, me, now) for thing in found.things[:MAX_SHOWN]],
            "count": len(found.things),
            "nothing": not found.things and not found.unread,
            "late": len(found.late),
            "late_since": min((t.late_at() for t in found.late), default=None),
            "headline": _headline(request.actor, now),
            "more": _more(found.things) if len(found.things) > MAX_SHOWN else [],
        },
    )


def _headline(actor: Actor, now: datetime) -> str:
    """The sentence of a coordinator's home, word for word: what is late is said once, in one way."""
    if not may_anywhere(actor, WatchPermission.VISIT_ASSIGN):
        return ""
    return urgent_sentence(what_waits(actor, at=now))


def _row(thing: Thing, me: str, now: datetime) -> dict[str, Any]:
    passed_on = thing.holder != me and thing.kind in TITLES_PASSED_ON
    title = TITLES_PASSED_ON[thing.kind] if passed_on else TITLES.get(thing.kind, "")
    if thing.kind == "flag.visited" and thing.is_danger:
        title = _("Not sure that the child is safe: call the volunteer")
    if thing.kind == "register_file.taken":
        title = ngettext(
            "%(count)d row of a register to repair", "%(count)d rows of a register to repair",
            thing.count,
        ) % {"count": thing.count}  # fmt: skip
    # Of what is past its day that day counts, and not when it was given.
    begun = thing.begun(at=now)
    days = (timezone.localdate(now) - timezone.localdate(begun)).days
    since = _("since %(day)s") % {"day": date_format(timezone.localtime(begun), "j M")}
    waits = ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days else ""
    where = local_name(thing.place) if thing.place is not None else ""
    name = _("Class %(name)s") % {"name": thing.name} if thing.name else ""
    is_late = thing.late_at() <= now
    return {
        "title": title,
        "href": _page_of(thing, passed_on=passed_on),
        "hint": " · ".join(part for part in (name, where, since, waits) if part),
        "status": _("past its time") if is_late else _("urgent") if thing.is_urgent else "",
        "level": "now" if is_late or thing.is_urgent else "plain",
    }


def _page_of(thing: Thing, *, passed_on: bool) -> str:
    if thing.kind == "visit.assigned" and passed_on:
        # The visit's own page is the volunteer's; the coordinator gives it to another on the question.
        return reverse("flag", args=[thing.flag])
    name, has_key = PAGES[thing.kind]
    return reverse(name, args=[thing.key] if has_key else [])


def _unread(actor: Actor, found: Sequence[Unread], now: datetime) -> list[dict[str, Any]]:
    """What she may not read: where, since when, and whom she can ask."""
    if not found:
        return []
    people = people_of(user for thing in found for user in thing.may_act)
    phones = phones_to_call(actor, people.values())
    return [
        {
            "where": local_name(unread.block) if unread.block is not None else "",
            "since": timezone.localtime(unread.since),
            "reference": unread.reference,
            "ask": [
                {"name": people[user].get_full_name(), "phone": phones.get(user, "")}
                for user in unread.may_act[:MAX_TO_ASK]
                if user in people
            ],
        }
        for unread in found
    ]


def _more(found: Any) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str]] = Counter()
    for thing in found:
        label, name, query = LISTS[thing.kind]
        counts[str(label), reverse(name) + query] += 1
    return [{"title": label, "href": href, "status": str(n)} for (label, href), n in counts.items()]
