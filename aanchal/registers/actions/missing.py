"""Pupils whom a register no longer names: noted, said, found out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.people.models import ClassSection
from aanchal.people.queries import kin_children

from ..covered import covered_until
from ..models import MissingPupil
from ..permissions import RegisterPermission
from ..queries.silent import pupils_to_ask_after, silent_among
from ..rules.settling import Missing, missing_for_pupil
from ..verbs import RegisterVerb


@use_case
def note_missing(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    children: Sequence[UUID],
    said: Mapping[str, str],
    at: datetime,
) -> int:
    """Keep pupils whom a register no longer names until somebody knows where they are.

    Args:
        children: pupils of the class who are missing from this month's register.
        said: child's id → what the teacher says of it, a code of `MissingPupil.Said`; of a child
            whose kin the actor is nothing is taken.

    Returns:
        How many are newly missing; one who waits already is not noted again.

    Raises:
        NotAllowed: not the actor's class.
    """
    require(actor, RegisterPermission.REGISTER_IMPORT, class_section)
    if said:
        own = kin_children(actor)
        said = {child: code for child, code in said.items() if child not in own}
    waiting = {
        m.child_id: m
        for m in MissingPupil.objects.filter(
            child__in=children, state=MissingPupil.State.WAITING
        ).select_for_update()
    }
    for child, held in waiting.items():
        code = _known(said.get(str(child), ""))
        if code and code != held.said and held.class_section_id == class_section.pk:
            held.said = code
            held.save(update_fields=["said"])
            record(actor, RegisterVerb.PUPIL_MISSING_SAID, held, scope=class_section.scope())
    new = [
        MissingPupil(
            district=class_section.district,
            class_section=class_section,
            child_id=child,
            month=month,
            said=_known(said.get(str(child), "")),
            noted_by=actor.user_id,
            noted_at=at,
        )
        for child in children
        if child not in waiting
    ]
    MissingPupil.objects.bulk_create(new)
    for missing in new:
        record(actor, RegisterVerb.PUPIL_MISSING, missing, scope=class_section.scope())
    return len(new)


@use_case
def ask_after_class(actor: Actor, *, class_section: ClassSection, at: datetime) -> int:
    """Ask after each pupil of a silent class by name: no register of it will come.

    Each waits until a register names her, or it is written where she is.

    Returns:
        How many are asked after now.

    Raises:
        NotAllowed: the actor corrects no registers there.
        WrongState: the class is not silent, or all its pupils are asked after already.
    """
    require(actor, RegisterPermission.REGISTER_CORRECT, class_section)
    section = (
        ClassSection.objects.select_related("school__area")
        .select_for_update(of=("self",))
        .get(pk=class_section.pk)
    )
    on = timezone.localdate(at)
    if section not in silent_among([section], on=on):
        raise WrongState
    children = list(pupils_to_ask_after(section, on=on).values_list("child_id", flat=True))
    return note_missing(
        actor, class_section=section, month=on.replace(day=1), children=children, said={}, at=at
    )


_LACKS = {
    Missing.GROUND: _("Say how it is known where the pupil is."),
    Missing.NOTE: _("Write where the pupil is, and who said so."),
    Missing.YES: _("Look at it once more before the question is closed."),
}
_FIELD_OF = {Missing.GROUND: "ground", Missing.NOTE: "answer", Missing.YES: "confirmed"}


def _known(code: str) -> str:
    return code if code in MissingPupil.Said.values else ""


def _lock(missing: MissingPupil) -> MissingPupil:
    return (
        MissingPupil.objects.select_related("class_section__school__area", "child__household")
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .get(pk=missing.pk)
    )


@use_case
def say_missing(actor: Actor, *, missing: MissingPupil, said: str, at: datetime) -> MissingPupil:
    """Say what the school knows of a pupil whom its register no longer names.

    It goes on waiting for the coordinator: what is said is not yet what is so.

    Raises:
        NotAllowed: not the actor's class, or her own family.
        Invalid: no such answer.
        WrongState: settled, or a register names her again.
    """
    missing = _lock(missing)
    require(actor, RegisterPermission.REGISTER_REPAIR, missing)
    if missing.state != MissingPupil.State.WAITING:
        raise WrongState
    if said not in MissingPupil.Said.values:
        raise Invalid(_("Choose what you know of it."), field="said")
    missing.said = said
    missing.save(update_fields=["said"])
    record(actor, RegisterVerb.PUPIL_MISSING_SAID, missing, scope=missing.class_section.scope())
    return missing


@use_case
def settle_missing(
    actor: Actor,
    *,
    missing: MissingPupil,
    ground: str,
    answer: str,
    confirmed: bool = False,
    at: datetime,
) -> MissingPupil:
    """Note that it is known where the pupil is, how it is known, and who said so.

    The answer speaks until `covered_until_on`; still left out after that, she is asked about again.

    Args:
        ground: code of `Known`: by what it is known.
        answer: where she is, and who said so.
        confirmed: the recorder was asked a second time.

    Raises:
        NotAllowed: the actor corrects no registers there, or is of her family.
        Invalid: it is not said how it is known, or by whom; or she was not asked a second time.
        WrongState: settled before, or a register names her again.
    """
    missing = _lock(missing)
    require(actor, RegisterPermission.REGISTER_CORRECT, missing)
    if missing.state != MissingPupil.State.WAITING:
        raise WrongState
    lacks = missing_for_pupil(ground, note=answer, confirmed=confirmed)
    if lacks is not None:
        raise Invalid(_LACKS[lacks], field=_FIELD_OF[lacks], missing=str(lacks))
    missing.answer = " ".join(answer.split())[:400]
    missing.ground = ground
    missing.covered_until_on = covered_until(missing, ground=ground, on=timezone.localdate(at))
    missing.settled_by, missing.settled_at = actor.user_id, at
    advance(
        actor,
        missing,
        MissingPupil.State.SETTLED,
        scope=missing.class_section.scope(),
        saving=("answer", "ground", "covered_until_on", "settled_by", "settled_at"),
    )
    _count_left(Counted.CHILD_LEFT, missing, at=at)
    return missing


def _count_left(what: Counted, missing: MissingPupil, *, at: datetime) -> None:
    """Count that a child left her school, where it is known of her that she did."""
    if missing.said in (MissingPupil.Said.NAME_CUT, MissingPupil.Said.TRANSFERRED):
        path = missing.class_section.school.area.path
        count(
            [
                Happened(
                    what, missing.district, path, child_id=missing.child_id, detail=missing.said
                )
            ],
            at=at,
        )


@use_case
def reopen_missing(actor: Actor, *, missing: MissingPupil, at: datetime) -> MissingPupil:
    """Take a settling back: it is not known after all where she is.

    Raises:
        NotAllowed: as for `settle_missing`.
        WrongState: it was not settled.
    """
    missing = _lock(missing)
    require(actor, RegisterPermission.REGISTER_CORRECT, missing)
    if missing.state != MissingPupil.State.SETTLED:
        raise WrongState
    missing.settled_by, missing.settled_at, missing.covered_until_on = "", None, None
    advance(
        actor,
        missing,
        MissingPupil.State.WAITING,
        scope=missing.class_section.scope(),
        saving=("settled_by", "settled_at", "covered_until_on"),
    )
    _count_left(Counted.CHILD_LEFT_UNDONE, missing, at=at)
    return missing
