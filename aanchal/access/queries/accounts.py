"""Reads of volunteers and their phones, and of one's own account."""

from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from aanchal.kernel.access import reach
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import NotFound

from ..models import Device, Grant, Notice, User
from ..permissions import AccessPermission
from ..roles import Role
from . import live_grants


def visible_volunteers(actor: Actor, *, at: datetime | None = None) -> QuerySet[User]:
    """Volunteers of the places where the actor may enrol phones."""
    held = live_grants(at=at or timezone.now()).filter(role=Role.VOLUNTEER)
    held = held.filter(reach(Grant, actor, AccessPermission.DEVICE_ENROL))
    return User.objects.filter(pk__in=held.values("user")).order_by("pk")


def volunteers_listed(actor: Actor, *, at: datetime) -> QuerySet[User]:
    """`visible_volunteers` by sign-in name.

    Each has `live`, her grants as a volunteer in force, and `in_use`, the phones she works with:
    two queries more.
    """
    live = live_grants(at=at).filter(role=Role.VOLUNTEER).select_related("area", "body")
    return (
        visible_volunteers(actor, at=at)
        .order_by("username")
        .prefetch_related(
            Prefetch("grants", queryset=live, to_attr="live"),
            Prefetch("devices", queryset=_in_use(), to_attr="in_use"),
        )
    )


def get_volunteer(actor: Actor, *, pk: UUID | str) -> User:
    """One volunteer whose phones the actor looks after; `NotFound` otherwise."""
    found = visible_volunteers(actor).prefetch_related("grants").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_devices(actor: Actor) -> QuerySet[Device]:
    """Phones of the actor herself and of people whose phones she looks after."""
    theirs = reach(Device, actor, AccessPermission.DEVICE_ENROL)
    return Device.objects.filter(Q(user=actor.user_id or None) | theirs).order_by(
        "-enrol_expires_at", "-pk"
    )


def get_device(actor: Actor, *, pk: UUID | str) -> Device:
    """One phone the actor looks after, or her own; `NotFound` otherwise."""
    found = visible_devices(actor).select_related("user").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def devices_of(user: User) -> QuerySet[Device]:
    """All phones of a person whom the reader may see, the last offered first."""
    return Device.objects.filter(user=user).order_by("-enrol_expires_at", "-pk")


# --- one's own account ---


def my_devices(actor: Actor) -> QuerySet[Device]:
    """Phones with which the actor works, the last enrolled first."""
    return _in_use().filter(user=actor.user_id or None).order_by("-enrolled_at")


def my_grants(actor: Actor, *, at: datetime) -> QuerySet[Grant]:
    """The actor's own grants in force, in the order in which they were given."""
    held = live_grants(at=at).filter(user=actor.user_id or None)
    return held.select_related("area", "body").order_by("given_at", "pk")


def my_notices(actor: Actor, *, unseen: bool = False) -> QuerySet[Notice]:
    """What the actor was told of her account, the latest first; all, or only what she did not see."""
    told = Notice.objects.filter(user=actor.user_id or None)
    if unseen:
        told = told.filter(seen_at__isnull=True)
    return told.order_by("-at", "-pk")


def roles_ever_given(user: User) -> set[Role]:
    """Every role an account was given; for the entry of the demonstration, where nobody is signed in."""
    return {Role(role) for role in user.grants.values_list("role", flat=True).distinct()}


def _in_use() -> QuerySet[Device]:
    return Device.objects.filter(enrolled_at__isnull=False, revoked_at__isnull=True)
