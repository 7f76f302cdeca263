"""One question of the coordinator: one child against her class, what was done, what comes next."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import people_named
from aanchal.kernel.authz import may
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.notices.queries.contacts import phones_to_call
from aanchal.registers.queries.books import class_book, strips_of
from aanchal.registers.rules.settling import Missing
from aanchal.watch.actions import (
    assign_visit,
    cancel_visit,
    read_late_findings,
    read_put_right,
    record_outcome,
    reopen_flag,
)
from aanchal.watch.findings import group_of
from aanchal.watch.models import Flag, Visit
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.before_going import felt_unsafe, put_right_since, who_stays_away
from aanchal.watch.queries.conflicts import hide_concerns_from
from aanchal.watch.queries.doubts import what_is_not_known
from aanchal.watch.queries.ends import is_struck_off, told_herself
from aanchal.watch.queries.flags import (
    get_flag,
    goes,
    late_findings_of,
    visits_of,
    volunteers_for,
    without_phone,
)
from aanchal.watch.queries.hands import can_still_be_made, visits_in_hand
from aanchal.watch.queries.returns import since_in
from aanchal.watch.queries.seats import seats_elsewhere
from aanchal.watch.rules.ends import Unknown
from aanchal.watch.rules.returns import Standing
from aanchal.watch.sentences import flag_sentence
from aanchal.web.concerns.presenters.about import tell_about_href
from aanchal.web.notices.opened import opened
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error, today
from aanchal.web.shell.names import class_name, code_mark, first_name

from ..forms import AssignForm, OutcomeForm, ReopenForm
from ..presenters.cards import OUTCOMES, again_sentence, was_danger
from ..presenters.flag import (
    able_volunteers,
    asked_by_finding,
    back_notice,
    end_shown,
    hands_sentence,
    level_of,
    rest_sentence,
    seat_sentence,
    strip_shown,
)
from ..presenters.stories import late_told, people_of_story, story_shown, story_told

# For so long after sending a visit, taking it back stands where the message was.
UNDO_WITHIN = timedelta(minutes=15)


NOT_KNOWN = {
    Unknown.NOT_SURE: gettext_lazy("The last who went is not sure that the child is safe."),
    Unknown.NOT_SEEN: gettext_lazy("Nobody who went saw the child."),
}


def flag(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One question: the reason, her strip against her class, the visits, and what comes next."""
    held = get_flag(request.actor, pk=pk)
    if request.method == "GET" and held.state in (Flag.State.OPEN, Flag.State.VISITED):
        opened(request, f"flag.{held.state}", held)
    if request.method == "GET" and held.put_right_at is not None:
        opened(request, "put_right.unread", held)
    now = timezone.now()
    hide_concerns_from(request.actor, [held])
    visits = visits_of(held)
    late = [x for x in late_findings_of(visits) if x.read_at is None]
    is_unsafe = bool(felt_unsafe([held]))
    in_hand = next((v for v in visits if v.state == Visit.State.ASSIGNED), None)
    volunteers = able_volunteers(held, in_hand, at=now, is_unsafe=is_unsafe)
    book = class_book(held.class_section)
    strip, last_strip = strips_of(book, held.child_id, about=held.since_on)
    seat = seats_elsewhere([held]).get(held.pk)
    books = [book]
    if seat is not None:
        books.append(class_book(seat.class_section))
        last_strip = strips_of(books[1], held.child_id, about=today())[0]
    since = since_in(books, held)
    visited = any(group_of(v.finding.kind) != "again" for v in visits if hasattr(v, "finding"))
    is_live = held.state in Flag.LIVE
    is_back = since.returned is not None and since.returned.standing is Standing.BACK
    step = request.POST.get("step", "")
    assign = AssignForm(
        request.POST if step == "assign" else None, volunteers=volunteers, is_unsafe=is_unsafe
    )
    struck_off = is_live and is_struck_off(held)
    is_concern = was_danger(visits) or (is_live and told_herself(request.actor, held))
    outcome = OutcomeForm(
        request.POST if step == "outcome" else None,
        struck_off=struck_off,
        is_danger=is_concern,
        only_back=not visited,
    )
    reopen = ReopenForm(request.POST if step == "reopen" else None)
    if request.method == "POST":
        answer = _act(request, held, step, assign, outcome, reopen, in_hand)
        if answer is not None:
            return answer
    hands = visits_in_hand([v.pk for v in volunteers])
    return render(
        request,
        "flags/flag.html",
        {
            "flag": held,
            "crumb_items": [
                {"label": _("Questions"), "href": reverse("flags")},
                {"label": code_mark(held.child.code)},
            ],
            "name": first_name(held.child),
            "reason": flag_sentence(held),
            "level": level_of(held, visits, at=now),
            "place": local_name(held.area),
            "school": local_name(held.class_section.school),
            "class_name": class_name(held.class_section),
            **strip_shown(strip),
            "last": strip_shown(last_strip) if last_strip is not None else None,
            "sits": seat_sentence(seat) if seat is not None else "",
            "back": back_notice(since.returned) if is_live and since.returned else None,
            "again": again_sentence(since.again) if is_live and since.again else "",
            "asks": asked_by_finding(visits) if is_live and in_hand is None else "",
            "story": _story(held, visits),
            "in_hand": in_hand,
            "call": _number_of(request, in_hand),
            "is_late": in_hand is not None and in_hand.due_at < now,
            "no_phone": [u.get_full_name() for u in without_phone(held, at=now)] if is_live else [],
            "cannot_go": in_hand is not None and not goes(in_hand, at=now),
            "not_as_sent": in_hand is not None and not can_still_be_made(in_hand, at=now),
            "stays_away": [u.get_full_name() for u in who_stays_away(held)]
            if is_unsafe and is_live
            else [],
            "may_undo": in_hand is not None
            and in_hand.assigned_by == request.actor.user_id
            and now - in_hand.assigned_at < UNDO_WITHIN,
            "assign": assign,
            "hands": {str(v.pk): hands_sentence(hands[v.pk]) for v in volunteers if v.pk in hands},
            "outcome_form": outcome,
            "struck_off": struck_off,
            "is_danger": is_concern,
            "danger_word": _("danger"),
            "ended": end_shown(held, since.returned),
            "rests": rest_sentence(held),
            "is_unsafe": is_unsafe and is_live,
            "put_right": put_right_since([held]).get(held.pk) if is_live else None,
            "late": [late_told(x)[2] for x in late]
            if may(request.actor, WatchPermission.VISIT_ASSIGN, held)
            else [],
            "put_right_unread": held.put_right_at is not None
            and held.put_right_read_at is None
            and may(request.actor, WatchPermission.VISIT_ASSIGN, held),
            "tell_href": tell_about_href(request, held),
            "has_volunteers": bool(volunteers),
            "may_assign": is_live and may(request.actor, WatchPermission.VISIT_ASSIGN, held),
            "is_visited": held.state == Flag.State.VISITED,
            "may_end": is_live
            and (visited or is_back)
            and may(request.actor, WatchPermission.OUTCOME_RECORD, held),
            "only_back": not visited,
            "may_reopen": held.state == Flag.State.CLOSED
            and may(request.actor, WatchPermission.OUTCOME_RECORD, held),
            "reopen_form": reopen,
            "form": {"assign": assign, "outcome": outcome, "reopen": reopen}.get(step),
        },
        status=400 if request.method == "POST" else 200,
    )


