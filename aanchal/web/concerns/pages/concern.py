"""One concern: opened with a trace, worked on, handed over, closed with a reason, reopened."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.access.queries import people_named
from aanchal.cases.actions import (
    add_note,
    close_concern,
    hand_over_concern,
    leave_team,
    name_implicated,
    open_concern,
    read_correction,
    record_call,
    release_concern,
    reopen_concern,
    take_up_concern,
)
from aanchal.cases.hands import has_nobody, holder_of, may_be_taken_up, may_say_read
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import get_concern, people_to_hand_over_to
from aanchal.kernel.authz import may, require
from aanchal.kernel.errors import Invalid, TooMany, WrongState
from aanchal.kernel.operations import once
from aanchal.people.permissions import PeoplePermission
from aanchal.watch.sentences import reason_sentence
from aanchal.web.children.presenters import facts_of
from aanchal.web.notices.opened import opened
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error
from aanchal.web.shell.names import code_mark, whole_name

from ..forms import CallForm, CloseForm, HandOverForm, NoteForm, WordsForm
from ..presenters.concern import concern_story, put_right_lines, seen_lines, source_sentence
from ..presenters.conflicts import (
    NOT_LISTED,
    NameForm,
    PersonForm,
    asked_mark,
    is_second_step,
    roles_of,
    search_colleagues,
)
from ..presenters.danger import danger_of
from ..presenters.moving import may_arrive, move_shown, moved_to
from ..presenters.steps import step_page


def concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One concern, opened with a trace: whom to call, what the law asks, what was told."""
    held = get_concern(request.actor, pk=pk)
    step = request.POST.get("step")
    kinds = [held.kind, *held.also]
    call = CallForm(request.POST if step == "call" else None, kinds=kinds)
    note = NoteForm(request.POST if step == "note" else None)
    if request.method == "POST":
        answer = _act(request, held, call, note)
        if answer is not None:
            return answer
    # Whatever brought her here, the page is shown now: a form with a mistake shows it too.
    open_concern(request.actor, concern=held, at=timezone.now())
    if held.stage in (Concern.Stage.NEW, Concern.Stage.HANDED_OVER):
        opened(request, f"concern.{held.stage}", held)
    if held.corrected_at is not None:
        opened(request, "concern_correction.unread", held)
    if held.left_area_id:
        for kind in ("concern_move.waiting", "concern_move.kept"):
            opened(request, kind, held)
    bound = next((form for form in (call, note) if form.is_bound), None)
    return render(
        request,
        "concerns/concern.html",
        {**_shown(request, held), "call_form": call, "note_form": note, "form": bound},
        status=400 if bound is not None and not bound.is_valid() else 200,
    )


def _shown(request: HttpRequest, held: Concern) -> dict[str, Any]:
    """What the page of a concern shows of it."""
    people = {held.raised_by, held.taken_up_by, held.handed_to}
    people |= {
        entry["by"] for entry in (*held.calls, *held.notes, *held.history, *held.corrections)
    }
    people |= {entry["to"] for entry in held.history if entry.get("to")}
    if held.is_sealed:
        people |= {*held.team, *held.implicated}
    names = people_named(people)
    now = timezone.now()
    stage = held.stage
    me = request.actor.user_id
    is_lost = has_nobody(held, at=now)
    holder = "" if is_lost else names.get(holder_of(held), "")
    return {
        "concern": held,
        "crumb_items": [
            {"label": _("Concerns"), "href": reverse("concerns")},
            {"label": code_mark(held.code)},
        ],
        "kind": _(concern_kinds()[held.kind].label),
        "danger": danger_of([held.kind, *held.also]),
        "also": [_(concern_kinds()[key].label) for key in held.also],
        "may_name_kind": stage == "taken_up"
        and held.taken_up_by == me
        and len(held.also) + 1 < len(concern_kinds()),
        "reason": reason_sentence(held.reason, held.child.sex)
        if held.reason and held.child
        else "",
        "seen": seen_lines(held.seen),
        "put_right": put_right_lines(held),
        "is_unread": held.corrected_at is not None,
        "may_say_read": may_say_read(me, held, at=now),
        "about": source_sentence(held),
        "name": whole_name(held.child) if held.child else "",
        "facts": facts_of(held.child) if held.child else [],
        "place": local_name(held.area),
        "story": concern_story(held, names, reader=me),
        "lost_by": names.get(holder_of(held), "") if is_lost else "",
        "taken_up_by": names.get(held.taken_up_by, ""),
        "handed_to": names.get(held.handed_to, ""),
        "is_hers": held.taken_up_by == me,
        "is_offered_to_her": held.handed_to == me,
        "is_overdue": held.due_at is not None and held.due_at < now,
        "due_at": held.due_at,
        "team": [names[key] for key in held.team if key in names] if held.is_sealed else [],
        "implicated": [names[key] for key in held.implicated if key in names],
        "implicated_words": held.implicated_words,
        "may_work": may(request.actor, CasePermission.CONCERN_TAKE_UP, held),
        **move_shown(request, held, holder=holder),
        "may_take_up": may_be_taken_up(held, at=now, by=request.actor)
        and (stage != "taken_up" or held.taken_up_by != me or may_arrive(request, held)),
        "may_leave_team": held.is_sealed
        and me in held.team
        and (stage == "closed" or me not in (held.taken_up_by, held.handed_to)),
        "may_open_child": held.child is not None
        and may(request.actor, PeoplePermission.CHILD_OPEN_FILE, held.child),
    }


