"""Resets, phones, one's own account, and coming in: allowed, refused, wrong state, audited."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils import timezone

from aanchal.access.actions import (
    add_passkey,
    add_second_factor,
    approve_credential_reset,
    ask_credential_reset,
    change_passphrase,
    choose_passphrase,
    drop_second_factor,
    enrol_device,
    enter_demo,
    forget_ended,
    make_recovery_codes,
    note_failed_sign_in,
    note_seen,
    note_sign_in,
    note_sign_out,
    offer_device,
    refuse_credential_reset,
    remove_passkey,
    revoke_device,
    set_language,
    stop_account,
)
from aanchal.access.demo import make_demo_link
from aanchal.access.links import nobody
from aanchal.access.models import CredentialReset, Device, Notice
from aanchal.access.queries import waiting_resets
from aanchal.access.roles import Role
from aanchal.access.sign_in import passkeys_of, unused_recovery_codes
from aanchal.kernel.authz import Actor
from aanchal.kernel.authz import Grant as GrantHeld
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, SecondPerson, WrongState
from aanchal.kernel.models import Deployment
from tests.audited import audited
from tests.signing_in import PASSPHRASE, a_person, a_phone, a_reset, acting

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
VILLAGE = DISTRICT + "/B1851/P1/V1"
NEW = "hari ghaas kaali gaay"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KIND = CredentialReset.Kind


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def now():
    return timezone.now()


def verbs():
    return list(audited().order_by("at", "district", "seq").values_list("verb", flat=True))


@pytest.fixture
def asha():
    return a_person(Role.ADMINISTRATOR, DISTRICT)


@pytest.fixture
def bela():
    return a_person(Role.ADMINISTRATOR, DISTRICT)


@pytest.fixture
def coordinator():
    return a_person(Role.COORDINATOR, DISTRICT)


@pytest.fixture
def volunteer():
    return a_person(Role.VOLUNTEER, VILLAGE)


# --- an account is stopped, and opened again ---


def test_a_stopped_account_lets_nobody_in_and_keeps_its_roles_written(asha, volunteer):
    phone, _token = a_phone(volunteer)
    reset = ask_credential_reset(
        acting(asha), user=volunteer, kind=KIND.PASSPHRASE, at=now()
    ).record

    stop_account(acting(asha), user=volunteer, at=now())

    volunteer.refresh_from_db()
    phone.refresh_from_db()
    reset.refresh_from_db()
    assert not volunteer.is_active
    assert volunteer.sign_in_round == 1
    assert phone.revoked_by == str(asha.pk)
    assert reset.refused_by == str(asha.pk)
    assert acting(volunteer).grants == ()
    assert volunteer.grants.filter(revoked_at=None).exists()
    assert verbs()[-1] == "account.stopped"


def test_stopping_is_for_administrators_of_all_that_the_person_holds(coordinator):
    for other in (
        a_person(Role.COORDINATOR, DISTRICT),
        a_person(Role.ADMINISTRATOR, DISTRICT + "/B1851"),
        a_person(Role.ADMINISTRATOR, "IN/S10/D207"),
    ):
        with pytest.raises(NotAllowed):
            stop_account(acting(other), user=coordinator, at=now())

    coordinator.refresh_from_db()
    assert coordinator.is_active


def test_nobody_stops_her_own_account(asha, bela):
    with pytest.raises(SecondPerson):
        stop_account(acting(asha), user=asha, at=now())

    asha.refresh_from_db()
    assert asha.is_active


def test_the_last_who_looks_after_people_somewhere_is_not_stopped(asha):
    a_person(Role.ADMINISTRATOR, DISTRICT + "/B1851")  # over a part only
    above = a_person(Role.ADMINISTRATOR, "IN/S10")
    stop_account(acting(above), user=asha, at=now())  # the state's is left

    with pytest.raises(WrongState):
        stop_account(system_actor_who_may(), user=above, at=now())


def system_actor_who_may():
    """Somebody outside who may, so that only the last question is left."""
    return Actor("someone", grants=(GrantHeld(Role.ADMINISTRATOR, area_path="IN"),))


def test_an_account_is_stopped_once(asha, volunteer):
    stop_account(acting(asha), user=volunteer, at=now())

    with pytest.raises(WrongState):
        stop_account(acting(asha), user=volunteer, at=now())


def test_a_stopped_account_is_opened_by_two_and_with_a_new_passphrase(asha, bela, volunteer):
    stop_account(acting(asha), user=volunteer, at=now())
    with pytest.raises(WrongState):
        ask_credential_reset(acting(asha), user=volunteer, kind=KIND.PASSPHRASE, at=now())
    made = ask_credential_reset(acting(asha), user=volunteer, kind=KIND.OPENING, at=now())
    with pytest.raises(SecondPerson):
        approve_credential_reset(acting(asha), reset=made.record, at=now())
    link = approve_credential_reset(acting(bela), reset=made.record, at=now())

    choose_passphrase(nobody(), token=link.token, code=made.token, passphrase=NEW, at=now())

    volunteer.refresh_from_db()
    assert volunteer.is_active
    assert volunteer.check_password(NEW)
    assert acting(volunteer).roles() == {Role.VOLUNTEER}
    assert not volunteer.devices.filter(revoked_at=None).exists()


def test_an_open_account_needs_no_opening(asha, volunteer):
    with pytest.raises(WrongState):
        ask_credential_reset(acting(asha), user=volunteer, kind=KIND.OPENING, at=now())


# --- a reset is refused ---


def test_a_second_person_says_no_and_nothing_changes(asha, bela, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record

    refuse_credential_reset(acting(bela), reset=reset, at=now())

    assert not waiting_resets(acting(bela), at=now()).exists()
    with pytest.raises(WrongState):
        approve_credential_reset(acting(bela), reset=reset, at=now())
    assert verbs()[-1] == "credential_reset.refused"
    assert coordinator.notices.filter(kind="reset_refused").exists()
    ask_credential_reset(acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now())


def test_the_person_herself_refuses_a_link_that_was_made_already(asha, bela, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record
    link = approve_credential_reset(acting(bela), reset=reset, at=now())

    refuse_credential_reset(acting(coordinator), reset=reset, at=now())

    with pytest.raises(NotFound):
        choose_passphrase(nobody(), token=link.token, code="", passphrase=NEW, at=now())


def test_refusing_is_for_the_person_and_who_looks_after_her(asha, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record
    for other in (
        a_person(Role.COORDINATOR, DISTRICT),
        a_person(Role.ADMINISTRATOR, "IN/S10/D207"),
    ):
        with pytest.raises(NotAllowed):
            refuse_credential_reset(acting(other), reset=reset, at=now())

    reset.refresh_from_db()
    assert reset.refused_at is None


def test_what_was_used_or_refused_is_not_refused_again(asha, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record
    refuse_credential_reset(acting(asha), reset=reset, at=now())

    with pytest.raises(WrongState):
        refuse_credential_reset(acting(asha), reset=reset, at=now())


# --- resets ---


def test_a_reset_is_asked_agreed_to_and_used_with_one_event_each(asha, bela, coordinator):
    made = ask_credential_reset(acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now())
    link = approve_credential_reset(acting(bela), reset=made.record, at=now())
    choose_passphrase(nobody(), token=link.token, code=made.token, passphrase=NEW, at=now())

    coordinator.refresh_from_db()
    assert coordinator.check_password(NEW)
    assert verbs() == [
        "credential_reset.asked",
        "credential_reset.approved",
        "credential_reset.used",
    ]


@pytest.mark.parametrize("kind", [KIND.PASSPHRASE, KIND.SECOND_FACTOR])
def test_asking_is_for_administrators_of_the_person(coordinator, kind):
    for other in (
        a_person(Role.COORDINATOR, DISTRICT),
        a_person(Role.ADMINISTRATOR, DISTRICT + "/B1851"),
        a_person(Role.ADMINISTRATOR, "IN/S10/D207"),
    ):
        with pytest.raises(NotAllowed):
            ask_credential_reset(acting(other), user=coordinator, kind=kind, at=now())

    assert not CredentialReset.objects.exists()
    assert not Notice.objects.exists()


def test_agreeing_is_for_administrators_of_the_person(asha, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record

    with pytest.raises(NotAllowed):
        approve_credential_reset(
            acting(a_person(Role.ADMINISTRATOR, "IN/S10/D207")), reset=reset, at=now()
        )


def test_the_same_is_not_asked_twice_while_it_waits(asha, bela, coordinator):
    reset = ask_credential_reset(
        acting(asha), user=coordinator, kind=KIND.PASSPHRASE, at=now()
    ).record
    with pytest.raises(WrongState):
        ask_credential_reset(acting(bela), user=coordinator, kind=KIND.PASSPHRASE, at=now())

    approve_credential_reset(acting(bela), reset=reset, at=now())
    with pytest.raises(WrongState):
        approve_credential_reset(acting(bela), reset=reset, at=now())


def test_a_second_factor_that_is_not_there_is_not_reset(asha, coordinator):
    with pytest.raises(WrongState):
        ask_credential_reset(acting(asha), user=coordinator, kind=KIND.SECOND_FACTOR, at=now())


def test_a_reset_link_works_once_and_for_a_day(asha, bela, coordinator):
    used, late = (a_reset(asha, bela, coordinator, KIND.PASSPHRASE) for _n in range(2))
    choose_passphrase(nobody(), token=used.token, code=used.code, passphrase=NEW, at=now())

    for made, at in ((used, now()), (late, now() + timedelta(hours=24, seconds=1))):
        with pytest.raises(NotFound):
            choose_passphrase(
                nobody(), token=made.token, code=made.code, passphrase=PASSPHRASE, at=at
            )


def test_a_reset_does_not_take_a_weak_passphrase_or_a_wrong_code(asha, bela, coordinator):
    made = a_reset(asha, bela, coordinator, KIND.PASSPHRASE)

    for code, passphrase in ((made.code, "short"), ("", NEW), ("AAAA-AAAA", NEW)):
        with pytest.raises(Invalid):
            choose_passphrase(
                nobody(), token=made.token, code=code, passphrase=passphrase, at=now()
            )

    coordinator.refresh_from_db()
    assert coordinator.check_password(PASSPHRASE)


def test_dropping_the_second_factor_is_for_the_person_herself(asha, bela, coordinator):
    add_second_factor(acting(coordinator), user=coordinator, secret=SECRET, at=now())
    made = a_reset(asha, bela, coordinator, KIND.SECOND_FACTOR)

    with pytest.raises(NotAllowed):
        drop_second_factor(acting(bela), token=made.token, code=made.code, at=now())
    with pytest.raises(Invalid):
        drop_second_factor(acting(coordinator), token=made.token, code="", at=now())
    assert Authenticator.objects.filter(user=coordinator).exists()
    drop_second_factor(acting(coordinator), token=made.token, code=made.code, at=now())

    assert not Authenticator.objects.filter(user=coordinator).exists()
    assert verbs()[-1] == "credential_reset.used"


# --- phones ---


def test_a_phone_is_offered_enrolled_and_revoked_with_one_event_each(coordinator, volunteer):
    offer = offer_device(acting(coordinator), user=volunteer, name=" red ", at=now())
    phone = enrol_device(acting(volunteer), token=offer.token, at=now())
    revoke_device(acting(coordinator), device=phone.record, at=now())

    assert offer.record.name == "red"
    assert phone.token not in (offer.token, "")
    assert verbs() == ["device.offered", "device.enrolled", "device.revoked"]
    told = Notice.objects.filter(user=volunteer).values_list("kind", flat=True)
    assert set(told) == {"device_offered", "device_enrolled", "device_revoked"}


@pytest.mark.parametrize(
    "role, where",
    [
        (Role.COORDINATOR, DISTRICT + "/B1852"),
        (Role.CASE_WORKER, DISTRICT),
        (Role.VOLUNTEER, DISTRICT),
    ],
)
def test_phones_are_looked_after_by_those_of_the_place(volunteer, role, where):
    other = a_person(role, where)
    device, _token = a_phone(volunteer)

    with pytest.raises(NotAllowed):
        offer_device(acting(other), user=volunteer, name="", at=now())
    with pytest.raises(NotAllowed):
        revoke_device(acting(other), device=device, at=now())

    assert Device.objects.filter(revoked_at=None).count() == 1


def test_only_a_volunteers_account_is_put_on_a_phone(asha, coordinator):
    with pytest.raises(Invalid):
        offer_device(acting(asha), user=coordinator, name="", at=now())


def test_an_offer_works_once_for_a_day_and_while_its_maker_may(coordinator, volunteer):
    used = offer_device(acting(coordinator), user=volunteer, name="", at=now())
    late = offer_device(acting(coordinator), user=volunteer, name="", at=now())
    orphan = offer_device(acting(coordinator), user=volunteer, name="", at=now())
    with pytest.raises(NotAllowed):
        enrol_device(acting(coordinator), token=used.token, at=now())
    enrol_device(acting(volunteer), token=used.token, at=now())
    with pytest.raises(NotFound):
        enrol_device(acting(volunteer), token=late.token, at=now() + timedelta(hours=24, seconds=1))
    coordinator.grants.update(revoked_at=now(), revoked_by="x")

    for token in (used.token, orphan.token):
        with pytest.raises(NotFound):
            enrol_device(acting(volunteer), token=token, at=now())


def test_she_may_take_her_own_phone_off_once(volunteer):
    device, _token = a_phone(volunteer)

    revoke_device(acting(volunteer), device=device, at=now())

    with pytest.raises(WrongState):
        revoke_device(acting(volunteer), device=device, at=now())


# --- one's own account ---


def test_ones_own_account_is_ones_own(coordinator, asha):
    other = acting(asha)
    for attempt in (
        lambda: set_language(other, user=coordinator, language="hi"),
        lambda: change_passphrase(
            other, user=coordinator, old=PASSPHRASE, passphrase=NEW, at=now()
        ),
        lambda: add_second_factor(other, user=coordinator, secret=SECRET, at=now()),
        lambda: make_recovery_codes(other, user=coordinator),
        lambda: note_seen(other, user=coordinator, at=now()),
        lambda: note_sign_in(other, user=coordinator, at=now(), how="passphrase"),
        lambda: note_sign_out(other, user=coordinator),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    coordinator.refresh_from_db()
    assert coordinator.language == "en"
    assert coordinator.check_password(PASSPHRASE)
    assert not Authenticator.objects.exists()
    assert set(audited().values_list("outcome", flat=True)) == {"refused"}


def test_each_change_of_ones_account_leaves_one_event(coordinator):
    me = acting(coordinator)
    set_language(me, user=coordinator, language="hi")
    change_passphrase(me, user=coordinator, old=PASSPHRASE, passphrase=NEW, at=now())
    add_second_factor(me, user=coordinator, secret=SECRET, at=now())
    before = unused_recovery_codes(coordinator)
    make_recovery_codes(me, user=coordinator)
    seen = note_seen(me, user=coordinator, at=now())
    note_sign_in(me, user=coordinator, at=now(), how="second_factor")
    note_sign_out(me, user=coordinator)

    assert seen == 2
    assert not set(before) & set(unused_recovery_codes(coordinator))
    assert verbs() == [
        "language.set",
        "passphrase.changed",
        "second_factor.added",
        "recovery_codes.made",
        "notices.seen",
        "person.signed_in",
        "person.signed_out",
    ]


def test_a_passkey_is_added_beside_the_code_app_and_taken_off_with_one_event_each(coordinator):
    me = acting(coordinator)
    with pytest.raises(WrongState):
        add_passkey(me, user=coordinator, name="blue", credential={}, at=now())
    add_second_factor(me, user=coordinator, secret=SECRET, at=now())
    before = coordinator.sign_in_round

    add_passkey(me, user=coordinator, name="blue", credential={}, at=now())
    [passkey] = passkeys_of(coordinator)
    add_second_factor(me, user=coordinator, secret=SECRET, at=now())
    assert passkeys_of(coordinator) == [passkey]
    remove_passkey(me, user=coordinator, key=passkey.pk, at=now())

    assert passkeys_of(coordinator) == []
    assert verbs()[1:] == ["passkey.added", "second_factor.added", "passkey.removed"]
    coordinator.refresh_from_db()
    assert coordinator.sign_in_round == before + 4


def test_a_passkey_is_added_and_taken_off_by_its_owner(coordinator, asha):
    me = acting(coordinator)
    add_second_factor(me, user=coordinator, secret=SECRET, at=now())
    add_passkey(me, user=coordinator, name="blue", credential={}, at=now())
    [passkey] = passkeys_of(coordinator)

    with pytest.raises(NotAllowed):
        add_passkey(acting(asha), user=coordinator, name="red", credential={}, at=now())
    with pytest.raises(NotAllowed):
        remove_passkey(acting(asha), user=coordinator, key=passkey.pk, at=now())
    with pytest.raises(NotFound):
        remove_passkey(acting(asha), user=asha, key=passkey.pk, at=now())

    assert passkeys_of(coordinator) == [passkey]


def test_a_language_we_do_not_have_is_not_taken(coordinator):
    with pytest.raises(Invalid):
        set_language(acting(coordinator), user=coordinator, language="xx")


def test_recovery_codes_stand_in_for_something(coordinator):
    with pytest.raises(WrongState):
        make_recovery_codes(acting(coordinator), user=coordinator)


def test_a_sign_in_that_failed_is_kept_without_what_was_typed(coordinator):
    note_failed_sign_in(nobody(), user=coordinator, step="passphrase")
    note_failed_sign_in(nobody(), user=None, step="passphrase")

    events = audited().order_by("seq")
    assert [e.verb for e in events] == ["person.sign_in_failed"] * 2
    assert [e.target_id for e in events] == [str(coordinator.pk), ""]
    assert {e.district for e in events} == {""}


def test_the_day_of_a_phone_is_kept_at_sign_in(volunteer):
    device, _token = a_phone(volunteer)

    note_sign_in(acting(volunteer), user=volunteer, at=now(), how="device", device=device)

    device.refresh_from_db()
    assert device.last_seen_on == timezone.localdate(now())


# --- the made-up district ---


def test_a_demo_link_is_used_once_with_one_event(coordinator):
    Deployment.objects.create(id=1, is_demo=True, made_at=now())
    token = make_demo_link(coordinator).strip("/").split("/")[-1]

    assert enter_demo(nobody(), token=token, at=now()) == coordinator
    with pytest.raises(NotFound):
        enter_demo(nobody(), token=token, at=now())

    assert verbs() == ["demo_link.used"]


def test_no_demo_link_is_made_in_a_real_office(coordinator):
    with pytest.raises(NotFound):
        make_demo_link(coordinator)


# --- forgetting ---


def test_what_ended_long_ago_is_forgotten_with_one_event(asha, bela, coordinator, volunteer):
    from aanchal.access.actions import invite_person, withdraw_invitation
    from aanchal.access.models import Invitation
    from aanchal.kernel.authz import system_actor
    from tests.signing_in import an_area

    long_ago = now() - timedelta(days=800)
    for at in (long_ago, now()):
        made = invite_person(
            acting(asha), for_name="X", role=Role.VOLUNTEER, area=an_area(VILLAGE), at=at
        )
        withdraw_invitation(acting(asha), invitation=made.record, at=at) if at > long_ago else None
        CredentialReset.objects.create(
            user=coordinator, kind="passphrase", asked_by="x", asked_at=at
        )
        Notice.objects.create(user=coordinator, kind="grant_given", at=at, seen_at=at)
        a_phone(volunteer, revoked_at=at, revoked_by="x", enrolled_at=at)
    kept, _token = a_phone(volunteer, enrolled_at=long_ago)
    before = audited().count()

    gone = forget_ended(system_actor("upkeep"), at=now())

    assert gone == {"invitations": 1, "resets": 1, "phones": 1, "notices": 1}
    assert Invitation.objects.count() == CredentialReset.objects.count() == 1
    assert Device.objects.filter(pk=kept.pk).exists()
    assert audited().count() == before + 1


def test_only_the_systems_upkeep_forgets(asha):
    from aanchal.kernel.authz import system_actor

    for actor in (acting(asha), system_actor("operator")):
        with pytest.raises(NotAllowed):
            forget_ended(actor, at=now())


def test_the_nightly_sweep_takes_dead_sessions_and_cooled_counts():
    from aanchal.access.jobs import sweep_access
    from aanchal.access.models import Session, WrongTries

    for end in (now() - timedelta(hours=1), now() + timedelta(hours=1)):
        Session.objects.create(key_hash=str(end), data={}, expires_at=end)
        WrongTries.objects.create(key_hash=str(end), tries=1, last_at=now())
    WrongTries.objects.filter(key_hash=str(end)).update(last_at=now() - timedelta(minutes=16))

    sweep_access.function() if hasattr(sweep_access, "function") else sweep_access()

    assert Session.objects.count() == 1
    assert WrongTries.objects.count() == 1
