"""Classes as the tables have them, loaded together: what registers of many classes are held against.

Reads only. The queries do not grow with the classes; each is asked when something first needs it, and
`forget` makes the next answer fresh.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np

from aanchal.lib.indic.names import tidy
from aanchal.lib.mark_arrays import tells_of_her
from aanchal.people.actions import known_pupils, sexes_of
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.rules.matching import Known
from aanchal.people.rules.promotion import Former
from aanchal.places.models import Body

from .models import MissingPupil, RegisterPage, RowDecision
from .rules.pages import PageMarks, unpack_children, unpack_written

# What is kept of the classes that are wanted, and is loaded anew when others are.
_OF_THE_CLASSES = (
    "_held",
    "_enrolments",
    "_below",
    "_pupils",
    "_last_year",
    "_settled",
    "_missing",
)


class ClassKey(NamedTuple):
    """A class-section of a school, in the school year that begins in `year`."""

    school: UUID
    year: int
    grade: str
    section: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A child in a class-section, from a day on; until now, where she is in it still."""

    child: UUID
    starts_on: date
    is_open: bool


class KnownClasses:
    """Some classes of some schools; those below them of the year before, where they are asked for."""

    def __init__(self, classes: Iterable[ClassKey], *, hold: bool = False) -> None:
        """Nothing is loaded yet.

        Args:
            hold: lock the class-sections, in the order of their ids, until the transaction ends; what
                is read of them after that stays so.
        """
        self._classes = set(classes)
        self._lock = hold

    def forget(self) -> None:
        """Load everything anew when it is next needed: pupils were enrolled."""
        vars(self).pop("_sections", None)
        self.want(self._classes)

    def want(self, classes: Iterable[ClassKey]) -> None:
        """Say of which classes the registers are, now that their sections are known."""
        self._classes = set(classes)
        for name in _OF_THE_CLASSES:
            vars(self).pop(name, None)

    @cached_property
    def _sections(self) -> dict[ClassKey, ClassSection]:
        schools = {c.school for c in self._classes}
        years = {y for c in self._classes for y in (c.year, c.year - 1)}
        found = ClassSection.objects.filter(school__in=schools, year__in=years)
        if self._lock:
            wanted = {(c.grade, c.section) for c in self._classes}
            list(
                found.filter(
                    year__in={c.year for c in self._classes},
                    grade__in={grade for grade, _ in wanted},
                    section__in={section for _, section in wanted},
                )
                .order_by("pk")
                .select_for_update()
                .values_list("pk")
            )
        return {ClassKey(s.school_id, s.year, s.grade, s.section): s for s in found.order_by("pk")}

    def section(self, key: ClassKey) -> ClassSection | None:
        """The class-section, when there is one."""
        return self._sections.get(key)

    def put_section(self, section: ClassSection) -> None:
        """Note a class that begins now: it has no pupils and no registers yet."""
        key = ClassKey(section.school_id, section.year, section.grade, section.section)
        self._sections[key] = section

    def sections_of(self, school: Body, *, year: int, grade: str) -> list[str]:
        """Names of the sections of a grade."""
        return [k.section for k in self._sections if k[:3] == (school.pk, year, grade)]

    def before(self, key: ClassKey) -> list[ClassKey]:
        """Last year's class below: of the same section, where there was one, else each section."""
        if not key.grade.isdecimal():
            return []
        below = (key.school, key.year - 1, str(int(key.grade) - 1))
        found = [k for k in self._sections if k[:3] == below]
        same = [k for k in found if k.section == key.section]
        return same or found

    # --- pages ---

    @cached_property
    def _held(self) -> dict[UUID, dict[date, RegisterPage]]:
        found: dict[UUID, dict[date, RegisterPage]] = defaultdict(dict)
        wanted = [s.pk for k, s in self._sections.items() if k in self._classes]
        if wanted:
            for page in RegisterPage.objects.filter(class_section__in=wanted):
                found[page.class_section_id][page.month] = page
        return found

    def pages(self, key: ClassKey) -> dict[date, RegisterPage]:
        """The registers of a class that are in, by month."""
        section = self.section(key)
        return self._held[section.pk] if section is not None else {}

    def put(self, page: RegisterPage) -> None:
        """Note a page that was just written."""
        self._held[page.class_section_id][page.month] = page

    # --- who is in it ---

    @cached_property
    def _enrolments(self) -> dict[UUID, list[Enrolled]]:
        return self._enrolled([s.pk for k, s in self._sections.items() if k in self._classes])

    @cached_property
    def _below(self) -> dict[UUID, list[Enrolled]]:
        classes = {b for k in self._classes for b in self.before(k)}
        return self._enrolled([self._sections[k].pk for k in classes])

    def _enrolled(self, sections: Sequence[UUID]) -> dict[UUID, list[Enrolled]]:
        found: dict[UUID, list[Enrolled]] = defaultdict(list)
        if sections:
            rows = Enrolment.objects.filter(class_section__in=sections).order_by("starts_on", "pk")
            for section, child, since, until in rows.values_list(
                "class_section_id", "child_id", "starts_on", "ends_on"
            ):
                found[section].append(Enrolled(child, since, until is None))
        return found

    def enrolled(self, key: ClassKey) -> list[Enrolled]:
        """Everyone who is in a class or was, by the day on which she came."""
        section = self.section(key)
        return self._enrolments.get(section.pk, []) if section is not None else []

    def enrolled_before(self, key: ClassKey) -> list[UUID]:
        """Pupils still enrolled in last year's class below, section by section.

        Those of a section that goes on in no class are found as pupils of a silent class.
        """
        sections = [self._sections[k].pk for k in self.before(key)]
        return [e.child for pk in sections for e in self._below.get(pk, []) if e.is_open]

    @cached_property
    def _pupils(self) -> dict[UUID, list[Known]]:
        return _known([s.pk for k, s in self._sections.items() if k in self._classes])

    def pupils(self, key: ClassKey) -> list[Known]:
        """The pupils of a class as matching sees them."""
        section = self.section(key)
        return self._pupils.get(section.pk, []) if section is not None else []

    @cached_property
    def _last_year(self) -> dict[UUID, list[tuple[Known, str]]]:
        sections = {self._sections[k].pk for of in self._classes for k in self._of_last_year(of)}
        pupils, sexes = _known(list(sections)), sexes_of(list(sections))
        return {pk: [(k, sexes.get(k.key, "")) for k in known] for pk, known in pupils.items()}

    def _of_last_year(self, key: ClassKey) -> list[ClassKey]:
        grades = {key.grade}
        if key.grade.isdecimal():
            grades.add(str(int(key.grade) - 1))
        school, year = key.school, key.year - 1
        return [k for k in self._sections if k[:2] == (school, year) and k.grade in grades]

    def last_year(self, key: ClassKey) -> list[Former]:
        """Pupils still enrolled in last year's class below, or in last year's same class.

        Of every section of them: sections are made anew at the change of session.
        """
        return [
            Former(known, sex, k.grade != key.grade)
            for k in self._of_last_year(key)
            for known, sex in self._last_year.get(self._sections[k].pk, [])
        ]

    @cached_property
    def _settled(self) -> dict[UUID, list[tuple[UUID, date, date | None]]]:
        found: dict[UUID, list[tuple[UUID, date, date | None]]] = defaultdict(list)
        wanted = [s.pk for k, s in self._sections.items() if k in self._classes]
        if wanted:
            settled = MissingPupil.objects.filter(
                class_section__in=wanted, state=MissingPupil.State.SETTLED
            )
            for section, child, month, until in settled.values_list(
                "class_section_id", "child_id", "month", "covered_until_on"
            ):
                found[section].append((child, month, until))
        return found

    def settled(self, key: ClassKey) -> list[tuple[UUID, date, date | None]]:
        """Of whom it was written where she is: missing since which month's register, covered until when."""
        section = self.section(key)
        return self._settled.get(section.pk, []) if section is not None else []

    @cached_property
    def _missing(self) -> set[UUID]:
        wanted = [s.pk for k, s in self._sections.items() if k in self._classes]
        inside = Enrolment.objects.filter(class_section__in=wanted).values("child")
        return set(
            MissingPupil.objects.filter(
                child__in=inside, state=MissingPupil.State.WAITING
            ).values_list("child_id", flat=True)
        )

    def are_missing(self, children: Iterable[UUID]) -> bool:
        """Whether one of these pupils is waited for, of whatever class she is missing."""
        return not self._missing.isdisjoint(children)

    def put_missing(self, children: Iterable[UUID]) -> None:
        """Note pupils who are waited for from now on."""
        self._missing.update(children)


