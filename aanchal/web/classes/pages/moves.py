"""Children who are to leave one class for another: asked, answered, taken back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import people_named
from aanchal.kernel.access import one_of
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.people.actions import agree_to_move, refuse_move, take_move_back
from aanchal.people.models import ClassMove
from aanchal.people.queries import (
    came_by,
    class_moves_agreed,
    class_moves_to_answer,
    my_class_moves,
)
from aanchal.registers.actions import undo_class_move
from aanchal.watch.guidance import guidance
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none
from aanchal.web.shell.names import class_name, whole_name

OWN_SHOWN = 20


# So long a yes is shown with a way back.
UNDO_SHOWN = timedelta(days=60)


STATES = {
    ClassMove.State.WAITING: ("soon", gettext_lazy("waits for a yes")),
    ClassMove.State.AGREED: ("done", gettext_lazy("agreed")),
    ClassMove.State.REFUSED: ("plain", gettext_lazy("refused")),
    ClassMove.State.TAKEN_BACK: ("plain", gettext_lazy("taken back")),
}


def class_moves(request: HttpRequest) -> HttpResponse:
    """What waits for one's yes, the longest first; below it what one asked oneself."""
    refused: tuple[str, str] | None = None
    if request.method == "POST":
        try:
            _answer(request)
        except Invalid as error:
            refused = (request.POST.get("move", ""), str(error))
        except (WrongState, NotFound) as error:
            messages.warning(request, str(error))
        if refused is None:
            return redirect("class_moves")
    waiting = list(class_moves_to_answer(request.actor))
    own = list(my_class_moves(request.actor)[:OWN_SHOWN])
    came = came_by(request.actor, own)
    names = people_named(move.asked_by for move in waiting)
    late = timezone.now() - timedelta(days=guidance()["class_move_due_days"])
    return render(
        request,
        "classes/moves.html",
        {
            "crumb_items": [
                {"label": _("Classes"), "href": reverse("classes")},
                {"label": _("Moves between classes")},
            ],
            "items": [_item(move, names, late=late, refused=refused) for move in waiting],
            "agreed": [
                _item(move, names, late=late, refused=None)
                for move in class_moves_agreed(request.actor, since=timezone.now() - UNDO_SHOWN)[
                    :OWN_SHOWN
                ]
            ],
            "own": [_own(move, is_hers=move.pk in came) for move in own],
        },
        status=400 if refused else 200,
    )


def _answer(request: HttpRequest) -> None:
    """Do what was answered. Sent twice, the second finds it settled and says so."""
    now, key = timezone.now(), key_or_none(request.POST.get("move"))
    step = request.POST.get("step")
    mine = step == "take_back"
    found = my_class_moves(request.actor) if mine else class_moves_to_answer(request.actor)
    if step == "undo":
        found = class_moves_agreed(request.actor, since=now - UNDO_SHOWN)
    move = one_of(found, key)
    if move is None:
        raise WrongState
    if mine:
        take_move_back(request.actor, move=move, at=now)
        messages.success(request, _("Taken back. The pupil stays where she is."))
    elif step == "undo":
        undo_class_move(request.actor, move=move, at=now)
        messages.success(request, _("Undone. The pupil is in her old class, and the move waits."))
    elif step == "agree":
        agree_to_move(request.actor, move=move, at=now)
        messages.success(request, _("The pupil is in the other class now."))
    elif step == "refuse":
        refuse_move(request.actor, move=move, answer=request.POST.get("answer", ""), at=now)
        messages.success(request, _("Refused. The pupil stays where she is."))
    else:
        raise WrongState


def _item(
    move: ClassMove, names: dict[str, str], *, late: Any, refused: tuple[str, str] | None
) -> dict[str, Any]:
    school = move.from_section.school if move.from_section is not None else None
    elsewhere = school is None or school.pk != move.to_section.school_id
    return {
        "pk": move.pk,
        "code": move.child.code,
        "name": whole_name(move.child),
        "from": class_name(move.from_section) if move.from_section is not None else "",
        "to": class_name(move.to_section),
        "to_school": local_name(move.to_section.school) if elsewhere else "",
        "school": local_name(school) if school is not None else "",
        "starts_on": move.starts_on,
        "name_given": move.name_given,
        "by": names.get(move.asked_by, ""),
        "asked_at": move.asked_at,
        "settled_at": move.settled_at,
        "is_late": move.asked_at < late,
        "error": refused[1] if refused is not None and refused[0] == str(move.pk) else "",
    }


def _own(move: ClassMove, *, is_hers: bool) -> dict[str, Any]:
    """As the asker wrote it: the name of a child of another class is not hers to see.

    Args:
        is_hers: the child sits in the class she was asked into, and is called as everywhere.
    """
    level, state = STATES[ClassMove.State(move.state)]
    return {
        "pk": move.pk,
        "name": whole_name(move.child) if is_hers else move.name_given,
        "to": class_name(move.to_section),
        "asked_at": move.asked_at,
        "answer": move.answer,
        "level": level,
        "state": state,
        "is_waiting": move.state == ClassMove.State.WAITING,
    }
