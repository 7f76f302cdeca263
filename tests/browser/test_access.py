"""Coming in, in a real browser: by invitation, by second factor, by phone, without scripts."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from aanchal.access.actions import (
    add_second_factor,
    approve_invitation,
    ask_credential_reset,
    invite_person,
)
from aanchal.access.models import CredentialReset
from aanchal.access.roles import Role
from tests.chromium import PHONE, width_of
from tests.signing_in import a_person, a_phone, acting, an_area

pytestmark = pytest.mark.django_db(transaction=True)
DISTRICT = "IN/S10/D206"
VILLAGE = DISTRICT + "/B1851/P1/V1"
PASSPHRASE = "hari ghaas kaali gaay"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def administrators():
    an_area(DISTRICT, name="Madhubani")
    return [a_person(Role.ADMINISTRATOR, DISTRICT, name=name) for name in ("Asha", "Bela")]


def test_a_coordinator_comes_in_by_invitation_and_second_factor(phone, axe, administrators):
    asha, bela = administrators
    asked = invite_person(
        acting(asha),
        for_name="Meera",
        role=Role.COORDINATOR,
        area=an_area(DISTRICT),
        at=timezone.now(),
    )
    link = approve_invitation(acting(bela), invitation=asked.record, at=timezone.now())

    phone.goto(reverse("accept_invitation", args=[link.token]))
    axe(phone)
    phone.get_by_role("button", name="Open the invitation").click()
    axe(phone)
    phone.get_by_label("The code").fill(asked.token)
    phone.get_by_label("A passphrase").fill(PASSPHRASE)
    phone.get_by_label("The same passphrase again").fill(PASSPHRASE)
    phone.get_by_role("button", name="Come in").click()
    name = phone.locator(".figure").inner_text()
    axe(phone)

    phone.get_by_role("link", name=re.compile("sign in")).click()
    phone.get_by_label("Your sign-in name").fill(name)
    phone.get_by_label("Your passphrase").fill(PASSPHRASE)
    phone.get_by_role("button", name="Sign in").click()

    expect(phone).to_have_url(re.compile(reverse("enrol_second_factor")))
    axe(phone)
    secret = phone.locator("ol b").inner_text().replace(" ", "")
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    phone.get_by_label("The six digits").fill(code)
    phone.get_by_role("button", name="Set up this app").click()
    expect(phone.get_by_role("heading", name="Recovery codes")).to_be_visible()
    axe(phone)

    phone.goto(reverse("my_account"))
    expect(phone.get_by_text("Coordinator · Madhubani").first).to_be_visible()
    axe(phone)


def test_a_volunteer_comes_in_on_her_phone_without_scripts(no_js, live_server):
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, passphrase=PASSPHRASE)
    no_js.context.add_cookies(
        [{"name": "aanchal_device", "value": a_phone(volunteer)[1], "url": live_server.url}]
    )

    no_js.goto(reverse("sign_in"))
    expect(no_js.get_by_label("Your sign-in name")).to_have_value(volunteer.username)
    no_js.get_by_label("Your passphrase").fill(PASSPHRASE)
    no_js.get_by_role("button", name="Sign in").click()
    no_js.goto(reverse("my_account"))

    expect(no_js.get_by_role("heading", name="My account")).to_be_visible()


def test_a_wrong_passphrase_is_told_above_the_form_and_by_name(phone, axe):
    phone.goto(reverse("sign_in"))
    phone.get_by_label("Your sign-in name").fill("nobody-1111")
    phone.get_by_label("Your passphrase").fill("a wrong passphrase")
    phone.get_by_role("button", name="Sign in").click()

    expect(phone.get_by_role("alert")).to_contain_text("This did not work")
    axe(phone)


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("javascript", [True, False])
def test_an_administrator_invites_with_or_without_scripts(
    browse, sign_in, administrators, language, javascript
):
    an_area(VILLAGE, name="Rajnagar")
    page = browse(viewport=PHONE, javascript=javascript, language=language)
    sign_in(page, administrators[0])
    page.goto(reverse("invite_person"))

    page.locator("input[name=role][value=volunteer]").check()
    page.locator("input[name=place]").fill("rajn")
    page.locator("form[method=get] button").click()
    page.locator("input[name=for_name]").fill("Sunita")
    page.locator("main input[name=language][value=hi]").check()
    page.locator("input[name=place][type=radio]").check()
    page.locator("main form[method=post] button.btn-primary").click()

    expect(page.locator("main .figure")).to_contain_text("-")
    expect(page.locator("main")).not_to_contain_text("/invitation/")
    assert width_of(page) <= 360


def test_every_page_of_an_administrator_is_sound(desktop, axe, sign_in, administrators):
    asha, bela = administrators
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, name="Sunita")
    a_phone(volunteer)
    ask_credential_reset(
        acting(bela), user=volunteer, kind=CredentialReset.Kind.PASSPHRASE, at=timezone.now()
    )
    sign_in(desktop, asha)
    for path in (
        reverse("people"),
        reverse("person", args=[volunteer.pk]),
        reverse("give_grant", args=[volunteer.pk]) + "?role=volunteer",
        reverse("revoke_grant", args=[volunteer.grants.get().pk]),
        reverse("invitations"),
        reverse("approvals"),
        reverse("volunteers"),
        reverse("volunteer", args=[volunteer.pk]),
        reverse("change_passphrase"),
    ):
        desktop.goto(path)
        axe(desktop)
        # the keyboard reaches the page's own act
        desktop.keyboard.press("Tab")
        assert desktop.evaluate("document.activeElement.className") == "skip"


def test_a_passkey_is_made_and_opens_instead_of_a_code(browse, axe, sign_in, live_server):
    coordinator = a_person(Role.COORDINATOR, DISTRICT, passphrase=PASSPHRASE)
    add_second_factor(
        acting(coordinator), user=coordinator, secret="JBSWY3DPEHPK3PXP" * 2, at=timezone.now()
    )
    coordinator.refresh_from_db()
    coordinator.notices.all().delete()
    page = browse(viewport=PHONE)
    page.context.set_default_timeout(10_000)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, coordinator)
    home = live_server.url.replace("127.0.0.1", "localhost")

    page.goto(home + reverse("passkeys"))
    axe(page)
    page.get_by_label("What you call it").fill("office computer")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The passkey is added")).to_be_visible()
    expect(page.locator("dt")).to_contain_text("office computer")

    page.context.clear_cookies()
    page.goto(home + reverse("sign_in"))
    page.get_by_label("Your sign-in name").fill(coordinator.username)
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    axe(page)
    page.get_by_role("button", name="Use your passkey").click()

    expect(page.get_by_text("A passkey was added to your account.")).to_be_visible()
