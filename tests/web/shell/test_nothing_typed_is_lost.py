"""What was typed is there after the session ended, for the one who typed it and for nobody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access import kept
from aanchal.access.models import Invitation, KeptForm, Session
from aanchal.access.roles import Role
from tests.signing_in import a_person, acting, an_area, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
WORDS = "Her uncle was seen at the bus stand\nwith two bags."
HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def asha():
    an_area(DISTRICT + "/B1851/P1/V1", name="Rajnagar")
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Asha")


@pytest.fixture
def browser(asha):
    return signed_in(Client(enforce_csrf_checks=True), asha)


STEP = "?role=volunteer&place=rajn"


def the_form(browser, where):
    """The hidden fields of the page's own form."""
    page = browser.get(where).content.decode()
    form = page[page.index("for_name") - 4000 : page.index("for_name")]
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', form)[-1]
        for name in ("csrfmiddlewaretoken", "whose")
    }


def written(browser):
    where = reverse("invite_person") + STEP
    place = an_area(DISTRICT + "/B1851/P1/V1")
    return where, {
        **the_form(browser, where),
        "for_name": WORDS,
        "language": "hi",
        "place": f"area:{place.pk}",
    }


def sign_in_again(browser, person):
    """As after the passphrase and the code: a new session in the same browser, with a new token."""
    cookies = {k: v.value for k, v in browser.cookies.items()}
    signed_in(browser, person)
    for name, value in cookies.items():
        if name not in browser.cookies:
            browser.cookies[name] = value
    return browser


def sent_too_late(browser):
    where, form = written(browser)
    Session.objects.all().delete()
    answer = browser.post(where, form)
    assert answer.url == f"{reverse('sign_in')}?next={reverse('kept_words')}"
    return where


def test_the_text_is_there_after_sign_in_and_goes_off_when_she_presses(browser, asha):
    where = sent_too_late(browser)
    assert not Invitation.objects.exists()

    sign_in_again(browser, asha)
    page = browser.get(reverse("kept_words"))
    said = page.content.decode()

    assert WORDS in said
    assert f'action="{where.replace("&", "&amp;")}"' in said
    assert not Invitation.objects.exists()  # not sent by itself
    assert b"kept here for an hour" in browser.get(reverse("people")).content

    inside = said[said.index("<main") :]
    form = dict(
        re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', inside.split("</form>")[0])
    )
    done = browser.post(where, {**form, "for_name": "Rekha"})

    assert done.status_code == 200
    assert Invitation.objects.get().for_name == "Rekha"
    assert not KeptForm.objects.exists()


def test_a_page_for_everybody_asked_for_in_between_takes_nothing_away(browser, asha):
    """Its answer takes the cookie of the ended session out of the browser."""
    where, form = written(browser)
    Session.objects.all().delete()
    browser.get(reverse("health"))
    assert not browser.cookies["aanchal_session"].value

    answer = browser.post(where, form)

    assert answer.url == f"{reverse('sign_in')}?next={reverse('kept_words')}"
    assert KeptForm.objects.count() == 1


def test_another_person_on_the_same_phone_sees_nothing_of_it(browser, asha):
    sent_too_late(browser)
    other = a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")

    sign_in_again(browser, other)

    assert browser.get(reverse("kept_words")).url == reverse("home")
    assert b"kept here" not in browser.get(reverse("people")).content
    row = KeptForm.objects.get()
    token = the_form(browser, reverse("invite_person") + STEP)
    browser.post(reverse("kept_words"), {**token, "throw_away": str(row.pk)})
    assert KeptForm.objects.exists()  # nor can she throw it away
    sign_in_again(browser, asha)
    assert WORDS in browser.get(reverse("kept_words")).content.decode()


def test_the_same_person_elsewhere_sees_nothing_of_it(browser, asha):
    sent_too_late(browser)

    elsewhere = signed_in(Client(), asha)

    assert elsewhere.get(reverse("kept_words")).status_code == 302


def test_it_is_sealed_and_names_nobody(browser, asha):
    sent_too_late(browser)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_keptform")
        stored = str([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()])

    assert "uncle" not in stored
    assert asha.pk.hex not in stored.replace("-", "")


def test_it_is_gone_after_an_hour(browser, asha):
    sent_too_late(browser)
    KeptForm.objects.update(kept_at=timezone.now() - timedelta(hours=1))

    sign_in_again(browser, asha)

    assert browser.get(reverse("kept_words")).status_code == 302
    kept.clear_expired(at=timezone.now())
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("name", ["leave_quickly", "sign_out"])
def test_leaving_throws_it_away(browser, asha, name):
    sent_too_late(browser)
    sign_in_again(browser, asha)
    token = the_form(browser, reverse("invite_person") + STEP)

    left = browser.post(reverse(name), token)

    assert not KeptForm.objects.exists()
    assert left.cookies[kept.KEPT_COOKIE].value == ""


def test_leaving_quickly_with_the_session_over_throws_it_away_too(browser):
    where, form = written(browser)
    Session.objects.all().delete()
    browser.post(where, form)
    assert KeptForm.objects.exists()

    browser.post(reverse("leave_quickly"), {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]})

    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"passphrase": "neela aasman barsat deepak"},
        {"code": "123456"},
        {"whose": "f" * 48},
        {"whose": ""},
        {"for_name": "x" * kept.MAX_BYTES},
    ],
)
def test_secrets_strangers_and_what_is_too_large_are_not_kept(browser, change):
    where, form = written(browser)
    Session.objects.all().delete()

    answer = browser.post(where, form | change)

    assert answer.url == f"{reverse('sign_in')}?next=/"
    assert not KeptForm.objects.exists()


