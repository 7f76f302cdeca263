"""Legal holds: placed by one administrator, lifted by two. Nothing of what is held is erased.

The administrator names a record by its code and learns nothing of it: no name, and of a sealed concern not even
that it is there when she has a part in it.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, may, require
from aanchal.kernel.errors import Invalid, NotFound, SecondPerson, WrongState
from aanchal.kernel.models import LegalHold
from aanchal.people.models import Child

from ..models import Concern
from ..permissions import CasePermission
from ..queries import concerns_of_code, standing_holds
from ..verbs import CaseVerb

MAX_REASON = 500


@use_case
def place_hold(
    actor: Actor, *, code: str, whole_household: bool, reason: str, at: datetime
) -> LegalHold:
    """Have nothing of a child, of her household or of a concern erased, from now on.

    Args:
        code: the code of a child or a concern, such as K-0412; where two districts have it, after the district's
            key: D206/K-0412.
        whole_household: of a child's code: every child of her household too.
        reason: who asked for it and under which order; for whoever lifts it.

    Raises:
        Invalid: no such code here, several, or no reason.
        WrongState: it is held already.
    """
    reason = _said(reason)
    label, key, scope = _named(actor, code, whole_household=whole_household)
    require(actor, CasePermission.HOLD_PLACE, scope)
    thing = f"{label}:{key}"
    if any(hold.thing == thing for hold in standing_holds(scope.district)):
        raise WrongState(_("It is held already."))
    hold = LegalHold(district=scope.district, placed_on=_day(at))
    hold.thing, hold.code, hold.reason = thing, code.strip().upper(), reason
    hold.area_path, hold.placed_by = scope.area_path, actor.user_id
    hold.excluded = sorted(scope.excluded)
    hold.save(force_insert=True)
    record(actor, CaseVerb.HOLD_PLACED, hold, scope=hold.scope(), of=label)
    return hold


@use_case
def ask_to_lift_hold(actor: Actor, *, hold: LegalHold, reason: str, at: datetime) -> None:
    """Ask that a hold be lifted; it stands until another administrator agrees.

    Raises:
        Invalid: no reason.
        WrongState: it is lifted, or somebody asked already.
    """
    hold = _locked(hold)
    require(actor, CasePermission.HOLD_LIFT, hold)
    if hold.lifted_on is not None or hold.lift_asked_by:
        raise WrongState(_("Somebody asked already, or it is lifted."))
    hold.lift_asked_by, hold.lift_asked_on = actor.user_id, at.isoformat()
    hold.lift_reason = _said(reason)
    hold.save_facts("facts")
    record(actor, CaseVerb.HOLD_LIFT_ASKED, hold, scope=hold.scope())


@use_case
def lift_hold(actor: Actor, *, hold: LegalHold, at: datetime) -> None:
    """Lift a hold, as the second person: from the next night on what is due goes.

    Raises:
        SecondPerson: the actor asked for it herself.
        WrongState: nobody asked.
    """
    hold = _asked(actor, hold)
    if hold.lift_asked_by == actor.user_id:
        raise SecondPerson
    hold.lifted_by, hold.lifted_on = actor.user_id, _day(at)
    hold.save(update_fields=["facts", "lifted_on"])
    record(actor, CaseVerb.HOLD_LIFTED, hold, scope=hold.scope())


@use_case
def keep_hold(actor: Actor, *, hold: LegalHold, at: datetime) -> None:
    """Let a hold stand that somebody asked to lift; whoever asked takes it back so.

    Raises:
        WrongState: nobody asked.
    """
    hold = _asked(actor, hold)
    mine = hold.lift_asked_by == actor.user_id
    hold.lift_asked_by = hold.lift_asked_on = hold.lift_reason = ""
    hold.save_facts("facts")
    verb = CaseVerb.HOLD_LIFT_TAKEN_BACK if mine else CaseVerb.HOLD_KEPT
    record(actor, verb, hold, scope=hold.scope())


def _locked(hold: LegalHold) -> LegalHold:
    return LegalHold.objects.select_for_update().get(pk=hold.pk)


def _asked(actor: Actor, hold: LegalHold) -> LegalHold:
    hold = _locked(hold)
    require(actor, CasePermission.HOLD_LIFT, hold)
    if hold.lifted_on is not None or not hold.lift_asked_by:
        raise WrongState(_("Nobody asks any more that it be lifted."))
    return hold


def _named(actor: Actor, code: str, *, whole_household: bool) -> tuple[str, object, Scope]:
    """Label, key and place of what a code names, among what the actor may hold; its row locked."""
    district, _slash, bare = code.strip().upper().rpartition("/")
    children = Child.objects.filter(code=bare).select_related("area", "household")
    if district:
        children = children.filter(district=district)
    found: list[tuple[Child | Concern, Scope]] = [
        (child, child.scope()) for child in children.select_for_update(of=("self",)).order_by("pk")
    ]
    if not found:
        found = [
            (concern, _without_seal(concern.scope()))
            for concern in concerns_of_code(actor, bare, district=district)
        ]
    here = [
        (thing, scope) for thing, scope in found if may(actor, CasePermission.HOLD_PLACE, scope)
    ]
    if not here:
        raise NotFound(_("There is no child and no concern of this code here."))
    if len(here) > 1:
        raise Invalid(
            _("Several districts have this code. Write the district's key before it: D206/K-0412."),
            field="code",
        )
    thing, scope = here[0]
    if not whole_household:
        return thing._meta.label, thing.pk, scope
    if not isinstance(thing, Child) or thing.household_id is None:
        raise Invalid(_("No household is known of this code."), field="code")
    return "people.Household", thing.household_id, scope


def _without_seal(scope: Scope) -> Scope:
    # A hold opens nothing: whoever may place one need not be among those who may read the concern.
    return Scope(area_path=scope.area_path, district=scope.district, excluded=scope.excluded)


def _said(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(_("Write the reason: who asked, and under which order."), field="reason")
    return reason[:MAX_REASON]


def _day(at: datetime) -> date:
    return timezone.localdate(at)
