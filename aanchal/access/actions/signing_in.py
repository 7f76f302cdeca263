"""Coming in and going out, kept in the audit."""

from datetime import datetime

from django.utils import timezone

from aanchal.access.known import token_hash
from aanchal.access.links import require_self
from aanchal.access.models import DemoLink, Device, User
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import Deployment

from ..verbs import AccessVerb


@use_case
def note_sign_in(
    actor: Actor, *, user: User, at: datetime, how: str, device: Device | None = None
) -> None:
    """Keep that a person came in, and by what: "passphrase", "second_factor", "device", "demo"."""
    require_self(actor, user)
    if device is not None and device.last_seen_on != timezone.localdate(at):
        device.last_seen_on = timezone.localdate(at)
        device.save(update_fields=["last_seen_on"])
    record(actor, AccessVerb.SIGNED_IN, user, scope=user.scope(), how=how)


@use_case
def note_failed_sign_in(actor: Actor, *, user: User | None, step: str) -> None:
    """Keep that somebody could not come in, and at which step; never what was typed.

    Args:
        user: whose sign-in name it was, or None. Kept with the root, so that the time this
            takes says nothing of who has an account.
    """
    record(actor, AccessVerb.SIGN_IN_FAILED, user, scope=Scope(area_path=ROOT), step=step)


@use_case
def note_sign_out(actor: Actor, *, user: User) -> None:
    """Keep that a person went out."""
    require_self(actor, user)
    record(actor, AccessVerb.SIGNED_OUT, user, scope=user.scope())


@use_case
def enter_demo(actor: Actor, *, token: str, at: datetime) -> User:
    """Use up a demo link; returns the made-up person it is for.

    Raises:
        NotFound: not a demo, no such link, or used before.
    """
    link = (
        DemoLink.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_hash=token_hash(token, purpose="demo"), used_at__isnull=True)
        .first()
    )
    if link is None or not Deployment.objects.filter(is_demo=True).exists():
        raise NotFound
    link.used_at = at
    link.save(update_fields=["used_at"])
    herself = Actor(user_id=str(link.user_id), language=link.user.language)
    record(herself, AccessVerb.DEMO_LINK_USED, link.user, scope=link.user.scope())
    return link.user
