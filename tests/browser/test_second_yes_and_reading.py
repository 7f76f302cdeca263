"""What waits for a second person and who read how much, with something on each page, in each language."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from aanchal.access.actions import give_grant, invite_person
from aanchal.access.roles import Role
from aanchal.kernel import audit
from aanchal.kernel.authz import system_actor
from aanchal.kernel.ids import new_id
from aanchal.people.actions import count_readings, join_households, record_kinship
from tests.browsing import DESKTOP
from tests.chromium import PHONE, width_of
from tests.factories import VILLAGE, a_class, an_actor, kin_of
from tests.signing_in import a_person, acting, an_area

pytestmark = pytest.mark.django_db(transaction=True)
BLOCK = "IN/S10/D206/B1851"


@pytest.fixture
def office():
    """One of everything that waits; returns who looks, and the addresses that need a child."""
    now = timezone.now()
    an_area(BLOCK, name="Rajnagar")
    _section, (child, other) = a_class(pupils=2)
    asha = a_person(Role.ADMINISTRATOR, BLOCK, name="Asha Kumari Verma")
    bela = a_person(Role.ADMINISTRATOR, BLOCK, name="Bela")
    coordinator = a_person(Role.COORDINATOR, BLOCK, name="Meera Jha")
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, name="Kanchan Prasad Chaudhary")
    worker = a_person(Role.CASE_WORKER, BLOCK, name="Case One")
    teacher = a_person(Role.TEACHER, VILLAGE, name="Teacher of the Middle School")
    give_grant(
        acting(asha), user=volunteer, role=Role.COORDINATOR, area=an_area(BLOCK), starts_at=now,
        at=now,
    )  # fmt: skip
    invite_person(
        acting(asha), for_name="Newcomer", role=Role.VOLUNTEER, area=an_area(VILLAGE), at=now
    )
    join_households(an_actor(), child=child, other=other, at=now)
    record_kinship(acting(worker), child=child, user=volunteer, at=now)
    kin_of(teacher, child)
    shown = tuple(str(new_id()) for _n in range(14))
    event = audit.Event(
        str(teacher.pk), "page.shown", "", "", "D206", "", {"page": "class"}, shown=shown
    )
    with transaction.atomic():
        audit.write_events([event], at=now - timedelta(days=1))
    count_readings(system_actor("upkeep"), on=timezone.localdate() - timedelta(days=1), at=now)
    return {
        "approvals": (bela, reverse("approvals"), ".tasks li"),
        "kinships": (bela, reverse("kinships"), "button[value=confirm]"),
        "kinships-coordinator": (coordinator, reverse("kinships"), "button[value=confirm]"),
        "waiting": (bela, reverse("notices"), ".tasks li"),
        "readings": (coordinator, reverse("readings"), "button[value=in_order]"),
        "counts": (bela, reverse("reading_counts"), "table tbody tr"),
        "kin": (coordinator, reverse("child_kin", args=[child.pk]), ".tasks li"),
        "family": (coordinator, reverse("child_family", args=[child.pk]), "button[value=part]"),
    }


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_filled_pages_fit_and_can_be_read(
    office, browse, sign_in, axe, screenshot, language, viewport
):
    page = browse(viewport=viewport, language=language)
    for name, (user, where, sign) in office.items():
        user.language = language
        user.save(update_fields=["language"])
        page.context.clear_cookies()
        sign_in(page, user)
        page.goto(where)
        expect(page.locator("main").locator(sign).first).to_be_visible()
        screenshot(page, f"{name}-{language}-{viewport['width']}")
        assert width_of(page) <= viewport["width"], name
        axe(page)
