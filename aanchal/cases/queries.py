"""Reads of concerns: exclusion first, then the seal, then role and place.

The database knows nothing of a concern by which it could choose. Candidates are fetched by what is
plain, opened in memory, and asked the one question of permission, the same as for a single record.
"""

import gc
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, overload
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet

from aanchal.access.models import User
from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.access.rules.places import path_and_above
from aanchal.kernel.access import admitted, candidates, is_person, within
from aanchal.kernel.authz import Actor, covers, district_of, granted_areas, may
from aanchal.kernel.errors import NotFound
from aanchal.kernel.facts import unsaid_facts
from aanchal.kernel.fields import Sealed
from aanchal.kernel.models import LegalHold
from aanchal.lib.indic.names import likeness
from aanchal.people.models import Child
from aanchal.people.queries import kin_children
from aanchal.places.models import Area

from .kinds import concern_kinds
from .models import Concern
from .permissions import CasePermission
from .rules.order import waiting_order
from .rules.visibility import concern_scope

# Likeness of names, of 100, from which a person may be the one who was meant.
LIKE_NAMED = 75
MIN_NAME_LETTERS = 3
# With fewer letters nearly every short name is alike: only the whole name is found, in any script.
LETTERS_TO_MISSPELL = 5
LIKE_WHOLE = 96
MAX_COLLEAGUES = 5
# All that a list needs; the body stays where it is until somebody opens the concern.
LISTED = ("id", "district", "is_open", "due_at", "head")


class Listed(NamedTuple):
    """A concern as a list holds it: what is plain, and its opened head (facts by name)."""

    pk: UUID
    district: str
    is_open: bool
    due_at: datetime | None
    head: Mapping[str, Any]


