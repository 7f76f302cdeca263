"""Phones of volunteers: offered by one who looks after them, enrolled on the phone, revoked."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from aanchal.access.known import new_token, token_hash
from aanchal.access.links import Offered, device_behind, require_self
from aanchal.access.models import Device, User
from aanchal.access.notices import Kind, tell
from aanchal.access.queries import live_grants
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, SecondPerson, WrongState

from ..permissions import AccessPermission
from ..roles import DEVICE_ROLES
from ..verbs import AccessVerb

OFFER_LASTS = timedelta(hours=24)


@use_case
def offer_device(actor: Actor, *, user: User, name: str, at: datetime) -> Offered[Device]:
    """Make a link, good once and for a day, that puts a volunteer's account on a phone.

    It opens with her own passphrase only, so that whoever made it does not put her on a phone alone.

    Raises:
        NotAllowed: the actor does not look after this person's phones.
        SecondPerson: it would be the actor's own.
        Invalid: she holds no role that comes by phone.
    """
    require(actor, AccessPermission.DEVICE_ENROL, user)
    if actor.user_id == str(user.pk):
        raise SecondPerson
    if not live_grants(at=at).filter(user=user, role__in=DEVICE_ROLES).exists():
        raise Invalid(_("Only a volunteer's account is put on a phone."), field="user")
    token = new_token()
    device = Device.objects.create(
        user=user,
        name=name.strip(),
        enrolled_by=actor.user_id,
        enrol_token_hash=token_hash(token, purpose="enrolment"),
        enrol_expires_at=at + OFFER_LASTS,
    )
    tell(user, Kind.DEVICE_OFFERED, at=at)
    record(actor, AccessVerb.DEVICE_OFFERED, device, scope=user.scope(), user=str(user.pk))
    return Offered(device, token)


@use_case
def enrol_device(actor: Actor, *, token: str, at: datetime) -> Offered[Device]:
    """Make the phone on which the link was opened the volunteer's; the token is for its cookie.

    The caller has asked for her passphrase: `actor` is the volunteer herself. Nobody is signed in
    by it.

    Raises:
        NotFound: the link does not work, whatever the reason.
        NotAllowed: the actor is not the person the link is for.
    """
    device = device_behind(token, at=at)
    require_self(actor, device.user)
    kept = new_token()
    device.token_hash = token_hash(kept, purpose="device")
    device.enrol_token_hash = ""
    device.enrolled_at = at
    device.save(update_fields=["token_hash", "enrol_token_hash", "enrolled_at"])
    tell(device.user, Kind.DEVICE_ENROLLED, at=at)
    record(actor, AccessVerb.DEVICE_ENROLLED, device, scope=device.scope())
    return Offered(device, kept)


@use_case
def revoke_device(actor: Actor, *, device: Device, at: datetime) -> Device:
    """Take a phone off an account; it is refused at its very next request. Her own, she may too.

    Raises:
        NotAllowed: neither hers nor in the actor's care.
        WrongState: it was revoked before.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)
    if actor.user_id != str(device.user_id):
        require(actor, AccessPermission.DEVICE_ENROL, device)
    if device.revoked_at:
        raise WrongState
    device.revoked_by = actor.user_id
    device.revoked_at = at
    device.enrol_token_hash = ""
    device.save(update_fields=["revoked_by", "revoked_at", "enrol_token_hash"])
    tell(device.user, Kind.DEVICE_REVOKED, at=at)
    record(
        actor,
        AccessVerb.DEVICE_REVOKED,
        device,
        scope=device.scope(),
        was_in_use=device.enrolled_at is not None,
    )
    return device
