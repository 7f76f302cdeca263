"""Two children who are written down as two households and are one family: joined, and undone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.errors import WrongState
from aanchal.people.actions import join_households, open_child_file, part_households
from aanchal.people.families import namesakes
from aanchal.people.find import child_with_code, code_asked
from aanchal.people.houses import house_of, may_be_called
from aanchal.people.models import Child, HouseholdJoin
from aanchal.people.queries import (
    children_among,
    children_of_households,
    get_child,
    guardians_of,
    joins_of_child,
)
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none
from aanchal.web.shell.names import whole_name

from ..forms import OtherChildForm


def child_family(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The other child's code, then both families side by side, then a yes; below, what was joined."""
    held = get_child(request.actor, pk=pk)
    now = timezone.now()
    if request.POST.get("step") == "part":
        return _part(request, held)
    form = OtherChildForm(request.POST or None)
    other: Child | None = None
    if form.is_valid():
        other = _other(request, held, form)
        if other is not None and request.POST.get("step") == "join":
            try:
                join_households(request.actor, child=held, other=other, at=now)
            except WrongState as error:
                messages.warning(request, str(error))
            else:
                messages.success(request, _("They are written down as one family now."))
                _say_who_is_not_called(request, held, other)
            return redirect("child", held.pk)
    open_child_file(request.actor, child=held, at=now)
    if other is not None:
        open_child_file(request.actor, child=other, at=now)
    return render(
        request,
        "children/family.html",
        {
            "crumb_items": [
                {"label": _("Children"), "href": reverse("children")},
                {"label": held.code, "href": reverse("child", args=[held.pk])},
                {"label": _("The same family")},
            ],
            "child": held,
            "form": form,
            "families": [_family(request, one) for one in (held, other)] if other else [],
            "maybe": _maybe(request, held) if not other else [],
            "joins": [_join(request, j) for j in joins_of_child(held)] if not other else [],
        },
        status=400 if form.is_bound and form.errors else 200,
    )


def _other(request: HttpRequest, held: Child, form: OtherChildForm) -> Child | None:
    number = code_asked(form.cleaned_data["code"])
    found = child_with_code(request.actor, number, district=held.district) if number else None
    if found is None:
        form.add_error("code", _("No child has this code here."))
    elif found.pk == held.pk:
        form.add_error("code", _("This is the code of the same child."))
        return None
    return found


def _part(request: HttpRequest, held: Child) -> HttpResponse:
    key = key_or_none(request.POST.get("join"))
    found = [join for join in joins_of_child(held) if join.pk == key]
    try:
        if not found:
            raise WrongState
        part_households(request.actor, join=found[0], at=timezone.now())
        messages.success(request, _("Undone. They are two families again."))
    except WrongState as error:
        messages.warning(request, str(error))
    return redirect("child_family", held.pk)


def _say_who_is_not_called(request: HttpRequest, *children: Child) -> None:
    """A yes to one number is no yes to the other's: of whom it is to be asked after a join."""
    seen = children_among(request.actor, [c.pk for c in children])
    called = {c.code: _calls(c)[0] for c in seen}
    asked = sorted(code for code, is_called in called.items() if not is_called)
    if asked and any(called.values()):
        messages.info(
            request,
            _(
                "Nobody is called about %(codes)s: for her nobody agreed to a number. "
                "Ask the family, and write it down with the way to the house."
            )
            % {"codes": ", ".join(asked)},
        )


def _calls(child: Child) -> tuple[bool, str]:
    """Whether the family may be called about a child, and the sentence that says so."""
    if may_be_called(child):
        return True, _("The family agreed to be called on its number.")
    if house_of(child).phone:
        return False, _("Nobody has agreed that its number is called.")
    return False, _("No number is written down.")


def _maybe(request: HttpRequest, child: Child) -> list[str]:
    """Codes of children of the village whose guardian has the same name: perhaps of one family."""
    household = child.household
    found = namesakes(household) if household is not None else []
    theirs = children_of_households(request.actor, *found)
    return sorted(c.code for c in theirs if c.pk != child.pk)


def _family(request: HttpRequest, child: Child) -> dict[str, Any]:
    household = child.household
    guardians = guardians_of(child)
    others = children_of_households(request.actor, household)
    return {
        "name": whole_name(child),
        "code": child.code,
        "place": local_name(child.area),
        "guardians": ", ".join(g.name for g in guardians if g.name),
        "where": " · ".join(filter(None, (household.hamlet, household.landmark)))
        if household is not None
        else "",
        "calls": _calls(child)[1],
        "others": ", ".join(c.code for c in others if c.pk != child.pk),
    }


def _join(request: HttpRequest, join: HouseholdJoin) -> dict[str, Any]:
    moved = children_among(request.actor, join.moved["children"])
    return {"pk": join.pk, "codes": ", ".join(c.code for c in moved)}
