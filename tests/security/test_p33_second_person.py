"""Promise 33: no administrator acts alone on credentials, devices or their own grants."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from aanchal.access.actions import (
    accept_invitation,
    approve_credential_reset,
    approve_grant,
    approve_invitation,
    ask_credential_reset,
    choose_passphrase,
    drop_second_factor,
    enrol_device,
    give_grant,
    invite_administrators,
    invite_person,
    lapse_waiting,
    offer_device,
    renew_invitation,
    revoke_grant,
    stop_account,
)
from aanchal.access.links import nobody
from aanchal.access.models import CredentialReset, Grant, Invitation, Notice
from aanchal.access.permissions import AccessPermission
from aanchal.access.queries import actor_for, waiting_grants
from aanchal.access.roles import Role
from aanchal.access.rules.second_person import GIVEN_ROLES, needs_second_person
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import may, system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, SecondPerson, WrongState
from aanchal.kernel.permissions import KernelPermission
from aanchal.kernel.vocabulary import Permission, Shows
from aanchal.people.permissions import PeoplePermission
from aanchal.places.permissions import PlacePermission
from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.routes import ROUTES
from tests.signing_in import (
    PASSPHRASE,
    a_grant,
    a_person,
    a_reset,
    a_school,
    acting,
    an_area,
    an_invitation,
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


def a_place_for(role):
    school = a_school(DISTRICT + "/B1851") if role is Role.TEACHER else None
    return {"body": school} if school else {"area": an_area(DISTRICT)}


@pytest.mark.parametrize("role", GIVEN_ROLES)
def test_one_administrator_cannot_invite_a_person_who_does_not_exist_and_be_her(two, role):
    """The attack of the review: invite, look at the link, accept it oneself."""
    asha, bela = two
    made = invite_person(acting(asha), for_name="Nobody", role=role, at=now(), **a_place_for(role))
    assert made.record.token_hash == ""  # there is no link yet, so none was shown

    with pytest.raises(SecondPerson):
        approve_invitation(acting(asha), invitation=made.record, at=now())
    for token in ("", made.token):
        with pytest.raises(NotFound):
            accept_invitation(
                nobody(), token=token, code=made.token, display_name="N", passphrase=NEW, at=now()
            )
    link = approve_invitation(acting(bela), invitation=made.record, at=now())
    came = accept_invitation(
        nobody(),
        token=link.token,
        code=made.token,
        display_name="Now known to two",
        passphrase=NEW,
        at=now(),
    )

    assert came.grant.approved_by == str(bela.pk)
    assert actor_for(came.user).roles() == {role}


@pytest.mark.parametrize("role", GIVEN_ROLES)
def test_nor_can_the_second_person_alone_who_holds_the_link(two, role):
    asha, bela = two
    made = invite_person(acting(asha), for_name="Nobody", role=role, at=now(), **a_place_for(role))
    link = approve_invitation(acting(bela), invitation=made.record, at=now())
    given = {"token": link.token, "display_name": "N", "passphrase": NEW, "at": now()}

    for code in ("", "AAAA-AAAA"):
        with pytest.raises(Invalid):
            accept_invitation(nobody(), code=code, **given)
    for one in two:
        with pytest.raises(SecondPerson):
            accept_invitation(acting(one), code=made.token, **given)

    assert Invitation.objects.get().accepted_at is None


def test_the_attack_through_the_pages_shows_no_link_and_opens_no_school(two):
    asha, bela = two
    school = a_school(DISTRICT + "/B1851", name="Rajnagar School")
    desk = signed_in(Client(), asha)
    asked = desk.post(
        reverse("invite_person") + "?role=teacher&place=rajn",
        {"for_name": "Nobody", "language": "en", "place": f"body:{school.pk}"},
    )
    invitation = Invitation.objects.get()

    assert asked.status_code == 200
    for page in (asked, desk.get(reverse("invitations")), desk.get(reverse("approvals"))):
        assert b"/invitation/" not in page.content
    assert desk.post(reverse("approve_invitation", args=[invitation.pk])).status_code == 403
    assert desk.post(reverse("renew_invitation", args=[invitation.pk])).status_code == 200
    invitation.refresh_from_db()
    assert (invitation.token_hash, invitation.accepted_at) == ("", None)
    # The one who agrees is shown the link; neither her page nor a later one shows the code.
    link = signed_in(Client(), bela).post(reverse("approve_invitation", args=[invitation.pk]))
    assert b"/invitation/" in link.content


@pytest.mark.parametrize("role", [r for r in GIVEN_ROLES if needs_second_person(r)])
def test_nor_raise_a_volunteer_who_does_not_exist_to_it(two, role):
    asha, bela = two
    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    grant = give_grant(
        acting(asha), user=volunteer, role=role, starts_at=now(), at=now(), **a_place_for(role)
    )
    assert role not in acting(volunteer).roles()

    approve_grant(acting(bela), grant=grant, at=now())

    assert role in acting(volunteer).roles()


def test_every_role_that_opens_names_of_children_needs_two():
    """A volunteer's work is put in her hands by a coordinator, one child at a time."""
    assert {r for r in GIVEN_ROLES if needs_second_person(r)} == set(GIVEN_ROLES) - {Role.VOLUNTEER}


