"""Bringing a person in: asked by one, agreed to by a second where the role weighs, accepted once."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from aanchal.access.granting import (
    ask_for_agreement,
    came_into_force,
    may_confirm,
    place_of,
    place_scope,
    require_confirm,
    tell_by_id,
)
from aanchal.access.known import new_token, token_hash
from aanchal.access.links import (
    Offered,
    check_passphrase,
    code_hash,
    invitation_behind,
    is_open,
    new_code,
    require_code,
)
from aanchal.access.models import Device, Grant, Invitation, User
from aanchal.access.notices import Kind
from aanchal.access.rules.sign_in_names import sign_in_name
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import NotAllowed, SecondPerson, WrongState
from aanchal.places.models import Area, Body

from ..permissions import AccessPermission
from ..roles import DEVICE_ROLES, Role
from ..verbs import AccessVerb

INVITATION_LASTS = timedelta(days=7)


class CameIn(NamedTuple):
    """What accepting an invitation made; `device_token` is "" unless the role comes by phone."""

    user: User
    grant: Grant
    device_token: str


@use_case
def invite_person(
    actor: Actor,
    *,
    for_name: str,
    role: Role,
    at: datetime,
    area: Area | None = None,
    body: Body | None = None,
    grade: str = "",
    section: str = "",
    language: str = "en",
) -> Offered[Invitation]:
    """Invite one person into one role at one place; a second person must agree, and is told.

    The one who invites is given a code and the second person, on agreeing, a link. Coming in
    takes both, so that neither of the two can be the person alone. What nobody agreed to in
    `INVITATION_LASTS` lapses; then the one who invited is told.

    Returns:
        The invitation and its code, to be handed to the person by the one who invites.

    Raises:
        Invalid: the place does not fit the role.
        NotAllowed: the actor may not invite, or may not give roles, at that place.
    """
    place = place_of(role, area=area, body=body, grade=grade, section=section)
    code = new_code()
    invitation = Invitation(
        for_name=for_name,
        role=role,
        language=language,
        needs_approval=True,
        invited_by=actor.user_id,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
        **place,
    )
    where = body if body is not None else invitation
    require(actor, AccessPermission.PERSON_INVITE, where)
    require(actor, AccessPermission.GRANT_GIVE, where)
    invitation.code_hash = code_hash(invitation, code)
    invitation.save()
    asked = ask_for_agreement(invitation, at=at, not_to={actor.user_id})
    scope = invitation.scope()
    record(actor, AccessVerb.PERSON_INVITED, invitation, scope=scope, role=str(role), asked=asked)
    return Offered(invitation, code)


@use_case
def approve_invitation(
    actor: Actor, *, invitation: Invitation, at: datetime
) -> Offered[Invitation]:
    """Agree, as a second person, to an invitation; its link is made now. Who invited is told.

    Raises:
        NotAllowed: the actor may not agree to this role at that place.
        SecondPerson: the actor is the one who invited.
        WrongState: nothing waits here any more.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    require_confirm(actor, Role(invitation.role), place_scope(invitation))
    if actor.user_id == invitation.invited_by:
        raise SecondPerson
    if not invitation.needs_approval or invitation.approved_at or not is_open(invitation, at):
        raise WrongState
    token = new_token()
    invitation.approved_by = actor.user_id
    invitation.approved_at = at
    invitation.expires_at = at + INVITATION_LASTS
    invitation.token_hash = token_hash(token, purpose="invitation")
    invitation.save(update_fields=["approved_by", "approved_at", "expires_at", "token_hash"])
    tell_by_id([invitation.invited_by], Kind.INVITATION_AGREED, at=at)
    record(actor, AccessVerb.INVITATION_APPROVED, invitation, scope=invitation.scope())
    return Offered(invitation, token)


