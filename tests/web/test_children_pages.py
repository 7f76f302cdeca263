"""The children's pages: found by name in a form's body, lists that narrow, a file that tells all."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.kernel.permissions import Role
from aanchal.people.models import Child
from tests.factories import OTHER_BLOCK, OTHER_VILLAGE, VILLAGE, a_class, a_flag, kin_of
from tests.signing_in import a_person, a_school, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return a_person(Role.COORDINATOR)


def codes(answer):
    return [row[1] for row in answer.context["rows"]]


def test_a_name_is_sent_in_the_body_and_stands_in_no_address_or_log(coordinator, caplog):
    _section, children = a_class(pupils=6)
    client = signed_in(Client(), coordinator)
    caplog.set_level(logging.DEBUG)

    answer = client.post(reverse("child_find"), {"text": "गुड़िया"})

    assert codes(answer)[0] == children[0].code
    assert answer["Cache-Control"] == "no-store"
    assert "गुड़िया" not in caplog.text and "Gudiya" not in caplog.text
    page = client.get(reverse("children")).content.decode()
    assert f'method="post" action="{reverse("child_find")}"' in page
    again = client.get(reverse("child_find") + "?text=Gudiya")
    assert again.status_code == 302 and again["Location"] == reverse("children")


def test_what_is_not_found_and_what_may_not_be_seen_is_one_answer(coordinator):
    a_class(a_school(OTHER_BLOCK), pupils=1)  # Gudiya, in another block
    _section, mine = a_class(pupils=1)
    mine[0].delete() if not mine[0].enrolments.exists() else kin_of(coordinator, mine[0])
    client = signed_in(Client(), coordinator)

    hidden = client.post(reverse("child_find"), {"text": "Gudiya Kumari"})
    absent = client.post(reverse("child_find"), {"text": "Zzyxa Qwertya"})

    assert not codes(hidden) and not codes(absent)
    same = words(absent).replace("Zzyxa Qwertya", "Gudiya Kumari")
    assert _without_nonce(words(hidden)) == _without_nonce(same)


def _without_nonce(page):
    import re

    return re.sub(r'nonce="[^"]*"', "", page)


def test_a_code_finds_in_any_case_and_nothing_typed_is_said_beside_the_field(coordinator):
    _section, children = a_class(pupils=6)
    client = signed_in(Client(), coordinator)

    assert codes(client.post(reverse("child_find"), {"text": "k3"})) == [children[2].code]
    empty = client.post(reverse("child_find"), {"text": " "})
    assert empty.status_code == 400
    assert "Write a name or a code." in empty.content.decode()


def test_a_title_alone_is_answered_with_advice(coordinator):
    a_class(pupils=6)

    answer = signed_in(Client(), coordinator).post(reverse("child_find"), {"text": "Md."})

    assert "Write another part of the name too." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.TEACHER, Role.VOLUNTEER, Role.ADMINISTRATOR])
def test_who_sees_no_children_has_no_search(role):
    where = a_school(VILLAGE) if role == Role.TEACHER else VILLAGE
    person = a_person(role, where)

    answer = signed_in(Client(), person).post(reverse("child_find"), {"text": "Gudiya"})

    assert answer.status_code == 404


def test_the_list_is_narrowed_and_ordered_by_keys_in_the_address(coordinator):
    school = a_school(VILLAGE)
    six, sixes = a_class(school, grade="6", pupils=3)
    _seven, sevens = a_class(school, grade="7", pupils=2)
    _other, others = a_class(a_school(OTHER_VILLAGE), pupils=2)
    now = timezone.now()
    a_flag(sixes[2], six, raised_at=now - timedelta(days=9), channel="ordinary")
    a_flag(sixes[1], six, raised_at=now)
    a_flag(sixes[0], six, raised_at=now - timedelta(days=30), state="closed")
    client = signed_in(Client(), coordinator)

    def listed(**asked):
        return codes(client.get(reverse("children"), asked))

    def those(children):
        return [c.code for c in children]

    assert listed(school=school.pk) == those(sixes + sevens)
    assert listed(village=others[0].area_id) == those(others)
    assert listed(school=school.pk, grade="7") == those(sevens)
    assert listed(sort="waiting") == [sixes[1].code, sixes[2].code]
    assert listed(sort="newest")[0] in those(Child.objects.all())
    assert len(listed(school="no-school", sort="nothing")) == 7


def test_a_list_offers_no_place_of_others_and_hides_ones_own_kin(coordinator):
    a_class(pupils=2)
    _elsewhere, others = a_class(
        a_school("IN/S10/D207/B1900/P920/V921", name="Far School"), pupils=2
    )
    kin_of(coordinator, Child.objects.exclude(pk__in=[o.pk for o in others]).first())

    answer = signed_in(Client(), coordinator).get(reverse("children"))

    assert "Far School" not in answer.content.decode()
    assert len(codes(answer)) == 1
    asked = signed_in(Client(), coordinator).get(
        reverse("children"), {"village": others[0].area_id}
    )
    assert len(codes(asked)) == 1, "a village that is not hers counts as not asked"


def test_a_row_opens_the_childs_file_and_the_list_asks_few_queries(coordinator):
    client = signed_in(Client(), coordinator)

    def queries():
        client.get(reverse("children"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("children"))
        return len(seen)

    _section, children = a_class(pupils=2)
    few = queries()
    a_class(a_school(VILLAGE), pupils=12)
    page = client.get(reverse("children")).content.decode()

    assert f'href="{reverse("child", args=[children[0].pk])}"' in page
    assert queries() <= few + 0
