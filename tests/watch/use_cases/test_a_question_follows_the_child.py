"""A question stays true when its child sits in another class: no other question is asked meanwhile."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.people.models import Enrolment
from aanchal.watch.actions import record_outcome, run_watch
from aanchal.watch.models import Flag, Outcome
from aanchal.watch.queries.returns import since_signal
from aanchal.watch.queries.seats import marks_in, seats_elsewhere
from aanchal.watch.rules.returns import Standing
from tests.factories import NOW, OTHER_BLOCK, a_class, a_flag, a_page, an_actor
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db
MOVED_ON = date(2026, 7, 21)
# The question is of 20 July; she comes in the other school from the 21st on, but for one day.
THERE = "." * 20 + "PPPPP.PPAPP"
GONE_THERE = "." * 20 + "PAAAA.AAAAA"


def moved(marks):
    """A child asked after in one block, who sits in a school of another block since."""
    section, children = a_class(pupils=2)
    other, others = a_class(a_school(OTHER_BLOCK), grade="7", pupils=9)
    child = children[0]
    a_page(section, children, ["PPPP.AAAAAA.AAAAAA.A", "PPPP.PPPPPP.PPPPPP.P"])
    flag = a_flag(child, section)
    child.enrolments.update(ends_on=MOVED_ON, ended_by="moved")
    Enrolment.objects.create(
        district=child.district, child=child, class_section=other, roll_no="10", starts_on=MOVED_ON
    )
    a_page(other, [*others, child], [*["." * 20 + "PPPPP.PPPPP"] * 9, marks])
    return flag, other


def test_who_comes_in_her_new_school_is_back_and_the_question_can_be_ended():
    flag, _other = moved(THERE)

    since = since_signal([flag])[flag.pk]

    assert since.returned is not None and since.returned.standing is Standing.BACK
    record_outcome(an_actor(), flag=flag, kind="back", since_on=MOVED_ON, child_seen=True, at=NOW)
    assert Outcome.objects.get().kind == "back"
    assert Flag.objects.get().state == "closed"


def test_who_is_away_in_her_new_school_has_one_question_that_says_where_she_sits():
    flag, other = moved(GONE_THERE)

    run_watch(system_actor("watch"), on=date(2026, 7, 31), at=NOW)

    assert list(Flag.objects.filter(child=flag.child)) == [flag]
    since = since_signal([flag])[flag.pk]
    assert since.returned is None or since.returned.standing is not Standing.BACK
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))
    page = coordinator.get(reverse("flag", args=[flag.pk])).content.decode()
    assert f"class VII A of {other.school.name} since 21 Jul 2026" in page
    assert "absent" in page


def test_a_question_whose_child_sits_where_it_was_raised_says_nothing_of_it():
    section, children = a_class(pupils=1)
    flag = a_flag(children[0], section)
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))

    assert seats_elsewhere([flag]) == {}
    page = coordinator.get(reverse("flag", args=[flag.pk])).content.decode()
    assert "No second question is asked" not in page


def test_it_takes_the_same_queries_for_however_many_questions(django_assert_num_queries):
    first, _other = moved(THERE)
    section, children = a_class(grade="8", pupils=4)
    flags = [first, *(a_flag(child, section) for child in children)]

    with django_assert_num_queries(2):
        assert len(since_signal(flags)) == 5


def test_a_blank_of_one_class_does_not_hide_a_mark_of_the_other():
    flag, other = moved(THERE)
    from aanchal.registers.queries.books import class_books

    books = class_books([flag.class_section, other])
    days, marks = marks_in(list(books.values()), flag.child_id)

    said = dict(zip(days, marks, strict=True))
    assert (said[date(2026, 7, 20)], said[date(2026, 7, 21)]) == (2, 1)
    assert days == sorted(days)
