"""Two who go together, and houses not safe for her, in sentences."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from aanchal.kernel.authz import Actor
from aanchal.watch.models import Visit
from aanchal.watch.queries.hands import MyPairs, my_pairs, those_to_stop
from aanchal.web.shell.context import local_name
from aanchal.web.shell.names import first_name

# For so long she reads that the other does not go.
TOLD_FOR = timedelta(days=14)


def pairs_of(actor: Actor, *, at: datetime) -> MyPairs:
    """What her list tells of visits of two; that the other gave one back it tells for two weeks."""
    return my_pairs(actor, since=at - TOLD_FOR)


def pair_sentences(pairs: MyPairs, held: list[Visit], *, at: datetime) -> list[str]:
    """With whom she goes, and where she must not go alone, a sentence a visit. One query at most."""
    along = pairs.along
    of_two = [*(v for v in held if v.two_go), *along]
    stopped = those_to_stop(of_two, at=at) if of_two else set()
    said = []
    for visit in of_two:
        code = {"code": visit.flag.child.code}
        if visit.pk in stopped:
            said.append(
                _("%(code)s: one of you two cannot go any more. Do not go: call your coordinator.")
                % code
            )
        elif visit in along:
            said.append(
                _("%(code)s: you go along with %(name)s. Do not go alone.")
                % {**code, "name": visit.volunteer.get_full_name()}
            )
        elif visit.second is not None:
            said.append(
                _("%(code)s: %(name)s goes with you. Do not go alone.")
                % {**code, "name": visit.second.get_full_name()}
            )
        else:
            said.append(
                _(
                    "%(code)s: somebody whom your coordinator has asked goes with you. Do not go alone."
                )
                % code
            )
    # Sent again to the child, with another, she goes: what came of the earlier visit is over.
    told = {visit.flag.child_id for visit in (*held, *along)}
    for visit in pairs.broken:
        if visit.flag.child_id in told:
            continue
        told.add(visit.flag.child_id)
        said.append(
            _("%(code)s: the other of you two does not go. Do not go: it is not with you any more.")
            % {"code": visit.flag.child.code}
        )
    return said


def pairs_shown(pairs: MyPairs) -> dict[str, Any]:
    """What her list shows of visits on which she goes along, and of houses not safe for her."""
    houses: dict[UUID, Visit] = {}
    for visit in pairs.unsafe:
        houses.setdefault(visit.flag.child.household_id or visit.flag.child_id, visit)
    return {
        "along": [
            {
                "title": f"{first_name(v.flag.child)} · {v.flag.child.code}",
                "hint": " · ".join(
                    (
                        local_name(v.flag.area),
                        v.volunteer.get_full_name(),
                        _("due %(day)s")
                        % {"day": date_format(timezone.localtime(v.due_at), "j M")},
                    )
                ),
                "href": reverse("visit_along", args=[v.pk]),
            }
            for v in pairs.along
        ],
        "houses": [
            {
                "title": unsafe_house(v),
                "will_go": v.will_go_at is not None,
                "href": reverse("visit_go_again", args=[v.pk]),
            }
            for v in houses.values()
        ],
    }


def unsafe_house(visit: Visit) -> str:
    """A house that was not safe for her. The visit is hers no more, so no name of the child is."""
    day = visit.handed_back_at
    parts = [visit.flag.child.code, local_name(visit.flag.area)]
    if day is not None:
        parts.append(date_format(timezone.localtime(day), "j M"))
    return " · ".join(parts)
