"""The page of what waits, and the page of how one is reached."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.models import Notice
from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.kernel.authz import system_actor
from aanchal.notices import channels
from aanchal.notices.actions import pass_on
from aanchal.notices.models import Contact, Ladder
from aanchal.notices.sending import send_due
from aanchal.watch.models import Visit
from tests.factories import VILLAGE, a_class, a_flag, kin_of
from tests.signing_in import a_person, acting, an_area, signed_in, words

pytestmark = pytest.mark.django_db
BLOCK, DISTRICT = "IN/S10/D206/B1851", "IN/S10/D206"


def a_concern(**given):
    values = {"kind": "missing", "source_kind": "person", "source_id": "1", "told": "x"}
    return raise_concern(
        acting(a_person(Role.VOLUNTEER, VILLAGE)), area=an_area(VILLAGE), at=timezone.now(),
        **(values | given),
    )  # fmt: skip


@pytest.fixture
def outbox(monkeypatch):
    out = []
    for module in ("actions", "channels"):
        monkeypatch.setattr(
            f"aanchal.notices.{module}.channels_open", lambda: frozenset({"text", "email"})
        )
    monkeypatch.setattr(
        channels, "send", lambda channel, *, to, subject, text: out.append((channel, to, text))
    )
    return out


@pytest.mark.parametrize("how", ["implicated", "kin"])
@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.COORDINATOR])
def test_the_implicated_and_kin_find_the_same_bytes_before_and_after(how, role, outbox):
    user = a_person(role, BLOCK)
    Contact.objects.create(user=user, phone="+919800000009", phone_confirmed_on="2026-01-01")
    a_person(Role.CASE_WORKER, BLOCK)
    _section, children = a_class()
    if how == "kin":
        kin_of(user, children[0])
    client = signed_in(Client(), user)
    pages = [reverse(name) for name in ("notices", "my_account", "my_contact")]
    pages.append(reverse("concerns" if role is Role.CASE_WORKER else "flags"))
    before = [words(client.get(page)) for page in pages]

    a_concern(child=children[0], implicated=[user] if how == "implicated" else [])
    for hours in (0, 2, 4, 8, 24, 48, 300):
        at = timezone.now() + timedelta(hours=hours)
        pass_on(system_actor("notices"), at=at)
        send_due(at=at)
        assert [words(client.get(page)) for page in pages] == before

    assert "+919800000009" not in {to for _c, to, _t in outbox}
    assert str(user.pk) not in Ladder.objects.get().story["told"]


def test_news_of_ones_account_stands_above_what_waits_and_is_read_once():
    user = a_person(Role.CASE_WORKER, BLOCK)
    Notice.objects.create(user=user, kind=Notice.Kind.GRANT_GIVEN, at=timezone.now())
    a_concern()
    client = signed_in(Client(), user)

    page = client.get(reverse("notices"))
    assert b"You were given a role." in page.content
    assert b"A concern that nobody has taken up" in page.content
    assert b'<span class="count some">2</span>' in page.content
    assert client.post(reverse("notices")).status_code == 302

    page = client.get(reverse("notices"))
    assert b"You were given a role." not in page.content
    assert b'<span class="count some">1</span>' in page.content


def test_before_the_second_factor_no_number_is_shown():
    user = a_person(Role.CASE_WORKER, BLOCK)
    a_concern()
    client = signed_in(Client(), user, mfa=False)

    page = client.get(reverse("enrol_second_factor"))

    assert page.status_code == 200
    assert b'class="waits"' not in page.content


def test_opening_a_concern_is_noted_and_looking_at_the_list_is_not(outbox):
    user = a_person(Role.CASE_WORKER, BLOCK)
    held = a_concern()
    pass_on(system_actor("notices"), at=timezone.now())
    client = signed_in(Client(), user)

    client.get(reverse("notices"))
    client.get(reverse("concerns"))
    assert not Ladder.objects.get().story["opened"]
    client.get(reverse("concern", args=[held.pk]))

    assert list(Ladder.objects.get().story["opened"]) == [str(user.pk)]


# --- how one is reached ---


def keep(client, **given):
    values = {"step": "save", "phone": "", "email": "", "quiet_from": "", "quiet_until": ""}
    return client.post(reverse("my_contact"), values | given, follow=True)


def the_code(outbox):
    return outbox[-1][2].split(":")[1].split()[0]


def test_a_number_is_used_once_its_code_was_typed(outbox):
    user = a_person(Role.COORDINATOR, BLOCK)
    client = signed_in(Client(), user)

    page = keep(client, phone="98000 00001")
    assert b"A code was sent." in page.content
    assert outbox[0][:2] == ("text", "+919800000001")
    assert Contact.objects.get().phone_confirmed_on is None
    given = {"step": "confirm", "channel": "text"}
    page = client.post(reverse("my_contact"), given | {"code": "000"}, follow=True)
    assert b"This code is not right." in page.content
    page = client.post(reverse("my_contact"), given | {"code": the_code(outbox)}, follow=True)

    assert b"you will be told there" in page.content
    assert Contact.objects.get().phone_confirmed_on == timezone.localdate()


def test_a_new_number_is_confirmed_anew_and_an_old_code_opens_nothing(outbox):
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))
    keep(client, phone="+919800000001")
    old = the_code(outbox)
    keep(client, phone="+919800000002")

    client.post(reverse("my_contact"), {"step": "confirm", "channel": "text", "code": old})

    assert Contact.objects.get().phone_confirmed_on is None


def test_a_code_is_tried_five_times_and_no_more(outbox):
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))
    keep(client, email="a.person@office.test")
    right = the_code(outbox)
    given = {"step": "confirm", "channel": "email"}
    for _try in range(5):
        client.post(reverse("my_contact"), given | {"code": "no"})

    page = client.post(reverse("my_contact"), given | {"code": right}, follow=True)

    assert b"tried too often" in page.content
    assert Contact.objects.get().email_confirmed_on is None


@pytest.mark.parametrize(
    "given, says",
    [
        ({"phone": "12"}, b"This is no phone number."),
        ({"email": "nobody"}, b"This is no e-mail address."),
        ({"quiet_from": "21"}, b"Choose both hours, or neither."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(given, says, outbox):
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))

    page = keep(client, **given)

    assert page.status_code == 400
    assert says in page.content
    assert not Contact.objects.exists()


def test_a_code_that_could_not_be_sent_is_said(outbox, monkeypatch):
    def refuses(*_args, **_kwargs):
        raise channels.NotSent("HTTP 500")

    monkeypatch.setattr(channels, "send", refuses)
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))

    assert b"could not be sent" in keep(client, phone="9800000001").content


def test_a_visit_past_its_day_leads_the_coordinator_to_its_question():
    section, children = a_class(pupils=1)
    flag = a_flag(children[0], section, state="assigned")
    now = timezone.now()
    Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=a_person(Role.VOLUNTEER, VILLAGE),
        assigned_by="system:operator",
        assigned_at=now - timedelta(days=4),
        due_at=now - timedelta(days=2),
    )

    page = signed_in(Client(), a_person(Role.COORDINATOR)).get(reverse("notices"))

    assert reverse("flag", args=[flag.pk]) in page.content.decode()