def test_every_page_that_shows_a_name_of_a_child_asks_a_permission_that_needs_two():
    """Whoever adds such a page with another permission says so of the permission."""
    assert get_resolver().url_patterns  # which declares the routes
    declared = {r.who for r in ROUTES.values() if isinstance(r.who, Permission)}
    nameless = {
        PlacePermission.AREA_IMPORT,
        PlacePermission.AREA_JOIN,
        PlacePermission.CALENDAR_EDIT,
        CasePermission.CONCERN_RAISE,
        AccessPermission.CREDENTIAL_RESET,
        AccessPermission.DEVICE_ENROL,
        AccessPermission.GRANT_GIVE,
        AccessPermission.GRANT_REVOKE,
        KernelPermission.HEALTH_VIEW,
        # Names a child or a concern by the code that the administrator herself wrote.
        CasePermission.HOLD_PLACE,
        # Names a colleague, and children of the family by their codes alone.
        PeoplePermission.KINSHIP_CONFIRM,
        AccessPermission.PERSON_INVITE,
        AccessPermission.PERSON_VIEW,
        WatchPermission.WATCH_TUNE,
        PeoplePermission.READING_COUNT,
        # What is in one's own hands, and nothing else.
        WatchPermission.VISIT_RECORD,
        WatchPermission.VISIT_HAND_BACK,
        PeoplePermission.HOUSE_DESCRIBE,
        WatchPermission.FINDING_CORRECT,
    }

    assert {p for p in declared - nameless if p.shows < Shows.NAMES} == set()


# --- the head of a school, the coordinator ---


@pytest.fixture
def school():
    return a_school(DISTRICT + "/B1851")


def a_waiting_teacher(asha, school, **more):
    teacher = a_person(Role.TEACHER, a_school(DISTRICT + "/B1851"))
    return give_grant(
        acting(asha),
        user=teacher,
        role=Role.TEACHER,
        body=school,
        starts_at=now(),
        at=now(),
        **more,
    )


def test_the_head_of_that_very_school_agrees_to_its_teachers(two, school):
    head = a_person(Role.TEACHER, school)
    grant = a_waiting_teacher(two[0], school, grade="6", section="A")
    desk = signed_in(Client(), head)

    assert Notice.objects.filter(user=head, kind="agreement_asked").exists()
    assert (
        reverse("approve_grant", args=[grant.pk]).encode() in desk.get(reverse("approvals")).content
    )
    assert desk.post(reverse("approve_grant", args=[grant.pk])).status_code == 302

    grant.refresh_from_db()
    assert grant.approved_by == str(head.pk)


