"""A teacher's home: who of her own class is missing now, worst first, and never a finding."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.watch.queries.absent import absent_now
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

    assert [(a.enrolment.child_id, a.days, a.leave_since) for a in found] == [
        (children[3].pk, 5, JULY + timedelta(days=5)),
        (children[4].pk, 4, None),
        (children[2].pk, 1, None),
    ]


def test_a_pupil_on_leave_is_shown_with_the_day_since_and_her_days_away(absent):
    _section, children, teacher = absent
    children[3].given_name = "Leavename"
    children[3].save()

    page = signed_in(Client(), teacher).get(reverse("classes")).content.decode()

    group = page[page.index('id="on-leave"') :]
    group = group[: group.index("</section>")]
    assert "on leave since 6 Jul" in group and "away 5 school days running" in group
    assert "Leavename" in group and "absent" not in group
    assert "Whoever is away for 10 school days" in group
    assert "Leavename" not in page[: page.index('id="on-leave"')]


@pytest.mark.parametrize(
    "marks, days, last_on, since",
    [
        ("PPAA.H", 2, 4, None),
        ("PALL..", 3, 4, 3),
        ("PLLA..", 1, 4, None),
        ("PPPPP.", 0, 0, None),
        ("PAAAPL", 1, 6, 6),
    ],
)
def test_days_on_which_the_register_says_nothing_of_her_do_not_bring_her_back(
    marks, days, last_on, since
):
    section, children = a_class(pupils=2)
    a_page(section, children, ["PPPPPP", marks])
    teacher = a_person(Role.TEACHER, section.school, grade="6", section="A")

    found = absent_now(acting(teacher), [section], since=JULY)

    if not days:
        assert not found
        return
    [away] = found
    assert (away.days, away.last_on.day) == (days, last_on)
    assert (away.leave_since.day if away.leave_since else None) == since


def test_it_takes_three_queries_for_however_many_classes(absent, django_assert_num_queries):
    section, _children, teacher = absent
    other, others = a_class(section.school, grade="7")
    a_page(other, others, ["A"] * 6)
    actor = acting(teacher)

    with django_assert_num_queries(3):
        assert len(absent_now(actor, [section, other], since=JULY)) == 9


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
