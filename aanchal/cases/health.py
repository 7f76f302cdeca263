"""What the doctor asks of concerns: whether each block has case workers, and more than one.

It says nothing of any concern: even that a sealed one waits is not for administrators to know.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from aanchal.access.queries import live_grants
from aanchal.kernel.health import Check, State, further
from aanchal.kernel.permissions import Role, covers
from aanchal.people.models import ClassSection
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
