"""Moves between classes on the screen: who sees what, the yes, the no with a word, taking back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassMove, Enrolment, Kinship
from aanchal.people.rules.pupils import NewPupil
from tests.factories import VILLAGE, kin_of
from tests.signing_in import a_person, a_school, acting, signed_in

pytestmark = pytest.mark.django_db


def a_pupil(section, number, name):
    return NewPupil(
        grade="4", section=section, roll="5", given_name=name, admission_no=number, row=2
    )


@pytest.fixture
def asked():
    """A teacher of IV A guessed the number of a child of IV B; the head, and who asked."""
    school = a_school(VILLAGE)
    given = {"school": school, "on": date(2026, 7, 1), "at": timezone.now()}
    enrol_pupils(system_actor("imports"), pupils=[a_pupil("B", "B-1", "Secretname")], **given)
    teacher = a_person(Role.TEACHER, school, grade="4", section="A", name="Tara")
    head = a_person(Role.TEACHER, school, name="Hema")
    enrol_pupils(acting(teacher), pupils=[a_pupil("A", "B-1", "Guessedname")], **given)
    return signed_in(Client(), teacher), signed_in(Client(), head), ClassMove.objects.get()


def see(client, name="class_moves"):
    return client.get(reverse(name)).content.decode()


def send(client, move, step, **more):
    return client.post(reverse("class_moves"), {"move": move.pk, "step": step, **more})


def test_the_asker_sees_what_she_wrote_and_never_the_childs_name(asked):
    teacher, head, move = asked

    assert "Guessedname" in see(teacher)
    assert "Secretname" not in see(teacher)
    assert move.child.code not in see(teacher)
    assert "Secretname" in see(head)
    assert "Guessedname" in see(head)
    assert "Tara" in see(head)


def a_child_in_devanagari(list_says=""):
    """A child whose name is held in Devanagari; a teacher's list asks for her."""
    school = a_school(VILLAGE)
    given = {"school": school, "on": date(2026, 7, 1), "at": timezone.now()}
    held = replace(a_pupil("B", "B-1", "Heldname"), own_script_name="गुड़िया कुमारी")
    enrol_pupils(system_actor("imports"), pupils=[held], **given)
    teacher = a_person(Role.TEACHER, school, grade="4", section="A", name="Tara")
    asked_for = replace(a_pupil("A", "B-1", "Gudiya"), own_script_name=list_says)
    enrol_pupils(acting(teacher), pupils=[asked_for], **given)
    return teacher, signed_in(Client(), a_person(Role.TEACHER, school)), ClassMove.objects.get()


def test_the_asker_sees_the_name_in_the_script_in_which_she_wrote_it():
    teacher, _head, _move = a_child_in_devanagari(list_says="गुड़िया")

    page = see(signed_in(Client(), teacher))

    assert "गुड़िया" in page and "Gudiya" not in page and "कुमारी" not in page


def test_once_the_child_is_hers_the_asker_sees_her_name_as_every_page_writes_it():
    teacher, head, move = a_child_in_devanagari()
    asker = signed_in(Client(), teacher)
    assert "कुमारी" not in see(asker)
    send(head, move, "agree")
    assert "गुड़िया कुमारी" in see(asker)

    Grant.objects.filter(user=teacher).update(grade="5")
    assert "कुमारी" not in see(asker)
    Grant.objects.filter(user=teacher).update(grade="4")
    kin_of(teacher, move.child)
    assert "कुमारी" not in see(asker)
    Kinship.objects.all().delete()
    Enrolment.objects.filter(ends_on__isnull=True).update(ends_on=date(2026, 7, 2))
    assert "कुमारी" not in see(asker)


def test_the_home_of_who_may_say_yes_counts_it_and_the_other_classs_teacher_sees_nothing(asked):
    teacher, head, move = asked
    other = a_person(Role.TEACHER, move.to_section.school, grade="4", section="B")

    assert "1 pupil is to move to another class" in see(head, "classes")
    assert "You asked for 1 pupil of another class" in see(teacher, "classes")
    assert reverse("class_moves") not in see(signed_in(Client(), other), "classes")


def test_a_question_that_waits_too_long_is_said_to(asked):
    _teacher, head, _move = asked
    assert "waits too long" not in see(head, "classes")

    ClassMove.objects.update(asked_at=timezone.now() - timedelta(days=4))

    assert "waits too long" in see(head, "classes")
    assert "waits too long" in see(head)


def test_yes_moves_the_pupil_and_sent_twice_moves_her_once(asked):
    _teacher, head, move = asked

    send(head, move, "agree")
    again = send(head, move, "agree")

    assert again.status_code == 302
    assert Enrolment.objects.get(ends_on__isnull=True).class_section.section == "A"
    assert "already changed" in see(head)


def test_no_needs_a_word_and_the_word_reaches_the_asker(asked):
    teacher, head, move = asked

    empty = send(head, move, "refuse", answer="")
    assert empty.status_code == 400
    assert "Say in a word why not" in empty.content.decode()
    send(head, move, "refuse", answer="She sits in B")

    assert "She sits in B" in see(teacher)
    assert Enrolment.objects.get().class_section.section == "B"


def test_the_asker_takes_it_back_and_cannot_say_yes(asked):
    teacher, head, move = asked

    send(teacher, move, "agree")
    assert Enrolment.objects.get().class_section.section == "B"
    send(teacher, move, "take_back")

    move.refresh_from_db()
    assert move.state == "taken_back"
    assert "Secretname" not in see(head)


def test_a_yes_said_too_early_is_undone_on_the_page(asked):
    teacher, head, move = asked
    send(head, move, "agree")
    assert "Undo: back to her old class" in see(head)
    assert "Undo: back to her old class" not in see(teacher)

    send(teacher, move, "undo")
    assert Enrolment.objects.get(ends_on__isnull=True).class_section.section == "A"
    send(head, move, "undo")

    assert Enrolment.objects.get(ends_on__isnull=True).class_section.section == "B"
    assert "Yes, move to" in see(head)
