"""What a volunteer found, asked after the house.

Each page is shown once for one press. What she chose stands in no address: a shared phone keeps its
history.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid, NotAllowed, TooMany, WrongState
from aanchal.watch.actions import keep_late_finding, record_visit, return_to_house
from aanchal.watch.findings import NOT_SURE_SAFE, FindingKind, group_of, vocabulary
from aanchal.watch.labour import ages_of
from aanchal.watch.models import Visit
from aanchal.watch.queries.flags import my_visit_for
from aanchal.watch.queries.hands import is_outside, my_past_visit, visit_of_ended_role
from aanchal.web.concerns.presenters.about import about_past_visit
from aanchal.web.concerns.presenters.conflicts import Implicated, implicated_asked, implicated_from
from aanchal.web.concerns.presenters.danger import danger_help
from aanchal.web.concerns.presenters.telling import tell_instead
from aanchal.web.shell.forms import (
    add_form_error,
    choose_again,
    chosen_key,
    is_opened_once,
    open_once,
    today,
)
from aanchal.web.shell.names import first_name

from ..forms import VISIT_AGAIN, FindingForm
from ..presenters.hands import home_of_visits, in_hand, open_private, written_visit
from ..presenters.work import concern_found, sure_concern

SAFE = ("yes", "unsure")


# She said that the child is not safe, or that she is not sure: kept until she has written.
DOUBT = "doubt"


OTHER_CONCERN = "other"


NOBODY_HOME = "not_home"


# The visit is not hers any more: she goes on no further day, and no danger has people in it.
NOT_KEPT_LATE = ("again_on", "part", "who", "doubt")


def _keys() -> list[str]:
    """Everything that the address of a private page may be about."""
    words = vocabulary()
    return [
        *words.findings,
        *(f"{DOUBT}:{kind}" for kind in words.findings),
        *(f"safe:{answer}" for answer in SAFE),
        *(f"topic:{topic}" for topic in words.topics),
        *(f"topic:{DOUBT}:{topic}" for topic in words.topics),
    ]


def finding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """After the house: is the child safe, then a few pictures, then what she found.

    Each of these pages is shown once for one press. Reloaded, reopened or gone back to, the page
    of the visit stands there instead, which anybody in the courtyard may read. For danger it says
    whom to call before anything is typed.
    """
    late = _told_too_late(request, pk)
    if late is not None:
        return late
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    step = request.POST.get("step", "")
    outside = is_outside(held, at=timezone.now())
    if request.method != "POST":
        if not (is_opened_once(request) and outside):
            return redirect("visit", pk=held.pk)
        return _private_page(request, held, chosen_key(request, _keys(), about=str(held.pk)))
    if step == "back":
        if held.left_house_at is not None:
            return_to_house(request.actor, visit=held, at=timezone.now())
        return redirect("visit", pk=held.pk)
    # What she has typed is never thrown away because of the hour.
    if held.left_house_at is None or (not outside and step != "finding"):
        messages.info(request, _("Say once more that you have left the house."))
        return redirect("visit", pk=held.pk)
    if step == "finding":
        return _write_finding(request, held)
    key = _chosen(request, held, step)
    if key is None:
        return open_private(request, held)
    return choose_again(request, key, about=str(held.pk), once=open_once(request))


def _chosen(request: HttpRequest, held: Visit, step: str) -> str | None:
    """What a press chose, as a key of `_keys`; None leads to the first question again."""
    value = request.POST.get(step, "")
    doubt = f"{DOUBT}:" if request.POST.get("doubt") else ""
    words = vocabulary()
    if step == "safe" and value == NOBODY_HOME:
        return NOBODY_HOME
    if step == "safe" and value in SAFE:
        return f"safe:{value}"
    if step == "topic" and value in words.topics:
        kinds = _kinds(held, value)
        return f"{doubt}{kinds[0].key}" if len(kinds) == 1 else f"topic:{doubt}{value}"
    if step == "kind" and value in words.findings:
        return f"{doubt}{value}"
    return None


def _kinds(held: Visit, topic: str) -> list[FindingKind]:
    child = held.flag.child
    return vocabulary().of_topic(topic, sex=child.sex, ages=ages_of(child, on=today()))


def _private_page(request: HttpRequest, held: Visit, key: str | None) -> HttpResponse:
    words = vocabulary()
    context: dict[str, Any] = {"visit": held, "name": first_name(held.flag.child)}
    if key is None:
        return render(request, "visits/safe.html", context)
    kind, _colon, value = key.partition(":")
    if kind == "safe":
        context["topics"] = [
            {"key": t.key, "label": _(t.label), "picture": f"pictures/{t.key}.svg"}
            for t in words.topics.values()
            if value in t.when and _kinds(held, t.key)
        ]
        return render(request, "visits/topics.html", context | {"is_unsure": value == "unsure"})
    if kind == "topic":
        doubt, _colon, value = value.rpartition(":")
        context["is_unsure"] = bool(doubt)
        context["kinds"] = [{"key": f.key, "label": _(f.label)} for f in _kinds(held, value)]
        return render(
            request, "visits/kinds.html", context | {"topic": _(words.topics[value].label)}
        )
    doubt = kind if kind == DOUBT else ""
    kind = value if doubt else key
    first = {"kind": kind, "doubt": doubt, "visited_on": today()}
    form = _finding_form(held, kind, is_unsure=bool(doubt), initial=first)
    return _ask_rest(request, held, kind, form)


def _write_finding(request: HttpRequest, held: Visit) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in vocabulary().findings:
        return open_private(request, held)
    form = _finding_form(held, kind, request.POST, is_unsure=bool(request.POST.get("doubt")))
    if form.is_valid():
        now, found = timezone.now(), dict(form.cleaned_data)
        said = _implicated(request, held, form, at=now)
        if said.page is not None:
            return said.page
        for name in ("part", "who", "doubt"):
            found.pop(name, None)
        try:
            record_visit(request.actor, visit=held, at=now, **found, **said.said())
        except Invalid as error:
            add_form_error(form, error)
        except (WrongState, NotAllowed):
            # It left her hands while this was on its way: what she wrote is not lost.
            late = _told_too_late(request, held.pk)
            return late or in_hand(request, held.pk)  # type: ignore[return-value]
        else:
            return redirect("visit_done", pk=held.pk)
    return _ask_rest(request, held, kind, form)


def _told_too_late(request: HttpRequest, pk: UUID) -> HttpResponse | None:
    """What she sends after the visit was taken from her, or after her role there has ended.

    A danger or a doubt is told as a concern; anything else is kept for whoever holds the question.

    Returns:
        None when the visit is hers or recorded, or she sends no finding.
    """
    kind = request.POST.get("kind", "")
    found = vocabulary().findings.get(kind)
    if request.method != "POST" or request.POST.get("step") != "finding" or found is None:
        return None
    past, teller = my_past_visit(request.actor, pk=pk), request.actor
    if past is None:
        ended = visit_of_ended_role(request.actor, pk=pk, at=timezone.now())
        if ended is None:
            return None
        past, teller = ended
    if past.state == Visit.State.RECORDED:
        return None
    form = _finding_form(past, kind, request.POST, is_unsure=bool(request.POST.get("doubt")))
    is_whole = form.is_valid()
    concern = concern_found(kind, past.flag.child, form.cleaned_data)
    if not concern and not request.POST.get("doubt"):
        return _keep_late(request, past, kind, form, teller=teller, is_whole=is_whole)
    messages.warning(
        request,
        _("This visit is not in your hands any more. Tell the case worker here what you found."),
    )
    return tell_instead(
        request,
        kind=concern or OTHER_CONCERN,
        told=form.cleaned_data.get("note") or _(found.label),
        about=about_past_visit(request, past, teller=teller),
    )


def _keep_late(
    request: HttpRequest,
    past: Visit,
    kind: str,
    form: FindingForm,
    *,
    teller: Actor,
    is_whole: bool,
) -> HttpResponse:
    """Keep what tells of no danger, and say what becomes of it; or ask for what is missing."""
    if is_whole:
        found = {k: v for k, v in form.cleaned_data.items() if k not in NOT_KEPT_LATE}
        try:
            keep_late_finding(teller, visit=past, at=timezone.now(), **found)
        except Invalid as error:
            add_form_error(form, error)
        except TooMany as error:
            messages.warning(request, str(error))
            return redirect(home_of_visits(request))
        else:
            messages.success(
                request,
                _(
                    "This visit is not in your hands any more. What you wrote is kept, and the "
                    "coordinator reads it. It does not count as a visit. Go again only when you are sent."
                ),
            )
            return redirect(home_of_visits(request))
    role_ended = teller is not request.actor
    return _ask_rest(request, past, kind, form, is_late=True, role_ended=role_ended)


def _implicated(
    request: HttpRequest, held: Visit, form: FindingForm, *, at: datetime
) -> Implicated:
    """Who may have a part in it: asked beside the rest, or once the answers show a danger."""
    area, found = held.flag.area, form.cleaned_data
    if "part" in form.fields:
        return implicated_from(request, area, found, at=at)
    concern = concern_found(found["kind"], held.flag.child, found)
    if not concern:
        return Implicated()
    return implicated_asked(request, area, danger=danger_help(concern), at=at)


def _finding_form(held: Visit, kind: str, data: Any = None, **kwargs: Any) -> FindingForm:
    return FindingForm(data, found=vocabulary().findings[kind], child=held.flag.child, **kwargs)


def _ask_rest(
    request: HttpRequest,
    held: Visit,
    kind: str,
    form: FindingForm,
    *,
    is_late: bool = False,
    role_ended: bool = False,
) -> HttpResponse:
    found = vocabulary().findings[kind]
    # By her record alone the work may be forbidden: then whom to call stands above the questions.
    concern = sure_concern(kind, held.flag.child)
    if is_late:
        form.ask_late()
    return render(
        request,
        "visits/finding.html",
        {
            "visit": held,
            "form": form,
            # Once it is not hers any more, the code alone stands there, and nothing that needs it.
            "name": "" if is_late else first_name(held.flag.child),
            "code": "" if role_ended else held.flag.child.code,
            "after": home_of_visits(request),
            "is_late": is_late,
            "found": _(found.label),
            "doubt": form.known.get("next_step") == NOT_SURE_SAFE,
            "danger": danger_help(concern),
        },
        status=400 if form.is_bound else 200,
    )


def done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Thanks, and what happens next; for danger the numbers once more."""
    recorded, _teller = written_visit(request, pk, at=timezone.now())
    return render(request, "visits/done.html", _what_follows(request, recorded))


def _what_follows(request: HttpRequest, recorded: Visit) -> dict[str, Any]:
    """What happens after a visit: whom to call for danger, or where the question waits now."""
    told = recorded.finding
    kept = my_visit_for(request.actor, flag=recorded.flag_id)
    step = vocabulary().next_steps.get(told.next_step)
    follows = _(step.follows) if step else ""
    if told.next_step == VISIT_AGAIN and kept is None:  # not safe for one alone, or taken back
        follows = _("The visit is not in your hands any more. Go again only when you are sent.")
    return {
        "danger": danger_help(vocabulary().findings[told.kind].concern),
        "nobody_home": group_of(told.kind) == "again",
        "kept": kept,
        "follows": follows,
        "back": home_of_visits(request),
    }
