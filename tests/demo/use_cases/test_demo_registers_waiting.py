"""The demonstration shows a correction, a move between classes and a missing pupil that wait."""

from datetime import date

import pytest
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.demo.new_session import leave_new_session_waiting
from aanchal.demo.waiting_registers import leave_registers_waiting
from aanchal.kernel.authz import system_actor
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassMove
from aanchal.people.rules.pupils import NewPupil
from aanchal.registers.models import Correction, MissingPupil, RegisterFile
from aanchal.registers.queries.promotions import classes_beside_last_year, left_of_last_year
from tests.factories import NOW, a_class, a_page, an_actor
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db


def test_one_of_each_waits_and_played_again_no_more():
    section, children = a_class()
    school = section.school
    classes = [(section, children), a_class(school, grade="7"), a_class(school, grade="8")]
    for held, pupils in classes:
        a_page(held, pupils, ["AAAAAAAAPP"] * len(pupils))
        a_person(Role.TEACHER, school, grade=held.grade, section="A")
    enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=[
            NewPupil(grade="9", section="A", roll="1", given_name="Rina", admission_no="S-9", row=2)
        ],
        on=date(2026, 7, 1),
        at=NOW,
    )

    for _twice in range(2):
        leave_registers_waiting(at=timezone.now())

        assert Correction.objects.get().state == "waiting"
        assert ClassMove.objects.get().state == "waiting"
        missing = MissingPupil.objects.get()
        assert missing.state == "waiting"
        assert missing.child.given_name == "Champa"


def test_the_change_of_session_is_there_with_certain_doubtful_and_left_over_once():
    section, children = a_class(grade="7")
    a_page(section, children, ["PPPPPPPPPP"] * len(children))
    a_person(Role.TEACHER, section.school)

    for _twice in range(2):
        leave_new_session_waiting(at=timezone.now())

        held = RegisterFile.objects.get()
        [beside] = classes_beside_last_year(an_actor(), held)
        assert [b.name for b in beside.certain] == [
            "Riya Kumari", "Sujoy Das", "Ruksana Khatun", "Rohit Das", "Nasima Khatun",
        ]  # fmt: skip
        assert [b.name for b in beside.doubtful] == ["Laxmi Das"]
        left = left_of_last_year(an_actor(), held)
        assert [o.seat.child.given_name for o in left if not o.may_be_a_row] == ["Purnima"]
        assert left[0].is_asked_after
