"""What may be done a few times only: codes to an address, and looking for colleagues by name."""

from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases import actions as cases
from aanchal.cases.actions import colleagues
from aanchal.cases.queries import colleagues_like
from aanchal.kernel import upkeep
from aanchal.kernel.allowances import Allowance, spend
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import NotAllowed, TooMany
from aanchal.kernel.models import Spent
from aanchal.notices import actions as notices
from aanchal.notices.actions import make_contact_code, set_contact
from aanchal.places.models import Area
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, an_actor
from tests.signing_in import a_person, an_area, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"
TWICE = Allowance("twice", 2, timedelta(hours=1), "no more")


def test_the_last_one_is_refused_until_its_end():
    for _n in range(2):
        spend((TWICE, "a"), at=NOW)
    with pytest.raises(TooMany, match="no more"):
        spend((TWICE, "a"), at=NOW + timedelta(minutes=59))
    spend((TWICE, "b"), at=NOW)
    spend((TWICE, "a"), at=NOW + timedelta(hours=1))


def test_all_or_none_is_counted_and_nothing_says_whose_it_is():
    once = Allowance("once", 1, timedelta(hours=1), "no")
    spend((once, "koel-1"), at=NOW)
    with pytest.raises(TooMany):
        spend((TWICE, "koel-1"), (once, "koel-1"), at=NOW)

    held = Spent.objects.get()
    assert "koel" not in held.pk
    assert upkeep.run_upkeep(at=NOW + timedelta(hours=1))["allowances"] == 1


def a_reached(number="98350 12345"):
    person = a_person(Role.VOLUNTEER, VILLAGE, starts_at=NOW - timedelta(days=1))
    actor = actor_for(person, at=NOW)
    set_contact(actor, user=person, email="", phone=number, shows_phone=False, quiet=None, at=NOW)
    return actor, person


def a_code(actor, person, minutes):
    at = NOW + timedelta(minutes=minutes)
    return make_contact_code(actor, user=person, channel="text", at=at)


def test_one_code_a_minute_and_five_a_day():
    actor, person = a_reached()
    a_code(actor, person, 0)
    with pytest.raises(TooMany, match="a minute"):
        a_code(actor, person, 0.9)
    for minute in range(1, 5):
        a_code(actor, person, minute)
    with pytest.raises(TooMany, match="Five codes"):
        a_code(actor, person, 60)
    a_code(actor, person, 24 * 60)


def test_one_number_is_not_bombarded_by_several_people():
    for n in range(12):
        a_code(*a_reached(), n)
    with pytest.raises(TooMany, match="this number"):
        a_code(*a_reached(), 20)
    a_code(*a_reached("98350 54321"), 20)


def test_whoever_types_the_number_of_another_does_not_use_up_her_codes():
    stranger, owner = a_reached(), a_reached()
    for minute in range(5):
        a_code(*stranger, minute)

    for minute in range(5):
        a_code(*owner, 10 + minute)


def test_the_site_runs_up_no_bill():
    few = Allowance("contact codes of the site", 2, timedelta(hours=1), "Very many")
    with mock.patch.object(notices, "THE_SITE", few):
        for n in range(2):
            a_code(*a_reached(f"98350 1234{n}"), 0)
        with pytest.raises(TooMany, match="Very many"):
            a_code(*a_reached("98350 99999"), 0)


def test_a_code_refused_sends_nothing_and_the_page_says_why(settings):
    settings.AANCHAL_TEXT_GATEWAY_URL = "log:"
    person = a_person(Role.VOLUNTEER, VILLAGE)
    client = signed_in(Client(), person)
    with mock.patch("aanchal.notices.channels.send") as send:
        client.post(reverse("my_contact"), {"step": "save", "phone": "98350 12345"})
        page = client.post(
            reverse("my_contact"), {"step": "send", "channel": "text"}, follow=True
        ).content.decode()
    assert send.call_count == 1
    assert "Wait a minute before the next." in page


def names_found(words, *names):
    area = an_area(VILLAGE)
    for name in names:
        a_person(Role.VOLUNTEER, VILLAGE, name=name, starts_at=NOW - timedelta(days=1))
    return [user.display_name for user in colleagues_like(area, words, at=NOW)]


@pytest.mark.parametrize(
    "words, name, is_found",
    [
        ("Ani", "Anita Devi", False),
        ("Anita", "Anita Devi", True),
        ("Ram", "Ram Kumar", True),
        ("Rim", "Rimi", False),
        ("राम", "राम कुमार", True),
        ("Kanchan Parsad", "Kanchan Prasad", True),
        ("Pr", "Kanchan Prasad", False),
    ],
)
def test_a_few_letters_find_whole_names_only(words, name, is_found):
    assert names_found(words, name) == ([name] if is_found else [])


def test_never_more_than_five_are_shown():
    assert len(names_found("Kanchan Prasad", *["Kanchan Prasad"] * 7)) == 5


def test_looking_for_colleagues_is_counted_and_written_down_without_words():
    area: Area = an_area(VILLAGE)
    actor = an_actor()
    for _n in range(colleagues.AN_HOUR.most):
        cases.search_colleagues(actor, area=area, words="Zzyzx Nobody", at=NOW)
    with pytest.raises(TooMany):
        cases.search_colleagues(actor, area=area, words="Zzyzx Nobody", at=NOW)
    cases.search_colleagues(
        Actor("worker-2", actor.grants), area=area, words="Zzyzx Nobody", at=NOW
    )

    event = audited().filter(verb="colleagues.searched")[0]
    assert event.changes == {"found": 0} and "Zzyzx" not in str(event.__dict__)
    assert event.area_path == "IN/S10/D206"
    with pytest.raises(NotAllowed):
        cases.search_colleagues(an_actor(Role.ADMINISTRATOR), area=area, words="Zzy", at=NOW)


def test_the_second_step_is_not_counted_and_cannot_be_made_up():
    child = a_class(pupils=1)[1][0]
    named = a_person(Role.VOLUNTEER, VILLAGE, name="Qz Kanchan Prasad")
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))
    where = reverse("child_kin", args=[child.pk])
    once = Allowance("one search", 1, timedelta(hours=1), "Enough searched")
    with mock.patch.object(colleagues, "AN_HOUR", once):
        page = client.post(where, {"who": "Qz Kanchan Prasad"})
        mark = dict(page.context["carry"])["asked"]
        made_up = {"who": "Qz Kanchan Prasad", "asked": "person"}
        assert "Enough searched" in client.post(where, made_up).content.decode()
        said = {"who": "Qz Kanchan Prasad", "asked": mark, "person": str(named.pk)}
        client.post(where, said)
    assert child.__class__.objects.get(pk=child.pk).kin() == {str(named.pk)}
