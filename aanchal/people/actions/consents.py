"""What families, schools and departments agreed to."""

from datetime import date, datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.places.models import Area, Body
from aanchal.places.permissions import PlacePermission

from ..houses import house_of
from ..models import (
    Child,
    Consent,
    RegisterAgreement,
)
from ..permissions import PeoplePermission
from ..verbs import PeopleVerb


@use_case
def record_consent(
    actor: Actor, *, child: Child, purpose: str, given_by: str, given_on: date, note: str = ""
) -> Consent:
    """Note what a child or guardian agreed to, for one purpose.

    Raises:
        NotAllowed: the actor may not open this child's file.
        Invalid: an unknown purpose or giver.
    """
    require(actor, PeoplePermission.CHILD_OPEN_FILE, child)
    if purpose not in Consent.Purpose.values or given_by not in Consent.GivenBy.values:
        raise Invalid(field="purpose")
    consent = Consent.objects.create(
        district=child.district,
        child=child,
        purpose=purpose,
        given_by=given_by,
        given_on=given_on,
        note=note,
        number=house_of(child).phone if purpose == Consent.Purpose.VISITS else "",
        recorded_by=actor.user_id,
    )
    record(actor, PeopleVerb.CONSENT_RECORDED, consent, scope=child.scope(), purpose=purpose)
    return consent


@use_case
def withdraw_consent(actor: Actor, *, consent: Consent, on: date) -> Consent:
    """Note that consent was withdrawn; what it allowed stops today.

    Raises:
        NotAllowed: the actor may not open this child's file.
        WrongState: it was withdrawn before.
    """
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    require(actor, PeoplePermission.CHILD_OPEN_FILE, consent)
    if consent.withdrawn_on is not None:
        raise WrongState
    consent.withdrawn_on = on
    consent.save(update_fields=["withdrawn_on"])
    record(actor, PeopleVerb.CONSENT_WITHDRAWN, consent, scope=consent.scope())
    return consent


@use_case
def record_agreement(
    actor: Actor,
    *,
    body: Body | None = None,
    area: Area | None = None,
    order_no: str,
    made_with: str,
    starts_on: date,
    ends_on: date,
    at: datetime,
) -> RegisterAgreement:
    """Record the order under which registers of a school, or of an area's schools, may be used.

    Raises:
        NotAllowed: the actor keeps no calendars there.
        Invalid: not exactly one of `body` and `area`, or it ends before it begins.
    """
    place = body or area
    if place is None or (body is not None and area is not None) or ends_on < starts_on:
        raise Invalid(field="ends_on")
    require(actor, PlacePermission.CALENDAR_EDIT, place)
    agreement = RegisterAgreement.objects.create(
        body=body,
        area=area,
        order_no=order_no,
        made_with=made_with,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=actor.user_id,
        recorded_at=at,
    )
    record(actor, PeopleVerb.AGREEMENT_RECORDED, agreement, scope=place.scope())
    return agreement
