"""Promise 2: sign-in, reset and invitation answer alike in status, body and time.

Time is measured coarsely: by the number of slow hashes and of queries, not by a watch.
"""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import (
    withdraw_invitation,
)
from aanchal.access.models import CredentialReset, Device, Invitation
from aanchal.access.roles import Role
from tests.signing_in import (
    PASSPHRASE,
    a_person,
    a_phone,
    a_reset,
    acting,
    an_area,
    an_invitation,
    words,
)

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
WRONG = "a wrong passphrase here"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def hashes(monkeypatch):
    """Counts what is slow with the real hasher."""
    made = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        made.append(1)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return made


def try_sign_in(username, passphrase, client=None):
    return (client or Client()).post(
        reverse("sign_in"), {"username": username, "passphrase": passphrase}
    )


def lock(username):
    for _n in range(5):
        try_sign_in(username, WRONG)


def cases():
    staff = a_person(Role.COORDINATOR, DISTRICT)
    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    a_phone(volunteer)
    locked = a_person(Role.COORDINATOR, DISTRICT)
    lock(locked.username)
    lock("nobody-2222")
    gone = a_person(Role.COORDINATOR, DISTRICT)
    gone.is_active = False
    gone.save()
    without_role = a_person()
    return {
        "nobody has this name": ("nobody-1111", PASSPHRASE),
        "wrong passphrase": (staff.username, WRONG),
        "right passphrase, too many tries": (locked.username, PASSPHRASE),
        "too many tries with a name nobody has": ("nobody-2222", PASSPHRASE),
        "right passphrase, not her phone": (volunteer.username, PASSPHRASE),
        "right passphrase, account stopped": (gone.username, PASSPHRASE),
        "right passphrase, no role any more": (without_role.username, PASSPHRASE),
    }


def test_every_refused_sign_in_reads_the_same():
    answers = {why: try_sign_in(*given) for why, given in cases().items()}

    assert {a.status_code for a in answers.values()} == {400}
    assert len({words(a) for a in answers.values()}) == 1
    assert len({tuple(sorted(a.cookies)) for a in answers.values()}) == 1
    assert len({tuple(sorted(a.headers)) for a in answers.values()}) == 1


def test_every_refused_sign_in_hashes_once(hashes):
    counted = {}
    for why, given in cases().items():
        hashes.clear()
        try_sign_in(*given)
        counted[why] = len(hashes)

    assert set(counted.values()) == {1}, counted


def test_a_name_that_somebody_has_costs_as_many_queries_as_one_that_nobody_has():
    asked = {}
    for why, given in cases().items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            try_sign_in(*given)
        asked[why] = [re.sub(r"\W.*", "", q["sql"]) for q in queries.captured_queries]

    unlocked = {why: q for why, q in asked.items() if "too many" not in why}
    locked = [q for why, q in asked.items() if "too many" in why]
    assert len({tuple(q) for q in unlocked.values()}) == 1, unlocked
    assert locked[0] == locked[1]


def test_a_reset_asks_for_nothing_that_could_be_tried():
    page = Client().get(reverse("cannot_sign_in"))

    assert b'<input type="text"' not in page.content
    assert Client().post(reverse("cannot_sign_in")).status_code == 405


# --- links ---


@pytest.fixture
def administrators():
    return [a_person(Role.ADMINISTRATOR, DISTRICT) for _n in range(2)]


def links_that_do_not_work(one, two):
    now = timezone.now()

    def invited():
        return an_invitation(one, two, Role.VOLUNTEER, DISTRICT, for_name="Somebody", at=now)

    taken_back, run_out, used = invited(), invited(), invited()
    withdraw_invitation(acting(one), invitation=taken_back.record, at=now)
    Invitation.objects.filter(pk=run_out.record.pk).update(expires_at=now)
    Invitation.objects.filter(pk=used.record.pk).update(accepted_at=now)
    yield "accept_invitation", "never-was-a-link"
    for made in (taken_back, run_out, used):
        yield "accept_invitation", made.token

    person = a_person(Role.COORDINATOR, DISTRICT)
    late = a_reset(one, two, person, CredentialReset.Kind.PASSPHRASE)
    CredentialReset.objects.filter(pk=late.record.pk).update(expires_at=now)
    yield "reset_credential", "never-was-a-link"
    yield "reset_credential", late.token

    yield "enrol_device", "never-was-a-link"
    Device.objects.create(
        user=person, enrolled_by=str(one.pk), enrol_token_hash="0" * 64, enrol_expires_at=now
    )
    yield "enrol_device", "0" * 43


def test_every_dead_link_answers_the_same(administrators):
    answers = {
        (name, token): Client().post(reverse(name, args=[token]))
        for name, token in links_that_do_not_work(*administrators)
    }

    assert {a.status_code for a in answers.values()} == {404}
    assert len({words(a) for a in answers.values()}) == 1


def test_opening_a_link_shows_and_uses_up_nothing(administrators):
    an_area(DISTRICT, name="Madhubani")
    made = an_invitation(*administrators, Role.VOLUNTEER, DISTRICT, for_name="Somebody")

    good = Client().get(reverse("accept_invitation", args=[made.token]))
    dead = Client().get(reverse("accept_invitation", args=["never-was-a-link"]))

    assert (good.status_code, words(good)) == (dead.status_code, words(dead))
    assert "Somebody" not in words(good)
    assert Client().post(reverse("accept_invitation", args=[made.token])).status_code == 200


def test_nobody_chooses_a_sign_in_name_and_so_learns_which_are_taken(administrators):
    made = an_invitation(*administrators, Role.VOLUNTEER, DISTRICT, for_name="Somebody")

    page = Client().post(reverse("accept_invitation", args=[made.token]), {"step": "open"})

    assert 'name="username"' not in page.content.decode()
