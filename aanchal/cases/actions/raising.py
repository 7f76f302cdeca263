"""Raising a concern, and naming who alone sees a sealed one."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, covers, grants_for, require
from aanchal.kernel.errors import Invalid
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.kernel.waiting import something_waits
from aanchal.lib.indic.names import tidy
from aanchal.people.models import Child
from aanchal.places.models import Area, Body

from ..kinds import concern_kinds
from ..models import Concern
from ..permissions import CasePermission
from ..queries import has_told_out_of, like_named, may_be_opened, question_mark
from ..rules.due import due_after
from ..verbs import CaseVerb

# No vowels and no letters that are taken for digits: a code is read out on a bad line.
CODE_LETTERS = "BCDFGHJKLMNPQRTVWXZ2346789"


@use_case
def raise_concern(
    actor: Actor,
    *,
    kind: str,
    area: Area,
    child: Child | None = None,
    source_kind: str,
    source_id: str,
    told: str = "",
    reason: dict[str, Any] | None = None,
    seen: dict[str, Any] | None = None,
    question_id: str = "",
    implicated: Sequence[User] = (),
    implicated_words: str = "",
    may_implicate: bool = False,
    at: datetime,
) -> Concern:
    """Raise a concern; the same source raises one only, however often it is sent.

    It is sealed on arrival when its kind asks for it, when somebody who works with us is
    implicated, or when the child is of such a person's own family; then only the case workers
    nearest to the place see it.

    Args:
        area: of which place the actor tells, and by which it is asked whether she may. It is raised where
            the child lives now.
        seen: what the teller saw for herself, for the case worker: codes of `whom_met` and the like.
        question_id: key of the question of the watch out of which it is told by a person.
        implicated: people with an account who may have a part in it: they learn nothing of it.
        implicated_words: a name or words for such a person, where no account was chosen. Case
            workers whose name is like it are left out of the team.
        may_implicate: somebody who works with us may have a part in it, named or not: it is sealed.

    Raises:
        NotAllowed: the actor may not raise concerns here.
        Invalid: no such kind.
    """
    kinds = concern_kinds()
    if kind not in kinds:
        raise Invalid(_("Choose what kind of concern it is."), field="kind")
    require(actor, CasePermission.CONCERN_RAISE, told_from(actor, area))
    concern = Concern(district=area.district)
    concern.source_kind, concern.source_id = source_kind, source_id
    known = Concern.objects.filter(source_tag=_tag(concern, "source")).first()
    if known is not None:
        return known
    if child is not None:
        child = lock_child(child.pk) or child
        if child.area.district == area.district:
            # Told out of what stood before a move, it is of those who work where she lives now.
            area = child.area
    named = [str(u.pk) for u in implicated]
    out = frozenset(named)
    if child is not None:
        out |= child.kin()
    # Somebody who works with us has a part in it, or it is her own family: it is sealed.
    sealed = kinds[kind].is_sealed or bool(out) or may_implicate or bool(implicated_words)
    concern.code = _new_code(concern)
    concern.area, concern.child = area, child
    concern.kind, concern.is_sealed = kind, sealed
    concern.reason, concern.told = reason, told
    concern.raised_by, concern.raised_at = actor.user_id, at
    concern.implicated, concern.implicated_words = named, tidy(implicated_words)
    concern.namings = [{"who": key, "by": actor.user_id} for key in named]
    concern.seen, concern.question_id = seen or {}, question_id
    if question_id and not has_told_out_of(actor, district=area.district, question=question_id):
        concern.question_mark = question_mark(question_id, actor.user_id)
    if sealed:
        out |= like_named(area, concern.implicated_words, at=at)
        concern.team = [u.pk for u in nearest_case_workers(area, at=at, excluded=out)]
    concern.due_at = due_after(concern.stage, at=at)
    concern.save(force_insert=True)
    something_waits()
    count([counted(Counted.CONCERN_RAISED, concern)], at=at)
    record(actor, CaseVerb.CONCERN_RAISED, concern, scope=area.scope(), sealed=sealed)
    return concern


def _tag(concern: Concern, name: str) -> str:
    """The tag by which a concern with this code, or from this source, is found."""
    field: Any = Concern._meta.get_field(f"{name}_tag")
    return str(field.tag(concern.district, getattr(concern, name)))


def _new_code(concern: Concern) -> str:
    """A code that no concern of the district has."""
    while True:
        concern.code = "C-" + "".join(secrets.choice(CODE_LETTERS) for _i in range(6))
        if not Concern.objects.filter(code_tag=_tag(concern, "code")).exists():
            return str(concern.code)


def told_from(actor: Actor, area: Area) -> Scope:
    """Where one who tells of a place stands: over it, or in a school of it."""
    held = [g for g in grants_for(actor, CasePermission.CONCERN_RAISE) if g.body_id]
    schools = {
        str(b.pk): b
        for b in Body.objects.filter(pk__in=[g.body_id for g in held]).select_related("area")
    }
    for grant in held:
        school = schools.get(grant.body_id)
        if school is not None and covers(school.area.path, area.path):
            return Scope(
                area_path=area.path,
                district=area.district,
                body_id=grant.body_id,
                unit=grant.unit,
            )
    return area.scope()


def nearest_case_workers(area: Area, *, at: datetime, excluded: frozenset[str]) -> list[User]:
    """Case workers whose grant covers a place most closely, those with a conflict left out.

    Returns:
        Possibly none, where no case worker's grant covers the place.
    """
    held = [
        grant
        for grant in live_grants(at=at).filter(role=Role.CASE_WORKER).select_related("user")
        if covers(grant.area_path, area.path) and str(grant.user_id) not in excluded
    ]
    if not held:
        return []
    closest = max(len(g.area_path) for g in held)
    return list({g.user_id: g.user for g in held if len(g.area_path) == closest}.values())


@use_case
def name_team(actor: Actor, *, concern: Concern, at: datetime) -> list[User]:
    """Name the nearest case workers as the team of a sealed concern that nobody may open any more.

    That is so when no case worker worked there on the day it was told, or all of its team have
    left since. Whoever has a conflict of interest is left out.

    Returns:
        The people named now; none when somebody may open it, or still nobody works there.

    Raises:
        NotAllowed: teams are named by Aanchal itself, not by a person.
    """
    require(actor, CasePermission.CONCERN_NAME_TEAM, concern.area.scope())
    concern = lock_concern(concern)
    named = add_nearest(concern, at=at)
    if named:
        concern.save_facts("team")
        users = [str(u.pk) for u in named]
        record(actor, CaseVerb.CONCERN_TEAM_NAMED, concern, scope=concern.area.scope(), users=users)
    return named


def add_nearest(concern: Concern, *, at: datetime) -> list[User]:
    """Add those nearest to where its child lives to the team of a held sealed concern that none of it may open there.

    Where nobody works there, and none of its team in the place that the family left either, those nearest
    to that one. Whoever calls saves `team` and `alone_since`.

    Returns:
        The people added.
    """
    if not concern.is_sealed or may_be_opened(concern, at=at, where_she_lives=True):
        return []
    out = shut_out_of(concern, at=at)
    named = nearest_case_workers(concern.area, at=at, excluded=out)
    left = concern.left_area
    if not named and left is not None and not may_be_opened(concern, at=at):
        named = nearest_case_workers(left, at=at, excluded=out)
    if named:
        concern.team = sorted({*concern.team, *(str(u.pk) for u in named)})
        concern.alone_since = None
    return named


def shut_out_of(concern: Concern, *, at: datetime) -> frozenset[str]:
    """User ids of those who learn nothing of a concern: the implicated, kin, and whoever may be meant by words."""
    out = concern.scope().excluded
    for area in (concern.area, concern.left_area):
        if area is not None:
            out |= like_named(area, concern.implicated_words, at=at)
    return out


def note_alone(concern: Concern, holder: str, *, at: datetime) -> None:
    """Note since when nobody but its holder sees whether anything is done: what she writes puts nothing off."""
    if concern.alone_since is None and not may_be_opened(concern, at=at, without=holder):
        concern.alone_since = at


def note_left_alone(concern: Concern, *, at: datetime) -> None:
    """The same of whoever has it, where somebody is shut out of it and others see it no more."""
    shut_out = any(
        e["what"] == "shut_out" and e["to"] in concern.implicated for e in concern.history
    )
    if shut_out and concern.taken_up_by:
        note_alone(concern, concern.taken_up_by, at=at)


def wait_anew(concern: Concern, *, at: datetime) -> None:
    """Set the day of the next act on a concern, by the stage it is in; whoever calls saves it."""
    concern.acted_at, concern.due_at = at, due_after(concern.stage, at=at)


def counted(what: Counted, concern: Concern) -> Happened:
    """A concern as what is to be counted."""
    return Happened(
        what,
        concern.district,
        concern.area.path,
        child_id=concern.child_id or None,
        detail=str(concern.kind),
    )


def lock_child(key: UUID | str) -> Child | None:
    """Hold a child's row, so that her family does not move meanwhile, and read it anew.

    Before the row of a concern, as a move of her family holds them; after that of a flag.
    """
    rows = Child.objects.select_for_update(of=("self",), no_key=True)
    related = rows.select_related("area", "household").prefetch_related("household__kinships")
    return related.filter(pk=key).first()


def lock_concern(concern: Concern, *, with_child: bool = False) -> Concern:
    """Lock a concern's row and read it anew.

    Args:
        with_child: hold the row of its child before, for what is decided by where she lives.
    """
    child = lock_child(concern.child_id) if with_child and concern.child_id else None
    held = Concern.objects.select_for_update().get(pk=concern.pk)
    if child is not None:
        held.child = child
    return held