def _known(sections: Sequence[UUID]) -> dict[UUID, list[Known]]:
    """The pupils of some class-sections as matching sees them, by every name they are known under.

    Under a name that is not hers a pupil is known once a person said that a row of that name is she,
    as long as the answer stands.
    """
    pupils = known_pupils(sections)
    if not pupils:
        return pupils
    inside = Enrolment.objects.filter(class_section__in=sections, ends_on__isnull=True)
    said: dict[str, list[str]] = defaultdict(list)
    decisions = RowDecision.objects.filter(is_remembered=True, child__in=inside.values("child"))
    for decision in decisions.exclude(row_tag="").select_related("problem").order_by("pk"):
        name = tidy((decision.problem.raw or {}).get("name", ""))
        if name:
            said[str(decision.child_id)].append(name)
    return (
        {
            section: [
                replace(k, names=(*k.names, *(n for n in said.get(k.key, ()) if n not in k.names)))
                for k in of_class
            ]
            for section, of_class in pupils.items()
        }
        if said
        else pupils
    )


def content(held: RegisterPage) -> PageMarks:
    """A page that is in, as it was written."""
    children = unpack_children(held.children)
    return PageMarks(children, unpack_written(held.marks, len(children)))


def named_on(held: RegisterPage) -> set[UUID]:
    """The children of whom a page tells anything."""
    page = content(held)
    says = np.asarray(tells_of_her(page.marks).any(axis=1))
    return {child for child, is_named in zip(page.children, says, strict=True) if is_named}
