"""The ways out: a gateway over HTTP, a mail server, who runs a locked site; and one's own contact."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.notices import channels, sending, wording
from aanchal.notices.actions import (
    confirm_contact,
    make_contact_code,
    pass_on,
    read_phone,
    set_contact,
    ways_to,
)
from aanchal.notices.models import Contact, Ladder
from aanchal.notices.queries.contacts import phones_to_call
from tests.factories import NOW, VILLAGE, a_class, a_flag
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db
SINCE = NOW - timedelta(days=100)
BLOCK = "IN/S10/D206/B1851"
TEXT = 'You have "2" things & more. https://office.example.org/'


class Gateway(BaseHTTPRequestHandler):
    """Keeps what it is asked, and answers as its path says."""

    asked: list[tuple[dict, str]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((dict(self.headers), body))
        status = int(self.path.strip("/") or 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def gateway(settings):
    Gateway.asked = []
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.AANCHAL_TEXT_GATEWAY_HEADERS = '{"X-Key": "made-up"}'
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "body, read",
    [
        ('{"to": "{to}", "text": "{text}"}', json.loads),
        ("to={to}&text={text}", lambda b: {k: v[0] for k, v in parse_qs(b).items()}),
    ],
)
def test_the_gateway_gets_number_and_text_whatever_stands_in_them(body, read, gateway, settings):
    settings.AANCHAL_TEXT_GATEWAY_URL = gateway
    settings.AANCHAL_TEXT_GATEWAY_BODY = body

    channels.send("text", to="+919800000001", subject="", text=TEXT)

    headers, sent = Gateway.asked[0]
    assert read(sent) == {"to": "+919800000001", "text": TEXT}
    assert headers["X-Key"] == "made-up"


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_the_gateway_does_not_take_is_not_sent_and_no_redirection_followed(
    status, gateway, settings
):
    settings.AANCHAL_TEXT_GATEWAY_URL = f"{gateway}{status}"

    with pytest.raises(channels.NotSent, match=str(status)):
        channels.send("text", to="+919800000001", subject="", text=TEXT)
    assert len(Gateway.asked) == 1


def test_a_gateway_that_is_no_web_address_is_not_asked(settings):
    settings.AANCHAL_TEXT_GATEWAY_URL = "file:///etc/hostname"

    with pytest.raises(channels.NotSent):
        channels.send("text", to="+919800000001", subject="", text=TEXT)


def test_a_mail_server_that_does_not_answer_is_not_sent_and_says_no_address(settings):
    settings.AANCHAL_SMTP_URL = "smtp+starttls://u:p@127.0.0.1:9"

    with pytest.raises(channels.NotSent) as told:
        channels.send("email", to="a@office.test", subject="s", text=TEXT)
    assert told.value.args == ("ConnectionRefusedError",)


def test_without_settings_no_channel_is_open(settings):
    assert channels.channels_open() == frozenset()
    settings.AANCHAL_SMTP_URL = "smtps://mail.office.test"
    assert channels.channels_open() == {"email"}


@pytest.mark.parametrize(
    "language, says",
    [
        ("en", "2 things wait for you. https://x.test/"),
        ("hi", "2 काम आपकी प्रतीक्षा में हैं। https://x.test/"),
        ("bn", "2টি কাজ আপনার জন্য অপেক্ষা করছে। https://x.test/"),
    ],
)
def test_a_message_speaks_the_language_of_its_reader(language, says, settings):
    settings.AANCHAL_SITE_ADDRESS = "https://x.test/"

    assert wording.waiting_text(2, language=language) == says


def test_while_the_site_is_locked_who_runs_it_is_told_when_something_is_late(settings, monkeypatch):
    from aanchal.cases.actions import raise_concern
    from tests.factories import an_actor
    from tests.signing_in import an_area

    out = []
    settings.AANCHAL_OPERATOR = "office@office.test"
    monkeypatch.setattr(channels, "channels_open", lambda: {"email"})
    monkeypatch.setattr(
        channels, "send", lambda channel, *, to, subject, text: out.append((to, text))
    )
    assert not sending.tell_operator(at=NOW)
    raise_concern(
        an_actor(Role.VOLUNTEER, VILLAGE), kind="sexual_abuse", area=an_area(VILLAGE),
        source_kind="person", source_id="1", told="x", at=NOW,
    )  # fmt: skip
    monkeypatch.setattr("aanchal.kernel.fields.unseal", _never)
    monkeypatch.setattr("aanchal.kernel.sealing.unseal", _never)

    assert not sending.tell_operator(at=NOW + timedelta(hours=1))
    assert sending.tell_operator(at=NOW + timedelta(days=2))
    ((to, text),) = out
    assert to == "office@office.test"
    assert "locked" in text


def _never(*_args, **_kwargs):
    raise AssertionError("nothing can be opened while the site is locked")


# --- one's own contact ---


@pytest.mark.parametrize("text, number", [("", ""), ("98000 00001", "+919800000001")])
def test_a_number_is_kept_in_one_form(text, number):
    assert read_phone(text) == number


@pytest.mark.parametrize("text", ["12", "nobody", "+91"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Invalid):
        read_phone(text)


def test_nobody_touches_the_contact_of_another():
    one, other = a_person(Role.COORDINATOR, BLOCK), a_person(Role.COORDINATOR, BLOCK)
    actor = actor_for(other)
    nothing = {"email": "", "phone": "9800000001", "shows_phone": False, "quiet": None, "at": NOW}

    with pytest.raises(NotAllowed):
        set_contact(actor, user=one, **nothing)
    with pytest.raises(NotAllowed):
        make_contact_code(actor, user=one, channel="text", at=NOW)
    with pytest.raises(NotAllowed):
        confirm_contact(actor, user=one, channel="text", code="1", at=NOW)
    assert not Contact.objects.exists()


def test_a_code_ends_after_half_an_hour():
    one = a_person(Role.COORDINATOR, BLOCK)
    actor = actor_for(one)
    set_contact(
        actor, user=one, email="", phone="9800000001", shows_phone=False, quiet=(22, 6), at=NOW
    )
    code = make_contact_code(actor, user=one, channel="text", at=NOW)

    with pytest.raises(WrongState):
        confirm_contact(actor, user=one, channel="text", code=code, at=NOW + timedelta(minutes=31))
    assert ways_to(Contact.objects.get(), urgent=True) == []
    assert confirm_contact(actor, user=one, channel="text", code=code, at=NOW)
    assert ways_to(Contact.objects.get(), urgent=True) == ["text"]


@pytest.mark.parametrize(
    "role, agreed, seen",
    [
        (Role.COORDINATOR, True, True),
        (Role.COORDINATOR, False, False),
        (Role.TEACHER, True, False),
        (Role.CASE_WORKER, True, False),
    ],
)
def test_a_volunteers_number_is_seen_by_whoever_sends_her_when_she_agreed(role, agreed, seen):
    from tests.signing_in import a_school

    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    Contact.objects.create(user=volunteer, phone="+919800000001", shows_phone=agreed)
    reader = a_person(role, a_school(VILLAGE) if role is Role.TEACHER else BLOCK)

    found = phones_to_call(actor_for(reader), [volunteer])

    assert found == ({str(volunteer.pk): "+919800000001"} if seen else {})


def test_the_doctor_says_how_many_are_told_in_the_site_only_and_what_it_cannot_read(
    settings, monkeypatch
):
    from aanchal.notices import health
    from aanchal.notices.actions import office_quiet_hours

    settings.AANCHAL_QUIET_HOURS = "at night"
    monkeypatch.setattr(health, "channels_open", lambda: frozenset({"text"}))
    for number in range(3):
        user = a_person(Role.COORDINATOR, BLOCK, starts_at=NOW - timedelta(days=1))
        if number == 0:
            Contact.objects.create(user=user, phone="+91", phone_confirmed_on=NOW.date())

    said = {c.says: c.state.name for c in health.notices(NOW)}

    assert office_quiet_hours() is None
    assert said["the quiet hours are not understood, and there are none"] == "BAD"
    assert said["2 of 3 coordinators and case workers are told in the site only"] == "LOOK"


def test_what_is_past_its_time_is_counted_by_kind_and_a_sealed_concern_is_not():
    from aanchal.cases.actions import raise_concern
    from aanchal.notices.health import waiting_too_long
    from tests.factories import an_actor
    from tests.signing_in import an_area

    for number, kind in enumerate(("missing", "labour", "sexual_abuse")):
        raise_concern(
            an_actor(Role.VOLUNTEER, VILLAGE), kind=kind, area=an_area(VILLAGE),
            source_kind="person", source_id=str(number), told="x", at=NOW,
        )  # fmt: skip

    says = [c.says for c in waiting_too_long(NOW + timedelta(days=1))]

    assert says[0].startswith("2 concerns; the longest since")
    assert [c.state.name for c in waiting_too_long(NOW)] == ["OK"]


def test_a_block_in_which_nobody_sends_visits_is_seen_by_the_doctor():
    from aanchal.notices.health import coordinators

    a_class(pupils=1)
    a_person(Role.COORDINATOR, "IN/S10/D206/B1852", starts_at=SINCE)
    assert [(c.state.name, "(B1851)" in c.says) for c in coordinators(NOW)] == [("BAD", True)]

    a_person(Role.COORDINATOR, "IN/S10/D206", starts_at=SINCE)
    assert list(coordinators(NOW)) == []


def test_a_block_whose_coordinators_hold_the_places_below_it_is_well():
    from aanchal.notices.health import coordinators

    a_class(pupils=1)
    a_person(Role.COORDINATOR, "IN/S10/D206/B1851/P900", starts_at=SINCE)

    assert list(coordinators(NOW)) == []


def test_a_part_of_a_block_in_which_nobody_sends_visits_is_seen_by_the_doctor():
    from aanchal.notices.health import coordinators
    from tests.signing_in import an_area

    _section, [child] = a_class(pupils=1)
    a_person(Role.COORDINATOR, VILLAGE, starts_at=SINCE)
    assert list(coordinators(NOW)) == []
    # She lives in another village than her school stands in: her question waits there.
    child.area = an_area("IN/S10/D206/B1851/P901/V905")
    child.save()

    [found] = coordinators(NOW)

    assert (found.state.name, found.says) == (
        "BAD",
        "nobody sends visits in a part of 1 block (B1851)",
    )


def test_every_kind_that_can_wait_has_words_for_the_doctor():
    from aanchal.notices.health import KINDS
    from aanchal.notices.queries.things import KINDS as WAITING

    assert {kind.split(".")[0] for kind in WAITING} <= set(KINDS)


def test_a_question_of_a_place_without_anybody_goes_to_the_office_outside():
    section, children = a_class(pupils=1)
    a_flag(children[0], section)

    pass_on(system_actor("notices"), at=NOW)

    assert Ladder.objects.get().story["outside"]


def test_codes_sent_to_her_own_address_give_no_more_tries_at_a_number():
    one = a_person(Role.VOLUNTEER, VILLAGE, starts_at=NOW - timedelta(days=1))
    actor = actor_for(one, at=NOW)
    set_contact(
        actor, user=one, email="her@example.org", phone="98350 12345", shows_phone=True,
        quiet=None, at=NOW,
    )  # fmt: skip
    code = make_contact_code(actor, user=one, channel="text", at=NOW)
    for _try in range(5):
        confirm_contact(actor, user=one, channel="text", code="x", at=NOW)

    later = NOW + timedelta(minutes=1)
    make_contact_code(actor, user=one, channel="email", at=later)

    with pytest.raises(WrongState):
        confirm_contact(actor, user=one, channel="text", code=code, at=later)
