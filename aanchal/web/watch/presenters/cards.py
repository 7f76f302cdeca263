"""Flags as cards of a list: code and first name, the reason, and where each stands."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.authz import Actor
from aanchal.watch.findings import (
    GIVEN_ON,
    group_of,
    is_doubt,
    is_given_on,
    vocabulary,
    was_given_on,
)
from aanchal.watch.models import Flag, Outcome, Visit
from aanchal.watch.queries.conflicts import hide_concerns_from
from aanchal.watch.queries.doubts import doubt_due_at
from aanchal.watch.queries.flags import visits_of, with_visits
from aanchal.watch.queries.returns import NOTHING, Since, since_signal
from aanchal.watch.rules.returns import Came, Return, Returned, Standing
from aanchal.watch.sentences import flag_sentence
from aanchal.web.shell.context import local_name
from aanchal.web.shell.names import class_name, first_name

OUTCOMES = {
    Outcome.Kind.BACK: gettext_lazy("Back in school"),
    Outcome.Kind.LEFT: gettext_lazy("Left, or goes elsewhere"),
    Outcome.Kind.EXPLAINED: gettext_lazy("Nothing more is needed"),
    Outcome.Kind.CONCERN: gettext_lazy("It is a concern now; the case worker has it"),
}


def flag_cards(
    flags: Iterable[Flag] | QuerySet[Flag],
    *,
    actor: Actor,
    at: datetime,
    with_name: bool = True,
) -> list[dict[str, Any]]:
    """Flags as cards: code and first name, the reason, where it stands. Seven queries at most."""
    if isinstance(flags, QuerySet):
        flags = with_visits(flags)
    held = list(flags)
    hide_concerns_from(actor, held)
    read = since_signal([f for f in held if f.state in Flag.LIVE or _ended_back(f)])
    return [flag_card(f, read.get(f.pk, NOTHING), at=at, with_name=with_name) for f in held]


def urgent_first(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards as they stand, but those of children who are back after all others.

    What stands first is the one big act of a page: it is for a child who may be in need.
    """
    return sorted(cards, key=lambda card: card["level"] == "done")


def _ended_back(flag: Flag) -> bool:
    outcome = getattr(flag, "outcome", None) if flag.state == Flag.State.CLOSED else None
    return outcome is not None and outcome.kind == Outcome.Kind.BACK


def flag_card(flag: Flag, since: Since, *, at: datetime, with_name: bool) -> dict[str, Any]:
    level, due, also = _standing(flag, since.returned, at=at)
    reason = flag_sentence(flag)
    if since.again is not None and flag.state in Flag.LIVE:
        reason = f"{reason} {again_sentence(since.again)}"
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
        "reason": reason,
        "where": " · ".join([*also, *where]),
        "href": reverse("flag", args=[flag.pk]),
    }


def again_sentence(again: Return) -> str:
    """That a child who had come is absent again: another absence than the one asked about."""
    return ngettext(
        "Came for a while, and is absent again on the last school day, %(day)s.",
        "Came for a while, and is absent again on the last %(n)s school days, since %(day)s.",
        again.days,
    ) % {"n": again.days, "day": date_format(again.since_on, "j M")}


def returned_tag(back: Returned) -> tuple[str, str]:
    """Level and words of a child's return, in numbers; only who is back gets the tick of done."""
    numbers = {"came": back.came.came, "days": back.came.days}
    if back.standing is Standing.BACK:
        return "done", _("back: came on %(came)s of %(days)s") % numbers
    if back.standing is Standing.NOT_BACK:
        return "now", _("not back: came on %(came)s of %(days)s") % numbers
    return "soon", _("came on %(came)s of %(days)s so far") % numbers


def returned_sentence(came: Came, stands: Standing, since_on: date) -> str:
    """The same as a sentence."""
    numbers = {"came": came.came, "days": came.days, "day": date_format(since_on, "j M Y")}
    if stands is Standing.NOT_BACK:
        return (
            ngettext(
                "Came on %(came)s of %(days)s school day since %(day)s: not back.",
                "Came on %(came)s of %(days)s school days since %(day)s: not back.",
                came.days,
            )
            % numbers
        )
    return (
        ngettext(
            "Came on %(came)s of %(days)s school day since %(day)s.",
            "Came on %(came)s of %(days)s school days since %(day)s.",
            came.days,
        )
        % numbers
    )


