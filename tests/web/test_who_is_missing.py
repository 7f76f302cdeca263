"""A teacher's home: who of her own class is missing now, worst first, and never a finding."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.attendance.queries.absent import absent_now
from aanchal.kernel.permissions import Role
from tests.factories import JULY, a_class, a_flag, a_page
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def absent():
    """Of six, one is back, one missed the last day, one is on leave, one is gone for five days."""
    section, children = a_class()
    lines = ["PPPPPP", "AAAAAP", "PPPPPA", "PAAAAL", "PALAAA", "PPPPPP"]
    a_page(section, children, lines)
    teacher = a_person(Role.TEACHER, section.school, grade="6", section="A")
    return section, children, teacher


def test_the_longest_absence_comes_first_and_who_is_back_is_not_there(absent):
    section, children, teacher = absent

    found = absent_now(acting(teacher), [section], since=JULY)

    assert [(a.enrolment.child_id, a.days) for a in found] == [
        (children[4].pk, 4),
        (children[2].pk, 1),
    ]


def test_it_takes_three_queries_for_however_many_classes(absent, django_assert_num_queries):
    section, _children, teacher = absent
    other, others = a_class(section.school, grade="7")
    a_page(other, others, ["A"] * 6)
    actor = acting(teacher)

    with django_assert_num_queries(3):
        assert len(absent_now(actor, [section, other], since=JULY)) == 8


def test_the_page_says_days_and_one_word_and_only_of_her_own_class(absent):
    section, children, teacher = absent
    other, others = a_class(section.school, grade="7")
    a_page(other, others, ["A"] * 6)
    a_flag(children[4], section, state="visited", raised_at=timezone.now())

    page = signed_in(Client(), teacher).get(reverse("classes")).content.decode()

    assert "absent 4 school days running, until 6 Jul" in page
    assert "visited" in page
    assert page.index("4 school days") < page.index("absent on 6 Jul")
    assert page.count("absent ") == 2
