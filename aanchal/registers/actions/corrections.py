"""The second person's word on a correction that would take absences away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, NotAllowed, SecondPerson, WrongState
from aanchal.kernel.stages import advance
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection

from ..direct_corrections import former_agreed, former_file
from ..models import Correction, RegisterPage
from ..page_store import page_marks, write_page
from ..permissions import RegisterPermission
from ..rules.corrections import unpack_cells
from ..rules.pages import DAYS, Marks, Merged, PageMarks, merge_pages, pack_marks, unpack_written
from ..undoing import miss_again, void_since
from .pages import Recorded, held_page, is_kin_of_any, taken_away


def _lock(
    actor: Actor, correction: Correction, *, states: tuple[str, ...] = (Correction.State.WAITING,)
) -> tuple[Correction, PageMarks]:
    """A correction, locked, with its marks; kin of a child of it have no part in it."""
    correction = (
        Correction.objects.select_related("class_section__school__area", "source")
        .select_for_update(of=("self",))
        .get(pk=correction.pk)
    )
    marks = page_marks(correction)
    require(actor, RegisterPermission.REGISTER_CORRECT, correction)
    if is_kin_of_any(actor, marks.children):
        raise NotAllowed(permission=str(RegisterPermission.REGISTER_CORRECT))
    if correction.state not in states:
        raise WrongState
    return correction, marks


@dataclass(frozen=True)
class Restored:
    """What taking a correction back gave back.

    Args:
        children: those of whom absences stand again.
        since: from when on questions were withdrawn because those absences were gone.
    """

    correction: Correction
    children: list[UUID]
    since: datetime


@use_case
def agree_to_correction(actor: Actor, *, correction: Correction, at: datetime) -> Recorded:
    """Say yes: the absences are taken away as asked. A question about a child is not ended by it.

    Raises:
        NotAllowed: the actor corrects no registers there, or is kin of one of the children.
        SecondPerson: the actor asked for it herself.
        WrongState: settled before.
    """
    correction, marks = _lock(actor, correction)
    if correction.asked_by == actor.user_id:
        raise SecondPerson
    section = correction.class_section
    held = held_page(section, correction.month, marks)
    old = page_marks(held) if held is not None else None
    merged = merge_pages(old, marks)
    fresh, agreed = taken_away(held, old, merged)
    correction.before = pack_marks(_rows_of(old, marks.children))
    if merged.first_changed is not None:
        write_page(
            actor,
            class_section=section,
            month=correction.month,
            held=held,
            merged=merged,
            agreed=agreed | fresh,
            register=correction.source,
            received_at=correction.asked_at,
            at=at,
        )
    _settle(actor, correction, Correction.State.AGREED, at=at)
    return Recorded(merged.added, merged.changed)


def _rows_of(page: PageMarks | None, children: tuple[UUID, ...]) -> Marks:
    """The marks of some children on a page, in their order; blank for who is not on it."""
    held = dict(zip(page.children, page.marks, strict=True)) if page is not None else {}
    blank = np.zeros(DAYS, np.uint8)
    return np.stack([held.get(child, blank) for child in children])


@use_case
def restore_corrected_marks(actor: Actor, *, correction: Correction, at: datetime) -> Restored:
    """Take back a yes, or what was corrected without asking: the former marks stand again.

    After a yes the correction waits as before; what one corrected herself is undone. It brings back what
    the class sent, so one person may do it: whoever could have said no, the one who said yes among them.
    Called by `watch.actions.undo_correction`, which opens the questions again that were withdrawn since.

    Raises:
        NotAllowed: as for `agree_to_correction`.
        WrongState: no yes was said and nothing corrected, these days were changed since, or another
            correction of the same month waits meanwhile.
    """
    correction, marks = _lock(
        actor, correction, states=(Correction.State.AGREED, Correction.State.MADE)
    )
    was_asked = correction.state == Correction.State.AGREED
    section, month = correction.class_section, correction.month
    ClassSection.objects.select_for_update().get(pk=section.pk)
    waits = Correction.objects.filter(
        class_section=section, month=month, state=Correction.State.WAITING
    )
    if waits.exists():
        raise WrongState(_("Another correction of this month waits. Answer that one first."))
    held = RegisterPage.objects.filter(class_section=section, month=month).first()
    if held is None or correction.before is None:
        raise WrongState
    now = page_marks(held)
    before = unpack_written(correction.before, len(marks.children))
    cells = (marks.marks != Mark.NOT_TAKEN) & (before != marks.marks)
    if (_rows_of(now, marks.children)[cells] != marks.marks[cells]).any():
        raise WrongState(_("These days have been changed since. It cannot be undone any more."))
    content = now.marks.copy()
    agreed = unpack_cells(held.agreed, len(now.children))
    let_go = former_agreed(correction, len(marks.children))
    by_mistake = cells & (marks.marks == Mark.ABSENT)
    void = np.zeros_like(agreed)
    for row, child in enumerate(marks.children):
        if child in now.children:
            at_row = now.children.index(child)
            content[at_row] = np.where(cells[row], before[row], content[at_row])
            if not was_asked:
                agreed[at_row] = np.where(cells[row], let_go[row], agreed[at_row])
            void[at_row] = by_mistake[row]
    changed = int((content != now.marks).sum())
    if changed:
        since = int((correction.undo or {}).get("revision", held.revision))
        void_since(held, dict(zip(marks.children, by_mistake, strict=True)), since=since)
        register, received_at = former_file(correction, held)
        write_page(
            actor,
            class_section=section,
            month=month,
            held=held,
            merged=Merged(PageMarks(now.children, content), 0, changed, 0, 1),
            agreed=agreed,
            register=register,
            received_at=received_at,
            at=at,
            void=void,
        )
    miss_again(actor, (correction.undo or {}).get("missing", ()))
    gone = (cells & (before == Mark.ABSENT)).any(axis=1)
    children = [child for child, is_gone in zip(marks.children, gone, strict=True) if is_gone]
    withdrawn_since = correction.settled_at or correction.asked_at
    if was_asked:
        to, correction.before = Correction.State.WAITING, None
        correction.settled_by, correction.settled_at = "", None
    else:
        to = Correction.State.UNDONE
        correction.settled_by, correction.settled_at = actor.user_id, at
    advance(
        actor,
        correction,
        to,
        scope=correction.scope(),
        saving=("settled_by", "settled_at", "before"),
        marks=changed,
    )
    return Restored(correction, children, withdrawn_since)


@use_case
def refuse_correction(
    actor: Actor, *, correction: Correction, answer: str, at: datetime
) -> Correction:
    """Say no, with a word for the asker: the absences stay.

    Raises:
        NotAllowed: as for `agree_to_correction`.
        Invalid: no word was given.
        WrongState: settled before.
    """
    correction, _marks = _lock(actor, correction)
    if not answer.strip():
        raise Invalid(_("Say in a word why not, for whoever asked."), field="answer")
    correction.answer = " ".join(answer.split())[:400]
    return _settle(actor, correction, Correction.State.REFUSED, at=at)


@use_case
def take_correction_back(actor: Actor, *, correction: Correction, at: datetime) -> Correction:
    """Take one's own correction back: the absences stay.

    Raises:
        NotAllowed: another asked for it, or the class is no longer the actor's.
        WrongState: settled before.
    """
    correction = (
        Correction.objects.select_related("class_section__school__area")
        .select_for_update(of=("self",))
        .get(pk=correction.pk)
    )
    require(actor, RegisterPermission.REGISTER_IMPORT, correction)
    if correction.asked_by != actor.user_id:
        raise NotAllowed(permission=str(RegisterPermission.REGISTER_IMPORT))
    if correction.state != Correction.State.WAITING:
        raise WrongState
    return _settle(actor, correction, Correction.State.TAKEN_BACK, at=at)


def _settle(
    actor: Actor, correction: Correction, to: Correction.State, *, at: datetime
) -> Correction:
    correction.settled_by, correction.settled_at = actor.user_id, at
    advance(
        actor,
        correction,
        to,
        scope=correction.scope(),
        saving=("settled_by", "settled_at", "answer", "before"),
    )
    return correction
