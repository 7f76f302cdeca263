"""Pupils whom a register leaves out, judged on the class's month as the register would leave it.

Reads only. Expected is whoever is enrolled in the class, however the file is cut: by days, by pupils,
or sent again. At the first register of a school year the pupils are expected too who are still in
the class that this one follows.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from aanchal.people.models import ClassSection, Enrolment
from aanchal.places.models import Body

from .guidance import guidance
from .models import MissingPupil, RegisterPage
from .rules.marks import tells_of_her
from .rules.missing import unnamed
from .rules.pages import Marks, PageMarks, merge_pages, unpack_children, unpack_marks


def left_out(
    *,
    school: Body,
    year: int,
    grade: str,
    section: str,
    month: date,
    days: Sequence[int],
    given: Mapping[UUID, Marks],
) -> tuple[UUID, ...]:
    """Pupils who belong to a class and of whom a register says nothing; five queries at most.

    A pupil who has a mark in a later month is not asked about, nor one of whom it was written where
    she is, whom no later register named, as long as that answer speaks for the days of this one.

    Args:
        month: first day of the month.
        days: days of the month that the register takes.
        given: child → her 31 marks in the register, of the rows that are known to be hers.
    """
    pages = {
        p.month: _content(p)
        for p in RegisterPage.objects.filter(
            class_section__school=school,
            class_section__year=year,
            class_section__grade=grade,
            class_section__section=section,
        )
    }
    end = (month + timedelta(days=31)).replace(day=1)
    expected = _enrolled(school, year=year, grade=grade, sections=[section], until=end)
    if not any(m < month for m in pages):
        expected += _of_class_before(school, year=year, grade=grade, section=section)
    if not expected:
        return ()
    named_in = {m: _named(page) for m, page in pages.items()}
    later = set().union(*(named for m, named in named_in.items() if m > month))
    settled = MissingPupil.objects.filter(
        class_section__school=school,
        class_section__year=year,
        class_section__grade=grade,
        class_section__section=section,
        child__in=expected,
        state=MissingPupil.State.SETTLED,
        covered_until_on__gte=month.replace(day=max(days)) if days else month,
    ).values_list("child_id", "month")
    excused = {
        child
        for child, since in settled
        if not any(child in named for m, named in named_in.items() if m > since)
    }
    merged = _merged(pages.get(month), given)
    asked = [c for c in dict.fromkeys(expected) if c not in later and c not in excused]
    return unnamed(merged, days, asked, last=int(guidance()["left_out_days"]))


def _enrolled(
    school: Body, *, year: int, grade: str, sections: Sequence[str], until: date
) -> list[UUID]:
    return list(
        Enrolment.objects.filter(
            class_section__school=school,
            class_section__year=year,
            class_section__grade=grade,
            class_section__section__in=sections,
            starts_on__lt=until,
            ends_on__isnull=True,
        )
        .order_by("starts_on", "pk")
        .values_list("child_id", flat=True)
    )


def _of_class_before(school: Body, *, year: int, grade: str, section: str) -> list[UUID]:
    """Pupils still enrolled in last year's class below: of the same section, where there was one.

    Those of a section that goes on in no class are found as pupils of a silent class.
    """
    if not grade.isdecimal():
        return []
    below = str(int(grade) - 1)
    sections = list(
        ClassSection.objects.filter(school=school, year=year - 1, grade=below).values_list(
            "section", flat=True
        )
    )
    if section in sections:
        sections = [section]
    return _enrolled(school, year=year - 1, grade=below, sections=sections, until=date.max)


def followed_by_register(former: ClassSection) -> bool:
    """Whether the class that follows one has sent a register, so that none expects its pupils any more.

    Two queries at most.
    """
    if not former.grade.isdecimal():
        return False
    sections = RegisterPage.objects.filter(
        class_section__school=former.school_id,
        class_section__year=former.year + 1,
        class_section__grade=str(int(former.grade) + 1),
    ).values_list("class_section__section", flat=True)
    sent = set(sections)
    if not sent or former.section in sent:
        return bool(sent)
    below = ClassSection.objects.filter(
        school=former.school_id, year=former.year, grade=former.grade
    ).values_list("section", flat=True)
    return bool(sent - set(below))


def _content(held: RegisterPage) -> PageMarks:
    children = unpack_children(held.children)
    return PageMarks(children, unpack_marks(held.marks, len(children)))


def _named(page: PageMarks) -> set[UUID]:
    return {
        child
        for child, row in zip(page.children, page.marks, strict=True)
        if tells_of_her(row).any()
    }


def _merged(held: PageMarks | None, given: Mapping[UUID, Marks]) -> PageMarks:
    if not given:
        return held or PageMarks((), np.zeros((0, 31), np.uint8))
    return merge_pages(held, PageMarks(tuple(given), np.stack(list(given.values())))).page