@use_case
def renew_invitation(actor: Actor, *, invitation: Invitation, at: datetime) -> Offered[Invitation]:
    """Make one's own half of an open invitation anew, where it was lost; the old half dies.

    Returns:
        A new code for the one who invited; a new link for the one who agreed.

    Raises:
        NotAllowed: the actor neither invited nor agreed, or may not do so any more.
        WrongState: it was accepted, withdrawn, or has run out.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    where = place_scope(invitation)
    if actor.user_id == invitation.invited_by:
        require(actor, AccessPermission.PERSON_INVITE, where)
    elif actor.user_id == invitation.approved_by:
        require_confirm(actor, Role(invitation.role), where)
    else:
        raise NotAllowed
    if not is_open(invitation, at):
        raise WrongState
    if actor.user_id == invitation.invited_by:
        half = new_code()
        invitation.code_hash = code_hash(invitation, half)
    else:
        half = new_token()
        invitation.token_hash = token_hash(half, purpose="invitation")
    invitation.save(update_fields=["code_hash", "token_hash"])
    record(actor, AccessVerb.INVITATION_RENEWED, invitation, scope=invitation.scope())
    return Offered(invitation, half)


@use_case
def withdraw_invitation(actor: Actor, *, invitation: Invitation, at: datetime) -> None:
    """Take an invitation back before it is accepted; or refuse it, as one who might agree to it.

    Raises:
        NotAllowed: the actor may neither invite there nor agree to this role.
        WrongState: it was accepted, withdrawn, or has run out.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    where = place_scope(invitation)
    if not may_confirm(actor, Role(invitation.role), where):
        require(actor, AccessPermission.PERSON_INVITE, where)
    if not is_open(invitation, at):
        raise WrongState
    invitation.withdrawn_by = actor.user_id
    invitation.withdrawn_at = at
    invitation.token_hash = ""
    invitation.save(update_fields=["withdrawn_by", "withdrawn_at", "token_hash"])
    if actor.user_id != invitation.invited_by:
        tell_by_id([invitation.invited_by], Kind.INVITATION_REFUSED, at=at)
    record(actor, AccessVerb.INVITATION_WITHDRAWN, invitation, scope=invitation.scope())


@use_case
def accept_invitation(
    actor: Actor, *, token: str, display_name: str, passphrase: str, at: datetime, code: str = ""
) -> CameIn:
    """Come in by an invitation: an account with a name given by the system, and its first grant.

    It takes the link of the one who agreed and the code of the one who invited; both are told.
    For a role that comes by phone, the phone on which the link was opened becomes hers.

    Args:
        actor: whoever is signed in in this browser; nobody, as a rule.
        code: as the person typed it; case, spaces and dashes do not matter. The operator's
            invitations of the first administrators have none.

    Raises:
        NotFound: the link does not work, whatever the reason.
        SecondPerson: one who invited or agreed is signed in here.
        Invalid: the code is not right, or the passphrase is too weak.
    """
    invitation = invitation_behind(token, at=at)
    if actor.user_id and actor.user_id in (invitation.invited_by, invitation.approved_by):
        raise SecondPerson(_("An invitation is for somebody else than the two who gave it."))
    require_code(invitation, code)
    user = User(display_name=display_name or invitation.for_name, language=invitation.language)
    check_passphrase(passphrase, user)
    user.set_password(passphrase)
    _save_under_free_name(user)
    grant = Grant.objects.create(
        user=user,
        role=invitation.role,
        area=invitation.area,
        body=invitation.body,
        area_path=invitation.area_path,
        grade=invitation.grade,
        section=invitation.section,
        starts_at=at,
        given_by=invitation.invited_by,
        given_at=at,
        needs_approval=invitation.needs_approval,
        approved_by=invitation.approved_by,
        approved_at=invitation.approved_at,
    )
    device_token = ""
    if invitation.role in DEVICE_ROLES:
        device_token = new_token()
        Device.objects.create(
            user=user,
            token_hash=token_hash(device_token, purpose="device"),
            enrolled_by=invitation.invited_by,
            enrolled_at=at,
        )
    invitation.accepted_by = user
    invitation.accepted_at = at
    invitation.token_hash = ""
    invitation.save(update_fields=["accepted_by", "accepted_at", "token_hash"])
    herself = Actor(user_id=str(user.pk), language=user.language)
    record(
        herself,
        AccessVerb.INVITATION_ACCEPTED,
        invitation,
        scope=invitation.scope(),
        role=invitation.role,
        user=str(user.pk),
        grant=str(grant.pk),
        with_device=bool(device_token),
    )
    both = (invitation.invited_by, invitation.approved_by)
    tell_by_id(both, Kind.INVITATION_ACCEPTED, at=at)
    came_into_force(grant)
    return CameIn(user, grant, device_token)


def _save_under_free_name(user: User) -> None:
    for _try in range(50):
        user.username = sign_in_name(secrets.choice, secrets.randbelow)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
            return
        except IntegrityError:
            continue
    raise WrongState
