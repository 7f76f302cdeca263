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
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access import actions
from aanchal.access.models import User
from aanchal.access.notices import sentence
from aanchal.access.queries import people_of
from aanchal.access.queries.accounts import my_notices
from aanchal.kernel.permissions import Actor, Permission, may_anywhere
from aanchal.notices.actions import note_opened
from aanchal.notices.queries.contacts import phones_to_call
from aanchal.notices.queries.inbox import Unread, inbox
from aanchal.notices.queries.ladders import is_news_to
from aanchal.notices.queries.things import Thing
from aanchal.watch.queries.waiting import what_waits

from ..context import local_name
from .day import urgent_sentence

MAX_SHOWN = 30
MAX_TO_ASK = 6

TITLES: dict[str, Any] = {
    "concern.new": gettext_lazy("A concern that nobody has taken up"),
    "concern.taken_up": gettext_lazy("A concern in your hands"),
    "concern.handed_over": gettext_lazy("A concern that is handed over to you"),
    "concern_correction.unread": gettext_lazy("What a visit found was put right: read it"),
    "concern_mistake.asked": gettext_lazy("Was somebody named by mistake? A second word is asked"),
    "flag.open": gettext_lazy("A question with nobody yet"),
    "flag.visited": gettext_lazy("Visited: write how it ended"),
    "visit.assigned": gettext_lazy("A visit in your hands"),
    "put_right.unread": gettext_lazy("What an earlier visit found was put right"),
    "visit_along.sent": gettext_lazy("A visit on which you go along"),
    "late_finding.unread": gettext_lazy(
        "Words that came after the visit was taken back: read them"
    ),
    "register_file.shown": gettext_lazy("A register waits for a yes"),
    "withdrawal.waiting": gettext_lazy("Marks were corrected: is the question withdrawn?"),
    "correction.waiting": gettext_lazy("A correction that takes absences away"),
    "class_move.waiting": gettext_lazy("A child who would be moved to another class"),
    "kinship.waiting": gettext_lazy("Is a colleague of a child's family? A second yes is asked"),
    "kinship.leaving": gettext_lazy("Is a colleague not of a child's family after all?"),
    "unconfirmed_kinship.unread": gettext_lazy("What you said of a family was not confirmed"),
    "missing_pupil.waiting": gettext_lazy("A pupil missing from the class register"),
    "class_register.silent": gettext_lazy("A class that sends no register"),
    "grant.waiting": gettext_lazy("A role waits for a second person"),
    "invitation.waiting": gettext_lazy("An invitation waits for a second person"),
    "credential_reset.asked": gettext_lazy("New credentials wait for a second person"),
    "legal_hold.leaving": gettext_lazy("A legal hold: may it be lifted?"),
}
# In somebody else's hands, and past its time there.
TITLES_PASSED_ON: dict[str, Any] = {
    "concern.taken_up": gettext_lazy("A concern that has not moved for days"),
    "concern.handed_over": gettext_lazy("A concern handed over, and not taken up"),
    "visit.assigned": gettext_lazy("A visit past its day"),
    "register_file.shown": gettext_lazy("A register that nobody said yes to"),
}
# Kind → the name of its page, and whether that takes the record's key.
PAGES: dict[str, tuple[str, bool]] = {
    "concern.new": ("concern", True),
    "concern.taken_up": ("concern", True),
    "concern.handed_over": ("concern", True),
    "concern_correction.unread": ("concern", True),
    "concern_mistake.asked": ("concern_mistake", True),
    "flag.open": ("flag", True),
    "flag.visited": ("flag", True),
    "visit.assigned": ("visit", True),
    "put_right.unread": ("flag", True),
    "visit_along.sent": ("my_visits", False),
    "late_finding.unread": ("flag", True),
    "register_file.shown": ("register_file", True),
    "register_file.taken": ("register_repair", True),
    "withdrawal.waiting": ("corrections", False),
    "correction.waiting": ("corrections", False),
    "class_move.waiting": ("class_moves", False),
    "kinship.waiting": ("kinships", False),
    "kinship.leaving": ("kinships", False),
    "unconfirmed_kinship.unread": ("unconfirmed_kinships", False),
    "missing_pupil.waiting": ("missing_pupils", False),
    "class_register.silent": ("class", True),
    "grant.waiting": ("approvals", False),
    "invitation.waiting": ("approvals", False),
    "credential_reset.asked": ("approvals", False),
    "legal_hold.leaving": ("retention", False),
}
# Kind → the list where all of it stands, for when there is more than this page shows.
LISTS: dict[str, tuple[Any, str, str]] = {
    "concern.new": (gettext_lazy("Concerns"), "concerns", ""),
    "concern.taken_up": (gettext_lazy("Concerns"), "concerns", ""),
    "concern.handed_over": (gettext_lazy("Concerns"), "concerns", "?stage=handed_over"),
    "concern_correction.unread": (gettext_lazy("Concerns"), "concerns", "?stage=taken_up"),
    "concern_mistake.asked": (gettext_lazy("Concerns"), "concerns", "?stage=taken_up"),
    "flag.open": (gettext_lazy("Questions with nobody yet"), "flags", "?show=waiting"),
    "flag.visited": (gettext_lazy("Visited: write how they ended"), "flags", "?show=visited"),
    "visit.assigned": (gettext_lazy("Visits past their day"), "flags", "?show=overdue"),
    "put_right.unread": (gettext_lazy("Questions"), "flags", ""),
    "visit_along.sent": (gettext_lazy("My visits"), "my_visits", ""),
    "late_finding.unread": (gettext_lazy("Questions"), "flags", ""),
    "register_file.shown": (gettext_lazy("Registers"), "register_files", ""),
    "register_file.taken": (gettext_lazy("Registers"), "register_files", ""),
    "withdrawal.waiting": (gettext_lazy("Corrections"), "corrections", ""),
    "correction.waiting": (gettext_lazy("Corrections"), "corrections", ""),
    "class_move.waiting": (gettext_lazy("Moves between classes"), "class_moves", ""),
    "kinship.waiting": (gettext_lazy("Colleagues of a child's family"), "kinships", ""),
    "kinship.leaving": (gettext_lazy("Colleagues of a child's family"), "kinships", ""),
    "unconfirmed_kinship.unread": (
        gettext_lazy("What you said of a family"),
        "unconfirmed_kinships",
        "",
    ),
    "missing_pupil.waiting": (gettext_lazy("Missing from their register"), "missing_pupils", ""),
    "class_register.silent": (gettext_lazy("Silent classes"), "classes", "?show=silent"),
    "grant.waiting": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "invitation.waiting": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "credential_reset.asked": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "legal_hold.leaving": (gettext_lazy("What is erased when"), "retention", ""),
}


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
    if not may_anywhere(actor, Permission.VISIT_ASSIGN):
        return ""
    return urgent_sentence(what_waits(actor, at=now))


def opened(request: HttpRequest, kind: str, held: Any) -> None:
    """Note that she opened what she was told of, so that it is not passed on too early."""
    key = str(held.pk)
    if is_news_to(request.actor, kind=kind, key=key, district=held.district):
        note_opened(request.actor, kind=kind, of=held, key=key, at=timezone.now())


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
