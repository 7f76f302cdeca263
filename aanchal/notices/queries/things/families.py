"""Class moves and words about kin that wait."""

from collections.abc import Iterator
from datetime import datetime, time

from django.utils import timezone

from aanchal.access.queries import (
    live_grants,
)
from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, covers
from aanchal.people.models import ClassMove, Kinship
from aanchal.people.queries import class_moves_to_answer, kinships_to_answer, waiting_kinships
from aanchal.people.unconfirmed import every_unconfirmed, unconfirmed_of
from aanchal.watch.models import FamilyMove
from aanchal.watch.queries.family_moves import family_moves_to_answer

from .thing import Thing


def class_moves(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Children who would be moved out of a class that is not the asker's."""
    rows = ClassMove.objects.filter(state=ClassMove.State.WAITING)
    if actor is not None:
        rows = rows.filter(pk__in=class_moves_to_answer(actor).order_by().values("pk"))
    held = (
        rows.select_related("child__area", "child__household", "from_section__school__area")
        .prefetch_related("child__household__kinships")
        .defer("name_given", "answer")
    )
    for row in held:
        school = row.from_section.school if row.from_section else None
        yield Thing(
            "class_move.waiting",
            str(row.pk),
            row.scope(),
            since=row.asked_at,
            place=school.area if school else row.child.area,
        )


def family_moves(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Families that are said to live in a village, until whoever coordinates it has answered."""
    rows = FamilyMove.objects.filter(state=FamilyMove.State.WAITING)
    if actor is not None:
        rows = rows.filter(pk__in=family_moves_to_answer(actor).order_by().values("pk"))
    held = (
        rows.select_related("to", "child__household")
        .prefetch_related("child__household__kinships")
        .defer("house", "why", "answer")
    )
    for row in held:
        yield Thing(
            "family_move.waiting",
            str(row.pk),
            row.scope(),
            since=row.asked_at,
            not_by=frozenset({row.asked_by}),
            place=row.to,
        )


def kinships(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """What was said of somebody's family and waits for a second person.

    It is urgent where it leaves no case worker for the family, or none but her who said it.
    """
    rows = list(waiting_kinships() if actor is None else kinships_to_answer(actor))
    working: set[tuple[str, str]] = set()
    if rows:
        held = live_grants(at=at).filter(role=Role.CASE_WORKER)
        working = {(str(user), path) for user, path in held.values_list("user_id", "area_path")}
    for row in rows:
        scope = row.scope()
        near = {user for user, path in working if covers(path, scope.area_path)}
        yield Thing(
            f"kinship.{row.state}",
            str(row.pk),
            scope,
            since=row.asked_at or row.recorded_at,
            is_urgent=row.state == Kinship.State.WAITING
            and near - {row.asked_by or ""} <= scope.excluded,
            not_by=frozenset({row.asked_by or ""}),
            place=row.household.area,
        )


def unconfirmed_kinships(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """What somebody said of a family and was not confirmed; in the hands of her who said it alone."""
    on = timezone.localdate(at)
    for row in every_unconfirmed(on=on) if actor is None else unconfirmed_of(actor, on=on):
        yield Thing(
            "unconfirmed_kinship.unread",
            str(row.pk),
            row.scope(),
            since=timezone.make_aware(datetime.combine(row.ended_on, time.min)),
            holder=row.sayer,
        )
