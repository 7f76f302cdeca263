"""A decision about one pupil's row taken back: the page is as it was before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import WrongState
from aanchal.kernel.stages import move
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection

from ..models import Correction, MissingPupil, RegisterFile, RegisterPage, RowDecision
from ..page_store import page_marks, write_page
from ..permissions import RegisterPermission
from ..rules.corrections import unpack_cells
from ..rules.pages import DAYS, Marks, Merged, PageMarks, pack_children, pack_marks
from ..shown_pages import ShownPage
from ..undoing import miss_again, void_since
from ..verbs import RegisterVerb


@dataclass(frozen=True)
class RowState:
    """What stands about one pupil in one month, beside her marks.

    Args:
        agreed: days on which a second person let an absence go.
        asked: her marks that wait for a second person; blank where none does.
        revision: the page's number; 0 without a page.
        missing: primary keys of the questions where she is, as text, that wait.
    """

    agreed: tuple[int, ...]
    asked: bytes
    revision: int
    missing: frozenset[str]


def row_states(
    section: ClassSection, month: date, children: Sequence[UUID]
) -> dict[UUID, RowState]:
    """How the rows of some pupils stand now; three queries."""
    held = RegisterPage.objects.filter(class_section=section, month=month).first()
    agreed: dict[UUID, tuple[int, ...]] = {}
    if held is not None:
        named = page_marks(held).children
        for child, cells in zip(named, unpack_cells(held.agreed, len(named)), strict=True):
            agreed[child] = tuple(int(d) for d in np.flatnonzero(cells))
    waits = _waiting(section, month)
    asked: dict[UUID, Marks] = {}
    if waits is not None:
        content = page_marks(waits)
        asked = dict(zip(content.children, content.marks, strict=True))
    missing: dict[UUID, list[str]] = {}
    for pk, child in MissingPupil.objects.filter(
        child__in=children, state=MissingPupil.State.WAITING
    ).values_list("pk", "child_id"):
        missing.setdefault(child, []).append(str(pk))
    blank = np.zeros(DAYS, np.uint8)
    return {
        child: RowState(
            agreed.get(child, ()),
            asked.get(child, blank).tobytes(),
            held.revision if held is not None else 0,
            frozenset(missing.get(child, ())),
        )
        for child in children
    }


def kept_for_undo(before: RowState, after: RowState) -> dict[str, Any]:
    """What a `RowDecision` keeps, so that the former state can be given back exactly."""
    return {
        "agreed": list(before.agreed),
        "asked_before": before.asked.hex(),
        "asked_after": after.asked.hex(),
        # The first revision of the page that holds what was decided.
        "revision": after.revision,
        "missing": sorted(before.missing - after.missing),
    }


def _waiting(section: ClassSection, month: date) -> Correction | None:
    return Correction.objects.filter(
        class_section=section, month=month, state=Correction.State.WAITING
    ).first()


def refuse_what_others_rest_on(decision: RowDecision, register: RegisterFile) -> None:
    """A later repair or file that says the same of her would lose its days with this one.

    Equal marks leave no trace on the page: what came later is asked of the files themselves.

    Raises:
        WrongState: it is so; the sentence says what to do first.
    """
    page, child_id = decision.page, decision.child_id
    if page is None or child_id is None or decision.after is None:
        return
    later = RowDecision.objects.filter(page=page, child=child_id, pk__gt=decision.pk)
    if later.exists():
        raise WrongState(
            _("A later repair gave this pupil days of the same month. Undo that one first.")
        )
    after = np.frombuffer(decision.after, np.uint8)
    before = np.zeros(DAYS, np.uint8)
    if decision.before is not None:
        before = np.frombuffer(decision.before, np.uint8)
    section = page.class_section
    files = (
        RegisterFile.objects.filter(
            Q(school=section.school_id) | Q(school=None),
            Q(settled_at__gte=decision.decided_at) | Q(state=RegisterFile.State.TAKING),
            state__in=(RegisterFile.State.TAKING, RegisterFile.State.TAKEN),
            months__contains=f"|{page.month:%Y-%m}|",
            classes__contains=f"|{section.grade}/{section.section}|",
        )
        .exclude(pk=register.pk)
        .only("understood")
    )
    for held in files:
        for shown in map(ShownPage.from_json, (held.understood or {}).get("pages", [])):
            is_of_it = (shown.grade, shown.section) == (section.grade, section.section)
            if not is_of_it or shown.month != f"{page.month:%Y-%m}":
                continue
            for row in shown.rows:
                if row.child != str(child_id):
                    continue
                marks = row.mark_array()
                if ((marks != Mark.NOT_TAKEN) & (marks == after) & (before != after)).any():
                    raise WrongState(
                        _(
                            "Another register has since given this pupil the same days. "
                            "Send a register with the right days instead."
                        )
                    )


@use_case
def put_row_back(actor: Actor, *, decision: RowDecision, at: datetime) -> None:
    """Give one child's row of a page the state it had before a decision that is undone.

    Her marks, whether she is on the page at all, absences that were let go, what waits for a second
    person, and that she was missing: all as before. An absence that stood there by the decision
    alone is no longer counted among what the class sent.

    Raises:
        NotAllowed: not the actor's class.
        WrongState: her row, or what waits of it, has been changed since.
    """
    page, child_id = decision.page, decision.child_id
    if page is None or child_id is None or decision.after is None:
        raise WrongState
    section = page.class_section
    require(actor, RegisterPermission.REGISTER_REPAIR, section)
    ClassSection.objects.select_for_update().get(pk=section.pk)
    held = RegisterPage.objects.get(pk=page.pk)
    old = page_marks(held)
    if child_id not in old.children:
        raise WrongState
    row = old.children.index(child_id)
    if old.marks[row].tobytes() != decision.after:
        raise WrongState(
            _("The days of this pupil have been changed since. It cannot be undone any more.")
        )
    kept = decision.undo or {}
    before = np.zeros(DAYS, np.uint8)
    if decision.before is not None:
        before = np.frombuffer(decision.before, np.uint8)
    _ask_no_more(actor, section, page.month, child_id, kept, at=at)
    by_mistake = (old.marks[row] == Mark.ABSENT) & (before != Mark.ABSENT)
    void_since(held, {child_id: by_mistake}, since=int(kept.get("revision", held.revision)))
    agreed = unpack_cells(held.agreed, len(old.children))
    agreed[row] = False
    agreed[row, list(kept.get("agreed", ()))] = True
    void = np.zeros_like(agreed)
    void[row] = by_mistake
    children, marks = old.children, old.marks.copy()
    marks[row] = before
    changed = int((marks != old.marks).sum())
    if decision.before is None:
        children = children[:row] + children[row + 1 :]
        marks, agreed = np.delete(marks, row, axis=0), np.delete(agreed, row, axis=0)
    if changed or decision.before is None:
        write_page(
            actor,
            class_section=section,
            month=held.month,
            held=held,
            merged=Merged(PageMarks(children, marks), 0, max(changed, 1), 0, 1),
            agreed=agreed,
            register=held.source,
            received_at=held.received_at,
            at=at,
            void=void,
        )
    miss_again(actor, kept.get("missing", ()))


def _ask_no_more(
    actor: Actor,
    section: ClassSection,
    month: date,
    child_id: UUID,
    kept: dict[str, Any],
    *,
    at: datetime,
) -> None:
    """Take out of a waiting correction what the decision put into it."""
    asked = bytes.fromhex(kept.get("asked_after", ""))
    former = bytes.fromhex(kept.get("asked_before", ""))
    waits = _waiting(section, month)
    if asked == former or waits is None:
        return  # nothing was asked, or it was answered: a yes has changed her days
    waits = Correction.objects.select_for_update().get(pk=waits.pk)
    content = page_marks(waits)
    rows: dict[UUID, Marks] = dict(zip(content.children, content.marks, strict=True))
    if child_id not in rows or rows[child_id].tobytes() != asked:
        raise WrongState(
            _("The days of this pupil have been changed since. It cannot be undone any more.")
        )
    rows[child_id] = np.frombuffer(former, np.uint8)
    rows = {child: marks for child, marks in rows.items() if marks.any()}
    if rows:
        waits.children = pack_children(tuple(rows))
        waits.marks = pack_marks(np.stack(list(rows.values())))
        waits.save(update_fields=["children", "marks"])
    else:
        move(waits, Correction.State.TAKEN_BACK)
        waits.settled_by, waits.settled_at = actor.user_id, at
        waits.save(update_fields=["state", "settled_by", "settled_at"])
    record(actor, RegisterVerb.CORRECTION_TAKEN_BACK, waits, scope=waits.scope())
