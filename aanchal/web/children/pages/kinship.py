"""Saying that somebody who works with us is of a child's family; a second person answers.

She is shut out of the family's records at once, and nothing tells her so: no message, no list. Whoever is
kin herself finds neither the word nor the child.
"""

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import people_named
from aanchal.kernel.access import one_of
from aanchal.kernel.authz import may
from aanchal.kernel.errors import DomainError, TooMany, WrongState
from aanchal.people import actions
from aanchal.people.models import Child, Kinship
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import children_of_kinship, get_child, kin_of_child, kinships_to_answer
from aanchal.people.unconfirmed import unconfirmed_of
from aanchal.web.concerns.presenters.conflicts import (
    NOT_LISTED,
    NameForm,
    PersonForm,
    asked_mark,
    is_second_step,
    roles_of,
    search_colleagues,
)
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none

STATES = {
    Kinship.State.WAITING: ("soon", gettext_lazy("waits for a second person")),
    Kinship.State.STANDS: ("plain", gettext_lazy("shut out")),
    Kinship.State.LEAVING: ("soon", gettext_lazy("shut out; said to be a mistake")),
}


def child_kin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is known to be of the family; then a name, and which of the people like it."""
    held = get_child(request.actor, pk=pk)
    now = timezone.now()
    if request.POST.get("step"):
        return _change(request, held, at=now)
    form: forms.Form = NameForm(request.POST or None)
    carry: list[tuple[str, str]] = []
    if form.is_valid():
        who = form.cleaned_data["who"]
        try:
            people = search_colleagues(request, held.area, who, at=now)
        except TooMany as error:
            form.add_error("who", str(error))
            people = None
        if people is not None and not people:
            form.add_error("who", _("Nobody of this district has a name like that."))
        elif people:
            asked = is_second_step(request)
            form = PersonForm(
                request.POST if asked else None, people=people, roles=roles_of(people, at=now)
            )
            carry = [("who", who), ("asked", asked_mark(request, held.area, who))]
            if form.is_valid():
                return _record(request, held, form.cleaned_data["person"], people, at=now)
    actions.open_child_file(request.actor, child=held, at=now)
    known = kin_of_child(held)
    names = people_named(k.asked_by or k.recorded_by for k in known)
    return render(
        request,
        "children/kin.html",
        {
            "child": held,
            "form": form,
            "carry": carry,
            "known": [_known(request, k, names) for k in known] if not carry else [],
        },
        status=400 if form.is_bound and form.errors else 200,
    )


def _record(
    request: HttpRequest, held: Child, key: str, people: list[Any], *, at: datetime
) -> HttpResponse:
    is_own = key == request.actor.user_id
    if key != NOT_LISTED:
        person = next(p for p in people if str(p.pk) == key)
        try:
            said = actions.record_kinship(request.actor, child=held, user=person, at=at)
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("child_kin", held.pk)
        if said.state == Kinship.State.WAITING:
            told = _(
                "Written down. She or he does not see this family's records. "
                "A second person is asked whether it is so."
            )
        else:
            told = _("Written down. She or he does not see this family's records.")
        messages.success(request, told)
    return redirect("children" if is_own else reverse("child", args=[held.pk]))


def _change(request: HttpRequest, held: Child, *, at: datetime) -> HttpResponse:
    """Take back what one asked, or ask that what stands is ended."""
    steps = {"take_back": actions.take_kinship_back, "ask_end": actions.ask_kinship_end}
    told = {
        "take_back": _("Taken back."),
        "ask_end": _("A second person is asked. Until she agrees, nothing changes."),
    }
    step = request.POST["step"]
    key = key_or_none(request.POST.get("kinship"))
    found = [k for k in kin_of_child(held) if k.pk == key]
    try:
        if not found or step not in steps:
            raise WrongState
        steps[step](request.actor, kinship=found[0], at=at)
        messages.success(request, told[step])
    except WrongState as error:
        messages.warning(request, str(error))
    return redirect("child_kin", held.pk)


def _known(request: HttpRequest, kinship: Kinship, names: dict[str, str]) -> dict[str, Any]:
    level, state = STATES[Kinship.State(kinship.state)]
    asked_by = kinship.asked_by or ""
    steps = []
    if kinship.state == Kinship.State.STANDS:
        steps = [("ask_end", _("It was a mistake"))]
    elif asked_by == request.actor.user_id:
        steps = [("take_back", _("Take it back"))]
    return {
        "pk": kinship.pk,
        "name": kinship.user.get_full_name(),
        "by": names.get(asked_by or kinship.recorded_by, ""),
        "at": kinship.asked_at or kinship.recorded_at,
        "level": level,
        "state": state,
        "steps": steps,
    }


def kinships(request: HttpRequest) -> HttpResponse:
    """What was said of somebody's family and waits for a second person, the longest first."""
    now = timezone.now()
    if request.method == "POST":
        try:
            _answer(request, at=now)
        except WrongState as error:
            messages.warning(request, str(error))
        return redirect("kinships")
    found = list(kinships_to_answer(request.actor))
    names = people_named(k.asked_by or "" for k in found)
    rows = [_row(request, kinship, names) for kinship in found]
    return render(
        request,
        "children/kinships.html",
        {"rows": [row for row in rows if row["steps"]], "own": [r for r in rows if r["mine"]]},
    )


