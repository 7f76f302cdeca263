"""Marks are written and put back by those who may, in their own district; others are refused."""

import pytest

from aanchal.attendance.actions.pages import put_row_back
from aanchal.attendance.models import RegisterPage
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.permissions import Role
from tests.factories import NOW, VILLAGE, a_class, a_page, an_actor
from tests.use_cases.test_corrections import JULY, send

pytestmark = pytest.mark.django_db


def test_a_volunteer_of_the_village_writes_no_marks():
    section, children = a_class(pupils=2)
    volunteer = an_actor(Role.VOLUNTEER, VILLAGE)
    a_page(section, children, ["P" * 31] * 2, JULY)
    page = RegisterPage.objects.get()
    with pytest.raises(NotAllowed):
        send(volunteer, section, children, ["A" * 31] * 2)
    with pytest.raises(NotAllowed):
        put_row_back(
            volunteer, held=page, child_id=children[0].pk, before=None, after=b"P" * 31, at=NOW
        )
