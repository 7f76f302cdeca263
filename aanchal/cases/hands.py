"""In whose hands a concern is, and whether she can still act on it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q

from aanchal.access.models import Grant, Notice
from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, covers, may

from .models import Concern
from .permissions import CasePermission
from .rules.due import READ_BY_HOLDER_WITHIN

Stage = Concern.Stage


def holder_of(concern: Concern) -> str:
    """User id of the one in whose hands it is, or to whom it was handed; "" for nobody's or closed."""
    if concern.stage == Stage.HANDED_OVER:
        return str(concern.handed_to)
    return str(concern.taken_up_by) if concern.stage == Stage.TAKEN_UP else ""


def since_left(concerns: Sequence[Concern], *, at: datetime) -> dict[UUID, datetime]:
    """Concerns whose holder works there no more → since when; those with a live holder are absent.

    Her role has ended or was taken away, or her account was stopped. One query where all of them can
    act, three else; none for none in anybody's hands.
    """
    held = [(c, holder_of(c)) for c in concerns if holder_of(c)]
    if not held:
        return {}
    of_hers = Q(role=Role.CASE_WORKER, user__in=_keys(who for _c, who in held))
    works: dict[str, list[str]] = {}
    for user, path in live_grants(at=at).filter(of_hers).values_list("user_id", "area_path"):
        works.setdefault(str(user), []).append(path)
    left = [
        (concern, who)
        for concern, who in held
        if not any(_is_place_of(concern, path) for path in works.get(who, ()))
    ]
    if not left:
        return {}
    ends: dict[str, list[tuple[str, datetime]]] = {}
    for user, path, *ended in Grant.objects.filter(of_hers).values_list(
        "user_id", "area_path", "revoked_at", "ends_at"
    ):
        over = [end for end in ended if end is not None and end <= at]
        if over:
            ends.setdefault(str(user), []).append((path, min(over)))
    stopped = {
        str(user): when
        for user, when in Notice.objects.filter(
            user__in=_keys(who for _c, who in left), kind=Notice.Kind.ACCOUNT_STOPPED
        )
        .order_by()
        .values_list("user_id")
        .annotate(when=Max("at"))
    }
    found = {}
    for concern, who in left:
        here = [end for path, end in ends.get(who, ()) if _is_place_of(concern, path)]
        moments = [*here, stopped.get(who), concern.acted_at, concern.taken_up_at]
        found[concern.pk] = max(moment for moment in moments if moment is not None)
    return found


def _is_place_of(concern: Concern, path: str) -> bool:
    left = concern.left_area.path if concern.left_area_id else ""
    return covers(path, concern.area.path) or (bool(left) and covers(path, left))


def works_where_she_lives(actor: Actor, concern: Concern) -> bool:
    """Whether a person may take a concern up by a role over the place where its child lives now."""
    return may(actor, CasePermission.CONCERN_TAKE_UP, replace(concern.scope(), also_in=""))


def _keys(users: Iterable[str]) -> set[UUID]:
    """Keys of accounts; a name that is none of a person's leaves all the others findable."""
    found = set()
    for user in users:
        with suppress(ValueError):
            found.add(UUID(user))
    return found


def may_be_taken_up(concern: Concern, *, at: datetime, by: Actor | None = None) -> bool:
    """Whether anyone who may act here may take it up, although somebody took it up before.

    Nobody has it who may still see it: it is new, handed over, or its holder is shut out or works there
    no more. So may one in which nothing was written in the time for it. One whose child moved away from
    its holder's place is also for those who work where she lives now.

    Args:
        by: who asks; None for anyone who may act.
    """
    if concern.stage != Stage.TAKEN_UP:
        return concern.stage in (Stage.NEW, Stage.HANDED_OVER)
    if by is not None and concern.left_area_id and works_where_she_lives(by, concern):
        return True
    if concern.due_at is not None and concern.due_at <= at:
        return True
    return has_nobody(concern, at=at)


def has_nobody(concern: Concern, *, at: datetime) -> bool:
    """Whether whoever has it, or was to take it up, works there no more or is shut out since."""
    holder = holder_of(concern)
    if not holder:
        return False
    return holder in concern.scope().excluded or bool(since_left([concern], at=at))


def may_say_read(user: str, concern: Concern, *, at: datetime) -> bool:
    """Whether it is this person's to say that what was put right was read: the holder's first."""
    if concern.corrected_at is None or at >= concern.corrected_at + READ_BY_HOLDER_WITHIN:
        return True
    if user in (concern.taken_up_by, concern.handed_to) or holder_of(concern) == "":
        return True
    return concern.stage == Stage.TAKEN_UP and may_be_taken_up(concern, at=at)
