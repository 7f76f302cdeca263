"""Reads of children. Each starts from what the actor may see; kin are excluded first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from aanchal.kernel.access import is_person, outside_kin, reach, visible, within
from aanchal.kernel.authz import Actor, granted_areas, may
from aanchal.kernel.errors import NotFound
from aanchal.kernel.vocabulary import Permission
from aanchal.places.models import Area, Body

from .models import (
    Child,
    ClassMove,
    ClassSection,
    Enrolment,
    Guardian,
    Household,
    HouseholdJoin,
    Kinship,
)
from .permissions import PeoplePermission


def not_kin(actor: Actor, child: str = "") -> Q:
    """A condition that leaves out children of households whose kin the actor is.

    Args:
        child: lookup path to the child, with its trailing underscores; "" on Child itself.
    """
    return outside_kin(Child, actor, child)


def kin_children(actor: Actor) -> frozenset[str]:
    """Keys, as text, of the children whose kin the actor is; one query, none for the system."""
    if not is_person(actor):
        return frozenset()
    found = Child.objects.filter(household__kinships__user_id=actor.user_id)
    return frozenset(str(pk) for pk in found.values_list("pk", flat=True))


def visible_children(actor: Actor) -> QuerySet[Child]:
    """Children in the areas where the actor may view children, by code."""
    found = visible(Child, actor, PeoplePermission.CHILD_VIEW)
    return found.select_related("area").order_by("code")


def children_listed(
    actor: Actor, *, village: str = "", school: str = "", grade: str = "", newest: bool = False
) -> QuerySet[Child]:
    """`visible_children` of a village, a school or a class when they are given; by code.

    Args:
        newest: those first who were written down last.
    """
    found = visible_children(actor)
    if village:
        found = found.filter(area=village)
    if school or grade:
        found = found.filter(pk__in=enrolled_at(school=school, grade=grade))
    return found.order_by("-made_at", "-code") if newest else found


def children_among(actor: Actor, keys: Iterable[UUID | str]) -> QuerySet[Child]:
    """Of some children those whom the actor may see, with their households, by code."""
    return visible_children(actor).filter(pk__in=list(keys)).select_related("household")


def children_of_households(actor: Actor, *households: Household | UUID | None) -> QuerySet[Child]:
    """Children of some households whom the actor may see, by code; none without a household."""
    keys = [h.pk if isinstance(h, Household) else h for h in households if h is not None]
    return visible_children(actor).filter(household__in=keys)


def siblings_of(actor: Actor, child: Child) -> QuerySet[Child]:
    """The other children of a child's household whom the actor may see, by code."""
    return children_of_households(actor, child.household_id).exclude(pk=child.pk)


def enrolments_of(child: Child) -> QuerySet[Enrolment]:
    """Where a child is and was enrolled, with class and school, the latest first."""
    return (
        Enrolment.objects.filter(child=child)
        .select_related("class_section__school")
        .order_by("-starts_on", "-pk")
    )


def guardians_of(child: Child) -> list[Guardian]:
    """The guardians of a child's household; none without a household. One query."""
    return list(child.household.guardians.all()) if child.household is not None else []


