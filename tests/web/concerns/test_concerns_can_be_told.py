"""Whoever may tell of a concern finds the door on her first page; who may not, finds none."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from tests.factories import VILLAGE
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_the_door_stands_on_the_first_page_of_who_may_tell(role):
    where = a_school() if role is Role.TEACHER else VILLAGE if role is Role.VOLUNTEER else BLOCK

    page = signed_in(Client(), a_person(role, where)).get("/", follow=True)

    door = reverse("concern_new").encode()
    assert page.status_code == 200
    assert (b'href="' + door in page.content) is (role is not Role.ADMINISTRATOR)
