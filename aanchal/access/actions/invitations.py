"""Bringing a person in: asked by one, agreed to by a second where the role weighs, accepted once."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction

from aanchal.access.granting import came_into_force, place_of
from aanchal.access.known import new_token, token_hash
from aanchal.access.links import Offered, check_passphrase, invitation_behind, is_open
from aanchal.access.models import Device, Grant, Invitation, User
from aanchal.access.rules.second_person import needs_second_person
from aanchal.access.rules.sign_in_names import sign_in_name
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import SecondPerson, WrongState
from aanchal.kernel.permissions import DEVICE_ROLES, Actor, Permission, Role, require
from aanchal.places.models import Area, Body

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
    """Invite one person into one role at one place.

    Returns:
        The invitation and its token; the token is "" while a second person must agree.

    Raises:
        Invalid: the place does not fit the role.
        NotAllowed: the actor may not invite, or may not give roles, at that place.
    """
    place = place_of(role, area=area, body=body, grade=grade, section=section)
    needs_approval = needs_second_person(role)
    token = "" if needs_approval else new_token()
    invitation = Invitation(
        for_name=for_name,
        role=role,
        language=language,
        needs_approval=needs_approval,
        token_hash=token_hash(token, purpose="invitation") if token else "",
        invited_by=actor.user_id,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
        **place,
    )
    where = body if body is not None else invitation
    require(actor, Permission.PERSON_INVITE, where)
    require(actor, Permission.GRANT_GIVE, where)
    invitation.save()
    record(actor, Verb.PERSON_INVITED, invitation, scope=invitation.scope(), role=str(role))
    return Offered(invitation, token)


@use_case
def approve_invitation(
    actor: Actor, *, invitation: Invitation, at: datetime
) -> Offered[Invitation]:
    """Agree, as a second person, to an invitation; its link is made now.

    Raises:
        NotAllowed: the actor may not agree to grants at that place.
        SecondPerson: the actor is the one who invited.
        WrongState: nothing waits here any more.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    require(actor, Permission.GRANT_APPROVE, invitation.body or invitation)
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
    record(actor, Verb.INVITATION_APPROVED, invitation, scope=invitation.scope())
    return Offered(invitation, token)


@use_case
def withdraw_invitation(actor: Actor, *, invitation: Invitation, at: datetime) -> None:
    """Take an invitation back before it is accepted.

    Raises:
        NotAllowed: the actor may not invite at that place.
        WrongState: it was accepted, withdrawn, or has run out.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    require(actor, Permission.PERSON_INVITE, invitation.body or invitation)
    if not is_open(invitation, at):
        raise WrongState
    invitation.withdrawn_by = actor.user_id
    invitation.withdrawn_at = at
    invitation.token_hash = ""
    invitation.save(update_fields=["withdrawn_by", "withdrawn_at", "token_hash"])
    record(actor, Verb.INVITATION_WITHDRAWN, invitation, scope=invitation.scope())


@use_case
def accept_invitation(
    actor: Actor, *, token: str, display_name: str, passphrase: str, at: datetime
) -> CameIn:
    """Come in by an invitation: an account with a name given by the system, and its first grant.

    For a role that comes by phone, the phone on which the link was opened becomes hers.

    Raises:
        NotFound: the link does not work, whatever the reason.
        Invalid: the passphrase is too weak.
    """
    invitation = invitation_behind(token, at=at)
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
        Verb.INVITATION_ACCEPTED,
        invitation,
        scope=invitation.scope(),
        role=invitation.role,
        user=str(user.pk),
        grant=str(grant.pk),
        with_device=bool(device_token),
    )
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