class ConcernList(Sequence[Concern]):
    """Concerns without their bodies, in order; each is made a `Concern` only when asked for.

    Ten thousand are opened and looked through in the time that it takes to make a thousand records.
    """

    def __init__(self, rows: list[Listed]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Concern: ...
    @overload
    def __getitem__(self, index: slice) -> list[Concern]: ...
    def __getitem__(self, index: int | slice) -> Concern | list[Concern]:
        if isinstance(index, slice):
            return [_concern(row) for row in self.rows[index]]
        return _concern(self.rows[index])

    def where(self, test: Callable[[Listed], bool]) -> "ConcernList":
        """Those that pass a test, in the same order."""
        return ConcernList([row for row in self.rows if test(row)])

    def ordered(self, key: Callable[[Listed], Any], *, reverse: bool = False) -> "ConcernList":
        """The same in another order; equals stay as they stood."""
        return ConcernList(sorted(self.rows, key=key, reverse=reverse))

    def counts(self, fact: str) -> Counter[str]:
        """How many there are by a fact of the head, such as "stage"."""
        return Counter(row.head[fact] for row in self.rows)


def _concern(row: Listed) -> Concern:
    return Concern.from_db(DEFAULT_DB_ALIAS, LISTED, row)


def visible_concerns(actor: Actor, *, is_open: bool | None = None) -> ConcernList:
    """Concerns the actor may see: those open, gravest and longest waiting first, then those closed.

    A sealed one shows to its named team only.

    Three queries, whatever their number. For the areas and children of those that are shown ask
    `Concern.area.fetch(shown)` and `Concern.child.fetch(shown)`.

    Args:
        is_open: only those open, or only those closed; None for all.
    """
    if not granted_areas(actor, CasePermission.CONCERN_VIEW):
        return ConcernList([])
    rows = Concern.objects.filter(candidates(actor, CasePermission.CONCERN_VIEW))
    if is_open is not None:
        rows = rows.filter(is_open=is_open)
    found = ConcernList(_admitted(actor, opened(rows)))
    newest = found.ordered(lambda row: (row.head["raised_at"] or "", row.pk), reverse=True)
    gravity = {kind.key: kind.gravity for kind in concern_kinds().values()}
    waiting = found.where(lambda row: row.is_open).ordered(
        lambda row: waiting_order(
            row.head["stage"],
            gravity=gravity.get(row.head["kind"], 0),
            raised_at=row.head["raised_at"] or "",
            key=str(row.pk),
        )
    )
    return ConcernList(waiting.rows + newest.where(lambda row: not row.is_open).rows)


def _admitted(actor: Actor, candidates: list[Listed]) -> list[Listed]:
    wanted = {row.head[name] for row in candidates for name in ("area_id", "left_area_id")} - {""}
    paths = {
        str(pk): path for pk, path in Area.objects.filter(pk__in=wanted).values_list("pk", "path")
    }
    of_her_kin = kin_children(actor)
    nobody, herself = frozenset[str](), frozenset({actor.user_id})
    # Many stand alike: the question is asked once for each way to stand.
    answers: dict[tuple[Any, ...], bool] = {}
    found = []
    for row in candidates:
        head = row.head
        is_kin = head["child_id"] in of_her_kin
        stands = (
            row.district, head["area_id"], head["left_area_id"], is_kin, head["is_sealed"],
            *head["team"], "implicated", *head["implicated"],
        )  # fmt: skip
        answer = answers.get(stands)
        if answer is None:
            scope = concern_scope(
                head,
                district=row.district,
                area_path=paths.get(head["area_id"], ""),
                kin=herself if is_kin else nobody,
                left_path=paths.get(head["left_area_id"], ""),
            )
            answer = answers[stands] = may(actor, CasePermission.CONCERN_VIEW, scope)
        if answer:
            found.append(row)
    return found


def opened(rows: QuerySet[Concern]) -> list[Listed]:
    """Concerns with their heads opened, in one query, the order of `rows` kept."""
    column: Any = Concern._meta.get_field("head")
    unsaid = unsaid_facts(Concern, "head")
    with _no_garbage_collection():
        return [
            Listed(pk, district, is_open, due_at, {**unsaid, **_open_head(column, pk, head)})
            for pk, district, is_open, due_at, head in rows.values_list(*LISTED)
        ]


# Heads opened in this request, by key and ciphertext: a head that was written since is another.
_opened_heads: ContextVar[dict[tuple[UUID, bytes], dict[str, Any]] | None] = ContextVar(
    "opened_heads", default=None
)


@contextmanager
def heads_opened_once() -> Iterator[None]:
    """Within, no head is opened twice: the badge and the list of one page read the same concerns."""
    held = _opened_heads.set({})
    try:
        yield
    finally:
        _opened_heads.reset(held)


def _open_head(column: Any, pk: UUID, head: Sealed) -> dict[str, Any]:
    opened_already = _opened_heads.get()
    if opened_already is None:
        return dict(column.open_of(pk, head))
    key = (pk, head.data)
    if key not in opened_already:
        opened_already[key] = column.open_of(pk, head)
    return opened_already[key]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Many small lasting objects, none in a cycle: looking for cycles doubles the time they take."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def sealed_and_open() -> list[Concern]:
    """Every sealed concern that is not closed, oldest first; for Aanchal's own upkeep."""
    rows = opened(Concern.objects.filter(is_open=True))
    found = list(ConcernList(rows).where(lambda row: row.head["is_sealed"]))
    Concern.area.fetch(found)
    Concern.left_area.fetch(found)
    Concern.child.fetch(found)
    return sorted(found, key=lambda c: (c.raised_at, str(c.pk)))


def children_elsewhere() -> list[tuple[Area, list[Child]]]:
    """Children of open concerns that stand elsewhere in the district, by where they live now.

    For Aanchal's own upkeep; two queries.
    """
    rows = opened(Concern.objects.filter(is_open=True))
    keys = {row.head["child_id"] for row in rows} - {""}
    known = Child.objects.select_related("area").in_bulk(keys)
    by_key = {str(pk): child for pk, child in known.items()}
    found: dict[Area, dict[UUID, Child]] = {}
    for row in rows:
        child = by_key.get(row.head["child_id"])
        if child is None or child.area.district != row.district:
            continue
        if row.head["area_id"] != str(child.area_id):
            found.setdefault(child.area, {})[child.pk] = child
    return [(area, list(children.values())) for area, children in found.items()]


def without_anyone(
    concerns: Iterable[Concern], *, at: datetime, without: str = "", where_she_lives: bool = False
) -> list[Concern]:
    """Those of some sealed concerns that no member of their team may open now; two queries.

    Args:
        without: user id of one who is not counted.
        where_she_lives: count only those who work where the child lives now, not those of the place
            that the family left.
    """
    held = [(str(g.user_id), g.area_path) for g in live_grants(at=at).filter(role=Role.CASE_WORKER)]
    alone = []
    for concern in concerns:
        scope = concern.scope()
        team = (scope.team or frozenset()) - scope.excluded - {without}
        if where_she_lives:
            scope = replace(scope, also_in="")
        if not any(who in team and scope.lies_in(path) for who, path in held):
            alone.append(concern)
    return alone


def may_be_opened(
    concern: Concern, *, at: datetime, without: str = "", where_she_lives: bool = False
) -> bool:
    """Whether anybody of a sealed concern's team, but one, may open it now; see `without_anyone`."""
    alone = without_anyone([concern], at=at, without=without, where_she_lives=where_she_lives)
    return not alone


def get_concern(actor: Actor, *, pk: UUID | str) -> Concern:
    """One concern the actor may see; `NotFound` whether absent, hidden or sealed."""
    found = Concern.objects.filter(pk=pk).first()
    if found is not None and isinstance(head := found.__dict__["head"], Sealed):
        found.head = dict(_open_head(Concern._meta.get_field("head"), found.pk, head))
    if found is None or not may(actor, CasePermission.CONCERN_VIEW, found):
        raise NotFound
    return found


def like_named(area: Area, words: str, *, at: datetime) -> frozenset[str]:
    """User ids of case workers of a place whose name is like some words; none for no words.

    Who was named in words only cannot be shut out by name; whoever may be meant is not told.
    """
    if not words:
        return frozenset()
    held = live_grants(at=at).filter(role=Role.CASE_WORKER).select_related("user")
    return frozenset(
        str(grant.user_id)
        for grant in held
        if covers(grant.area_path, area.path) and is_meant(grant.user.get_full_name(), words)
    )


def is_meant(name: str, words: str) -> bool:
    """Whether somebody of a name may be meant by some words, in which several people may be named."""
    named = (part.strip() for part in words.split(";"))
    return any(likeness(name, part) >= LIKE_NAMED for part in named if part)


def colleagues_like(area: Area, words: str, *, at: datetime) -> list[User]:
    """People who work in the district of a place and whose name is like some words, likest first.

    For whoever says that somebody who works with us has a part in a concern. It answers to a name
    only, so that nobody is shown a list of colleagues.

    Pages ask by `cases.actions.search_colleagues`, which counts and writes it down.

    Returns:
        At most five; none for fewer than three letters. A few letters find whole names only.
    """
    letters = sum(unicodedata.category(letter)[0] in "LM" for letter in words)
    if letters < MIN_NAME_LETTERS:
        return []
    least = LIKE_NAMED if letters >= LETTERS_TO_MISSPELL else LIKE_WHOLE
    district = "/".join(area.path.split("/")[:3])
    near = Q(area_path__startswith=district + "/") | Q(area_path__in=path_and_above(area.path))
    held = live_grants(at=at).filter(near)
    people = {grant.user_id: grant.user for grant in held.select_related("user")}
    ranked = [(likeness(user.get_full_name(), words), user) for user in people.values()]
    alike = sorted((r for r in ranked if r[0] >= least), key=lambda r: -r[0])
    return [user for _likeness, user in alike[:MAX_COLLEAGUES]]


def sources_shut_out(actor: Actor, sources: Sequence[tuple[str, str, str]]) -> set[str]:
    """Those of some sources whose concern the actor may not learn of, being implicated or kin.

    Args:
        sources: (district, kind of source, key of the source).

    Returns:
        Keys of sources. Two queries, whatever their number; none for no sources.
    """
    field: Any = Concern._meta.get_field("source_tag")
    tags = [field.tag(district, f"{kind}:{key}") for district, kind, key in sources]
    found = list(Concern.objects.filter(source_tag__in=tags)) if tags else []
    return {concern.source_id for concern in _shut_out_of(actor, found)}


def questions_shut_out(actor: Actor, told: Sequence[tuple[str, str, str]]) -> set[str]:
    """The same of questions of the watch out of which people told of a concern.

    Args:
        told: (district, key of the question, user id of who told).

    Returns:
        Keys of questions. Two queries, whatever their number; none for no questions.
    """
    tags = [_question_tag(*one) for one in told]
    found = list(Concern.objects.filter(question_tag__in=tags)) if tags else []
    return {concern.question_id for concern in _shut_out_of(actor, found)}


def has_told_out_of(actor: Actor, *, district: str, question: str) -> bool:
    """Whether the actor herself told of a concern out of a question; one query.

    That somebody else did is not said: she may be the one whom it is about.
    """
    tag = _question_tag(district, question, actor.user_id)
    return Concern.objects.filter(question_tag=tag).exists()


def open_concerns_of(
    visits: Sequence[tuple[str, str]], told: Sequence[tuple[str, str, str]]
) -> tuple[set[str], set[str]]:
    """Visits and questions of which a concern is still open; for Aanchal itself, not for a person.

    Args:
        visits: (district, key of the visit that found the danger).
        told: (district, key of the question, user id of who told out of it).

    Returns:
        Keys of visits; keys of questions. One query, whatever their number.
    """
    source: Any = Concern._meta.get_field("source_tag")
    by_visit = {source.tag(district, f"visit:{key}"): key for district, key in visits}
    by_question = {_question_tag(*one): one[1] for one in told}
    if not by_visit and not by_question:
        return set(), set()
    found = Concern.objects.filter(
        Q(source_tag__in=list(by_visit)) | Q(question_tag__in=list(by_question)), is_open=True
    )
    tags = list(found.values_list("source_tag", "question_tag"))
    return (
        {by_visit[s] for s, _q in tags if s in by_visit},
        {by_question[q] for _s, q in tags if q in by_question},
    )


def visits_with_a_concern(visits: Sequence[tuple[str, str]]) -> set[str]:
    """Visits of which a concern is kept, open or closed; for Aanchal itself, not for a person.

    Args:
        visits: (district, key of the visit that found the danger).

    Returns:
        Keys of visits. One query, whatever their number.
    """
    source: Any = Concern._meta.get_field("source_tag")
    by_tag = {source.tag(district, f"visit:{key}"): key for district, key in visits}
    found = Concern.objects.filter(source_tag__in=list(by_tag))
    return {by_tag[tag] for tag in found.values_list("source_tag", flat=True)}


def concerns_of_code(actor: Actor, code: str, *, district: str = "") -> list[Concern]:
    """Concerns of a code in the districts where the actor may place a legal hold; not for reading.

    Args:
        district: of this district only.
    """
    paths = granted_areas(actor, CasePermission.HOLD_PLACE)
    whole = Area.objects.filter(within(paths, "path"), level=Area.Level.DISTRICT)
    districts = {district_of(path) for path in [*paths, *whole.values_list("path", flat=True)]}
    field: Any = Concern._meta.get_field("code_tag")
    tags = [field.tag(d, code) for d in districts - {""} if district in ("", d)]
    return list(Concern.objects.select_for_update().filter(code_tag__in=tags).order_by("pk"))


def standing_holds(district: str) -> list[LegalHold]:
    """The legal holds of a district that stand; for Aanchal itself, not for a person."""
    return list(LegalHold.objects.filter(district=district, lifted_on__isnull=True))


def visible_holds(actor: Actor) -> list[LegalHold]:
    """Legal holds that stand where the actor looks after them, the oldest first; one query."""
    held = LegalHold.objects.filter(
        candidates(actor, CasePermission.HOLD_PLACE), lifted_on__isnull=True
    )
    return admitted(actor, CasePermission.HOLD_PLACE, held.order_by("placed_on", "pk"))


def holds_to_lift(actor: Actor | None) -> list[LegalHold]:
    """Holds that somebody asked to lift: of the places of an actor, or all of them for Aanchal itself."""
    held = (
        LegalHold.objects.filter(lifted_on__isnull=True).order_by("placed_on", "pk")
        if actor is None
        else visible_holds(actor)
    )
    return [hold for hold in held if hold.lift_asked_by]


def question_mark(question: str, teller: str) -> str:
    """What the first concern that a person told out of a question is marked with."""
    return f"{question}:{teller}"


def _question_tag(district: str, question: str, teller: str) -> str:
    field: Any = Concern._meta.get_field("question_tag")
    return str(field.tag(district, question_mark(question, teller)))


def _shut_out_of(actor: Actor, found: list[Concern]) -> list[Concern]:
    if not found:
        return []
    of_her_kin = kin_children(actor)
    person = User.objects.filter(pk=actor.user_id).first() if is_person(actor) else None
    name = person.get_full_name() if person is not None else ""
    return [
        concern
        for concern in found
        if actor.user_id in concern.implicated
        or concern.child_id in of_her_kin
        or is_meant(name, concern.implicated_words)
    ]


def people_to_hand_over_to(
    actor: Actor, concern: Concern, *, at: datetime, or_where_it_was: bool = False
) -> list[User]:
    """Case workers of the concern's place to whom it may be handed, by name; never the actor.

    Whoever has a conflict of interest is left out, as is whoever may be meant by words.

    Args:
        or_where_it_was: those of the place that the family left too, until it is handed on.
    """
    areas = [concern.area]
    if or_where_it_was and concern.left_area_id:
        areas.append(concern.left_area)
    out = concern.scope().excluded.union(
        *(like_named(area, concern.implicated_words, at=at) for area in areas)
    )
    held = live_grants(at=at).filter(role=Role.CASE_WORKER).select_related("user")
    found = {
        grant.user_id: grant.user
        for grant in held
        if any(covers(grant.area_path, area.path) for area in areas)
        and str(grant.user_id) not in out
        and str(grant.user_id) != actor.user_id
    }
    return sorted(found.values(), key=lambda user: user.get_full_name().casefold())