def test_no_other_teacher_agrees(two, school):
    grant = a_waiting_teacher(two[0], school)
    others = [
        a_person(Role.TEACHER, school, grade="6"),
        a_person(Role.TEACHER, school, grade="6", section="A"),
        a_person(Role.TEACHER, a_school(DISTRICT + "/B1851")),
        a_person(Role.COORDINATOR, DISTRICT),
        a_person(Role.CASE_WORKER, DISTRICT),
    ]

    for other in others:
        with pytest.raises(NotAllowed):
            approve_grant(acting(other), grant=grant, at=now())
        answer = signed_in(Client(), other).post(reverse("approve_grant", args=[grant.pk]))
        assert answer.status_code == 404

    grant.refresh_from_db()
    assert grant.approved_at is None


def test_a_head_agrees_to_teachers_only(two, school):
    head = a_person(Role.TEACHER, school)
    waiting = [
        give_grant(
            acting(two[0]),
            user=a_person(Role.VOLUNTEER, DISTRICT),
            role=role,
            body=school,
            starts_at=now(),
            at=now(),
        )
        for role in (Role.COORDINATOR, Role.CASE_WORKER, Role.ADMINISTRATOR)
    ]

    for grant in waiting:
        with pytest.raises(NotAllowed):
            approve_grant(acting(head), grant=grant, at=now())


def test_a_coordinator_agrees_to_volunteers_of_her_block_only(two):
    coordinator = a_person(Role.COORDINATOR, DISTRICT + "/B1851")
    near, far = (
        invite_person(
            acting(two[0]), for_name="X", role=Role.VOLUNTEER, area=an_area(path), at=now()
        ).record
        for path in (DISTRICT + "/B1851/P1", DISTRICT + "/B1852/P1")
    )

    assert approve_invitation(acting(coordinator), invitation=near, at=now()).token
    with pytest.raises(NotAllowed):
        approve_invitation(acting(coordinator), invitation=far, at=now())


# --- what waits, and for how long ---


def test_what_waits_is_listed_the_longest_waiting_first(two, school):
    asha, bela = two
    newer = a_waiting_teacher(asha, school)
    older = invite_person(
        acting(asha),
        for_name="Older",
        role=Role.CASE_WORKER,
        area=an_area(DISTRICT),
        at=now() - timedelta(days=2),
    ).record

    page = signed_in(Client(), bela).get(reverse("approvals")).content.decode()

    places = [
        page.index(reverse("approve_invitation", args=[older.pk])),
        page.index(reverse("approve_grant", args=[newer.pk])),
    ]
    assert places == sorted(places)


def test_what_nobody_agreed_to_in_a_week_lapses_and_its_giver_is_told(two, school):
    asha, bela = two
    grant = a_waiting_teacher(asha, school)
    asked = invite_person(
        acting(asha), for_name="X", role=Role.CASE_WORKER, area=an_area(DISTRICT), at=now()
    )
    later = now() + timedelta(days=7, minutes=1)

    with pytest.raises(WrongState):
        approve_grant(acting(bela), grant=grant, at=later)
    assert not waiting_grants(acting(bela), at=later).exists()
    assert lapse_waiting(system_actor("upkeep"), at=later) == {"grants": 1, "invitations": 1}
    assert lapse_waiting(system_actor("upkeep"), at=later) == {"grants": 0, "invitations": 0}

    told = set(Notice.objects.filter(user=asha).values_list("kind", flat=True))
    assert told == {"grant_lapsed", "invitation_lapsed"}
    asked.record.refresh_from_db()
    assert asked.record.withdrawn_by == "system:upkeep"
    with pytest.raises(NotAllowed):
        lapse_waiting(acting(asha), at=later)