def test_no_more_than_a_few_are_kept_in_one_browser(browser):
    where, form = written(browser)
    Session.objects.all().delete()

    for _n in range(8):
        browser.post(where, form)

    assert KeptForm.objects.count() == kept.MAX_IN_ONE_BROWSER


def test_a_second_tab_that_was_open_before_she_signed_in_again_loses_nothing(browser, asha):
    where, form = written(browser)
    sign_in_again(browser, asha)
    browser.cookies["aanchal_csrf"] = "a" * 32  # as the new sign-in has changed it

    answer = browser.post(where, form, **HERE)

    assert answer.url == reverse("kept_words")
    assert WORDS in browser.get(reverse("kept_words")).content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "sent_by",
    [
        {},
        {"HTTP_ORIGIN": "https://elsewhere.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://testserver.elsewhere.example"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_forged_form_is_refused_and_nothing_of_it_is_kept(browser, asha, sent_by, is_signed_in):
    where, form = written(browser)
    if not is_signed_in:
        Session.objects.all().delete()

    for token in ({"csrfmiddlewaretoken": "b" * 64}, {"csrfmiddlewaretoken": ""}):
        answer = browser.post(where, form | token, **sent_by)
        assert answer.status_code == 403

    assert not KeptForm.objects.exists()
    assert not Invitation.objects.exists()


def test_a_tab_of_another_person_is_not_kept_for_who_is_here_now(browser, asha):
    where, form = written(browser)
    other = a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")
    sign_in_again(browser, other)
    browser.cookies["aanchal_csrf"] = "a" * 32

    assert browser.post(where, form, **HERE).status_code == 403
    assert not KeptForm.objects.exists()


def test_a_page_that_asks_again_who_she_is_keeps_the_words(browser, asha):
    where, form = written(browser)
    session = browser.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [r | {"at": r["at"] - 3600} for r in records]
    session.save()

    answer = browser.post(where, form)

    assert answer.url == f"{reverse('confirm_self')}?next={reverse('kept_words')}"
    assert kept.ENDED_COOKIE not in browser.cookies, "her session has not ended"
    assert WORDS in browser.get(reverse("kept_words")).content.decode()


def test_a_page_asked_for_leads_back_to_itself_with_its_question(browser):
    Session.objects.all().delete()

    answer = browser.get(reverse("people") + "?role=teacher")

    assert answer.url == f"{reverse('sign_in')}?next=/people/%3Frole%3Dteacher"


def test_the_mark_of_a_form_names_nobody_and_is_not_made_up(asha):
    def mark_of(user, *, session_key="s1", path="/people/"):
        return kept.whose_mark(str(user.pk), session_key=session_key, path=path)

    mark = mark_of(asha)

    assert kept.is_genuine(mark, path="/people/")
    assert not kept.is_genuine(mark, path="/people/invite/")
    assert str(asha.pk)[:8] not in mark
    assert not kept.is_genuine(mark[:-1] + ("0" if mark[-1] != "0" else "1"), path="/people/")
    assert not kept.is_genuine("", path="/people/")
    assert len({mark, mark_of(a_person()), mark_of(asha, session_key="s2")}) == 3
    assert acting(asha).user_id == str(asha.pk)


@pytest.mark.parametrize("how", ["an earlier session", "another page"])
def test_a_mark_seen_on_a_shared_phone_plants_nothing_later_or_elsewhere(browser, asha, how):
    """Whoever saw a page of hers knows its mark; nobody is signed in when it is used."""
    where, form = written(browser)
    if how == "an earlier session":
        Session.objects.all().delete()
        sign_in_again(browser, asha)  # a new session; the page that was seen is of the one before
        Session.objects.all().delete()
        answer = browser.post(where, form)
    else:
        Session.objects.all().delete()
        answer = browser.post(reverse("places_send"), form)

    assert answer.url.startswith(reverse("sign_in"))
    assert not KeptForm.objects.exists()
    sign_in_again(browser, asha)
    assert browser.get(reverse("kept_words")).status_code == 302


def test_another_person_signed_in_on_the_same_phone_plants_nothing(browser, asha):
    where, form = written(browser)
    sign_in_again(browser, a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela"))
    Session.objects.all().delete()

    browser.post(where, form)

    assert not KeptForm.objects.exists()


def test_a_mark_without_her_browser_plants_nothing(browser, asha):
    where, form = written(browser)
    Session.objects.all().delete()
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.get(reverse("sign_in"))
    token = elsewhere.cookies["aanchal_csrf"].value

    elsewhere.post(where, form | {"csrfmiddlewaretoken": token})

    assert not KeptForm.objects.exists()


def test_another_tab_that_met_the_end_of_the_session_first_loses_nothing(browser, asha):
    where, form = written(browser)
    Session.objects.all().delete()
    browser.get(reverse("people"))

    browser.post(where, form)

    assert KeptForm.objects.count() == 1


def test_forms_of_two_tabs_that_both_come_too_late_are_both_kept(browser, asha):
    """The answer to the first takes the cookie of the ended session away from the second."""
    where, form = written(browser)
    Session.objects.all().delete()
    browser.post(where, form)
    assert not browser.cookies["aanchal_session"].value
    assert KeptForm.objects.count() == 1

    browser.post(where, form)

    assert KeptForm.objects.count() == 2


def test_no_more_than_some_are_kept_of_one_person(browser, asha):
    where, form = written(browser)
    Session.objects.all().delete()
    for _n in range(kept.MAX_OF_ONE_PERSON + 3):
        browser.cookies.pop(kept.KEPT_COOKIE, None)
        browser.post(where, form)

    assert KeptForm.objects.count() == kept.MAX_OF_ONE_PERSON
