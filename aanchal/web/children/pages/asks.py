"""A family that is said to live in a village that another coordinates: asked, answered, taken back.

Whoever is asked reads what she needs to ask in her village whether they came, and nothing else of the
child: the first name, the code, how many go along, from where, and how the asker knows.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

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
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.notices.hand_overs import hand_overs
from aanchal.people.actions import open_child_file
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import get_child
from aanchal.places.models import Area
from aanchal.places.queries import blocks_beside, villages_in
from aanchal.watch.actions import (
    agree_family_move,
    ask_family_move,
    refuse_family_move,
    take_family_move_back,
)
from aanchal.watch.models import FamilyMove
from aanchal.watch.queries.family_moves import family_moves_asked, family_moves_to_answer
from aanchal.web.shell.forms import add_form_error, key_or_none
from aanchal.web.shell.names import first_name

from ..forms import AskVillageForm, BlockForm, village_named

SETTLED_SHOWN, MAX_OWN = 20, 500
STATES = {
    FamilyMove.State.WAITING: ("soon", gettext_lazy("waits for an answer")),
    FamilyMove.State.AGREED: ("done", gettext_lazy("they live there")),
    FamilyMove.State.REFUSED: ("plain", gettext_lazy("refused")),
    FamilyMove.State.TAKEN_BACK: ("plain", gettext_lazy("taken back")),
    FamilyMove.State.LAPSED: ("plain", gettext_lazy("moved by another meanwhile")),
}


def child_village_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The block is chosen, then the village with a word; then the coordinator there is asked."""
    held = get_child(request.actor, pk=pk)
    if not may(request.actor, PeoplePermission.CHILD_MOVE, held):
        raise NotFound
    blocks = _blocks(held)
    block = blocks.get(str(key_or_none(request.GET.get("block"))))
    form: BlockForm | AskVillageForm
    if block is None:
        form = BlockForm(request.GET if "block" in request.GET else None, blocks=blocks)
    else:
        villages = _villages(request, held, block)
        form = AskVillageForm(request.POST or None, villages=villages)
        if form.is_valid():
            answer = _ask(request, held, villages[form.cleaned_data["village"]], form)
            if answer is not None:
                return answer
    open_child_file(request.actor, child=held, at=timezone.now())
    return render(
        request,
        "children/village_ask.html",
        {
            "crumb_items": [
                {"label": _("Children"), "href": reverse("children")},
                {"label": held.code, "href": reverse("child", args=[held.pk])},
                {"label": _("The family lives in another village")},
            ],
            "child": held,
            "form": form,
            "chosen": block is not None,
            "chosen_name": village_named(block) if block is not None else "",
        },
        status=400 if form.is_bound and form.errors else 200,
    )


def _ask(request: HttpRequest, held: Child, to: Area, form: AskVillageForm) -> HttpResponse | None:
    try:
        ask_family_move(
            request.actor, child=held, to=to, why=form.cleaned_data["why"], at=timezone.now()
        )
    except Invalid as error:
        add_form_error(form, error)
        return None
    except WrongState as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("Asked. Until the coordinator there answers, everything stays where it is.")
        )
    return redirect("child_village", held.pk)


def _blocks(held: Child) -> dict[str, Area]:
    return {str(area.pk): area for area in blocks_beside(held.area)}


def _villages(request: HttpRequest, held: Child, block: Area) -> dict[str, Area]:
    """Villages of a block that are not the asker's own: those she writes down herself."""
    return {
        str(a.pk): a
        for a in villages_in(block)
        if a.pk != held.area_id and not may(request.actor, PeoplePermission.CHILD_MOVE, a.scope())
    }


def family_moves(request: HttpRequest) -> HttpResponse:
    """What waits for one's answer, the longest first; below it what was asked from here."""
    refused: tuple[str, str] | None = None
    if request.method == "POST":
        try:
            _answer(request)
        except Invalid as error:
            refused = (request.POST.get("move", ""), str(error))
        except WrongState as error:
            messages.warning(request, str(error))
        if refused is None:
            return redirect("family_moves")
    waiting = list(family_moves_to_answer(request.actor))
    own = _shown(family_moves_asked(request.actor)[:MAX_OWN])
    names = people_named(move.asked_by for move in waiting)
    # When it goes to a further person, as the list of all that waits says it.
    late = timezone.now() - hand_overs()["family_move.waiting"].steps[1].after
    return render(
        request,
        "children/family_moves.html",
        {
            "crumb_items": [
                {"label": _("Children"), "href": reverse("children")},
                {"label": _("Families that moved")},
            ],
            "items": [_item(move, names, late=late, refused=refused) for move in waiting],
            "own": [_own(move) for move in own],
        },
        status=400 if refused else 200,
    )


def _shown(own: Iterable[FamilyMove]) -> list[FamilyMove]:
    """All that wait, and the last of those that were settled."""
    found = list(own)
    waiting = [move for move in found if move.state == FamilyMove.State.WAITING]
    return waiting + found[len(waiting) :][:SETTLED_SHOWN]


def _answer(request: HttpRequest) -> None:
    """Do what was answered. Sent twice, the second finds it settled and says so."""
    now, key, step = timezone.now(), key_or_none(request.POST.get("move")), request.POST.get("step")
    mine = step == "take_back"
    found = family_moves_asked(request.actor) if mine else family_moves_to_answer(request.actor)
    move = one_of(found, key)
    if move is None:
        raise WrongState
    if mine:
        take_family_move_back(request.actor, move=move, at=now)
        messages.success(request, _("Taken back. The family stays where it is written down."))
    elif step == "agree":
        agree_family_move(request.actor, move=move, at=now)
        messages.success(
            request,
            _("Written down. Their questions wait with you now, and new ones are asked here."),
        )
    elif step == "refuse":
        refuse_family_move(request.actor, move=move, answer=request.POST.get("answer", ""), at=now)
        messages.success(request, _("Refused. The family stays where it is written down."))
    else:
        raise WrongState


def _item(
    move: FamilyMove, names: dict[str, str], *, late: Any, refused: tuple[str, str] | None
) -> dict[str, Any]:
    return {
        "pk": move.pk,
        "code": move.child.code,
        "name": first_name(move.child),
        "count": len(move.house),
        "from": village_named(move.left),
        "to": village_named(move.to),
        "why": move.why,
        "by": names.get(move.asked_by, ""),
        "asked_at": move.asked_at,
        "is_late": move.asked_at < late,
        "error": refused[1] if refused is not None and refused[0] == str(move.pk) else "",
    }


def _own(move: FamilyMove) -> dict[str, Any]:
    """As it was asked, by code only: once agreed to, the child is another's."""
    level, state = STATES[FamilyMove.State(move.state)]
    return {
        "pk": move.pk,
        "code": move.child.code,
        "to": village_named(move.to),
        "asked_at": move.asked_at,
        "answer": move.answer,
        "level": level,
        "state": state,
        "is_waiting": move.state == FamilyMove.State.WAITING,
    }
