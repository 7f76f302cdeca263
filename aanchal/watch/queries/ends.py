"""What is known of a flag when somebody wants to end it."""

from datetime import date

from aanchal.cases.queries import has_told_out_of, sources_shut_out
from aanchal.kernel.authz import Actor
from aanchal.people.models import Enrolment
from aanchal.registers.queries.books import class_books

from ..findings import group_of, was_given_on
from ..guidance import guidance
from ..models import Finding, Flag
from ..rules.returns import Came, Standing, came_since, standing
from .seats import marks_in, seats_elsewhere


def is_struck_off(flag: Flag) -> bool:
    """Say whether the child's name was cut at school: a visit found so, or her enrolment says so.

    A child who is enrolled again somewhere is not struck off, whatever was found. Two queries.
    """
    enrolments = list(
        Enrolment.objects.filter(child=flag.child_id)
        .order_by("starts_on", "ends_on", "pk")
        .values_list("class_section__school_id", "ends_on", "ended_by")
    )
    open_now = [row for row in enrolments if row[1] is None]
    found = {f.kind for f in Finding.objects.filter(visit__flag=flag)}
    if "name_cut" in found:
        return not any(school != flag.class_section.school_id for school, _e, _b in open_now)
    return not open_now and bool(enrolments) and enrolments[-1][2] == Enrolment.Ended.NAME_CUT


def became_a_concern(actor: Actor, flag: Flag) -> bool:
    """Say whether a visit of this flag found danger, which raised a concern. Three queries at most.

    Put right since, the finding may be no danger any more; the case worker has the concern still.
    To whoever is shut out of the concern the answer is no: by asking she would learn that it exists.
    """
    dangers = [f for f in Finding.objects.filter(visit__flag=flag) if was_given_on(f)]
    sources = [(flag.district, "visit", str(f.visit_id)) for f in dangers]
    hidden = sources_shut_out(actor, sources) if sources else set()
    return any(key not in hidden for _district, _kind, key in sources)


def told_herself(actor: Actor, flag: Flag) -> bool:
    """Say whether the actor told of a concern out of this flag's own page. One query."""
    return has_told_out_of(actor, district=flag.district, question=str(flag.pk))


def was_visited(flag: Flag) -> bool:
    """Say whether somebody was met at a visit of this flag, or something found. One query."""
    return any(group_of(f.kind) != "again" for f in Finding.objects.filter(visit__flag=flag))


def came_back(flag: Flag, *, since: date) -> Came:
    """On how many school days the flag's child came from a day on, by the registers of the class it
    was raised in and of the one she sits in now.
    """
    seat = seats_elsewhere([flag]).get(flag.pk)
    sections = [flag.class_section] + ([seat.class_section] if seat is not None else [])
    days, row = marks_in(list(class_books(sections).values()), flag.child_id)
    return came_since(days, row, since=since) if days else Came(0, 0)


def back_standing(came: Came) -> Standing:
    """What these numbers say, by the programme's own threshold."""
    numbers = guidance()
    return standing(came, fewest_days=int(numbers["back_fewest_days"]), share=numbers["back_share"])
