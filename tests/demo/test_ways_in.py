"""Who is shown in the demonstration: people who hold their role, and the head of a school."""

import pytest
from django.utils import timezone

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.demo.ways_in import busiest, head_of_school
from tests.signing_in import a_person, a_school

pytestmark = pytest.mark.django_db


def test_a_role_that_waits_for_a_second_yes_is_not_shown():
    asked, holds = (a_person(Role.VOLUNTEER), a_person(Role.COORDINATOR))
    asked.username, holds.username = "aarti", "zoya"
    asked.save()
    holds.save()
    held = holds.grants.get()
    Grant.objects.create(
        user=asked,
        role=Role.COORDINATOR,
        area=held.area,
        area_path=held.area_path,
        starts_at=held.starts_at,
        given_by="somebody",
        given_at=timezone.now(),
        needs_approval=True,
    )

    assert busiest(Role.COORDINATOR) == holds
    assert busiest(Role.VOLUNTEER) == asked


def test_the_head_shown_is_that_of_the_school_of_the_teacher_shown():
    school, other = a_school(), a_school()
    elsewhere, head, teacher = (
        a_person(Role.TEACHER, other),
        a_person(Role.TEACHER, school),
        a_person(Role.TEACHER, school),
    )
    teacher.grants.update(grade="6", section="A")
    assert elsewhere.username < head.username

    assert busiest(Role.TEACHER) == teacher
    assert head_of_school() == head
