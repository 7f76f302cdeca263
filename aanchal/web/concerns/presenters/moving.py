"""A concern whose child lives elsewhere since: what its page says to whom."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from aanchal.cases.hands import works_where_she_lives
from aanchal.cases.models import Concern
from aanchal.places.models import block_path
from aanchal.places.queries import area_at, places_of
from aanchal.web.shell.context import local_name


def moved_to(held: Concern) -> str:
    """The block to which the family moved and where it is to be handed on; its village within one block."""
    if not held.left_area_id:
        return ""
    block = block_path(held.area.path)
    if block == block_path(held.left_area.path):
        return local_name(held.area)
    return local_name(area_at(block) or held.area)


def may_arrive(request: HttpRequest, held: Concern) -> bool:
    """Whether the reader works where the family lives now, so that her taking it up ends the handing on."""
    return bool(held.left_area_id) and works_where_she_lives(request.actor, held)


def move_shown(request: HttpRequest, held: Concern, *, holder: str) -> dict[str, Any]:
    """The large sentence about a move, and whether the reader is the one who hands it on.

    Args:
        holder: by name, the one in whose hands it is; "" for nobody's.
    """
    place = moved_to(held)
    if not place or held.stage == Concern.Stage.CLOSED:
        return {"moved": ""}
    if works_where_she_lives(request.actor, held):
        if held.taken_up_by == request.actor.user_id and held.stage == Concern.Stage.TAKEN_UP:
            said = _(
                "The family lives at another place now where you work as well. Take it up there, so that "
                "it is that place's alone."
            )
            return {"moved": said, "hands_on": False}
        said = _("The family lives here now. Take it up: it is in nobody's hands.")
        if holder:
            said = _(
                "The family lives here now. Take it up: until then it is in the hands of %(name)s, "
                "who works at the place that they left."
            ) % {"name": holder}
        return {"moved": said, "hands_on": False}
    is_hers = held.taken_up_by == request.actor.user_id
    if is_hers and held.stage == Concern.Stage.TAKEN_UP:
        said = _(
            "The family moved to %(place)s. Hand it over to a case worker there; you have it until "
            "one of them takes it up, and then it leaves your list."
        )
        return {"moved": said % {"place": place}, "hands_on": True}
    said = _("The family moved to %(place)s. It waits for a case worker there to take it up.")
    return {"moved": said % {"place": place}, "hands_on": False}


def places_of_story(held: Concern) -> dict[str, str]:
    """Key → name of the places to which the family moved; one query, or none where it did not."""
    keys = {entry["place"] for entry in held.history if entry.get("place")}
    if not keys:
        return {}
    return {key: local_name(area) for key, area in places_of(keys).items()}