def _act(
    request: HttpRequest, held: Concern, call: CallForm, note: NoteForm
) -> HttpResponse | None:
    """Do what was asked on the page itself. Sent twice, the second finds it done and says so."""
    now = timezone.now()
    me = request.actor.user_id
    step = request.POST.get("step")
    try:
        if step == "take_up":
            take_up_concern(request.actor, concern=held, at=now)
            messages.success(request, _("The concern is in your hands now."))
        elif step == "read":
            read_correction(request.actor, concern=held, at=now)
        elif step == "leave_team":
            leave_team(request.actor, concern=held, at=now)
            messages.success(request, _("You are not of its team any more, and do not see it."))
            return redirect("concerns")
        elif step == "call":
            if not call.is_valid():
                return None
            number, answered = call.cleaned_data["number"], call.cleaned_data["answered"]
            with once(call.cleaned_data["operation"]):
                record_call(request.actor, concern=held, number=number, answered=answered, at=now)
            messages.success(request, _("The call is written down."))
        elif step == "note":
            if not note.is_valid():
                return None
            with once(note.cleaned_data["operation"]):
                add_note(request.actor, concern=held, text=note.cleaned_data["text"], at=now)
            messages.success(request, _("The note is written down."))
    except Invalid as error:
        add_form_error(call if step == "call" else note, error)
        return None
    except WrongState as error:
        if not (step == "take_up" and held.taken_up_by == me):
            messages.warning(request, str(error))
    return redirect("concern", pk=held.pk)


def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a concern: a reason, words, and a tick that it is meant."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            close_concern(
                request.actor,
                concern=held,
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except Invalid as error:
            add_form_error(form, error)
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("concern", pk=held.pk)
        else:
            messages.success(request, _("The concern is closed. It can be reopened."))
            return redirect("concerns")
    return step_page(
        request,
        held,
        form,
        title=_("Close this concern"),
        body=_("It leaves the list of those under way. What was told and done stays written."),
        send=_("Close the concern"),
    )


def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand a concern over to a colleague, or give it back to all who may take it up."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
    now = timezone.now()
    people = people_to_hand_over_to(request.actor, held, at=now)
    back = request.POST.get("step") == "release"
    place = moved_to(held)
    why = _("The family moved to %(place)s.") % {"place": place} if place else ""
    form = HandOverForm(
        request.POST if request.method == "POST" and not back else None,
        people=people,
        initial={"words": why},
    )
    release = WordsForm(
        request.POST if back else None,
        prefix="release" if not back else None,
        label=_("Why do you give it back?"),
        help_text=_("It is nobody's then, and all who may take it up are told."),
    )
    try:
        if form.is_valid():
            to = next(p for p in people if str(p.pk) == form.cleaned_data["to"])
            hand_over_concern(
                request.actor, concern=held, to=to, words=form.cleaned_data["words"], at=now
            )
            messages.success(
                request,
                _("%(name)s is asked to take it up. Until then it stays under your name too.")
                % {"name": to.get_full_name()},
            )
            return redirect("concern", pk=held.pk)
        if back and release.is_valid():
            release_concern(
                request.actor, concern=held, words=release.cleaned_data["words"], at=now
            )
            messages.success(
                request, _("It is nobody's now, and waits for somebody to take it up.")
            )
            return redirect("concern", pk=held.pk)
    except Invalid as error:
        add_form_error(release if back else form, error)
    return step_page(
        request,
        held,
        form if people else None,
        title=_("Hand this concern over"),
        body=""
        if people
        else _("No other case worker works in this place. Give it back, or ask your coordinator."),
        send=_("Hand it over"),
        release=release,
    )


def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed concern again."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
    form = WordsForm(request.POST or None, label=_("Why is it opened again?"))
    if form.is_valid():
        try:
            reopen_concern(
                request.actor, concern=held, words=form.cleaned_data["words"], at=timezone.now()
            )
        except Invalid as error:
            add_form_error(form, error)
        else:
            messages.success(request, _("The concern is open again, in your hands."))
            return redirect("concern", pk=held.pk)
    return step_page(
        request,
        held,
        form,
        title=_("Reopen this concern"),
        body=_("It comes back to the list, in your hands."),
        send=_("Reopen it"),
    )


def conflict(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that somebody who works with us may have a part in it; she is shut out at once."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
    now = timezone.now()
    form: forms.Form = NameForm(request.POST or None)
    carry: list[tuple[str, str]] = []
    if form.is_valid():
        who = form.cleaned_data["who"]
        try:
            people = search_colleagues(request, held.area, who, at=now)
        except TooMany as error:
            people = None
            form.add_error("who", str(error))
        if people is not None and not people:
            form.add_error("who", _("Nobody of this district has a name like that."))
        elif people:
            asked = is_second_step(request)
            form = PersonForm(
                request.POST if asked else None, people=people, roles=roles_of(people, at=now)
            )
            carry = [("who", who), ("asked", asked_mark(request, held.area, who))]
            if form.is_valid():
                key = form.cleaned_data["person"]
                if key == NOT_LISTED:
                    return redirect("concern", pk=held.pk)
                person = next(p for p in people if str(p.pk) == key)
                name_implicated(request.actor, concern=held, person=person, at=now)
                messages.success(
                    request, _("She or he does not see it any more. It is sealed for its team.")
                )
                return redirect("concern", pk=held.pk)
    return step_page(
        request,
        held,
        form,
        carry=carry,
        title=_("Somebody who works with us may have a part in it"),
        body=_("Whoever is named sees nothing of this from now on, and is not told so."),
        send=_("Shut out this person") if carry else _("Look for the name"),
    )
