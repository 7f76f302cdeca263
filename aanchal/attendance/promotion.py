"""Rows of a new session's register laid beside last year's classes of the school. Reads only."""

from collections.abc import Sequence
from typing import Protocol

from aanchal.people.actions import as_known
from aanchal.people.models import Enrolment
from aanchal.people.rules.promotion import Former, Newcomer, Proposed, propose
from aanchal.places.models import Body


class _Named(Protocol):
    name: str
    sex: str
    admission_no: str


def still_of_last_year(school: Body, *, year: int, grade: str) -> list[Enrolment]:
    """Pupils still enrolled in last year's class below, or in last year's same class; two queries.

    Every section of them: sections are made anew at the change of session.
    """
    grades = [grade, str(int(grade) - 1)] if grade.isdecimal() else [grade]
    return list(
        Enrolment.objects.filter(
            class_section__school=school,
            class_section__year=year - 1,
            class_section__grade__in=grades,
            ends_on__isnull=True,
        )
        .select_related("child", "class_section")
        .prefetch_related("child__identifiers")
        .order_by("starts_on", "pk")
    )


def propose_promoted(
    school: Body, *, year: int, grade: str, rows: Sequence[_Named]
) -> list[Proposed]:
    """Who of last year's classes each row may be, one `Proposed` a row; two queries."""
    former = [
        Former(as_known(e), e.child.sex, e.class_section.grade != grade)
        for e in still_of_last_year(school, year=year, grade=grade)
    ]
    if not former:
        return [Proposed()] * len(rows)
    return propose([Newcomer(r.name, r.sex, r.admission_no) for r in rows], former)