def get_child(actor: Actor, *, pk: UUID | str) -> Child:
    """One child the actor may see; `NotFound` whether absent or hidden."""
    found = (
        visible_children(actor)
        .filter(pk=pk)
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def children_places(actor: Actor) -> tuple[list[Area], list[Body]]:
    """Villages where children the actor may see live, and schools there, each by name. Two queries."""
    paths = granted_areas(actor, PeoplePermission.CHILD_VIEW)
    here = within(paths, "path")
    lives = Exists(Child.objects.filter(area=OuterRef("pk")))
    villages = Area.objects.filter(here).filter(lives).order_by("name", "pk")
    taught = Exists(ClassSection.objects.filter(school=OuterRef("pk")))
    schools = Body.objects.filter(within(paths, "area__path")).filter(taught)
    return list(villages), list(schools.order_by("name", "pk"))


def places_of_children() -> list[str]:
    """Paths of the places where children live or schools teach them, sorted; for Aanchal itself.

    Two queries.
    """
    lives = Exists(Child.objects.filter(area=OuterRef("pk")))
    found = set(Area.objects.filter(lives).values_list("path", flat=True))
    schools = ClassSection.objects.order_by().values_list("school__area__path", flat=True)
    return sorted(found | set(schools.distinct()))


def enrolled_at(*, school: UUID | str = "", grade: str = "") -> QuerySet[Any]:
    """Ids of children enrolled now, in a school and a class when they are given."""
    sections = ClassSection.objects.order_by()
    if school:
        sections = sections.filter(school=school)
    if grade:
        sections = sections.filter(grade=grade)
    return Enrolment.objects.filter(
        class_section__in=sections.values("pk"), ends_on__isnull=True
    ).values("child")


def present_seats(children: list[UUID]) -> dict[UUID, ClassSection]:
    """Child → the class-section where she is enrolled now, the newest if several. One query."""
    rows = (
        Enrolment.objects.filter(child__in=children, ends_on__isnull=True)
        .select_related("class_section__school")
        .order_by("starts_on", "pk")
    )
    return {row.child_id: row.class_section for row in rows}


def get_child_to_find(actor: Actor, *, pk: UUID | str) -> Child:
    """One child whose house the actor may describe: of her areas, or enrolled in her classes now.

    `NotFound` whether absent or hidden; kin are excluded.
    """
    taught = Enrolment.objects.filter(
        class_section__in=visible_classes(actor, PeoplePermission.HOUSE_DESCRIBE)
        .order_by()
        .values("pk"),
        ends_on__isnull=True,
    )
    found = (
        Child.objects.filter(
            reach(Child, actor, PeoplePermission.HOUSE_DESCRIBE)
            | Q(pk__in=taught.values("child_id")) & not_kin(actor),
            pk=pk,
        )
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def visible_classes(
    actor: Actor, permission: Permission = PeoplePermission.CLASS_VIEW
) -> QuerySet[ClassSection]:
    """Class-sections the actor may see with a permission: her own class, her school, her areas."""
    return (
        visible(ClassSection, actor, permission)
        .select_related("school__area", "school__school")
        .order_by("school__name", "school_id", "-year", "grade", "section")
    )


def get_class(
    actor: Actor, *, pk: UUID | str, permission: Permission = PeoplePermission.CLASS_VIEW
) -> ClassSection:
    """One class-section the actor may see; `NotFound` whether absent or hidden."""
    found = visible_classes(actor, permission).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def enrolled_in(class_section: ClassSection) -> list[Enrolment]:
    """Present enrolments of a class-section with their children, in roll order: 2 before 10."""
    found = (
        Enrolment.objects.filter(class_section=class_section, ends_on__isnull=True)
        .select_related("child__area")
        .prefetch_related("child__identifiers")
    )
    return sorted(found, key=lambda e: (len(e.roll_no), e.roll_no, str(e.pk)))


def class_moves_to_answer(actor: Actor) -> QuerySet[ClassMove]:
    """Waiting questions about a child's class that the actor may answer, the longest first."""
    return _moves_of_hers(actor).filter(state=ClassMove.State.WAITING)


def class_moves_asked_at(actor: Actor) -> list[datetime]:
    """When each of `class_moves_to_answer` was asked."""
    asked = class_moves_to_answer(actor).order_by()
    return list(asked.values_list("asked_at", flat=True))


def class_moves_agreed(actor: Actor, *, since: datetime) -> QuerySet[ClassMove]:
    """Moves said yes to since a moment, which the actor may take back; the latest first."""
    return (
        _moves_of_hers(actor)
        .filter(state=ClassMove.State.AGREED, settled_at__gte=since)
        .order_by("-settled_at", "-pk")
    )


def _moves_of_hers(actor: Actor) -> QuerySet[ClassMove]:
    return _class_moves().filter(reach(ClassMove, actor, PeoplePermission.CHILD_MOVE))


def my_class_moves(actor: Actor) -> QuerySet[ClassMove]:
    """Questions about a child's class that the actor asked, the latest first."""
    return _class_moves().filter(asked_by=actor.user_id).order_by("-asked_at", "-pk")


def count_my_class_moves(actor: Actor) -> int:
    """How many of `my_class_moves` wait for an answer."""
    return my_class_moves(actor).filter(state=ClassMove.State.WAITING).count()


def came_by(actor: Actor, moves: Sequence[ClassMove]) -> set[UUID]:
    """Keys of moves agreed to whose child sits in a class that is the actor's now. One query."""
    agreed = [
        move
        for move in moves
        if move.state == ClassMove.State.AGREED
        and may(actor, PeoplePermission.CHILD_ENROL, move.to_section)
    ]
    seats = Enrolment.objects.filter(
        not_kin(actor, "child__"), child__in=[m.child_id for m in agreed], ends_on__isnull=True
    )
    now = set(seats.values_list("child_id", "class_section_id"))
    return {m.pk for m in agreed if (m.child_id, m.to_section_id) in now}


def _class_moves() -> QuerySet[ClassMove]:
    return ClassMove.objects.select_related(
        "child__area", "from_section__school__area", "to_section__school__area"
    ).order_by("asked_at", "pk")


def kinships_to_answer(actor: Actor) -> QuerySet[Kinship]:
    """Words about families that wait for a second person where the actor is one, longest first.

    What she asked herself is among them; of a family whose kin she is nothing is.
    """
    return waiting_kinships().filter(reach(Kinship, actor, PeoplePermission.KINSHIP_CONFIRM))


def children_of_kinship(kinship: Kinship) -> tuple[list[Child], list[Child]]:
    """For which children a word about a family holds: of its household, and of its copies'."""
    copies = [child for copy in kinship.copies.all() for child in copy.household.children.all()]
    return list(kinship.household.children.all()), copies


def waiting_kinships() -> QuerySet[Kinship]:
    """All words about families that wait for a second person, longest first; copies left out."""
    return (
        Kinship.objects.exclude(state=Kinship.State.STANDS)
        .filter(copy_of__isnull=True)
        .select_related("household__area", "user")
        .prefetch_related(
            "household__kinships", "household__children", "copies__household__children"
        )
        .order_by("asked_at", "pk")
    )


def kin_of_child(child: Child) -> list[Kinship]:
    """Who is known to be of a child's family, with names; for whoever may open her file."""
    if child.household_id is None:
        return []
    found = Kinship.objects.filter(household=child.household_id).select_related("user", "copy_of")
    return sorted(found, key=lambda k: (k.user.get_full_name().casefold(), str(k.pk)))


def joins_of_child(child: Child) -> list[HouseholdJoin]:
    """Joins by which a child's household holds another's children; each may be undone."""
    if child.household_id is None:
        return []
    joins = HouseholdJoin.objects.filter(kept=child.household_id, state=HouseholdJoin.State.JOINED)
    return list(joins.select_related("kept__area", "left").order_by("pk"))
