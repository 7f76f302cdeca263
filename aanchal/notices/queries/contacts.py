"""Reads of how people are reached: one's own, and the numbers of those one sends on visits."""

from collections.abc import Iterable

from aanchal.access.models import User
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.watch.permissions import WatchPermission

from ..models import Contact


def contact_of(actor: Actor) -> Contact | None:
    """The actor's own contact; None when she wrote none."""
    return Contact.objects.filter(user_id=actor.user_id or None).first()


def phones_to_call(actor: Actor, people: Iterable[User]) -> dict[str, str]:
    """User id → number, of those among some people who agreed that it may be seen. One query.

    For whoever sends visits or passes on what waits; nobody else is given a number. The caller has
    read the people through what the actor may see.
    """
    if not may_anywhere(actor, WatchPermission.VISIT_ASSIGN):
        return {}
    held = Contact.objects.filter(user__in=[u.pk for u in people], shows_phone=True)
    return {str(c.user_id): c.phone for c in held if c.phone}
