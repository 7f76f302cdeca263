"""What the doctor asks of concerns: whether each block has case workers, and more than one.

It says nothing of any concern: even that a sealed one waits is not for administrators to know.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.authz import covers
from aanchal.kernel.health import Check, State, further
from aanchal.people.models import Kinship
from aanchal.people.queries import places_of_children
from aanchal.places.models import block_path, code_of


@further
def case_workers(now: datetime) -> Iterator[Check]:
    """Blocks in which there is a place of children that nobody, or one alone, works for as case worker."""
    held = [
        (str(g.user_id), g.area_path) for g in live_grants(at=now).filter(role=Role.CASE_WORKER)
    ]
    blocks: dict[str, list[int]] = {}
    for place in places_of_children():
        working = {who for who, path in held if covers(path, place)}
        blocks.setdefault(block_path(place), []).append(len(working))
    empty = [code_of(block) for block, working in blocks.items() if min(working) == 0]
    alone = [code_of(block) for block, working in blocks.items() if min(working) == 1]
    if empty:
        yield Check(
            State.BAD,
            _("Case workers"),
            ngettext(
                "nobody takes up concerns in %(count)d block, or in a part of it (%(codes)s)",
                "nobody takes up concerns in %(count)d blocks, or in a part of them (%(codes)s)",
                len(empty),
            )
            % {"count": len(empty), "codes": ", ".join(empty[:5])},
            _("Invite a case worker there: a sealed concern would be seen by nobody."),
        )
    if alone:
        yield Check(
            State.LOOK,
            _("Case workers"),
            ngettext(
                "one person alone takes up concerns in %(count)d block, or in a part of it (%(codes)s)",
                "one person alone takes up concerns in %(count)d blocks, or in a part of them (%(codes)s)",
                len(alone),
            )
            % {"count": len(alone), "codes": ", ".join(alone[:5])},
            _("Invite a second: one with a conflict of interest is left out of a concern."),
        )


@further
def families_without(now: datetime) -> Iterator[Check]:
    """Families of which every case worker of the place is said to be kin: who would help there?"""
    held = [
        (str(g.user_id), g.area_path) for g in live_grants(at=now).filter(role=Role.CASE_WORKER)
    ]
    kin: dict[tuple[UUID, str], set[str]] = {}
    for household, path, user in Kinship.objects.values_list(
        "household_id", "household__area__path", "user_id"
    ):
        kin.setdefault((household, path), set()).add(str(user))
    blocks = []
    for (_household, path), users in kin.items():
        working = {who for who, area in held if covers(area, path)}
        if working and working <= users:
            blocks.append(code_of(block_path(path)))
    if blocks:
        codes = sorted(set(blocks))
        yield Check(
            State.BAD,
            _("Case workers"),
            ngettext(
                "every case worker of the place is said to be family in %(count)d household (%(codes)s)",
                "every case worker of the place is said to be family in %(count)d households (%(codes)s)",
                len(blocks),
            )
            % {"count": len(blocks), "codes": ", ".join(codes[:5])},
            _("Answer what waits for a second person, or invite a case worker from elsewhere."),
        )
