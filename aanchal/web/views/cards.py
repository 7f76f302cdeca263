"""Flags as cards of a list: code and first name, the reason, and where each stands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.attendance.findings import GIVEN_ON, is_given_on, vocabulary
from aanchal.attendance.models import Flag, Outcome, Visit
from aanchal.attendance.queries.books import class_books
from aanchal.attendance.rules.returns import Return, back_since
from aanchal.attendance.sentences import flag_sentence

from ..context import local_name
from ..names import class_name, first_name

OUTCOMES = {
    Outcome.Kind.BACK: gettext_lazy("Back in school"),
    Outcome.Kind.LEFT: gettext_lazy("Left, or goes elsewhere"),
    Outcome.Kind.EXPLAINED: gettext_lazy("Nothing more is needed"),
    Outcome.Kind.CONCERN: gettext_lazy("It is a concern now; the case worker has it"),
}


def flag_cards(
    flags: Iterable[Flag] | QuerySet[Flag],
    *,
    at: datetime,
    with_name: bool = True,
) -> list[dict[str, Any]]:
    """Flags as cards: code and first name, the reason, where it stands. Five queries at most."""
    if isinstance(flags, QuerySet):
        flags = flags.prefetch_related(
            Prefetch("visits", Visit.objects.select_related("volunteer", "finding"))
        ).select_related("outcome")
    held = list(flags)
    visited = [f for f in held if f.state == Flag.State.VISITED]
    books = class_books(list({f.class_section_id: f.class_section for f in visited}.values()))
    cards = []
    for flag in held:
        back = None
        if flag.state == Flag.State.VISITED:
            book = books[flag.class_section_id]
            if flag.child_id in book.children:
                marks = book.marks[book.children.index(flag.child_id)]
                back = back_since(book.days, marks.tolist(), after=flag.signal_on)
        cards.append(flag_card(flag, back, at=at, with_name=with_name))
    return cards


def flag_card(flag: Flag, back: Return | None, *, at: datetime, with_name: bool) -> dict[str, Any]:
    level, due, also = _standing(flag, back, at=at)
    where = [
        local_name(flag.area),
        local_name(flag.class_section.school),
        class_name(flag.class_section),
    ]
    return {
        "code": flag.child.code,
        "name": first_name(flag.child) if with_name else "",
        "level": level,
        "due": due,
        "reason": flag_sentence(flag),
        "where": " · ".join([*also, *where]),
        "href": reverse("flag", args=[flag.pk]),
    }


def _standing(flag: Flag, back: Return | None, *, at: datetime) -> tuple[str, str, list[str]]:
    """Level and tag of a flag's card, and what stands before its place."""
    visits = list(flag.visits.all())
    if flag.state == Flag.State.ASSIGNED:
        visit = next((v for v in visits if v.state == Visit.State.ASSIGNED), None)
        if visit is None:
            return "plain", "", []
        holder = _("with %(name)s") % {"name": visit.volunteer.get_full_name()}
        day = date_format(timezone.localtime(visit.due_at), "j M")
        if visit.due_at < at:
            return "now", _("due since %(day)s") % {"day": day}, [holder]
        return "plain", _("due %(day)s") % {"day": day}, [holder]
    if flag.state == Flag.State.VISITED:
        found = _last_finding(visits)
        if back is not None:
            day = date_format(back.since_on, "j M")
            return "done", _("present again since %(day)s") % {"day": day}, [found] if found else []
        return ("now" if found_danger(visits) else "soon"), found, []
    if flag.state == Flag.State.CLOSED:
        outcome = getattr(flag, "outcome", None)
        if outcome is None:
            return "plain", _("ended"), []
        done = outcome.kind == Outcome.Kind.BACK
        return ("done" if done else "plain"), str(OUTCOMES[outcome.kind]), []
    if flag.state == Flag.State.WITHDRAWN:
        return "plain", _("withdrawn: the marks were corrected"), []
    also = []
    if any(v.state == Visit.State.HANDED_BACK for v in visits):
        also.append(_("given back: another must go"))
    if flag.channel == Flag.Channel.URGENT:
        return "now", _("urgent"), also
    days = (timezone.localdate(at) - timezone.localdate(flag.raised_at)).days
    if days < 1:
        return "soon", _("new"), also
    text = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    return "soon", text, also


def _last_finding(visits: list[Visit]) -> str:
    told = [v.finding for v in visits if getattr(v, "finding", None) is not None]
    if not told:
        return ""
    return finding_word(max(told, key=lambda f: f.recorded_at).kind)


def finding_word(kind: str) -> str:
    """A finding in a word, for those who follow questions; of a danger only who has it now."""
    if is_given_on(kind):
        return _(GIVEN_ON)
    known = vocabulary().findings.get(kind)
    return _(known.label) if known else ""


def found_danger(visits: list[Visit]) -> bool:
    kinds = vocabulary().findings
    told = [v.finding.kind for v in visits if getattr(v, "finding", None) is not None]
    return any(k in kinds and kinds[k].group == "danger" for k in told)
