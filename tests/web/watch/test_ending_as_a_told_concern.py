"""A question out of which a concern was told can end as one, by whoever told it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.cases.models import Concern
from aanchal.kernel.errors import Invalid
from aanchal.watch.actions import record_outcome
from aanchal.watch.models import Flag, Outcome
from tests.signing_in import a_person, signed_in
from tests.web.visits.test_visit_pages import in_hand
from tests.web.visits.test_visit_pages import told as visited

pytestmark = pytest.mark.django_db
CONCERN = 'value="concern"'


def tell(user, flag, key="one", **more):
    return raise_concern(
        actor_for(user), kind="missing", area=flag.area, child=flag.child, source_kind="person",
        source_id=key, told="Her aunt does not know.", question_id=str(flag.pk),
        at=timezone.now(), **more,
    )  # fmt: skip


def page(user, flag):
    return signed_in(Client(), user).get(reverse("flag", args=[flag.pk])).content.decode()


def end(user, flag):
    return record_outcome(
        actor_for(user), flag=flag, kind="concern", since_on=timezone.localdate(),
        child_seen=False, at=timezone.now(),
    )  # fmt: skip


def test_whoever_told_of_a_concern_out_of_a_question_may_end_it_as_one():
    visit, _client = in_hand()
    visited(visit, kind="fears_school", next_step="coordinator")
    teller, other = a_person(Role.COORDINATOR), a_person(Role.COORDINATOR)
    assert CONCERN not in page(teller, visit.flag)
    tell(teller, visit.flag)
    tell(teller, visit.flag, key="two")

    assert CONCERN in page(teller, visit.flag)
    assert CONCERN not in page(other, visit.flag), "she may be the one whom it is about"
    with pytest.raises(Invalid):
        end(other, visit.flag)
    end(teller, visit.flag)

    assert Flag.objects.get().state == Flag.State.CLOSED
    tags = set(Concern.objects.values_list("question_tag", flat=True))
    assert len(tags) == 2, "equal tags would join two concerns of one question"


def test_the_one_implicated_does_not_read_that_it_ended_as_a_concern():
    visit, _client = in_hand()
    visited(visit, kind="fears_school", next_step="coordinator")
    teller, meant = a_person(Role.COORDINATOR), a_person(Role.COORDINATOR)
    tell(teller, visit.flag, implicated=[meant])
    end(teller, visit.flag)

    assert "It is a concern now" in page(teller, visit.flag)
    hers = page(meant, visit.flag)
    assert "It is a concern now" not in hers and "Nothing more is needed" in hers
    assert Outcome.objects.get().kind == "concern"
