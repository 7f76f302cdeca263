"""Reads of visit budgets: whose they are, what was set, and a block's past for the replay."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import Count, Max, QuerySet

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.access import within
from aanchal.kernel.authz import Actor, granted_areas
from aanchal.kernel.errors import NotFound
from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.people.models import ClassSection
from aanchal.places.models import Area
from aanchal.registers.models import RegisterPage
from aanchal.registers.queries.books import class_books

from ..findings import is_empty
from ..models import BudgetReplay, Finding, Visit, VisitBudget
from ..permissions import WatchPermission
from ..rules.budgets import Found
from ..rules.history import History, Seats

CLASSES_AT_ONCE = 200  # class-sections whose marks are unpacked at once


class Standing(NamedTuple):
    """How many register pages a block has, and when the last of them came."""

    pages: int
    received_at: datetime | None


@dataclass(frozen=True)
class BlockPast:
    """All that a replay needs; `input_hash` is the same as long as nothing of it changed."""

    history: History
    found: tuple[Found, ...]
    volunteers: int
    standing: Standing
    input_hash: str


def tunable_blocks(actor: Actor) -> QuerySet[Area]:
    """Blocks whose visit budget the actor may set, by name."""
    paths = granted_areas(actor, WatchPermission.WATCH_TUNE)
    return Area.objects.filter(
        within(paths, "path"), level=Area.Level.BLOCK, joined_into__isnull=True
    ).order_by("name", "pk")


def get_tunable_block(actor: Actor, *, pk: UUID | str) -> Area:
    """One block whose budget the actor may set; `NotFound` whether absent or hidden."""
    found = tunable_blocks(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def budgets_set(actor: Actor, area: Area) -> QuerySet[VisitBudget]:
    """What was set for a block the actor may tune, newest first."""
    return VisitBudget.objects.filter(area__in=tunable_blocks(actor), area=area).order_by(
        "-set_at", "-pk"
    )


def budgets_in_force(blocks: Iterable[Area]) -> dict[UUID, VisitBudget]:
    """Block → the budget in force there, of blocks the actor may tune; one query."""
    found = VisitBudget.objects.filter(area__in=list(blocks), is_current=True)
    return {budget.area_id: budget for budget in found}


def replay_of(actor: Actor, area: Area) -> BudgetReplay | None:
    """The replay of a block the actor may tune; None when none was asked for."""
    return BudgetReplay.objects.filter(area__in=tunable_blocks(actor), area=area).first()


def pages_of_block(area: Area) -> QuerySet[RegisterPage]:
    """Register pages of the schools in a block."""
    return RegisterPage.objects.filter(within([area.path], "class_section__school__area__path"))


def standing_of(area: Area) -> Standing:
    """How far the registers of a block have come; one query."""
    seen = pages_of_block(area).aggregate(n=Count("pk"), last=Max("received_at"))
    return Standing(seen["n"], seen["last"])


def past_hash(area: Area, *, threshold: float, volunteers: int) -> str:
    """Hash of everything a replay looks at: marks, findings, volunteers, rule, threshold."""
    digest = hashlib.sha256(f"{RULE_VERSION} {threshold!r} {volunteers}".encode())
    pages = pages_of_block(area).order_by("class_section", "month")
    for section, month, marks in pages.values_list("class_section", "month", "input_hash"):
        digest.update(f"{section} {month} {marks}".encode())
    for one in _found_in(area):
        digest.update(repr(one).encode())
    return digest.hexdigest()


def volunteers_in(area: Area, *, at: datetime) -> int:
    """How many volunteers hold a place within a block at a moment."""
    held = live_grants(at=at).filter(within([area.path], "area_path"), role=Role.VOLUNTEER)
    return held.order_by().values("user").distinct().count()


def block_past(area: Area, *, threshold: float, volunteers: int) -> BlockPast:
    """The registers and findings of a block, as the replay takes them; asks no permission.

    The caller has asked whether the block may be tuned: the outcome holds counts alone.
    """
    standing = standing_of(area)
    return BlockPast(
        history=_history_of(area),
        found=tuple(_found_in(area)),
        volunteers=volunteers,
        standing=standing,
        input_hash=past_hash(area, threshold=threshold, volunteers=volunteers),
    )


def _history_of(area: Area) -> History:
    sections = list(
        ClassSection.objects.filter(within([area.path], "school__area__path")).order_by(
            "year", "pk"
        )
    )
    books = []
    for first in range(0, len(sections), CLASSES_AT_ONCE):
        held = class_books(sections[first : first + CLASSES_AT_ONCE])
        books += [held[s.pk] for s in sections[first : first + CLASSES_AT_ONCE]]
    days = sorted({day for book in books for day in book.days})
    column = {day: i for i, day in enumerate(days)}
    number: dict[UUID, int] = {}
    child, class_, marks = [], [], []
    for place, book in enumerate(books):
        if not book.children or not book.days:
            continue
        rows = np.zeros((len(book.children), len(days)), np.uint8)
        rows[:, [column[day] for day in book.days]] = book.marks
        marks.append(rows)
        child += [number.setdefault(one, len(number)) for one in book.children]
        class_ += [place] * len(book.children)
    return History(
        children=tuple(str(one) for one in number),
        classes=tuple(str(s.pk) for s in sections),
        days=tuple(days),
        seats=Seats(np.array(child, np.int64), np.array(class_, np.int64)),
        marks=np.concatenate(marks) if marks else np.zeros((0, len(days)), np.uint8),
    )


def _found_in(area: Area) -> list[Found]:
    """What real visits found, the last finding of each flag."""
    rows = Finding.objects.filter(
        within([area.path], "visit__flag__class_section__school__area__path"),
        visit__state=Visit.State.RECORDED,
    ).select_related("visit__flag")
    last: dict[UUID, Found] = {}
    for row in sorted(rows, key=lambda finding: finding.recorded_at):
        flag = row.visit.flag
        last[flag.pk] = Found(str(flag.child_id), flag.since_on, flag.signal_on, is_empty(row.kind))
    return [last[key] for key in sorted(last)]