def _standing(flag: Flag, back: Returned | None, *, at: datetime) -> tuple[str, str, list[str]]:
    """Level and tag of a flag's card, and what stands before its place."""
    visits = visits_of(flag)
    if flag.state == Flag.State.ASSIGNED:
        visit = next((v for v in visits if v.state == Visit.State.ASSIGNED), None)
        if visit is None:
            return "plain", "", []
        holder = _("with %(name)s") % {"name": visit.volunteer.get_full_name()}
        in_doubt = doubt_of(visits) is not None
        also = [_("Not sure that the child is safe"), holder] if in_doubt else [holder]
        if back is not None and back.standing is Standing.BACK:
            return *returned_tag(back), also
        day = date_format(timezone.localtime(visit.due_at), "j M")
        if visit.due_at < at:
            return "now", _("due since %(day)s") % {"day": day}, also
        return "now" if in_doubt else "plain", _("due %(day)s") % {"day": day}, also
    if flag.state == Flag.State.VISITED:
        found = _last_finding(visits)
        if found_danger(visits):
            return "now", found, []
        doubt = doubt_of(visits)
        if doubt is not None:
            return "now", _doubt_word(doubt, at=at), [found] if found else []
        if back is not None:
            return *returned_tag(back), [found] if found else []
        return "soon", found, []
    if flag.state == Flag.State.CLOSED:
        outcome = getattr(flag, "outcome", None)
        if outcome is None:
            return "plain", _("ended"), []
        if _ended_back(flag) and back is not None:
            return *returned_tag(back), [str(OUTCOMES[outcome.kind])]
        return "plain", str(OUTCOMES[outcome.kind]), []
    if flag.state == Flag.State.WITHDRAWN:
        return "plain", _("withdrawn: the marks were corrected"), []
    also = []
    if any(v.state == Visit.State.HANDED_BACK for v in visits):
        also.append(_("given back: another must go"))
    if nobody_home(visits):
        also.append(_("nobody at home again and again: another must go"))
    doubt = doubt_of(visits)
    if doubt is not None:
        return "now", _doubt_word(doubt, at=at), also
    if back is not None and back.standing is Standing.BACK:
        return *returned_tag(back), also
    if flag.channel == Flag.Channel.URGENT:
        return "now", _("urgent"), also
    days = (timezone.localdate(at) - timezone.localdate(flag.raised_at)).days
    if days < 1:
        return "soon", _("new"), also
    text = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    return "soon", text, also


def _doubt_word(since: datetime, *, at: datetime) -> str:
    """That the last who went is not sure that the child is safe, and by when she is called."""
    due = timezone.localtime(doubt_due_at(since))
    text = _("not sure that the child is safe: call by %(time)s")
    if due < at:
        text = _("not sure that the child is safe: call now, due since %(time)s")
    return text % {"time": date_format(due, "j M, H:i")}


def _last_finding(visits: list[Visit]) -> str:
    told = [v.finding for v in visits if getattr(v, "finding", None) is not None]
    if not told:
        return ""
    return finding_word(max(told, key=lambda f: f.recorded_at).kind)


def doubt_of(visits: list[Visit]) -> datetime | None:
    """Since when the last who went is not sure that the child is safe; None when nobody doubts.

    As in `watch.queries.doubts`: that nobody was at home since does not end the doubt.
    """
    told = [
        v
        for v in visits
        if getattr(v, "finding", None) is not None and group_of(v.finding.kind) != "again"
    ]
    if not told:
        return None
    last = max(told, key=lambda v: v.assigned_at).finding
    return last.recorded_at if is_doubt(last) else None


def finding_word(kind: str) -> str:
    """A finding in a word, for those who follow questions; of a danger only who has it now."""
    if is_given_on(kind):
        return _(GIVEN_ON)
    known = vocabulary().findings.get(kind)
    return _(known.label) if known else ""


def nobody_home(visits: list[Visit]) -> bool:
    """Whether the last that was found is that nobody was at home."""
    told = [v.finding for v in visits if getattr(v, "finding", None) is not None]
    return bool(told) and group_of(max(told, key=lambda f: f.recorded_at).kind) == "again"


def was_danger(visits: list[Visit]) -> bool:
    """Whether a visit found a danger, though it was put right since: the case worker has it still."""
    told = [v.finding for v in visits if getattr(v, "finding", None) is not None]
    return any(was_given_on(finding) for finding in told)


def found_danger(visits: list[Visit]) -> bool:
    kinds = vocabulary().findings
    told = [v.finding.kind for v in visits if getattr(v, "finding", None) is not None]
    return any(k in kinds and kinds[k].group == "danger" for k in told)
