"""Promise 9: need to know beats rank. No role, no rank and no reach opens what is sealed."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.models import User
from aanchal.access.roles import Role
from aanchal.cases.queries import visible_concerns
from aanchal.kernel.authz import ROOT, Actor, Grant, Scope, require
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.vocabulary import Permission
from aanchal.people.queries import visible_children
from aanchal.roles import ROLE_PERMISSIONS
from aanchal.watch.queries.flags import visible_flags
from tests.signing_in import acting, signed_in
from tests.two_districts import APRIL, two_districts

SEALED = ("sealed", "sealed_for_her", "implicated", "implicated_in_team", "from_visit")
EVERYTHING = tuple(Grant(role, area_path=ROOT) for role in Role)


@pytest.fixture
def office():
    return two_districts()


@pytest.mark.django_db
def test_every_role_over_the_whole_country_opens_no_sealed_concern(office):
    highest = Actor(user_id="01890a5d-ac96-774b-bcce-b302099a8057", grants=EVERYTHING)

    seen = set(visible_concerns(highest))

    sealed = {office.records["concern"][label] for label in SEALED}
    assert seen and not seen & sealed


@pytest.mark.django_db
def test_a_sealed_concern_is_seen_by_exactly_its_team_without_those_it_implicates(office):
    for label in SEALED:
        concern = office.records["concern"][label]
        team = set(concern.team) - set(concern.implicated)
        for user in User.objects.all():
            shown = concern in visible_concerns(acting(user))
            assert shown == (str(user.pk) in team), (label, user.display_name)


@pytest.mark.django_db
def test_the_mark_of_a_superuser_opens_nothing(office, monkeypatch):
    """Django has such a mark; here nobody keeps it, and nobody reads it."""
    user = office.people["volunteer"]
    assert not {"is_superuser", "is_staff"} & {f.name for f in User._meta.get_fields()}
    monkeypatch.setattr(User, "is_superuser", True, raising=False)
    monkeypatch.setattr(User, "is_staff", True, raising=False)
    client = signed_in(Client(), user)

    for label in office.records["concern"]:
        concern = office.records["concern"][label]
        assert client.get(reverse("concern", args=[concern.pk])).status_code == 404, label
    assert client.get("/admin/").status_code == 404


@pytest.mark.django_db
def test_a_conflict_of_interest_excludes_before_any_grant_admits(office):
    """Kin of a household see neither the child, nor the question about her, nor the concern."""
    kin = office.people["coordinator"]
    everywhere = Actor(user_id=str(kin.pk), grants=EVERYTHING)

    assert office.records["child"]["own"] in visible_children(everywhere)
    assert office.records["child"]["kin"] not in visible_children(everywhere)
    assert office.records["flag"]["kin"] not in visible_flags(everywhere)
    assert office.records["concern"]["kin"] not in visible_concerns(everywhere)


@pytest.mark.parametrize("permission", Permission.all())
@pytest.mark.parametrize("scope", [
    Scope(area_path=ROOT, excluded=frozenset({"she"})),
    Scope(area_path=ROOT, team=frozenset({"another"})),
    Scope(area_path=ROOT, team=frozenset({"she"}), excluded=frozenset({"she"})),
])  # fmt: skip
def test_the_one_question_refuses_whoever_is_excluded_or_outside_the_team(permission, scope):
    with pytest.raises(NotAllowed):
        require(Actor(user_id="she", grants=EVERYTHING), permission, scope)


def test_administrators_hold_no_right_over_a_case_or_a_child():
    of_cases = {
        p for p in Permission.all() if p.value.startswith(("concern", "child", "flag", "visit"))
    }

    assert of_cases
    assert not ROLE_PERMISSIONS[Role.ADMINISTRATOR] & of_cases


@pytest.mark.django_db
def test_being_named_to_a_team_is_worth_nothing_without_the_role(office):
    """A case worker whose grant has ended stands in the team's list, and sees nothing."""
    worker = office.people["case_worker"]
    concern = office.records["concern"]["sealed_for_her"]
    assert concern in visible_concerns(acting(worker))

    worker.grants.update(revoked_by="system:operator", revoked_at=APRIL)

    assert concern not in visible_concerns(acting(worker))
