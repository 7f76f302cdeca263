"""Coming in and going out, walked through as a person does."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import add_second_factor
from aanchal.access.models import DemoLink, Notice
from aanchal.access.roles import Role
from aanchal.access.sign_in import unused_recovery_codes
from aanchal.kernel.models import Deployment
from tests.audited import audited
from tests.signing_in import PASSPHRASE, a_person, a_phone, a_school, acting, signed_in, words

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret=SECRET, *, steps=0):
    counter = int(time.time()) // 30 + steps
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def coordinator():
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    add_second_factor(acting(person), user=person, secret=SECRET, at=timezone.now())
    Notice.objects.all().delete()
    person.refresh_from_db()
    return person


def give_passphrase(client, person, passphrase=PASSPHRASE, **more):
    return client.post(
        reverse("sign_in"), {"username": person.username, "passphrase": passphrase, **more}
    )


def is_in(client):
    return client.get(reverse("my_account")).status_code == 200


def test_passphrase_then_code_lets_a_coordinator_in(coordinator):
    client = Client()

    first = give_passphrase(client, coordinator, next="/people/")
    assert first.url == reverse("second_factor")
    assert not is_in(client)
    assert client.get(first.url).status_code == 200
    second = client.post(first.url, {"code": code_now()})

    assert second.url == "/people/"
    assert is_in(client)


def test_the_name_is_taken_however_it_is_written(coordinator):
    client = Client()

    page = client.post(
        reverse("sign_in"),
        {"username": f" {coordinator.username.upper()} ", "passphrase": PASSPHRASE},
    )

    assert page.url == reverse("second_factor")


def test_a_wrong_code_does_not_let_in(coordinator):
    client = Client()
    give_passphrase(client, coordinator)

    page = client.post(reverse("second_factor"), {"code": "000000"})

    assert page.status_code == 400
    assert b"error-summary" in page.content
    assert not is_in(client)
    assert audited().filter(verb="person.sign_in_failed").count() == 1


def test_a_code_opens_once(coordinator):
    one, other = Client(), Client()
    code = code_now()
    for client in (one, other):
        give_passphrase(client, coordinator)
        client.post(reverse("second_factor"), {"code": code})

    assert is_in(one)
    assert not is_in(other)


def test_a_code_does_not_open_again_later_in_its_tolerance(coordinator, monkeypatch):
    """allauth remembers a code for 30 seconds; with a neighbour tolerated it lives for 90."""
    one, other = Client(), Client()
    give_passphrase(one, coordinator)
    code = code_now(steps=1)
    one.post(reverse("second_factor"), {"code": code})
    key = next(iter(_allauth_keys(coordinator, code)))
    cache.delete(key)  # as after 30 seconds

    give_passphrase(other, coordinator)
    other.post(reverse("second_factor"), {"code": code})

    assert is_in(one)
    assert not is_in(other)


def _allauth_keys(person, code):
    yield f"allauth.mfa.totp.used?user={person.pk}&code={code}"


def test_a_recovery_code_opens_once(coordinator):
    code = unused_recovery_codes(coordinator)[3]
    one, other = Client(), Client()
    for client in (one, other):
        give_passphrase(client, coordinator)
        client.post(reverse("second_factor"), {"code": f"{code[:4]} {code[4:8]} {code[8:]}"})

    assert is_in(one)
    assert not is_in(other)
    assert len(unused_recovery_codes(coordinator)) == 9


def test_five_wrong_codes_make_the_right_one_wait(coordinator):
    client = Client()
    give_passphrase(client, coordinator)
    for _n in range(5):
        client.post(reverse("second_factor"), {"code": "000000"})

    page = client.post(reverse("second_factor"), {"code": code_now()})

    assert page.status_code == 400
    assert not is_in(client)


def test_the_second_step_without_the_first_leads_to_the_first():
    assert Client().get(reverse("second_factor")).url == reverse("sign_in")


def test_a_teacher_without_an_app_gets_one_before_anything_else():
    teacher = a_person(Role.TEACHER, a_school())
    client = Client()
    give_passphrase(client, teacher)
    assert client.get("/classes/").url == reverse("enrol_second_factor")

    page = client.get(reverse("enrol_second_factor"))
    secret = client.session["mfa.totp.secret"]
    assert secret[:4].encode() in page.content
    assert b"<svg" in page.content
    done = client.post(reverse("enrol_second_factor"), {"code": code_now(secret)})

    assert done.url == reverse("recovery_codes")
    assert client.get(done.url).content.count(b"<b><bdi>") == 10
    assert is_in(client)


def test_the_secret_stays_the_same_when_the_page_is_opened_again():
    teacher = a_person(Role.TEACHER, a_school())
    client = Client()
    give_passphrase(client, teacher)

    client.get(reverse("enrol_second_factor"))
    secret = client.session["mfa.totp.secret"]
    client.get(reverse("enrol_second_factor"))

    assert client.session["mfa.totp.secret"] == secret


def test_the_first_code_must_be_right():
    teacher = a_person(Role.TEACHER, a_school())
    client = Client()
    give_passphrase(client, teacher)
    client.get(reverse("enrol_second_factor"))

    page = client.post(reverse("enrol_second_factor"), {"code": "123"})

    assert page.status_code == 400
    assert not Authenticator.objects.exists()


def test_who_has_given_no_code_cannot_replace_the_app(coordinator):
    client = signed_in(Client(), coordinator, mfa=False)

    page = client.get(reverse("enrol_second_factor"))

    assert page.url.startswith(reverse("confirm_self"))


def test_a_volunteer_comes_in_on_her_phone_with_her_passphrase():
    volunteer = a_person(Role.VOLUNTEER, "IN/S10/D206/B1851/P1/V1")
    _device, token = a_phone(volunteer)
    client = Client()
    client.cookies["aanchal_device"] = token

    assert volunteer.username.encode() in client.get(reverse("sign_in")).content
    give_passphrase(client, volunteer)

    assert is_in(client)
    assert client.session["idle_seconds"] == 15 * 60


def test_two_volunteers_share_one_phone():
    one = a_person(Role.VOLUNTEER, "IN/S10/D206/B1851/P1/V1")
    two = a_person(Role.VOLUNTEER, "IN/S10/D206/B1851/P1/V1")
    client = Client()
    client.cookies["aanchal_device"] = ".".join([a_phone(one)[1], a_phone(two)[1]])

    page = client.get(reverse("sign_in"))
    assert one.username.encode() not in page.content  # nobody's name is offered to the other
    give_passphrase(client, two)

    assert is_in(client)


def test_going_out_ends_the_session_and_leaves_a_trace(coordinator):
    client = signed_in(Client(), coordinator)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value

    client.post(reverse("sign_out"))

    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(again)
    assert audited().filter(verb="person.signed_out").count() == 1


def test_going_out_needs_a_button():
    assert Client().get(reverse("sign_out")).status_code in (302, 405)


def test_what_happened_to_the_account_is_told_before_anything_else(coordinator):
    Notice.objects.create(user=coordinator, kind="reset_approved", at=timezone.now())
    client = Client()
    give_passphrase(client, coordinator)
    there = client.post(reverse("second_factor"), {"code": code_now()})

    assert there.url == reverse("notices")
    assert b"Two people agreed" in client.get(there.url).content
    client.post(there.url)
    assert not Notice.objects.filter(seen_at=None).exists()


def test_only_a_path_of_this_site_is_gone_on_to(coordinator):
    client = Client()
    give_passphrase(client, coordinator, next="https://elsewhere.example/")

    page = client.post(reverse("second_factor"), {"code": code_now()})

    assert page.url == settings.LOGIN_REDIRECT_URL


def test_the_language_is_kept_for_the_browser_and_the_account(coordinator):
    client = signed_in(Client(), coordinator)

    page = client.post(reverse("set_language"), {"language": "bn", "next": "/account/"})

    assert page.url == "/account/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "bn"
    coordinator.refresh_from_db()
    assert coordinator.language == "bn"


def test_the_language_of_someone_not_signed_in_is_kept_for_the_browser():
    client = Client()

    client.post(reverse("set_language"), {"language": "hi"})
    client.post(reverse("set_language"), {"language": "xx"})

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "hi"


def test_changing_the_passphrase_ends_every_other_session(coordinator):
    here, there = signed_in(Client(), coordinator), signed_in(Client(), coordinator)

    page = here.post(
        reverse("change_passphrase"),
        {
            "old": PASSPHRASE,
            "passphrase": "hari ghaas kaali gaay",
            "again": "hari ghaas kaali gaay",
        },
    )

    assert page.url == reverse("my_account")
    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize(
    "old, new, again, why",
    [
        ("wrong wrong wrong", "hari ghaas kaali gaay", "hari ghaas kaali gaay", b"not right"),
        (PASSPHRASE, "short", "short", b"too short"),
        (PASSPHRASE, "hari ghaas kaali gaay", "hari ghaas", b"not the same"),
        (PASSPHRASE, PASSPHRASE, PASSPHRASE, b"not the present one"),
    ],
)
def test_a_passphrase_is_changed_only_with_the_old_one_and_for_a_good_one(
    coordinator, old, new, again, why
):
    client = signed_in(Client(), coordinator)

    page = client.post(
        reverse("change_passphrase"), {"old": old, "passphrase": new, "again": again}
    )

    assert page.status_code == 400
    assert why in page.content
    coordinator.refresh_from_db()
    assert coordinator.check_password(PASSPHRASE)


def test_a_new_app_ends_every_other_session(coordinator):
    here, there = signed_in(Client(), coordinator), signed_in(Client(), coordinator)
    here.get(reverse("enrol_second_factor"))
    secret = here.session["mfa.totp.secret"]

    here.post(reverse("enrol_second_factor"), {"code": code_now(secret)})

    assert is_in(here)
    assert not is_in(there)


def test_weighty_pages_ask_again_who_is_there_when_it_is_long_ago(coordinator):
    client = signed_in(Client(), coordinator)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()

    asked = client.get(reverse("recovery_codes"))
    assert asked.url.startswith(reverse("confirm_self"))
    wrong = client.post(reverse("confirm_self"), {"code": "000000"})
    assert wrong.status_code == 400
    back = client.post(
        reverse("confirm_self"), {"code": code_now(), "next": reverse("recovery_codes")}
    )

    assert back.url == reverse("recovery_codes")
    assert client.get(back.url).status_code == 200


# --- the made-up district ---


@pytest.fixture
def demo_link(db):
    Deployment.objects.create(id=1, is_demo=True, made_at=timezone.now())
    from aanchal.access.demo import make_demo_link

    return make_demo_link(a_person(Role.COORDINATOR, "IN/S10/D206"))


def test_a_demo_link_signs_in_once_as_the_role_it_names(demo_link):
    client = Client(SERVER_NAME="localhost")

    assert b"Coordinator" in client.get(demo_link).content
    assert not DemoLink.objects.filter(used_at__isnull=False).exists()
    client.post(demo_link)

    assert is_in(client)
    again = Client(SERVER_NAME="localhost")
    assert again.get(demo_link).status_code == 404
    assert again.post(demo_link).status_code == 404


@pytest.mark.parametrize(
    "extra, why",
    [
        ({"SERVER_NAME": "aanchal.example"}, "asked for by another name"),
        ({"SERVER_NAME": "localhost", "REMOTE_ADDR": "192.0.2.7"}, "from another computer"),
        ({"SERVER_NAME": "localhost", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, "through a proxy"),
        ({"SERVER_NAME": "localhost", "HTTP_X_FORWARDED_PROTO": "https"}, "through a proxy"),
        ({"SERVER_NAME": "localhost", "HTTP_FORWARDED": "for=192.0.2.7"}, "through a proxy"),
        ({"SERVER_NAME": "localhost", "HTTP_VIA": "1.1 proxy"}, "through a proxy"),
        ({"SERVER_NAME": "localhost", "HTTP_CF_CONNECTING_IP": "192.0.2.7"}, "through a proxy"),
        ({"SERVER_NAME": "localhost", "SERVER_PROTOCOL": "HTTP/1.0"}, "a proxy adding no header"),
        ({"SERVER_NAME": "localhost", "HTTP_ORIGIN": "http://aanchal.example"}, "from elsewhere"),
        ({"SERVER_NAME": "localhost", "HTTP_REFERER": "http://aanchal.example/"}, "from elsewhere"),
    ],
)
def test_a_demo_link_is_not_there_for_others(demo_link, settings, extra, why):
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(**extra)
    absent = client.get("/demo/no-such-link/")

    for method in (client.get, client.post):
        answer = method(demo_link)
        assert (answer.status_code, words(answer)) == (404, words(absent)), why
    assert not DemoLink.objects.filter(used_at__isnull=False).exists()


def test_a_demo_link_is_not_there_where_the_site_is_set_for_the_world(demo_link, settings):
    settings.SESSION_COOKIE_SECURE = True

    assert Client(SERVER_NAME="localhost").get(demo_link).status_code == 404


def test_a_demo_link_is_not_there_in_a_real_office(demo_link):
    Deployment.objects.update(is_demo=False)

    assert Client(SERVER_NAME="localhost").get(demo_link).status_code == 404
    assert Client(SERVER_NAME="localhost").post(demo_link).status_code == 404


@pytest.mark.django_db
def test_a_passphrase_is_shown_for_a_press_only_and_lets_nobody_in():
    client = Client()
    page = reverse("sign_in")
    assert 'type="password"' in client.get(page).content.decode()

    given = {"username": "koel-1", "passphrase": "twelve letters", "next": "", "show": "yes"}
    shown = client.post(page, given).content.decode()
    hidden = client.post(page, given | {"show": "no"}).content.decode()

    assert 'type="text" name="passphrase" value="twelve letters"' in shown
    assert "twelve letters" not in hidden
    assert not audited().exists()
