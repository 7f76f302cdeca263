"""Pupils whom a register leaves out, judged on the class's month as the register would leave it.

Reads only. Expected is whoever is enrolled in the class, however the file is cut: by days, by pupils,
or sent again. At the first register of a school year the pupils are expected too who are still in
the class that this one follows.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from aanchal.people.models import ClassSection

from .guidance import guidance
from .known_classes import ClassKey, KnownClasses, content, named_on
from .models import RegisterPage
from .rules.missing import unnamed
from .rules.pages import PageMarks, merge_pages


def left_out(
    key: ClassKey,
    *,
    month: date,
    days: Sequence[int],
    given: PageMarks,
    known: KnownClasses | None = None,
) -> tuple[UUID, ...]:
    """Pupils who belong to a class and of whom a register says nothing; five queries at most.

    A pupil who has a mark in a later month is not asked about, nor one of whom it was written where
    she is, whom no later register named, as long as that answer speaks for the days of this one.

    Args:
        month: first day of the month.
        days: days of the month that the register takes.
        given: the register's marks, of the rows that are known to be a pupil's.
        known: where several classes were loaded together, this one among them.
    """
    known = known or KnownClasses([key])
    pages = known.pages(key)
    end = (month + timedelta(days=31)).replace(day=1)
    expected = [e.child for e in known.enrolled(key) if e.is_open and e.starts_on < end]
    if not any(m < month for m in pages):
        expected += known.enrolled_before(key)
    if not expected:
        return ()
    held = pages.get(month)
    merged = merge_pages(content(held) if held is not None else None, given).page
    asked = unnamed(
        merged, days, list(dict.fromkeys(expected)), last=int(guidance()["left_out_days"])
    )
    if not asked:
        return ()
    named_in = {m: named_on(page) for m, page in pages.items()}
    later = set().union(*(named for m, named in named_in.items() if m > month))
    last = month.replace(day=max(days)) if days else month
    excused = {
        child
        for child, since, until in known.settled(key)
        if until is not None
        and until >= last
        and not any(child in named for m, named in named_in.items() if m > since)
    }
    return tuple(c for c in asked if c not in later and c not in excused)


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
