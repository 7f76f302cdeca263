"""In which village a child's family lives: put right for all of the house, and undone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.authz import may
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.people.actions import open_child_file
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import children_of_households, get_child
from aanchal.places.models import Area
from aanchal.places.queries import villages_of
from aanchal.watch.actions import move_family
from aanchal.watch.queries.family_moves import waiting_family_move
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error, key_or_none

from ..forms import VillageForm, village_named


def child_village(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The village is chosen, all of the house is shown once more, then a yes; after it, the way back."""
    held = get_child(request.actor, pk=pk)
    if not may(request.actor, PeoplePermission.CHILD_MOVE, held):
        raise NotFound
    villages = _villages(request, held)
    form = VillageForm(request.POST or None, villages=villages)
    to: Area | None = None
    if form.is_valid():
        to = villages[form.cleaned_data["village"]]
        if request.POST.get("step") == "move":
            answer = _move(request, held, to, form)
            if answer is not None:
                return answer
    now = timezone.now()
    open_child_file(request.actor, child=held, at=now)
    asked = waiting_family_move(held)
    before = villages.get(str(key_or_none(request.GET.get("from"))))
    return render(
        request,
        "children/village.html",
        {
            "crumb_items": [
                {"label": _("Children"), "href": reverse("children")},
                {"label": held.code, "href": reverse("child", args=[held.pk])},
                {"label": _("The family lives in another village")},
            ],
            "child": held,
            "form": form,
            "here": local_name(held.area),
            "there": village_named(to) if to is not None and not form.errors else "",
            "codes": ", ".join(_family(request, held)),
            "villages": bool(villages),
            "asked": asked,
            "asked_to": village_named(asked.to) if asked is not None else "",
            "before": before if not form.is_bound else None,
            "before_name": village_named(before) if before is not None else "",
        },
        status=400 if form.is_bound and form.errors else 200,
    )


def _move(request: HttpRequest, held: Child, to: Area, form: VillageForm) -> HttpResponse | None:
    was = held.area_id
    try:
        moved = move_family(request.actor, child=held, to=to, at=timezone.now())
    except Invalid as error:
        add_form_error(form, error)
        return None
    except (NotAllowed, WrongState) as error:
        messages.warning(request, str(error))
        return redirect("child_village", held.pk)
    messages.success(
        request, _("Written down. New questions go to the volunteers of this village.")
    )
    if moved.taken_back:
        messages.info(
            request,
            _(
                "A visit was taken back from a volunteer who does not go to this village; she is told. "
                "The question waits to be sent again."
            ),
        )
    return redirect(f"{reverse('child_village', args=[held.pk])}?from={was}")


def _villages(request: HttpRequest, held: Child) -> dict[str, Area]:
    """Villages of hers in the child's district, but for the one in which she is, by name."""
    found = villages_of(request.actor, PeoplePermission.CHILD_MOVE)
    return {str(a.pk): a for a in found if a.district == held.district and a.pk != held.area_id}


def _family(request: HttpRequest, held: Child) -> list[str]:
    if held.household_id is None:
        return [held.code]
    return [c.code for c in children_of_households(request.actor, held.household_id)]
