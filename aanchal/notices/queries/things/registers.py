"""Register files, corrections, missing pupils and silent classes that wait."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time

from django.db.models import Count, Min, Q
from django.utils import timezone

from aanchal.kernel.access import placed
from aanchal.kernel.authz import Actor
from aanchal.kernel.models import ImportProblem
from aanchal.places.queries import schools_of
from aanchal.registers.formats.grades import class_label
from aanchal.registers.models import Correction, MissingPupil, RegisterFile
from aanchal.registers.permissions import RegisterPermission
from aanchal.registers.queries.silent import SilentClass, every_silent_class
from aanchal.registers.rules.pages import unpack_children
from aanchal.watch.queries.silent import kept_silent_classes, silent_classes

from ..senders import with_senders
from .kin import kin_of_children
from .thing import NOBODY, Thing


def register_files(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Files that wait for a yes, and files taken whose rows wait for repair."""
    reach = Q()
    if actor is not None:
        reach = Q(school__in=schools_of(actor, RegisterPermission.REGISTER_IMPORT))
        reach |= Q(school__isnull=True, received_by=actor.user_id)
    waiting = ImportProblem.objects.filter(source_kind="register", state=ImportProblem.State.OPEN)
    if actor is not None:
        # Rows of a file whose school is not known yet are repaired once it is.
        waiting = waiting.filter(
            body_id__in=schools_of(actor, RegisterPermission.REGISTER_IMPORT).values("pk")
        )
    problems = {
        key: (count, first)
        for key, count, first in waiting.order_by()
        .values_list("source_id")
        .annotate(count=Count("pk"), first=Min("found_at"))
    }
    shown = Q(state=RegisterFile.State.SHOWN)
    taken = Q(state=RegisterFile.State.TAKEN, pk__in=list(problems)) if problems else Q(pk__in=[])
    rows = (
        RegisterFile.objects.filter(reach, shown | taken)
        .select_related("school__area")
        .defer("understood", "refusal_params")
    )
    for held, holder in with_senders(list(rows), at=at):
        count, first = problems.get(str(held.pk), (1, held.received_at))
        yield Thing(
            f"register_file.{held.state}",
            str(held.pk),
            held.scope(),
            since=held.received_at if held.state == RegisterFile.State.SHOWN else first,
            holder=holder,
            place=held.school.area if held.school else None,
            count=count,
        )


def corrections(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Corrections that would take absences away."""
    reach = Q()
    if actor is not None:
        reach = placed(Correction, actor, RegisterPermission.REGISTER_CORRECT)
    rows = list(
        Correction.objects.filter(reach, state=Correction.State.WAITING)
        .select_related("class_section__school__area")
        .defer("marks")
    )
    children = {row.pk: unpack_children(row.children) for row in rows}
    kin = kin_of_children(child for found in children.values() for child in found)
    for row in rows:
        own = (kin.get(child, NOBODY) for child in children[row.pk])
        yield Thing(
            "correction.waiting",
            str(row.pk),
            replace(row.scope(), excluded=NOBODY.union(*own)),
            since=row.asked_at,
            not_by=frozenset({row.asked_by}),
            place=row.class_section.school.area,
        )


def missing_pupils(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Pupils whom a register no longer names."""
    reach = Q()
    if actor is not None:
        reach = placed(MissingPupil, actor, RegisterPermission.REGISTER_CORRECT)
    rows = (
        MissingPupil.objects.filter(reach, state=MissingPupil.State.WAITING)
        .select_related("class_section__school__area", "child__household")
        .prefetch_related("child__household__kinships")
        .defer("said", "answer")
    )
    for row in rows:
        yield Thing(
            "missing_pupil.waiting",
            str(row.pk),
            row.scope(),
            since=row.noted_at,
            place=row.class_section.school.area,
        )


def silent(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Classes that owe registers, each by itself; since the day from which it counts as silent."""
    on = timezone.localdate(at)
    yield from _silent(every_silent_class(on=on) if actor is None else silent_classes(actor, on=on))


def silent_for_the_number(actor: Actor, at: datetime) -> Iterator[Thing]:
    """`silent` for the number on every page, as the page of the week has counted them meanwhile."""
    return _silent(kept_silent_classes(actor, on=timezone.localdate(at)))


def _silent(found: Iterable[SilentClass]) -> Iterator[Thing]:
    for held in found:
        section = held.class_section
        yield Thing(
            "class_register.silent",
            str(section.pk),
            section.scope(),
            since=timezone.make_aware(datetime.combine(held.since, time.min)),
            place=section.school.area,
            name=class_label(section.grade, section.section),
        )
