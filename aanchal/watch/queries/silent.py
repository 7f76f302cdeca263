"""Classes from which no register reaches us, of those whose watch somebody may see."""

from datetime import date

from aanchal.kernel.authz import Actor
from aanchal.kernel.kept import kept
from aanchal.people.queries import visible_classes
from aanchal.registers.queries.silent import SilentClass, silent_of

from ..permissions import WatchPermission


def silent_classes(actor: Actor, *, on: date) -> list[SilentClass]:
    """Silent classes the actor may see the watch of, the longest silent first; eight queries at most."""
    return silent_of(visible_classes(actor, WatchPermission.WATCH_VIEW), on=on)


def kept_silent_classes(actor: Actor, *, on: date) -> list[SilentClass]:
    """`silent_classes`, counted once for the badge and the pages until somebody acts; one query then."""
    return kept.get(actor, ("silent classes", on), lambda: silent_classes(actor, on=on))
