"""Every page of the path in each language, with long names and with nothing, on a small phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aanchal.cases.models import Concern
from aanchal.kernel.authz import system_actor
from aanchal.registers.actions import take_register
from aanchal.watch.actions import assign_visit, leave_house, record_outcome, record_visit, run_watch
from aanchal.watch.models import Flag, Visit
from tests.chromium import PHONE
from tests.factories import a_flag, a_given_register
from tests.journeys.village import PUPILS, a_village
from tests.signing_in import acting

pytestmark = pytest.mark.once

LONG = (
    "Mohammad-Shahnawazuddin Chattopadhyay-Bandyopadhyay",
    "Venkatanarasimharajuvaripeta Srivastava-Mukhopadhyay",
    "আনন্দময়ী বন্দ্যোপাধ্যায়",
    "श्रीमती-विन्ध्यवासिनी उपाध्याय",
)
NAMES = LONG * (PUPILS // len(LONG))


@pytest.fixture
def busy(live_server):
    """A village of long names with something of everything on every page."""
    village = a_village(names=NAMES)
    now = timezone.now()
    teacher, volunteer = acting(village.teacher), acting(village.volunteer)
    coordinator = acting(village.coordinator)
    register = a_given_register(
        teacher,
        village.register(names=NAMES),
        school=village.section.school,
        at=now,
        grade="6",
        section="A",
    )
    take_register(teacher, register=register, enrol_unknown=False, at=now)
    run_watch(system_actor("watch"), on=timezone.localdate(), at=now)
    flags = [Flag.objects.get()]
    day = timezone.localdate() - timedelta(days=3)
    for child in village.children[:4]:
        flags.append(a_flag(child, village.section, signal_on=day, since_on=day, raised_at=now))
    kinds = ("contractor", "sick", "works")
    for flag, kind in zip(flags[1:], (*kinds, ""), strict=True):
        visit = assign_visit(coordinator, flag=flag, volunteer=village.volunteer, at=now)
        if not kind:
            continue
        leave_house(volunteer, visit=visit, at=now)
        record_visit(
            volunteer, visit=visit, kind=kind, whom_met="mother", child_seen=True,
            next_step="comes_back", note="A word or two " * 20, visited_on=day, at=now,
            **({"age_band": "adolescent", "dangerous_work": "no"} if kind == "works" else {}),
        )  # fmt: skip
    record_outcome(coordinator, flag=flags[2], kind="back", since_on=day, child_seen=True, at=now)
    village.register_file = register
    return village


def addresses(village):
    """Whose page is which; one of each kind."""
    visited = Flag.objects.filter(state="visited").first()
    waiting = Flag.objects.get(state="open")
    held = Visit.objects.get(state="assigned")
    concern = Concern.objects.get()
    file = village.register_file.pk
    return {
        village.volunteer: [
            "/today/", f"/visits/{held.pk}/", f"/visits/{held.pk}/another/", "/concerns/new/",
            "/concerns/new/?told",
        ],
        village.teacher: [
            "/classes/", f"/classes/{village.section.pk}/", "/registers/", "/registers/send/",
            f"/registers/{file}/", f"/registers/{file}/repair/",
        ],
        village.coordinator: [
            "/watch/", "/questions/", "/questions/?show=visited", "/questions/?show=ended",
            "/questions/?figure=lead", f"/questions/{visited.pk}/", f"/questions/{waiting.pk}/",
            f"/questions/{held.flag_id}/", "/children/", f"/children/{village.child.pk}/",
            "/watch/budget/", "/classes/", "/places/", "/volunteers/", "/account/",
            f"/volunteers/{village.volunteer.pk}/",
        ],
        village.administrator: [
            "/people/", f"/people/{village.teacher.pk}/", f"/people/{village.teacher.pk}/stop/",
            f"/people/{village.teacher.pk}/give/?role=volunteer", "/people/invite/?role=teacher",
            "/people/invitations/", "/people/waiting/", "/places/", "/places/joins/", "/office/",
            "/account/",
        ],
        village.case_worker: ["/concerns/", f"/concerns/{concern.pk}/", "/nowhere/"],
    }  # fmt: skip


def outside(page):
    """What lands in histories and lists of open pages: the title, and every address."""
    links = page.locator("a").evaluate_all("links => links.map(a => a.href)")
    return page.title() + " ".join(links)


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_every_page_is_accessible_and_fits_and_no_title_or_address_holds_a_name(
    busy, as_person, look, language
):
    names = {word for name in NAMES for word in name.split()}
    for person, pages in addresses(busy).items():
        page = as_person(person, viewport=PHONE, language=language)
        for number, address in enumerate(pages):
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == language
            said = outside(page)
            assert not any(word in said for word in names), address
            look(page, f"{language}-{person.display_name}-{number}")
    page = as_person(busy.volunteer, viewport=PHONE, language=language)
    visit = Visit.objects.get(state="assigned")
    page.goto(f"/visits/{visit.pk}/")
    page.locator("main button.btn-primary").click()
    page.locator("main button[value=unsure]").wait_for()
    look(page, f"{language}-safe")
    page.locator("main button[value=unsure]").click()
    page.locator("main button[value=marriage]").wait_for()
    look(page, f"{language}-topics")
    page.locator("main button[value=marriage]").click()
    page.locator("main button[value=marriage_fixed]").wait_for()
    look(page, f"{language}-kinds")
    page.locator("main button[value=marriage_fixed]").click()
    page.locator("main form button.btn-primary").click()
    page.locator(".error-summary a").nth(2).wait_for()
    assert page.locator(".error-summary a").count() == 3
    look(page, f"{language}-refused")


def test_pages_with_nothing_on_them_say_so(village, as_person, look):
    for person, pages in {
        village.volunteer: ["/today/"],
        village.teacher: ["/registers/"],
        village.coordinator: ["/watch/", "/questions/", "/questions/?figure=back"],
        village.case_worker: ["/concerns/"],
    }.items():
        page = as_person(person, viewport=PHONE)
        for address in pages:
            page.goto(address)
            assert page.locator(".empty").count() >= 1, address
            look(page)
