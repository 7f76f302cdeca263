"""Reads of corrections: marks that wait for a second person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from aanchal.kernel.access import reach
from aanchal.kernel.authz import Actor
from aanchal.lib.marks import Mark
from aanchal.people.models import Child, Enrolment, Kinship

from ..models import Correction, RegisterPage
from ..permissions import RegisterPermission
from ..rules.pages import PageMarks, days_taken, merge_pages, unpack_children, unpack_marks


@dataclass(frozen=True)
class CorrectedRow:
    """One pupil of a correction: her days as they stand and as they would stand, codes of `Mark`."""

    child: Child
    roll: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class CorrectionLine:
    """A correction that waits: its pupils in roll order, the days of its month that were taken."""

    correction: Correction
    days: tuple[date, ...]
    rows: tuple[CorrectedRow, ...]
    absences: int


def corrections_to_answer(actor: Actor) -> list[CorrectionLine]:
    """Waiting corrections the actor may answer, the longest waiting first; five queries.

    One that holds a child of the actor's own family is another's to answer.
    """
    return _lines(_to_answer(actor))


def corrections_asked_at(actor: Actor) -> list[datetime]:
    """When each correction was asked for that waits for the actor's word; two queries."""
    return [c.asked_at for c in _without_kin(actor, list(_waiting(actor).select_related(None)))]


def correction_to_answer(actor: Actor, *, pk: UUID | None) -> Correction | None:
    """One waiting correction the actor may answer; None when absent, settled or another's."""
    return next((c for c in _to_answer(actor) if c.pk == pk), None)


def corrections_agreed(actor: Actor, *, since: datetime) -> list[Correction]:
    """Corrections said yes to, or made, since a moment, which the actor may undo; the latest first."""
    done = (Correction.State.AGREED, Correction.State.MADE)
    found = (
        _corrections()
        .filter(
            reach(Correction, actor, RegisterPermission.REGISTER_CORRECT),
            state__in=done,
            settled_at__gte=since,
        )
        .order_by("-settled_at", "-pk")
    )
    return _without_kin(actor, list(found))


def _to_answer(actor: Actor) -> list[Correction]:
    return _without_kin(actor, list(_waiting(actor)))


def _waiting(actor: Actor) -> QuerySet[Correction]:
    return (
        _corrections()
        .filter(
            reach(Correction, actor, RegisterPermission.REGISTER_CORRECT),
            state=Correction.State.WAITING,
        )
        .exclude(asked_by=actor.user_id)
    )


def _without_kin(actor: Actor, found: list[Correction]) -> list[Correction]:
    kin = _own_family(actor) if found else set()
    return [c for c in found if not kin & set(unpack_children(c.children))]


def my_corrections(actor: Actor) -> QuerySet[Correction]:
    """Corrections the actor asked for, the latest first; not those she made herself."""
    made = (Correction.State.MADE, Correction.State.UNDONE)
    return (
        _corrections()
        .filter(asked_by=actor.user_id)
        .exclude(state__in=made)
        .order_by("-asked_at", "-pk")
    )


def count_my_corrections(actor: Actor) -> int:
    """How many of `my_corrections` wait for an answer."""
    return my_corrections(actor).filter(state=Correction.State.WAITING).count()


def _corrections() -> QuerySet[Correction]:
    return Correction.objects.select_related(
        "class_section__school__area", "source__file"
    ).order_by("asked_at", "pk")


def _own_family(actor: Actor) -> set[UUID]:
    try:
        user = UUID(actor.user_id)
    except ValueError:
        return set()
    kin = Kinship.objects.filter(user=user, household__children__isnull=False)
    return set(kin.values_list("household__children", flat=True))


def _lines(corrections: list[Correction]) -> list[CorrectionLine]:
    marks = {c.pk: _content(c) for c in corrections}
    pages = {
        (p.class_section_id, p.month): p
        for p in RegisterPage.objects.filter(
            class_section__in=[c.class_section_id for c in corrections],
            month__in=[c.month for c in corrections],
        )
    }
    wanted = {child for page in marks.values() for child in page.children}
    pupils = Child.objects.in_bulk(wanted)
    rolls = {
        (e.class_section_id, e.child_id): e.roll_no
        for e in Enrolment.objects.filter(
            child__in=wanted, class_section__in=[c.class_section_id for c in corrections]
        ).order_by("starts_on")
    }
    lines = []
    for correction in corrections:
        held = pages.get((correction.class_section_id, correction.month))
        if held is None:
            continue  # a correction is of a page that there is
        now = _content(held)
        after = merge_pages(now, marks[correction.pk]).page
        bits = days_taken(now.marks) | days_taken(after.marks)
        columns = [d for d in range(31) if bits >> d & 1]
        before = dict(zip(now.children, now.marks, strict=True))
        then = dict(zip(after.children, after.marks, strict=True))
        rows = [
            CorrectedRow(
                pupils[child],
                rolls.get((correction.class_section_id, child), ""),
                tuple(int(before[child][d]) for d in columns),
                tuple(int(then[child][d]) for d in columns),
            )
            for child in marks[correction.pk].children
            if child in pupils and child in before
        ]
        gone = sum(
            a == Mark.ABSENT and b != Mark.ABSENT
            for row in rows
            for a, b in zip(row.before, row.after, strict=True)
        )
        lines.append(
            CorrectionLine(
                correction,
                tuple(correction.month.replace(day=d + 1) for d in columns),
                tuple(sorted(rows, key=lambda r: (len(r.roll), r.roll))),
                gone,
            )
        )
    return lines


def _content(held: RegisterPage | Correction) -> PageMarks:
    children = unpack_children(held.children)
    return PageMarks(children, unpack_marks(held.marks, len(children)))
