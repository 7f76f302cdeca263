"""Opening a child's file, and writing how her house is found."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from aanchal.kernel import reading
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, may, require

from ..houses import (
    House,
    house_of,
    may_be_called,
    write_house,
)
from ..models import (
    Child,
    Consent,
)
from ..permissions import PeoplePermission
from ..verbs import PeopleVerb


@use_case
def open_child_file(actor: Actor, *, child: Child, at: datetime) -> Child:
    """Open a child's full file, which leaves a trace.

    Raises:
        NotAllowed: the actor may not open files in the child's area, or is kin.
    """
    require(actor, PeoplePermission.CHILD_OPEN_FILE, child)
    record(actor, PeopleVerb.CHILD_FILE_OPENED, child, scope=child.scope(), shown=[child.pk])
    reading.noted(child.pk)
    return child


@use_case
def describe_house(
    actor: Actor, *, child: Child, house: House, may_call: bool | None, at: datetime
) -> Child:
    """Write down how a child's house is found, and whether the family may be called for a visit.

    Args:
        may_call: what the family said about the phone; None leaves what was said before.

    Raises:
        NotAllowed: the child is neither of the actor's areas nor in her class, or is kin.
        Invalid: a line too long, or a relation there is not.
    """
    child = lock_child(child)
    _require_house(actor, child)
    changed = write_house(child, house)
    if changed:
        record(actor, PeopleVerb.HOUSE_DESCRIBED, child, scope=child.scope(), fields=changed)
    # A no is one to every number: what was agreed of a former one would count again with it.
    if may_call is False or (may_call and not may_be_called(child)):
        _set_call_consent(actor, child, may_call=may_call, at=at)
    return child


@use_case
def open_house(actor: Actor, *, child: Child, at: datetime) -> House:
    """Read how a child's house is found, which leaves a trace.

    Raises:
        NotAllowed: the child is neither of the actor's areas nor in her class, or is kin.
    """
    _require_house(actor, child)
    record(actor, PeopleVerb.HOUSE_SHOWN, child, scope=child.scope())
    return house_of(child)


def lock_child(child: Child) -> Child:
    return (
        Child.objects.select_for_update(of=("self",))
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .get(pk=child.pk)
    )


def _require_house(actor: Actor, child: Child) -> None:
    """By the child's area, or by the class she is enrolled in now."""
    scopes = [child.scope()]
    for held in child.enrolments.filter(ends_on__isnull=True).select_related(
        "class_section__school__area"
    ):
        scopes.append(replace(held.class_section.scope(), excluded=child.kin()))
    allowed = (s for s in scopes if may(actor, PeoplePermission.HOUSE_DESCRIBE, s))
    require(actor, PeoplePermission.HOUSE_DESCRIBE, next(allowed, scopes[0]))


def _set_call_consent(actor: Actor, child: Child, *, may_call: bool, at: datetime) -> None:
    on = timezone.localdate(at)
    if may_call:
        consent = Consent.objects.create(
            district=child.district,
            child=child,
            purpose=Consent.Purpose.VISITS,
            given_by=Consent.GivenBy.GUARDIAN,
            given_on=on,
            number=house_of(child).phone,
            recorded_by=actor.user_id,
        )
        record(
            actor,
            PeopleVerb.CONSENT_RECORDED,
            consent,
            scope=child.scope(),
            purpose=consent.purpose,
        )
        return
    for consent in child.consents.filter(purpose=Consent.Purpose.VISITS, withdrawn_on__isnull=True):
        consent.withdrawn_on = on
        consent.save(update_fields=["withdrawn_on"])
        record(actor, PeopleVerb.CONSENT_WITHDRAWN, consent, scope=child.scope())
