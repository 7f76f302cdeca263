"""Promise 33: no administrator acts alone on credentials, devices or their own grants."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import (
    accept_invitation,
    approve_credential_reset,
    approve_grant,
    approve_invitation,
    ask_credential_reset,
    choose_passphrase,
    drop_second_factor,
    give_grant,
    invite_administrators,
    invite_person,
    offer_device,
    revoke_grant,
    stop_account,
)
from aanchal.access.links import nobody
from aanchal.access.models import CredentialReset, Grant, Invitation, Notice
from aanchal.access.queries import actor_for
from aanchal.access.rules.second_person import GIVEN_ROLES, needs_second_person
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, SecondPerson
from aanchal.kernel.permissions import Permission, Role, may, system_actor
from tests.signing_in import (
    PASSPHRASE,
    a_grant,
    a_person,
    a_school,
    acting,
    an_area,
    signed_in,
)

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
NEW = "hari ghaas kaali gaay"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def two():
    return [a_person(Role.ADMINISTRATOR, DISTRICT, name=n) for n in ("Asha", "Bela")]


def now():
    return timezone.now()


# --- one's own grants ---


def test_a_role_given_to_oneself_has_no_force_until_another_agrees(two):
    asha, bela = two
    grant = give_grant(
        acting(asha),
        user=asha,
        role=Role.VOLUNTEER,
        area=an_area(DISTRICT),
        starts_at=now(),
        at=now(),
    )
    assert Role.VOLUNTEER not in acting(asha).roles()

    with pytest.raises(SecondPerson):
        approve_grant(acting(asha), grant=grant, at=now())
    assert Role.VOLUNTEER not in acting(asha).roles()
    approve_grant(acting(bela), grant=grant, at=now())

    assert Role.VOLUNTEER in acting(asha).roles()


def test_the_one_it_is_for_does_not_agree_to_it_either(two):
    asha, bela = two
    grant = give_grant(
        acting(asha),
        user=bela,
        role=Role.ADMINISTRATOR,
        area=an_area(DISTRICT + "/B1851"),
        starts_at=now(),
        at=now(),
    )

    with pytest.raises(SecondPerson):
        approve_grant(acting(bela), grant=grant, at=now())

    grant.refresh_from_db()
    assert grant.approved_at is None


def test_even_the_database_refuses_an_approval_by_the_giver(two):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_grant(
            two[1],
            Role.TEACHER,
            a_school(),
            given_by="x",
            needs_approval=True,
            approved_by="x",
            approved_at=now(),
        )


# --- people who do not exist ---


@pytest.mark.parametrize("role", [r for r in GIVEN_ROLES if needs_second_person(r)])
def test_one_administrator_cannot_invite_a_person_who_does_not_exist_and_be_her(two, role):
    asha, bela = two
    made = invite_person(
        acting(asha), for_name="Nobody", role=role, area=an_area(DISTRICT), at=now()
    )
    assert made.token == ""

    with pytest.raises(SecondPerson):
        approve_invitation(acting(asha), invitation=made.record, at=now())
    with pytest.raises(NotFound):
        accept_invitation(nobody(), token="", display_name="Nobody", passphrase=NEW, at=now())
    link = approve_invitation(acting(bela), invitation=made.record, at=now())
    came = accept_invitation(
        nobody(), token=link.token, display_name="Now known to two", passphrase=NEW, at=now()
    )

    assert came.grant.approved_by == str(bela.pk)
    assert actor_for(came.user).roles() == {role}


@pytest.mark.parametrize("role", [r for r in GIVEN_ROLES if needs_second_person(r)])
def test_nor_raise_a_volunteer_who_does_not_exist_to_it(two, role):
    asha, bela = two
    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    grant = give_grant(
        acting(asha), user=volunteer, role=role, area=an_area(DISTRICT), starts_at=now(), at=now()
    )
    assert role not in acting(volunteer).roles()

    approve_grant(acting(bela), grant=grant, at=now())

    assert role in acting(volunteer).roles()


def test_roles_that_read_children_or_make_administrators_are_the_ones_that_need_two():
    assert {r for r in GIVEN_ROLES if needs_second_person(r)} == {
        Role.COORDINATOR,
        Role.CASE_WORKER,
        Role.ADMINISTRATOR,
    }


def test_an_administrator_never_comes_to_read_cases(two):
    asha, bela = two
    for role in (Role.CASE_WORKER, Role.COORDINATOR):
        with pytest.raises(Invalid):
            give_grant(
                acting(bela),
                user=asha,
                role=role,
                area=an_area(DISTRICT),
                starts_at=now(),
                at=now(),
            )
    case_worker = a_person(Role.CASE_WORKER, DISTRICT)
    with pytest.raises(Invalid):
        give_grant(
            acting(bela),
            user=case_worker,
            role=Role.ADMINISTRATOR,
            area=an_area(DISTRICT),
            starts_at=now(),
            at=now(),
        )

    assert not may(acting(asha), Permission.CONCERN_VIEW, an_area(DISTRICT))


def test_whoever_lost_her_role_meanwhile_lets_nobody_in(two):
    asha, bela = two
    a_person(Role.ADMINISTRATOR, DISTRICT)
    made = invite_person(
        acting(asha), for_name="X", role=Role.CASE_WORKER, area=an_area(DISTRICT), at=now()
    )
    link = approve_invitation(acting(bela), invitation=made.record, at=now())
    revoke_grant(acting(bela), grant=asha.grants.get(), at=now())

    with pytest.raises(NotFound):
        accept_invitation(nobody(), token=link.token, display_name="X", passphrase=NEW, at=now())


# --- credentials ---


@pytest.mark.parametrize("kind", CredentialReset.Kind)
def test_new_credentials_need_two_who_are_not_the_owner(two, kind):
    asha, bela = two
    owner = a_person(Role.ADMINISTRATOR, DISTRICT, name="Chitra")
    give_second_factor(owner)
    if kind == CredentialReset.Kind.OPENING:
        stop_account(acting(asha), user=owner, at=now())
    reset = ask_credential_reset(acting(asha), user=owner, kind=kind, at=now())

    with pytest.raises(SecondPerson):
        approve_credential_reset(acting(asha), reset=reset, at=now())
    # Whose account is stopped holds no role any more, and is refused before anybody asks who she is.
    stopped = kind == CredentialReset.Kind.OPENING
    with pytest.raises(NotAllowed if stopped else SecondPerson):
        approve_credential_reset(acting(owner), reset=reset, at=now())
    assert approve_credential_reset(acting(bela), reset=reset, at=now()).token


def give_second_factor(person):
    from aanchal.access.actions import add_second_factor
    from tests.web.test_access_sign_in import SECRET

    add_second_factor(acting(person), user=person, secret=SECRET, at=now())
    person.refresh_from_db()


def asked_and_agreed(two, owner, kind):
    reset = ask_credential_reset(acting(two[0]), user=owner, kind=kind, at=now())
    return approve_credential_reset(acting(two[1]), reset=reset, at=now()).token


def test_the_owner_is_told_at_her_next_sign_in(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    token = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)
    choose_passphrase(nobody(), token=token, passphrase=NEW, at=now())

    assert list(
        Notice.objects.filter(user=owner).order_by("at").values_list("kind", flat=True)
    ) == [
        "reset_asked",
        "reset_approved",
        "passphrase_changed",
    ]
    client = Client()
    there = client.post(reverse("sign_in"), {"username": owner.username, "passphrase": NEW})
    assert there.url == reverse("notices")


def test_a_new_passphrase_leaves_the_second_factor_in_its_place(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    give_second_factor(owner)
    token = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)
    choose_passphrase(nobody(), token=token, passphrase=NEW, at=now())

    client = Client()
    there = client.post(reverse("sign_in"), {"username": owner.username, "passphrase": NEW})

    assert there.url == reverse("second_factor")


def test_the_lost_app_is_dropped_only_by_who_knows_the_passphrase(two):
    from allauth.mfa.models import Authenticator

    owner = a_person(Role.COORDINATOR, DISTRICT)
    give_second_factor(owner)
    token = asked_and_agreed(two, owner, CredentialReset.Kind.SECOND_FACTOR)
    path = reverse("reset_credential", args=[token])

    assert Client().post(path, {"passphrase": "not her passphrase"}).status_code == 400
    assert Authenticator.objects.filter(user=owner).exists()
    assert Client().post(path, {"passphrase": PASSPHRASE}).status_code == 302
    assert not Authenticator.objects.filter(user=owner).exists()


def test_the_two_kinds_of_reset_do_not_open_each_others_door(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    give_second_factor(owner)
    factor = asked_and_agreed(two, owner, CredentialReset.Kind.SECOND_FACTOR)
    passphrase = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)

    with pytest.raises(NotFound):
        choose_passphrase(nobody(), token=factor, passphrase=NEW, at=now())
    with pytest.raises(NotFound):
        drop_second_factor(acting(owner), token=passphrase, at=now())


def test_a_reset_ends_every_session_of_hers(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    client = signed_in(Client(), owner)
    token = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)

    choose_passphrase(nobody(), token=token, passphrase=NEW, at=now())

    assert client.get(reverse("my_account")).status_code == 302


def test_an_asking_nobody_answered_cannot_be_agreed_to_later(two):
    from aanchal.kernel.errors import WrongState

    owner = a_person(Role.COORDINATOR, DISTRICT)
    reset = ask_credential_reset(
        acting(two[0]),
        user=owner,
        kind=CredentialReset.Kind.PASSPHRASE,
        at=now() - timedelta(days=8),
    )

    with pytest.raises(WrongState):
        approve_credential_reset(acting(two[1]), reset=reset, at=now())


# --- devices ---


def test_nobody_puts_her_own_account_on_a_phone():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    a_grant(coordinator, Role.VOLUNTEER, DISTRICT)

    with pytest.raises(SecondPerson):
        offer_device(acting(coordinator), user=coordinator, name="", at=now())


# --- from the first day ---


def test_the_first_administrators_are_two():
    made = invite_administrators(system_actor("operator"), at=now())
    came = [
        accept_invitation(
            nobody(), token=link.token, display_name=f"First {n}", passphrase=NEW, at=now()
        ).user
        for n, link in enumerate(made)
    ]

    assert len(came) == 2
    assert Grant.objects.filter(role=Role.ADMINISTRATOR, area_path="IN").count() == 2
    assert {acting(user).roles() for user in came} == {frozenset({Role.ADMINISTRATOR})}


def test_links_of_the_first_administrators_made_anew_kill_the_old_ones():
    old = invite_administrators(system_actor("operator"), at=now())
    new = invite_administrators(system_actor("operator"), at=now())

    for link in old:
        with pytest.raises(NotFound):
            accept_invitation(
                nobody(), token=link.token, display_name="X", passphrase=NEW, at=now()
            )
    assert len(new) == 2
    assert Invitation.objects.filter(withdrawn_at=None).count() == 2
