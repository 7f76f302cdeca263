"""Marks into a class's page; those that would take absences away wait for a second person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, may, require
from aanchal.kernel.errors import Invalid
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection, Enrolment, Kinship

from ..direct_corrections import former_of, keep_correction
from ..guidance import guidance
from ..known_classes import ClassKey, KnownClasses
from ..models import Correction, RegisterFile, RegisterPage
from ..page_store import page_marks as page_marks
from ..page_store import write_page
from ..permissions import RegisterPermission
from ..rules.corrections import Cells, absent_to_present, grown, hold_back, joined, unpack_cells
from ..rules.pages import Merged, PageMarks, merge_pages, pack_children, pack_marks, page_hash
from ..verbs import RegisterVerb


@dataclass(frozen=True)
class Recorded:
    """Marks that filled a blank, that replaced another, and that wait for a second person."""

    added: int = 0
    changed: int = 0
    waiting: int = 0


@use_case
def record_page(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    page: PageMarks,
    register: RegisterFile | None,
    received_at: datetime,
    at: datetime,
    keeps_former: bool = True,
) -> Recorded:
    """Lay marks over the page of a class-section's month; keep what it was before.

    An absence that was sent once is taken away by few marks only: past the small limit, counted
    over all that was ever sent for the page, such marks wait as a `Correction`; the others go in.

    Args:
        month: first day of the month.
        page: children enrolled in the class-section, and their marks.
        keeps_former: marks that one who corrects registers replaces are kept as a `Correction`, to
            be undone; False where the caller keeps what she needs for that.

    Returns:
        What went in and what waits; all 0 when it said nothing new and nothing was written.

    Raises:
        NotAllowed: not the actor's class.
        Invalid: a child who was never enrolled in this class-section.
    """
    return lay_page(
        actor,
        class_section=class_section,
        month=month,
        page=page,
        register=register,
        received_at=received_at,
        at=at,
        keeps_former=keeps_former,
    )


def lay_page(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    page: PageMarks,
    register: RegisterFile | None,
    received_at: datetime,
    at: datetime,
    keeps_former: bool = True,
    known: KnownClasses | None = None,
) -> Recorded:
    """`record_page` inside the use case of whoever takes many pages in.

    Args:
        known: the classes loaded together and held, this one among them.
    """
    require(actor, RegisterPermission.REGISTER_IMPORT, class_section)
    held = (
        held_page(class_section, month, page)
        if known is None
        else _page_known(class_section, month, page, known)
    )
    old = page_marks(held) if held is not None else None
    merged = merge_pages(old, page)
    fresh, agreed = taken_away(held, old, merged)
    waiting = 0
    corrects = may(actor, RegisterPermission.REGISTER_CORRECT, class_section)
    if fresh.any():
        whose = tuple(merged.page.children[row] for row in np.flatnonzero(fresh.any(axis=1)))
        if corrects and not is_kin_of_any(actor, whose):
            agreed = agreed | fresh
        elif _too_many(held, old, merged, agreed):
            page, held_back = hold_back(page, fresh, merged.page.children)
            waiting = int(fresh.sum())
            _ask(
                actor,
                class_section=class_section,
                month=month,
                marks=held_back,
                register=register,
                at=at,
            )
            merged = merge_pages(old, page)
    if merged.first_changed is None:
        return Recorded(waiting=waiting)
    former = None
    if corrects and keeps_former and merged.changed and held is not None and old is not None:
        former = former_of(held, old, merged)
    write_page(
        actor,
        class_section=class_section,
        month=month,
        held=held,
        merged=merged,
        agreed=agreed,
        register=register,
        received_at=received_at,
        at=at,
        known=known,
    )
    if former is not None:
        keep_correction(
            actor,
            class_section=class_section,
            month=month,
            former=former,
            merged=merged,
            register=register,
            at=at,
        )
    return Recorded(merged.added, merged.changed, waiting)


def held_page(class_section: ClassSection, month: date, page: PageMarks) -> RegisterPage | None:
    """The stored page, with its class-section locked; every child of the new one belongs to it."""
    enrolled = set(
        Enrolment.objects.filter(class_section=class_section, child__in=page.children).values_list(
            "child_id", flat=True
        )
    )
    if set(page.children) - enrolled:
        raise _not_in_class()
    # Lock the class-section row: the page may not exist yet.
    ClassSection.objects.select_for_update().get(pk=class_section.pk)
    return RegisterPage.objects.filter(class_section=class_section, month=month).first()


def _page_known(
    class_section: ClassSection, month: date, page: PageMarks, known: KnownClasses
) -> RegisterPage | None:
    """`held_page` of a class that was loaded with others, and is held."""
    key = ClassKey(
        class_section.school_id, class_section.year, class_section.grade, class_section.section
    )
    if set(page.children) - {e.child for e in known.enrolled(key)}:
        raise _not_in_class()
    return known.pages(key).get(month)


def _not_in_class() -> Invalid:
    return Invalid(_("A pupil of this page is not in this class. Read the file again."))


def _versions(held: RegisterPage) -> list[PageMarks]:
    """What the page was before, without absences that stood there by a decision since undone."""
    found = []
    for revision in held.revisions.order_by("revision"):
        content = page_marks(revision)
        void = unpack_cells(revision.void, len(content.children))
        marks = np.where(void, Mark.NOT_TAKEN, content.marks).astype(np.uint8)
        found.append(PageMarks(content.children, marks))
    return found


def taken_away(
    held: RegisterPage | None, old: PageMarks | None, merged: Merged
) -> tuple[Cells, Cells]:
    """Absences these marks would take away now, and those that a second person let go before."""
    rows = len(merged.page.children)
    agreed = unpack_cells(held.agreed if held is not None else None, rows)
    if held is None or old is None or not merged.changed:
        return np.zeros_like(agreed), agreed
    versions = _versions(held)
    before = grown(absent_to_present([*versions, old], old), rows)
    return absent_to_present([*versions, old], merged.page) & ~before, agreed


def _too_many(
    held: RegisterPage | None, old: PageMarks | None, merged: Merged, agreed: Cells
) -> bool:
    """Whether more absences would be gone than one person may take away, over all files."""
    if held is None or old is None:
        return False
    gone = absent_to_present([*_versions(held), old], merged.page) & ~agreed
    return bool(gone.sum() > guidance()["correction_max_absences_removed"])


def _ask(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    marks: PageMarks,
    register: RegisterFile | None,
    at: datetime,
) -> None:
    """Keep what waits; more of the same page joins what waits already."""
    waits = Correction.objects.filter(
        class_section=class_section, month=month, state=Correction.State.WAITING
    ).first()
    if waits is None:
        waits = Correction(
            district=class_section.district,
            class_section=class_section,
            month=month,
            asked_by=actor.user_id,
            asked_at=at,
        )
    else:
        before = page_marks(waits)
        marks = joined(before, marks)
        if page_hash(marks) == page_hash(before):
            return
    waits.children, waits.marks = pack_children(marks.children), pack_marks(marks.marks)
    waits.source = register
    waits.save()
    record(
        actor,
        RegisterVerb.CORRECTION_ASKED,
        waits,
        scope=class_section.scope(),
        marks=int((marks.marks > 0).sum()),
    )


def is_kin_of_any(actor: Actor, children: tuple[UUID, ...]) -> bool:
    """Whether the actor is of the family of one of these children."""
    try:
        user = UUID(actor.user_id)
    except ValueError:
        return False
    return Kinship.objects.filter(user=user, household__children__in=children).exists()
