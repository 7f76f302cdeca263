"""Marks are written and put back by those who may, in their own district; others are refused."""

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed
from aanchal.registers.actions.row_undo import put_row_back
from aanchal.registers.models import RegisterPage, RowDecision
from tests.factories import NOW, VILLAGE, a_class, a_page, an_actor
from tests.registers.use_cases.test_corrections import JULY, send

pytestmark = pytest.mark.django_db


def test_a_volunteer_of_the_village_writes_no_marks():
    section, children = a_class(pupils=2)
    volunteer = an_actor(Role.VOLUNTEER, VILLAGE)
    a_page(section, children, ["P" * 31] * 2, JULY)
    page = RegisterPage.objects.get()
    decision = RowDecision(page=page, child=children[0], after=b"\1" * 31, decided_at=NOW)
    with pytest.raises(NotAllowed):
        send(volunteer, section, children, ["A" * 31] * 2)
    with pytest.raises(NotAllowed):
        put_row_back(volunteer, decision=decision, at=NOW)
