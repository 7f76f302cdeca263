"""What the demonstration plays on one evening stands in the order in which it can happen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.demo.build import _Past
from aanchal.demo.stories import Told, Work
from aanchal.watch.actions import assign_visit
from aanchal.watch.models import Visit
from tests.factories import VILLAGE, a_class, a_flag
from tests.signing_in import a_person, acting

pytestmark = pytest.mark.django_db
LOCKED = Told("not_home", "nobody", False, "visit_again", {"en": ""}, "", "", 0)


def test_where_nobody_was_at_home_on_the_same_evening_no_second_visit_is_older_than_the_question():
    section, children = a_class(pupils=1)
    raised_at = timezone.now() - timedelta(days=9)
    early = raised_at - timedelta(days=1)
    flag = a_flag(children[0], section, channel="urgent", raised_at=raised_at)
    sent_at = raised_at + timedelta(minutes=40)
    first = assign_visit(
        acting(a_person(Role.COORDINATOR, starts_at=early)),
        flag=flag,
        volunteer=a_person(Role.VOLUNTEER, VILLAGE, starts_at=early),
        at=sent_at,
    )
    past = _Past.__new__(_Past)
    past.languages, past.slipped = {}, True

    past._visit(first.pk, LOCKED, Work(raised_at.date()), raised_at - timedelta(hours=1))

    later = Visit.objects.exclude(pk=first.pk).get()
    assert later.assigned_at > sent_at > raised_at