def test_whoever_may_agree_may_refuse_and_the_giver_is_told(two, school):
    asha, bela = two
    head = a_person(Role.TEACHER, school)
    grant = a_waiting_teacher(asha, school)
    asked = invite_person(acting(asha), for_name="X", role=Role.TEACHER, body=school, at=now())
    desk = signed_in(Client(), head)

    assert desk.post(reverse("refuse_grant", args=[grant.pk])).status_code == 302
    assert desk.post(reverse("refuse_invitation", args=[asked.record.pk])).status_code == 302

    with pytest.raises(WrongState):
        approve_grant(acting(bela), grant=grant, at=now())
    with pytest.raises(WrongState):
        approve_invitation(acting(bela), invitation=asked.record, at=now())
    told = set(Notice.objects.filter(user=asha).values_list("kind", flat=True))
    assert told == {"grant_refused", "invitation_refused"}


def test_a_head_takes_away_no_role_that_has_force(school):
    head = a_person(Role.TEACHER, school)
    colleague = a_person(Role.TEACHER, school, grade="6")

    with pytest.raises(NotAllowed):
        revoke_grant(acting(head), grant=colleague.grants.get(), at=now())

    assert acting(colleague).roles() == {Role.TEACHER}


def test_a_lost_half_is_made_anew_by_whose_it_is_and_the_old_one_dies(two):
    asha, bela = two
    made = an_invitation(asha, bela, Role.CASE_WORKER, DISTRICT)
    new_code = renew_invitation(acting(asha), invitation=made.record, at=now()).token
    new_link = renew_invitation(acting(bela), invitation=made.record, at=now()).token
    third = a_person(Role.ADMINISTRATOR, DISTRICT)
    given = {"display_name": "X", "passphrase": NEW, "at": now()}

    with pytest.raises(NotAllowed):
        renew_invitation(acting(third), invitation=made.record, at=now())
    with pytest.raises(NotFound):
        accept_invitation(nobody(), token=made.token, code=new_code, **given)
    with pytest.raises(Invalid):
        accept_invitation(nobody(), token=new_link, code=made.code, **given)
    assert accept_invitation(nobody(), token=new_link, code=new_code, **given).user


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

    assert not may(acting(asha), CasePermission.CONCERN_VIEW, an_area(DISTRICT))


def test_whoever_lost_her_role_meanwhile_lets_nobody_in(two):
    asha, bela = two
    a_person(Role.ADMINISTRATOR, DISTRICT)
    made = an_invitation(asha, bela, Role.CASE_WORKER, DISTRICT)
    revoke_grant(acting(bela), grant=asha.grants.get(), at=now())

    with pytest.raises(NotFound):
        accept_invitation(
            nobody(), token=made.token, code=made.code, display_name="X", passphrase=NEW, at=now()
        )


# --- credentials ---


@pytest.mark.parametrize("kind", CredentialReset.Kind)
def test_new_credentials_need_two_who_are_not_the_owner(two, kind):
    asha, bela = two
    owner = a_person(Role.ADMINISTRATOR, DISTRICT, name="Chitra")
    give_second_factor(owner)
    if kind == CredentialReset.Kind.OPENING:
        stop_account(acting(asha), user=owner, at=now())
    reset = ask_credential_reset(acting(asha), user=owner, kind=kind, at=now()).record

    with pytest.raises(SecondPerson):
        approve_credential_reset(acting(asha), reset=reset, at=now())
    # Whose account is stopped holds no role any more, and is refused before anybody asks who she is.
    stopped = kind == CredentialReset.Kind.OPENING
    with pytest.raises(NotAllowed if stopped else SecondPerson):
        approve_credential_reset(acting(owner), reset=reset, at=now())
    assert approve_credential_reset(acting(bela), reset=reset, at=now()).token


def give_second_factor(person):
    from aanchal.access.actions import add_second_factor
    from tests.web.access.test_access_sign_in import SECRET

    add_second_factor(acting(person), user=person, secret=SECRET, at=now())
    person.refresh_from_db()


def asked_and_agreed(two, owner, kind):
    return a_reset(*two, owner, kind)


