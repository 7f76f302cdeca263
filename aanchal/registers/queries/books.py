"""Reads of registers: a class's book, a child's strip, what was sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from numpy.typing import NDArray

from aanchal.access.queries import grade_and_section
from aanchal.kernel.access import reach
from aanchal.kernel.authz import Actor, grants_for, may
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.lib.marks import Mark
from aanchal.people.models import Child, ClassSection, Enrolment
from aanchal.people.queries import visible_classes
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import RegisterFile, RegisterPage
from ..permissions import RegisterPermission
from ..rules.pages import ClassBook, PageMarks, bind, unpack_children, unpack_marks
from ..shown_pages import ShownPage, page_scope

STRIP_DAYS = 60
# So many school days before the first absence show what was usual.
BEFORE_DAYS = 20


def class_book(class_section: ClassSection, *, until: date | None = None) -> ClassBook:
    """All marks of a class-section's year, one query; empty when no page came."""
    return class_books([class_section], until=until)[class_section.pk]


def class_books(
    class_sections: Sequence[ClassSection],
    *,
    since: date | None = None,
    until: date | None = None,
) -> dict[UUID, ClassBook]:
    """Class-section id → all marks of its year, or of the months from one day to another. One query."""
    pages = RegisterPage.objects.filter(class_section__in=class_sections)
    if since is not None:
        pages = pages.filter(month__gte=since.replace(day=1))
    if until is not None:
        pages = pages.filter(month__lte=until)
    found: dict[UUID, list[tuple[date, PageMarks]]] = {s.pk: [] for s in class_sections}
    for page in pages.order_by("month"):
        found[page.class_section_id].append((page.month, _content(page)))
    return {key: bind(held) for key, held in found.items()}


def _content(held: RegisterPage) -> PageMarks:
    children = unpack_children(held.children)
    return PageMarks(children, unpack_marks(held.marks, len(children)))


@dataclass(frozen=True)
class Strip:
    """A child's last school days beside her class; oldest first, one entry a day taken.

    `child` holds codes of `Mark` (not taken: she had no mark that day); `class_present` is the
    number of classmates present, `class_marked` of those marked present or absent.
    """

    days: tuple[date, ...]
    child: NDArray[np.uint8]
    class_present: NDArray[np.int64]
    class_marked: NDArray[np.int64]


def child_strip(class_section: ClassSection, child_id: UUID, *, days: int = STRIP_DAYS) -> Strip:
    """The last school days of one child against her classmates, herself left out."""
    return _strip(class_book(class_section), child_id, slice(-days, None))


def strips_of(
    book: ClassBook, child_id: UUID, *, about: date, days: int = STRIP_DAYS
) -> tuple[Strip, Strip | None]:
    """The school days a question is about, and the last ones when these are others.

    Args:
        about: the first absence that was asked about; some days before it are shown too.
    """
    start = max(0, sum(day < about for day in book.days) - BEFORE_DAYS)
    if len(book.days) <= start + days:
        return _strip(book, child_id, slice(-days, None)), None
    asked = _strip(book, child_id, slice(start, start + days))
    return asked, _strip(book, child_id, slice(max(start + days, len(book.days) - days), None))


def _strip(book: ClassBook, child_id: UUID, part: slice) -> Strip:
    if child_id not in book.children:
        empty = np.zeros(0, np.int64)
        return Strip((), np.zeros(0, np.uint8), empty, empty)
    row = book.children.index(child_id)
    marks = book.marks[:, part]
    others = np.delete(marks, row, axis=0)
    present = (others == Mark.PRESENT).sum(axis=0)
    absent = (others == Mark.ABSENT).sum(axis=0)
    return Strip(book.days[part], marks[row], present, present + absent)


@dataclass(frozen=True)
class ClassLine:
    """One class-section on a teacher's page: how many pupils, and until when its register is in."""

    class_section: ClassSection
    pupils: int
    last_on: date | None


def class_lines(actor: Actor, *, year_from: int) -> list[ClassLine]:
    """Class-sections of the school years from `year_from` on, and older ones that still have pupils;
    three queries.
    """
    still_in = Enrolment.objects.filter(class_section=OuterRef("pk"), ends_on__isnull=True)
    sections = list(visible_classes(actor).filter(Q(year__gte=year_from) | Exists(still_in)))
    pupils: dict[UUID, int] = {}
    for section_id in Enrolment.objects.filter(
        class_section__in=sections, ends_on__isnull=True
    ).values_list("class_section_id", flat=True):
        pupils[section_id] = pupils.get(section_id, 0) + 1
    last: dict[UUID, date] = {}
    for section_id, month, bits in RegisterPage.objects.filter(
        class_section__in=sections, days_taken__gt=0
    ).values_list("class_section_id", "month", "days_taken"):
        day = month + timedelta(days=int(bits).bit_length() - 1)
        last[section_id] = max(last.get(section_id, day), day)
    return [ClassLine(s, pupils.get(s.pk, 0), last.get(s.pk)) for s in sections]