def _number_of(request: HttpRequest, in_hand: Visit | None) -> str:
    """The number of the one who has the visit, where she agreed that it may be seen."""
    if in_hand is None:
        return ""
    phones = phones_to_call(request.actor, [in_hand.volunteer])
    return phones.get(str(in_hand.volunteer_id), "")


def _act(
    request: HttpRequest,
    held: Flag,
    step: str,
    assign: AssignForm,
    outcome: OutcomeForm,
    reopen: ReopenForm,
    in_hand: Visit | None,
) -> HttpResponse | None:
    """Do what was asked. Sent twice, the second finds it done and says so."""
    now = timezone.now()
    try:
        if step == "assign" and assign.is_valid():
            able = {str(v.pk): v for v in volunteers_for(held, at=now)}
            chosen = able[assign.cleaned_data["volunteer"]]
            along = assign.second_and_two(able)
            assign_visit(request.actor, flag=held, volunteer=chosen, at=now, **along)
        elif step == "outcome" and outcome.is_valid():
            confirmed = request.POST.get("confirmed") == "yes"
            try:
                record_outcome(
                    request.actor, flag=held, confirmed=confirmed, at=now, **outcome.cleaned_data
                )
            except Invalid as error:
                if error.details.get("missing") != Missing.YES:
                    raise
                return _confirm_end(request, held, outcome)
            messages.success(request, _("How it ended is written down."))
        elif step == "reopen" and reopen.is_valid():
            reopen_flag(request.actor, flag=held, at=now, **reopen.cleaned_data)
            messages.success(request, _("The question is open again."))
        elif step == "take_back":
            if in_hand is not None:
                cancel_visit(request.actor, visit=in_hand, at=now)
            messages.success(request, _("The visit is with nobody now."))
        elif step == "late_read":
            read_late_findings(request.actor, flag=held, at=now)
            messages.success(request, _("It stands in the story of the question."))
        elif step == "put_right_read":
            read_put_right(request.actor, flag=held, at=now)
            messages.success(request, _("You have read what was put right."))
        elif step in ("assign", "outcome", "reopen"):
            return None
    except Invalid as error:
        add_form_error({"assign": assign, "reopen": reopen}.get(step, outcome), error)
        return None
    except WrongState as error:
        messages.warning(request, str(error))
    return redirect("flag", pk=held.pk)


def _confirm_end(request: HttpRequest, held: Flag, outcome: OutcomeForm) -> HttpResponse:
    """Ask a second time before a question ends of which something is not known.

    So it is with a child whose name was cut, whom nobody saw, or of whom the last who went is not sure.
    """
    given = outcome.cleaned_data
    if given.get("ground"):
        grounds = dict(outcome.fields["ground"].choices)  # type: ignore[attr-defined]
        title = _("Close the question about a child whose name was cut?")
        body = _("No register will speak of this child again: nobody is asked to look after this.")
        known = [str(grounds[given["ground"]]), f"“{given['note']}”"]
    else:
        title = _("Close the question although this is not known?")
        body = _("Once it is closed nobody goes to the child for some time.")
        known = [str(NOT_KNOWN[x]) for x in what_is_not_known(held, kind=given["kind"])]
    return render(
        request,
        "confirm.html",
        {
            "title": title,
            "body": body,
            "consequences": [str(OUTCOMES[given["kind"]]), *known],
            "yes": _("Yes, close the question"),
            "cancel_href": reverse("flag", args=[held.pk]),
            "carry": {
                "step": "outcome",
                "confirmed": "yes",
                "kind": given["kind"],
                "since_on": given["since_on"].isoformat(),
                **({k: given[k] for k in ("ground", "note") if given.get(k)}),
                **({"child_seen": "on"} if given["child_seen"] else {}),
                **(
                    {"expected_on": given["expected_on"].isoformat()}
                    if given.get("expected_on")
                    else {}
                ),
            },
        },
    )


def _story(held: Flag, visits: list[Visit]) -> list[dict[str, str]]:
    """What happened, newest first: the end, the visits, and the question itself."""
    return story_shown(story_told(held, visits, people_named(people_of_story(held))))