def test_the_owner_is_told_at_her_next_sign_in(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    made = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)
    choose_passphrase(nobody(), token=made.token, code=made.code, passphrase=NEW, at=now())

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
    made = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)
    choose_passphrase(nobody(), token=made.token, code=made.code, passphrase=NEW, at=now())

    client = Client()
    there = client.post(reverse("sign_in"), {"username": owner.username, "passphrase": NEW})

    assert there.url == reverse("second_factor")


def test_the_lost_app_is_dropped_only_by_who_knows_the_passphrase(two):
    from allauth.mfa.models import Authenticator

    owner = a_person(Role.COORDINATOR, DISTRICT)
    give_second_factor(owner)
    made = asked_and_agreed(two, owner, CredentialReset.Kind.SECOND_FACTOR)
    path = reverse("reset_credential", args=[made.token])

    for wrong in (
        {"passphrase": "not her passphrase", "code": made.code},
        {"passphrase": PASSPHRASE},
    ):
        assert Client().post(path, wrong).status_code == 400
    assert Authenticator.objects.filter(user=owner).exists()
    right = {"passphrase": PASSPHRASE, "code": made.code}
    assert Client().post(path, right).status_code == 302
    assert not Authenticator.objects.filter(user=owner).exists()


def test_the_two_kinds_of_reset_do_not_open_each_others_door(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    give_second_factor(owner)
    factor = asked_and_agreed(two, owner, CredentialReset.Kind.SECOND_FACTOR)
    passphrase = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)

    with pytest.raises(NotFound):
        choose_passphrase(nobody(), token=factor.token, code=factor.code, passphrase=NEW, at=now())
    with pytest.raises(NotFound):
        drop_second_factor(acting(owner), token=passphrase.token, code=passphrase.code, at=now())


def test_whoever_agreed_does_not_choose_the_new_passphrase_alone(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    made = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)

    for code in ("", "AAAA-AAAA"):
        with pytest.raises(Invalid):
            choose_passphrase(nobody(), token=made.token, code=code, passphrase=NEW, at=now())
    for one in two:
        with pytest.raises(SecondPerson):
            choose_passphrase(
                acting(one), token=made.token, code=made.code, passphrase=NEW, at=now()
            )

    owner.refresh_from_db()
    assert owner.check_password(PASSPHRASE)


def test_a_reset_ends_every_session_of_hers(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    client = signed_in(Client(), owner)
    made = asked_and_agreed(two, owner, CredentialReset.Kind.PASSPHRASE)

    choose_passphrase(nobody(), token=made.token, code=made.code, passphrase=NEW, at=now())

    assert client.get(reverse("my_account")).status_code == 302


def test_an_asking_nobody_answered_cannot_be_agreed_to_later(two):
    owner = a_person(Role.COORDINATOR, DISTRICT)
    reset = ask_credential_reset(
        acting(two[0]),
        user=owner,
        kind=CredentialReset.Kind.PASSPHRASE,
        at=now() - timedelta(days=8),
    ).record

    with pytest.raises(WrongState):
        approve_credential_reset(acting(two[1]), reset=reset, at=now())


# --- devices ---


def test_nobody_puts_her_own_account_on_a_phone():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    a_grant(coordinator, Role.VOLUNTEER, DISTRICT)

    with pytest.raises(SecondPerson):
        offer_device(acting(coordinator), user=coordinator, name="", at=now())


def test_the_link_of_a_phone_opens_with_the_volunteers_own_passphrase_only():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    volunteer = a_person(Role.VOLUNTEER, DISTRICT + "/B1851/P1/V1")
    offer = offer_device(acting(coordinator), user=volunteer, name="", at=now())
    path = reverse("enrol_device", args=[offer.token])

    for wrong in ({"step": "open"}, {"passphrase": ""}, {"passphrase": "not her passphrase"}):
        answer = Client().post(path, wrong)
        assert answer.status_code in (200, 400)
        assert "aanchal_device" not in answer.cookies
    with pytest.raises(NotAllowed):
        enrol_device(acting(coordinator), token=offer.token, at=now())
    assert "aanchal_device" in Client().post(path, {"passphrase": PASSPHRASE}).cookies


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
