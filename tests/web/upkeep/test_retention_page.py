"""What is erased when, on the screen: periods and counts, no names; holds placed and lifted."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel import sweeping
from aanchal.kernel.authz import system_actor
from aanchal.kernel.models import ImportProblem, LegalHold
from aanchal.kernel.privacy import PrivacyClass, privacy_of
from aanchal.web.upkeep.retention_words import NAMES
from tests.factories import NOW, a_class
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
REASON = "Order 12 of the court"


def an_administrator():
    return signed_in(Client(), a_person(Role.ADMINISTRATOR, "IN/S10/D206"))


def see(client):
    return client.get(reverse("retention")).content.decode()


def send(client, step, **fields):
    return client.post(reverse("retention"), {"step": step, **fields}, follow=True)


@pytest.mark.parametrize("model", sweeping.in_order(), ids=lambda m: m._meta.label)
def test_whatever_tells_of_a_person_has_its_name_on_the_page(model):
    tells = {PrivacyClass.PERSONAL, PrivacyClass.SENSITIVE} & set(privacy_of(model).values())

    assert (model._meta.label in NAMES) or not tells


def test_the_page_says_how_long_and_how_much_and_names_nobody():
    _section, (child, *_others) = a_class()
    long_ago = NOW.replace(year=2010)
    ImportProblem.objects.create(
        district="D206", area_path="IN", source_kind="x", source_id="x", code="x", template="x",
        found_at=long_ago, settled_at=long_ago, key="x",
    )  # fmt: skip
    sweeping.sweep(system_actor("upkeep"), at=timezone.now())

    page = see(an_administrator())
    assert "until age 21, or 3 school years, whichever is later" in page
    assert "Lines of files that were settled" in page
    for name in (child.given_name, child.code, child.family_name):
        assert name not in page


def test_others_do_not_find_the_page():
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))

    assert client.get(reverse("retention")).status_code == 404


def test_a_hold_is_placed_and_lifted_by_two():
    _section, (child, *_others) = a_class()
    first, second = an_administrator(), an_administrator()

    page = send(first, "place", code="K-9999", whole_household="no", reason=REASON)
    assert "There is no child and no concern of this code here." in page.content.decode()
    assert REASON in page.content.decode(), "nothing typed is lost"
    assert not LegalHold.objects.exists()

    send(first, "place", code=child.code, whole_household="no", reason=REASON)
    hold = LegalHold.objects.get()
    assert child.code in see(second) and child.given_name not in see(second)

    assert "This field is required" in send(second, "ask", hold=hold.pk).content.decode()
    send(second, "ask", hold=hold.pk, reason="It has ended")
    assert "Another administrator must agree" in see(second)
    assert "It has ended" in see(first)
    send(second, "lift", hold=hold.pk)
    assert LegalHold.objects.get().lifted_on is None
    send(first, "keep", hold=hold.pk)
    send(second, "ask", hold=hold.pk, reason="It has ended")
    send(first, "lift", hold=hold.pk)
    assert LegalHold.objects.get().lifted_on is not None
    assert child.code not in see(first)


def test_nothing_is_chosen_beforehand():
    _section, (child, *_others) = a_class()

    send(an_administrator(), "place", code=child.code, reason=REASON)
    assert not LegalHold.objects.exists()


def test_the_number_of_queries_does_not_grow_with_holds_and_nights():
    _section, children = a_class()
    client = an_administrator()

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            see(client)
        return len(found)

    send(client, "place", code=children[0].code, whole_household="no", reason=REASON)
    asked()
    before = asked()
    for child in children[1:]:
        send(client, "place", code=child.code, whole_household="no", reason=REASON)
    assert asked() == before


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_it_is_in_the_readers_language(language):
    client = an_administrator()
    client.post(reverse("set_language"), {"language": language, "next": "/"})

    page = see(client)
    assert "What is erased when" not in page and {"hi": "रोक", "bn": "নিষেধ"}[language] in page
