"""Invitations, from the asking to the first grant."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import (
    accept_invitation,
    approve_invitation,
    invite_administrators,
    invite_person,
    withdraw_invitation,
)
from aanchal.access.links import nobody
from aanchal.access.models import Device, Invitation, Notice, User
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.audited import audited
from tests.signing_in import a_person, a_school, acting, an_area, an_invitation

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
VILLAGE = DISTRICT + "/B1851/P1/V1"
GOOD = "hari ghaas kaali gaay"


def now():
    return timezone.now()


@pytest.fixture
def asha():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Asha")


@pytest.fixture
def bela():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")


def invite(actor, role=Role.VOLUNTEER, where=VILLAGE, **more):
    place = {"area": an_area(where)} if isinstance(where, str) else {"body": where}
    return invite_person(actor, for_name="Sunita", role=role, at=now(), **(place | more))


def accept(made, **more):
    given = {"display_name": "Sunita Devi", "passphrase": GOOD, "at": now()} | more
    given.setdefault("code", getattr(made, "code", ""))
    return accept_invitation(given.pop("actor", nobody()), token=made.token, **given)


@pytest.fixture
def both(asha, bela):
    """Invite with one, agree with the other."""

    def make(role=Role.VOLUNTEER, where=VILLAGE, **more):
        return an_invitation(asha, bela, role, where, **more)

    return make


def test_inviting_makes_a_code_that_is_not_stored_and_no_link(asha, bela):
    made = invite(acting(asha))

    assert len(made.token) == 9
    assert made.record.code_hash not in ("", made.token)
    assert made.record.token_hash == ""
    assert audited().get().verb == "person.invited"
    told = Notice.objects.values_list("user", "kind")
    assert list(told) == [(bela.pk, "agreement_asked")]


@pytest.mark.parametrize(
    "role, where",
    [
        (Role.ADMINISTRATOR, DISTRICT + "/B1852"),
        (Role.COORDINATOR, DISTRICT),
        (Role.VOLUNTEER, DISTRICT),
    ],
)
def test_inviting_is_for_administrators_of_the_place(role, where):
    with pytest.raises(NotAllowed):
        invite(acting(a_person(role, where)))

    assert not Invitation.objects.exists()
    assert audited().get().outcome == "refused"


def test_a_teacher_is_invited_into_a_school(asha, both):
    with pytest.raises(Invalid):
        invite(acting(asha), Role.TEACHER)

    made = both(Role.TEACHER, a_school(VILLAGE), grade="VI", section="A")
    came = accept(made)

    assert (came.grant.body_id, came.grant.grade) == (made.record.body_id, "VI")
    assert came.device_token == ""


def test_accepting_makes_a_person_with_a_given_name_a_grant_and_one_event(asha, both):
    made = both(language="hi")
    before = audited().count()

    came = accept(made)

    assert came.user.username.partition("-")[2].isdigit()
    assert came.user.display_name == "Sunita Devi"
    assert came.user.language == "hi"
    assert came.user.check_password(GOOD)
    assert acting(came.user).roles() == {Role.VOLUNTEER}
    assert audited().count() == before + 1
    event = audited().order_by("seq").last()
    assert event.verb == "invitation.accepted"
    assert "Sunita" not in str(event.changes)


def test_a_volunteers_link_makes_the_phone_it_is_opened_on_hers(asha, both):
    came = accept(both())

    assert came.device_token
    assert Device.objects.get().user == came.user


@pytest.mark.parametrize("weak", ["short", "918273645091", "1q2w3e4r5t6y", "x y " * 60])
def test_a_weak_passphrase_is_not_taken_and_nothing_is_written(asha, both, weak):
    made = both()

    with pytest.raises(Invalid):
        accept(made, passphrase=weak)

    assert User.objects.count() == 2
    made.record.refresh_from_db()
    assert made.record.accepted_at is None


def test_a_link_is_accepted_once(asha, both):
    made = both()
    accept(made)

    with pytest.raises(NotFound):
        accept(made)

    assert User.objects.count() == 3


def test_a_link_dies_after_a_week(asha, both):
    made = both()

    with pytest.raises(NotFound):
        accept(made, at=now() + timedelta(days=7, seconds=1))


def test_the_link_of_another_kind_opens_nothing(asha, both):
    made = both()

    assert Client().post(reverse("enrol_device", args=[made.token])).status_code == 404
    assert Client().post(reverse("reset_credential", args=[made.token])).status_code == 404


# --- taking back, agreeing ---


def test_taking_back_kills_the_link_and_leaves_one_event(asha, both):
    made = both()
    withdraw_invitation(acting(asha), invitation=made.record, at=now())

    with pytest.raises(NotFound):
        accept(made)
    verbs = audited().order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["person.invited", "invitation.approved", "invitation.withdrawn"]


def test_taking_back_is_for_administrators_of_the_place(asha, both):
    made = both()

    with pytest.raises(NotAllowed):
        withdraw_invitation(
            acting(a_person(Role.ADMINISTRATOR, DISTRICT + "/B1852")),
            invitation=made.record,
            at=now(),
        )

    assert accept(made).user


def test_what_was_accepted_is_not_taken_back(asha, both):
    made = both()
    accept(made)

    with pytest.raises(WrongState):
        withdraw_invitation(acting(asha), invitation=made.record, at=now())


def test_agreeing_makes_the_link_and_leaves_one_event(asha, bela):
    made = invite(acting(asha), Role.COORDINATOR, DISTRICT)
    before = audited().count()

    link = approve_invitation(acting(bela), invitation=made.record, at=now())

    assert audited().count() == before + 1
    came = accept(link, code=made.token, actor=nobody())
    assert acting(came.user).roles() == {Role.COORDINATOR}
    told = Notice.objects.exclude(kind="agreement_asked").values_list("user", "kind")
    assert set(told) == {
        (asha.pk, "invitation_agreed"),
        (asha.pk, "invitation_accepted"),
        (bela.pk, "invitation_accepted"),
    }


def test_agreeing_is_for_administrators_of_the_place(asha):
    made = invite(acting(asha), Role.COORDINATOR, DISTRICT)

    with pytest.raises(NotAllowed):
        approve_invitation(
            acting(a_person(Role.ADMINISTRATOR, DISTRICT + "/B1851")),
            invitation=made.record,
            at=now(),
        )


def test_what_does_not_wait_is_not_agreed_to(asha, bela):
    agreed = invite(acting(asha), Role.COORDINATOR, DISTRICT)
    approve_invitation(acting(bela), invitation=agreed.record, at=now())
    taken_back = invite(acting(asha), Role.COORDINATOR, DISTRICT)
    withdraw_invitation(acting(asha), invitation=taken_back.record, at=now())

    for made in (agreed, taken_back):
        with pytest.raises(WrongState):
            approve_invitation(acting(bela), invitation=made.record, at=now())


# --- the beginning ---


def test_the_operator_alone_invites_the_first_two(asha):
    with pytest.raises(NotAllowed):
        invite_administrators(acting(asha), at=now())
    with pytest.raises(NotAllowed):
        invite_administrators(system_actor("watch"), at=now())

    assert not Invitation.objects.exists()


def test_the_operator_invites_only_as_many_as_are_missing():
    made = invite_administrators(system_actor("operator"), at=now())
    assert len(made) == 2
    assert audited().get().verb == "administrators.invited"
    accept(made[0], code="")

    again = invite_administrators(system_actor("operator"), at=now())
    assert len(again) == 1
    accept(again[0], code="")

    with pytest.raises(WrongState):
        invite_administrators(system_actor("operator"), at=now())


# --- as the person lives it ---


def test_a_volunteer_walks_from_the_link_to_her_first_page(asha, both):
    made = both(language="hi")
    phone = Client()
    path = reverse("accept_invitation", args=[made.token])

    assert phone.get(path).status_code == 200
    opened = phone.post(path, {"step": "open"})
    assert b'value="Sunita"' in opened.content
    code = made.code.lower().replace("-", " ")  # as people type it
    done = phone.post(
        path, {"code": code, "display_name": "Sunita Devi", "passphrase": GOOD, "again": GOOD}
    )
    assert done.url == reverse("welcome")
    user = Invitation.objects.get().accepted_by
    assert user.username.encode() in phone.get(done.url).content
    inside = phone.post(reverse("sign_in"), {"username": user.username, "passphrase": GOOD})

    assert inside.status_code == 302
    assert phone.get(reverse("my_account")).status_code == 200


@pytest.mark.parametrize(
    "given, why",
    [
        ({"passphrase": GOOD, "again": "something else now"}, b"not the same"),
        ({"passphrase": "short", "again": "short"}, b"too short"),
        ({"passphrase": GOOD, "again": GOOD, "display_name": ""}, b"Write your name"),
        ({"passphrase": GOOD, "again": GOOD, "code": ""}, b"Write the code"),
        ({"passphrase": GOOD, "again": GOOD, "code": "2222-2222"}, b"This code is not right"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_lives_on(asha, both, given, why):
    made = both()
    path = reverse("accept_invitation", args=[made.token])

    page = Client().post(path, {"code": made.code, "display_name": "Sunita", **given})

    assert page.status_code == 400
    assert why in page.content
    assert accept(made).user
