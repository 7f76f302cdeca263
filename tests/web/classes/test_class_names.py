"""A class is called as schools write it, II A, on every page and in every list of people."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.web.access.presenters.rows import place_words, roles_in_short
from tests.factories import NOW, VILLAGE
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


def a_teacher_of(*classes):
    school = a_school(VILLAGE)
    grade, section = classes[0]
    teacher = a_person(Role.TEACHER, school, grade=grade, section=section, name="Tara")
    grant = Grant.objects.get(user=teacher)
    for grade, section in classes[1:]:
        grant.pk, grant.grade, grant.section, grant._state.adding = None, grade, section, True
        grant.pk = Grant._meta.pk.get_default()
        grant.save()
    return school, teacher


def test_the_list_of_people_writes_the_classes_of_a_teacher_in_their_order():
    school, teacher = a_teacher_of(("10", "A"), ("9", "B"), ("2", "A"), ("2", ""))

    [line] = roles_in_short(Grant.objects.filter(user=teacher))

    assert line == f"Teacher · {school.name} II, II A, IX B, X A"


def test_one_grant_is_named_likewise_and_a_whole_school_by_its_name():
    school, teacher = a_teacher_of(("2", "A"))
    head = a_person(Role.TEACHER, school)

    assert place_words(Grant.objects.get(user=teacher)) == f"{school.name} II A"
    assert place_words(Grant.objects.get(user=head)) == school.name


def test_no_page_about_people_writes_a_class_in_digits():
    school, teacher = a_teacher_of(("2", "A"))
    client = signed_in(Client(), a_person(Role.ADMINISTRATOR, BLOCK, starts_at=NOW))

    for where in (reverse("people"), reverse("person", args=[teacher.pk])):
        page = client.get(where).content.decode()
        assert f"{school.name} II A" in page and f"{school.name} 2 A" not in page