ANSWERS = {
    "confirm": (actions.confirm_kinship, gettext_lazy("Confirmed. She or he stays shut out.")),
    "refuse": (actions.refuse_kinship, gettext_lazy("Ended. Nobody is shut out by it any more.")),
    "end": (actions.end_kinship, gettext_lazy("Ended. Nobody is shut out by it any more.")),
    "keep": (actions.keep_kinship, gettext_lazy("Kept. She or he stays shut out.")),
    "take_back": (actions.take_kinship_back, gettext_lazy("Taken back.")),
}


def _answer(request: HttpRequest, *, at: datetime) -> None:
    key = key_or_none(request.POST.get("kinship"))
    kinship = one_of(kinships_to_answer(request.actor), key)
    answer = ANSWERS.get(request.POST.get("step", ""))
    if kinship is None or answer is None:
        raise WrongState
    act, told = answer
    try:
        act(request.actor, kinship=kinship, at=at)
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, told)


def _row(request: HttpRequest, kinship: Kinship, names: dict[str, str]) -> dict[str, Any]:
    """What is asked. Names of children are for whoever may see children there; codes for the rest."""
    mine = kinship.asked_by == request.actor.user_id
    is_new = kinship.state == Kinship.State.WAITING
    # It holds for other households of the family too: whoever answers is told for which children.
    children, copies = children_of_kinship(kinship)
    sees = may(request.actor, PeoplePermission.CHILD_OPEN_FILE, kinship)
    asked = kinship.asked_at or kinship.recorded_at
    return {
        "pk": kinship.pk,
        "name": kinship.user.get_full_name(),
        "is_new": is_new,
        "codes": ", ".join(sorted(child.code for child in (*children, *copies))),
        "href": reverse("child", args=[children[0].pk]) if sees and children else "",
        "place": local_name(kinship.household.area),
        "by": names.get(kinship.asked_by or "", ""),
        "at": asked,
        "until": asked + actions.KINSHIP_WAITS_FOR,
        "mine": mine,
        "steps": []
        if mine
        else [("confirm", _("Yes, of the family")), ("refuse", _("No, not of the family"))]
        if is_new
        else [("end", _("Yes, it was a mistake")), ("keep", _("No, of the family"))],
    }


def unconfirmed_kinships(request: HttpRequest) -> HttpResponse:
    """What she said of a family and was not confirmed: no name, no child, and gone once she has read it."""
    now = timezone.now()
    rows = unconfirmed_of(request.actor, on=timezone.localdate(now))
    if request.method == "POST":
        key = key_or_none(request.POST.get("read"))
        for row in rows:
            if row.pk == key:
                # Pressed twice at once, the second finds it read.
                with suppress(WrongState):
                    actions.read_unconfirmed(request.actor, unconfirmed=row, at=now)
        return redirect("unconfirmed_kinships")
    shown = [{"pk": row.pk, "said_on": date.fromisoformat(row.said["on"])} for row in rows]
    return render(request, "children/unconfirmed.html", {"rows": shown})
