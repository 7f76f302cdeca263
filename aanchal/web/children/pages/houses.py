"""How a child's house is found: written by teacher, coordinator, case worker, or its volunteer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.authz import may
from aanchal.kernel.errors import Invalid
from aanchal.people.actions import describe_house, open_house
from aanchal.people.houses import House, may_be_called
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import get_child_to_find
from aanchal.watch.actions import describe_visited_house, open_visited_house
from aanchal.web.shell.forms import add_form_error
from aanchal.web.shell.names import first_name
from aanchal.web.visits.presenters.hands import in_hand

from ..forms import HouseForm


def child_house(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By teacher, coordinator or case worker; opening it leaves a trace."""
    child = get_child_to_find(request.actor, pk=pk)
    now = timezone.now()
    opens_file = may(request.actor, PeoplePermission.CHILD_OPEN_FILE, child)
    back = reverse("child", args=[child.pk]) if opens_file else reverse("classes")
    if request.method == "POST":
        form = HouseForm(request.POST, asks_consent=True)
        if form.is_valid():
            said = form.cleaned_data["may_call"]
            try:
                describe_house(
                    request.actor,
                    child=child,
                    house=form.house(),
                    may_call=None if said == "" else said,
                    at=now,
                )
            except Invalid as error:
                add_form_error(form, error)
            else:
                messages.success(request, _("Written down. A volunteer who is sent there sees it."))
                return redirect(back)
    else:
        house = open_house(request.actor, child=child, at=now)
        form = HouseForm(initial=vars(house) | _consent(child, house), asks_consent=True)
    kin = reverse("child_kin", args=[child.pk]) if opens_file else ""
    return _page(request, form, child, back, kin=kin)


def _consent(child: Any, house: House) -> dict[str, str]:
    """What was agreed before is shown; nothing is chosen where nobody was asked."""
    return {"may_call": "yes"} if house.phone and may_be_called(child) else {}


def visit_house(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By the volunteer in whose hands the visit is."""
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    now = timezone.now()
    back = reverse("visit", args=[held.pk])
    if request.method == "POST":
        form = HouseForm(request.POST, asks_consent=False)
        if form.is_valid():
            try:
                describe_visited_house(request.actor, visit=held, house=form.house(), at=now)
            except Invalid as error:
                add_form_error(form, error)
            else:
                messages.success(
                    request, _("Written down. Thank you: the next one finds the house.")
                )
                return redirect(back)
    else:
        house = open_visited_house(request.actor, visit=held, at=now)
        form = HouseForm(initial=vars(house), asks_consent=False)
    return _page(request, form, held.flag.child, back)


def _page(
    request: HttpRequest, form: HouseForm, child: Any, back: str, *, kin: str = ""
) -> HttpResponse:
    """The form; with the way to say who is kin, for whoever may open the file."""
    return render(
        request,
        "children/house.html",
        {"form": form, "name": first_name(child), "child": child, "back": back, "kin": kin},
        status=400 if form.is_bound else 200,
    )
