"""Places, schools and holidays are named in the reader's own script, on every page that names them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from aanchal.places.actions import set_calendar
from aanchal.places.models import Area, Body
from aanchal.web.shell.routes import ROUTES
from tests.place_files import AT, a_joiner
from tests.security.pages import PAGES
from tests.signing_in import an_area, signed_in
from tests.two_districts import BLOCK, SIX, two_districts

pytestmark = pytest.mark.django_db
assert get_resolver().url_patterns
OWN = {"Latinplace": "परसौनी", "Latinschool": "प्राथमिक विद्यालय"}
# Whoever joins two lists of places reads what stands in each, letter by letter.
BOTH_SCRIPTS = {"joins", "joins_confirm_all", "join", "place_problems", "place_file", "subdistrict"}


def pages_of(office, who):
    """Every page that this person opens, each with every record of hers."""
    for name, page in PAGES.items():
        if page.token or "GET" not in ROUTES[name].methods or name in BOTH_SCRIPTS:
            continue
        if page.kind:
            for label in sorted(page.own.get(who, ())):
                yield name, reverse(name, args=[office.records[page.kind][label].pk]) + page.asked
        elif who in page.who:
            yield name, reverse(name) + page.asked


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.parametrize("who", SIX)
def test_no_page_names_a_place_in_latin_letters_that_has_a_name_in_its_own(who, language):
    office = two_districts()
    Area.objects.update(name="Latinplace", local_name=OWN["Latinplace"])
    Body.objects.update(name="Latinschool", local_name=OWN["Latinschool"])
    client = signed_in(Client(), office.people[who])
    client.cookies["aanchal_language"] = language

    latin, own = [], set()
    for name, address in pages_of(office, who):
        answer = client.get(address)
        if "html" in answer.headers.get("Content-Type", ""):
            said = answer.content.decode()
            latin += [(name, word) for word in OWN if word in said]
            own |= {word for word in OWN.values() if word in said}

    assert not latin
    assert own, "her pages name places, or this test has looked at none"


@pytest.mark.parametrize(
    "language, name", [("en", "Winter vacation"), ("hi", "सर्दी की छुट्टियाँ"), ("bn", "শীতের ছুটি")]
)
def test_a_vacation_is_named_in_the_readers_language(language, name):
    office = two_districts()
    on = timezone.localdate().replace(day=10)
    block = an_area("/".join(BLOCK.split("/")[:4]))
    set_calendar(
        a_joiner(), area=block, weekly_off=[7], year_starts_in=4, source="Order 1", at=AT,
        closures=[("vacation", "Winter vacation", on, on + timedelta(days=2))],
    )  # fmt: skip
    client = signed_in(Client(), office.people["coordinator"])
    client.cookies["aanchal_language"] = language

    page = client.get(reverse("place_calendar", args=[block.pk])).content.decode()

    assert name in page
    assert (re.search("Winter vacation", page) is None) is (language != "en")