def visible_register_files(actor: Actor) -> QuerySet[RegisterFile]:
    """Register files of the actor's schools and classes, and her own that are not placed yet."""
    found = reach(RegisterFile, actor, RegisterPermission.REGISTER_IMPORT) | _own_without_class(
        actor
    )
    return (
        RegisterFile.objects.filter(found)
        .select_related("school__area", "school__school", "file")
        .order_by("-received_at", "-pk")
    )


def _own_without_class(actor: Actor) -> Q:
    """What the actor sent herself and which does not say its school, or its class, or the section.

    She sees it and is asked which it is; until then nothing is done with it by her unit alone.
    """
    own = Q(received_by=actor.user_id)
    found = Q(school__isnull=True)
    for grant in grants_for(actor, RegisterPermission.REGISTER_IMPORT):
        if grant.body_id and grant.unit:
            grade, section = grade_and_section(grant.unit)
            said = _said("grade", grade) & _said("section", section)
            found |= Q(school_id=grant.body_id) & said
    return own & found


def _said(hint: str, value: str) -> Q:
    """A condition that a file was sent with this hint, or without any; always true for ""."""
    if not value:
        return Q()
    key = f"hints__{hint}"
    return Q(**{key: value}) | Q(**{key: ""}) | Q(**{f"{key}__isnull": True})


def get_register_file(actor: Actor, *, pk: UUID | str) -> RegisterFile:
    """One register file the actor may see; `NotFound` whether absent or hidden."""
    found = visible_register_files(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def shown_pages(actor: Actor, register: RegisterFile) -> list[ShownPage]:
    """The pages of a file as understood, without those of a class that is no longer the actor's.

    A page whose school is not known yet is in the hands of whoever sent the file.
    """
    pages = [ShownPage.from_json(p) for p in (register.understood or {}).get("pages", [])]
    schools = {
        str(s.pk): s
        for s in Body.objects.filter(
            pk__in={p.school_id for p in pages if p.school_id}
        ).select_related("area")
    }
    return [
        p
        for p in pages
        if not p.school_id
        or may(actor, RegisterPermission.REGISTER_IMPORT, page_scope(schools[p.school_id], p))
    ]


def open_problems(actor: Actor, register: RegisterFile) -> QuerySet[ImportProblem]:
    """What waits for repair in a register file the actor may see, rows first, in file order."""
    if not visible_register_files(actor).filter(pk=register.pk).exists():
        return ImportProblem.objects.none()
    return ImportProblem.objects.filter(
        source_kind="register", source_id=str(register.pk), state=ImportProblem.State.OPEN
    ).order_by("row", "pk")


def count_open_problems(actor: Actor, register: RegisterFile) -> int:
    """How many of `open_problems` wait. Two queries."""
    return open_problems(actor, register).count()


def pupils_left_out(pages: Iterable[ShownPage]) -> dict[str, Child]:
    """Key, as text → the pupil, of those whom pages shown to the actor leave out. One query."""
    keys = [key for page in pages for key in page.missing]
    return {str(key): child for key, child in Child.objects.in_bulk(keys).items()}


def classes_of_file(register: RegisterFile) -> list[ClassSection]:
    """The classes of which a file that the actor may see was taken in, each once. One query."""
    pages = register.pages.select_related("class_section")
    return list({page.class_section_id: page.class_section for page in pages}.values())


def class_pupils(register: RegisterFile, page: dict[str, Any]) -> list[Enrolment]:
    """Pupils of the class a shown page is of; only pupils of that class are ever suggested."""
    if not (page["school_id"] and page["grade"] and page["month"]):
        return []
    school = Body.objects.select_related("area").get(pk=page["school_id"])
    year = year_of(school, date.fromisoformat(page["month"] + "-01")).first_on.year
    return list(
        Enrolment.objects.filter(
            class_section__school=school,
            class_section__year=year,
            class_section__grade=page["grade"],
            class_section__section=page["section"],
            ends_on__isnull=True,
        )
        .select_related("child")
        .prefetch_related("child__identifiers")
    )
