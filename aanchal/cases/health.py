"""What the doctor asks of concerns: whether each block has case workers, and more than one.

It says nothing of any concern: even that a sealed one waits is not for administrators to know.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.access.queries import live_grants
from aanchal.kernel.health import Check, State, further
from aanchal.kernel.permissions import Role, covers
from aanchal.people.models import ClassSection, Kinship
from aanchal.places.models import block_path


@further
def case_workers(now: datetime) -> Iterator[Check]:
    """Blocks with schools here that nobody, or one person alone, works for as case worker."""
    held = [
        (str(g.user_id), g.area_path) for g in live_grants(at=now).filter(role=Role.CASE_WORKER)
    ]
    paths = ClassSection.objects.values_list("school__area__path", flat=True).distinct()
    blocks = sorted({block_path(path) for path in paths})
    working = {b: {who for who, path in held if covers(path, b)} for b in blocks}
    empty = [b.rsplit("/", 1)[-1] for b in blocks if not working[b]]
    alone = [b.rsplit("/", 1)[-1] for b in blocks if len(working[b]) == 1]
    if empty:
        yield Check(
            State.BAD,
            _("Case workers"),
            _("nobody takes up concerns in %(count)d blocks (%(codes)s)")
            % {"count": len(empty), "codes": ", ".join(empty[:5])},
            _("Invite a case worker there: a sealed concern would be seen by nobody."),
        )
    if alone:
        yield Check(
            State.LOOK,
            _("Case workers"),
            _("one person alone takes up concerns in %(count)d blocks (%(codes)s)")
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
            blocks.append(block_path(path).rsplit("/", 1)[-1])
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
