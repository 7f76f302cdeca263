"""A concern that nobody opens: one case worker is told, then another, then who is above them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.cases.models import Concern
from aanchal.notices import channels
from aanchal.notices.jobs import pass_notices_on
from aanchal.notices.models import Contact
from tests.chromium import DESKTOP, PHONE
from tests.factories import VILLAGE
from tests.journeys.village import BLOCK, send_all_registers
from tests.signing_in import a_person, acting, an_area

NIGHT = "Made-up words about a child"


@pytest.fixture
def forward(monkeypatch):
    """Move the clock of the whole office forward by some hours."""
    ahead = timedelta()
    now = timezone.now

    def move(hours):
        nonlocal ahead
        ahead += timedelta(hours=hours)

    monkeypatch.setattr(timezone, "now", lambda: now() + ahead)
    return move


@pytest.fixture
def sent(monkeypatch):
    """Number → how many messages went there; texts can leave."""
    out = []
    for name in ("actions", "health"):
        monkeypatch.setattr(f"aanchal.notices.{name}.channels_open", lambda: frozenset({"text"}))
    monkeypatch.setattr(channels, "send", lambda channel, *, to, subject, text: out.append(to))
    return out


def reachable(user, number):
    Contact.objects.create(
        user=user, phone=number, phone_confirmed_on=timezone.localdate(), shows_phone=True
    )
    return user


def test_a_concern_nobody_opens_climbs(village, as_person, look, forward, sent):
    send_all_registers(village)
    near = reachable(a_person(Role.CASE_WORKER, BLOCK, name="Rekha Kumari"), "+919800000001")
    far = reachable(village.case_worker, "+919800000002")
    coordinator = reachable(village.coordinator, "+919800000003")
    raise_concern(
        acting(village.volunteer), kind="trafficking", area=an_area(VILLAGE),
        child=village.child, source_kind="person", source_id="1", told=NIGHT, at=timezone.now(),
    )  # fmt: skip

    pass_notices_on()
    assert sent == ["+919800000001"]
    _she_finds_it_and_does_not_open_it(near, as_person, look)

    forward(2)
    pass_notices_on()
    assert sent == ["+919800000001", "+919800000002"]
    _it_is_past_its_time(far, as_person, look)
    _the_coordinator_knows_nothing_of_it(coordinator, as_person)

    forward(6)
    pass_notices_on()
    assert sent[2:] == ["+919800000003"]
    _the_coordinator_is_told_whom_to_call(coordinator, as_person, look)

    _one_of_them_takes_it_up(near, as_person)
    pass_notices_on()
    assert len(sent) == 3
    _nothing_waits_any_more(coordinator, as_person, look)


def _she_finds_it_and_does_not_open_it(near, as_person, look):
    page = as_person(near, viewport=PHONE)
    page.get_by_role("link", name="Waiting 1").click()
    line = page.get_by_role("link", name="A concern that nobody has taken up")
    assert line.is_visible()
    assert page.locator("main .tag.now").inner_text() == "urgent"
    assert page.locator(".reason.large").count() == 0
    look(page, "waiting-case-worker")


def _it_is_past_its_time(far, as_person, look):
    page = as_person(far, viewport=PHONE)
    page.goto("/waiting/")
    large = page.locator(".reason.large")
    assert "1 thing has waited past its time" in large.inner_text()
    look(page, "waiting-past-its-time")


def _the_coordinator_knows_nothing_of_it(coordinator, as_person):
    page = as_person(coordinator, viewport=DESKTOP)
    page.goto("/waiting/")
    page.get_by_text("Nothing waits for you.").wait_for()


def _the_coordinator_is_told_whom_to_call(coordinator, as_person, look):
    for language in ("hi", "bn", "en"):
        page = as_person(coordinator, viewport=PHONE, language=language)
        page.goto("/waiting/")
        look(page, f"waiting-coordinator-{language}")
    said = page.locator("main").inner_text()
    assert "no case worker has opened it" in said
    assert page.get_by_role("link", name="Call +919800000001").get_attribute("href") == (
        "tel:+919800000001"
    )
    for word in ("Hariharpur", "traffick", NIGHT, "K-"):
        assert word not in said


def _one_of_them_takes_it_up(near, as_person):
    page = as_person(near, viewport=PHONE)
    page.goto("/waiting/")
    page.get_by_role("link", name="A concern that nobody has taken up").click()
    page.get_by_role("button", name="Take it up").click()
    assert Concern.objects.get().stage == Concern.Stage.TAKEN_UP


def _nothing_waits_any_more(coordinator, as_person, look):
    page = as_person(coordinator, viewport=PHONE)
    page.goto("/waiting/")
    page.get_by_text("Nothing waits for you.").wait_for()
    page.get_by_role("link", name="Waiting 0").wait_for()
    look(page, "waiting-nothing")
