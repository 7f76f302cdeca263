"""What is sent of a visit that was taken back, on a phone and in each language: looked at, and used."""

import pytest
from django.urls import reverse
from django.utils import timezone

from aanchal.access.models import User
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.watch.models import Flag, LateFinding, Visit
from tests.chromium import PHONE, width_of
from tests.signing_in import a_person
from tests.web.visits.test_visit_pages import in_hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
WORDS = "A man from the brick kiln came on Tuesday."
LANGUAGES = pytest.mark.parametrize("language", ["en", "hi", "bn"])


@pytest.fixture
def opened(browse, sign_in):
    """The last page of a finding, open on her phone; the visit is taken back while she writes."""

    def on_phone(kind, language):
        visit, _client = in_hand(left_house_at=timezone.now())
        User.objects.filter(pk=visit.volunteer_id).update(language=language)
        page = browse(viewport=PHONE, language=language)
        sign_in(page, visit.volunteer)
        page.goto(reverse("visit", args=[visit.pk]))
        page.evaluate(
            """([kind, at]) => { const f = document.querySelector('main form'); f.action = at;
            f.insertAdjacentHTML('beforeend', '<input type=hidden name=step value=kind>' +
                `<input type=hidden name=kind value=${kind}>`);
            setTimeout(() => HTMLFormElement.prototype.submit.call(f)); }""",
            [kind, reverse("visit_finding", args=[visit.pk])],
        )
        page.locator("textarea[name=note]").wait_for()
        Visit.objects.filter(pk=visit.pk).update(state="cancelled")
        Flag.objects.filter(pk=visit.flag_id).update(state="open")
        return visit, page

    return on_phone


def pressed(page, button):
    with page.expect_navigation():
        page.locator(button).click()


def sent(page):
    page.locator("textarea[name=note]").fill(WORDS)
    pressed(page, "main form .btn-primary")


def looked_at(page, axe, screenshot, name):
    axe(page)
    assert width_of(page) == PHONE["width"]
    screenshot(page, name)


@LANGUAGES
def test_what_is_missing_is_asked_for_and_then_kept(opened, axe, screenshot, language):
    _visit, page = opened("sick", language)

    sent(page)
    looked_at(page, axe, screenshot, f"late-missing-{language}")
    assert page.locator("textarea[name=note]").input_value() == WORDS
    for name in ("whom_met", "child_seen", "next_step"):
        page.locator(f"input[name={name}]").first.check()
    pressed(page, "main form .btn-primary")

    assert page.url.endswith(reverse("my_visits"))
    looked_at(page, axe, screenshot, f"late-kept-{language}")
    assert LateFinding.objects.get().note == WORDS


@LANGUAGES
def test_a_danger_becomes_a_told_concern_with_her_words(opened, axe, screenshot, language):
    _visit, page = opened("contractor", language)

    sent(page)
    looked_at(page, axe, screenshot, f"late-danger-{language}")
    assert page.locator("textarea[name=told]").input_value() == WORDS
    page.locator("input[name=part][value=no]").check()
    pressed(page, "main form .btn-primary")

    looked_at(page, axe, screenshot, f"late-told-{language}")
    assert Concern.objects.get().told == WORDS


@LANGUAGES
def test_the_coordinator_reads_it_on_the_question(
    opened, browse, sign_in, axe, screenshot, language
):
    visit, _page = opened("sick", language)
    LateFinding.objects.create(
        district=visit.district, visit=visit, kind="sick", whom_met="mother", child_seen=False,
        next_step="nothing", note=WORDS, visited_on=timezone.localdate(),
        sent_by=str(visit.volunteer_id), sent_at=timezone.now(),
    )  # fmt: skip
    coordinator = a_person(Role.COORDINATOR)
    User.objects.filter(pk=coordinator.pk).update(language=language)
    desk = browse(viewport=PHONE, language=language)
    sign_in(desk, coordinator)

    desk.goto(reverse("flag", args=[visit.flag_id]))

    looked_at(desk, axe, screenshot, f"late-read-{language}")
    pressed(desk, "button[value=late_read]")
    assert LateFinding.objects.get().read_at is not None
