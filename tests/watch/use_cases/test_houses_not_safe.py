"""To a house that was not safe two go or nobody; she who said so is not sent there by anybody."""

from datetime import timedelta

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.notices.actions import pass_on
from aanchal.notices.models import Ladder
from aanchal.notices.queries.inbox import inbox
from aanchal.notices.queries.things import things
from aanchal.people.models import Kinship
from aanchal.watch.actions import (
    assign_visit,
    hand_back_visit,
    leave_pair,
    record_visit,
    say_will_go,
)
from aanchal.watch.models import Flag, Visit
from aanchal.watch.own_work import of_her_visits
from aanchal.watch.queries.flags import overdue_visits, volunteers_for
from tests.audited import audited
from tests.factories import NOW, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person
from tests.watch.use_cases.test_visits import ANSWERS, APRIL, a_volunteer, acting

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sent(flag, first, second=None, **given):
    return assign_visit(an_actor(), flag=flag, volunteer=first, second=second, at=NOW, **given)


def assigned(flag):
    return flag.visits.filter(state=Visit.State.ASSIGNED).first()


@pytest.fixture
def house():
    """A child and her sister of one house, each with a question, and three volunteers."""
    section, [child] = a_class(pupils=1)
    _theirs, [sister] = a_class(section.school, grade="7", pupils=1)
    sister.household = child.household
    sister.save()
    return a_flag(child, section), a_flag(sister, section), [a_volunteer() for _ in range(3)]


def not_safe(flag, who, **given):
    visit = sent(flag, who, **given)
    hand_back_visit(acting(who), visit=visit, because="unsafe", at=NOW)
    return visit


# --- she is not sent there again ---


@pytest.mark.parametrize("which", ["the same question", "her sister's"])
def test_whoever_said_that_a_house_is_not_safe_is_not_sent_there_again(house, which):
    flag, sisters, [her, other, third] = house
    not_safe(flag, her)
    now_asked = flag if which == "the same question" else sisters

    assert volunteers_for(now_asked, at=NOW) == sorted([other, third], key=lambda u: u.username)
    for pair in ((her, other), (other, her)):
        with pytest.raises(Invalid, match="herself says so"):
            sent(now_asked, *pair)
    with pytest.raises(Invalid, match="herself says so"):
        sent(now_asked, her, two_go=True)
    assert assigned(now_asked) is None


def test_what_else_she_has_at_that_house_leaves_her_hands_too(house):
    flag, sisters, [her, _other, _third] = house
    theirs = sent(sisters, her)

    not_safe(flag, her)

    theirs.refresh_from_db()
    sisters.refresh_from_db()
    assert (theirs.state, theirs.handed_back_because) == ("handed_back", "unsafe")
    assert sisters.state == Flag.State.OPEN
    assert audited().filter(verb="visit.handed_back").count() == 2


def test_she_who_goes_along_and_says_that_it_is_not_safe_is_not_sent_there_again(house):
    flag, sisters, [her, other, third] = house
    not_safe(flag, third)
    visit = sent(flag, other, her)

    leave_pair(acting(her), visit=visit, because="unsafe", at=NOW)

    assert her not in volunteers_for(sisters, at=NOW) and other in volunteers_for(sisters, at=NOW)
    with pytest.raises(Invalid, match="herself says so"):
        sent(flag, her, other)


def test_what_else_she_who_goes_along_has_at_that_house_leaves_her_hands_too(house):
    flag, sisters, [her, other, third] = house
    not_safe(flag, third)
    theirs, visit = sent(sisters, her, other), sent(flag, other, her)

    leave_pair(acting(her), visit=visit, because="unsafe", at=NOW)

    theirs.refresh_from_db()
    assert (theirs.state, theirs.handed_back_because) == ("handed_back", "unsafe")


def test_of_two_one_of_whom_said_elsewhere_that_it_is_not_safe_neither_goes_again(house):
    flag, _sisters, [her, other, third] = house
    visit = sent(flag, other, third)
    said = Visit.objects.create(
        district=flag.district, flag=flag, volunteer=third, assigned_by="x", assigned_at=NOW,
        due_at=NOW, state="handed_back", handed_back_because="unsafe", handed_back_at=NOW,
    )  # fmt: skip
    assert her and said

    record_visit(
        acting(other), visit=visit,
        **(ANSWERS | {"next_step": "visit_again", "again_on": (NOW + DAY).date()}), at=NOW,
    )  # fmt: skip

    assert assigned(flag) is None


@pytest.mark.parametrize("next_step, kind", [("visit_again", "sick"), ("comes_back", "not_home")])
def test_going_again_is_no_way_back_to_a_house_that_is_not_safe(house, next_step, kind):
    """A visit is in the hands of one when another says of the same house that it is not safe."""
    flag, sisters, [her, other, _third] = house
    hers = sent(sisters, other)
    not_safe(flag, her)

    record_visit(
        acting(other), visit=hers,
        **(ANSWERS | {"next_step": next_step, "kind": kind, "again_on": (NOW + DAY).date()}), at=NOW,
    )  # fmt: skip

    sisters.refresh_from_db()
    assert assigned(sisters) is None and sisters.state == Flag.State.OPEN


def test_of_two_who_go_again_both_go_again(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, third)

    record_visit(
        acting(other), visit=visit,
        **(ANSWERS | {"next_step": "visit_again", "again_on": (NOW + DAY).date()}), at=NOW,
    )  # fmt: skip

    kept = assigned(flag)
    assert (kept.volunteer, kept.second, kept.two_go) == (other, third, True)


def test_she_herself_may_say_that_she_will_go_and_take_it_back(house):
    flag, sisters, [her, other, _third] = house
    visit = not_safe(flag, her)

    say_will_go(acting(her), visit=visit, will_go=True, at=NOW)
    assert audited().filter(verb="house.will_go").count() == 1
    with pytest.raises(Invalid, match="Send two together"):
        sent(flag, her)
    pair = sent(sisters, her, other)

    say_will_go(acting(her), visit=visit, will_go=False, at=NOW)
    pair.refresh_from_db()
    assert pair.state == Visit.State.HANDED_BACK
    assert audited().filter(verb="house.will_not_go").count() == 1
    with pytest.raises(Invalid, match="herself says so"):
        sent(sisters, her, other)


def test_nobody_else_says_that_she_will_go(house):
    flag, _sisters, [her, other, _third] = house
    visit = not_safe(flag, her)

    for actor in (an_actor(), acting(other)):
        with pytest.raises(NotAllowed):
            say_will_go(actor, visit=visit, will_go=True, at=NOW)
    visit.refresh_from_db()
    assert visit.will_go_at is None
    assert audited().filter(verb="say_will_go.refused").count() == 2


def test_a_visit_given_back_for_another_reason_is_no_word_about_the_house(house):
    flag, _sisters, [her, _other, _third] = house
    visit = sent(flag, her)
    hand_back_visit(acting(her), visit=visit, because="cannot_go", at=NOW)

    with pytest.raises(NotAllowed):
        say_will_go(acting(her), visit=visit, will_go=True, at=NOW)
    assert her in volunteers_for(flag, at=NOW)


# --- two go ---


def test_who_goes_along_is_written_told_and_audited(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)

    visit = sent(flag, other, third)

    assert (visit.two_go, visit.second) == (True, third)
    [event] = [e for e in audited().filter(verb="visit.assigned") if e.changes.get("two_go")]
    assert event.changes["second"] == str(third.pk)
    hers = {u: [t.kind for t in inbox(acting(u), at=NOW).things] for u in (her, other, third)}
    assert hers == {her: [], other: ["visit.assigned"], third: ["visit_along.sent"]}
    pass_on(system_actor("notices"), at=NOW)
    told = {k.thing: set(k.story["told"]) for k in Ladder.objects.all()}
    assert told[f"visit.assigned|{visit.pk}"] == {str(other.pk)}
    assert told[f"visit_along.sent|{visit.pk}"] == {str(third.pk)}
    later = inbox(acting(a_person(Role.COORDINATOR, starts_at=APRIL)), at=NOW + 9 * DAY)
    assert [t.kind for t in later.things if t.kind.startswith("visit")] == ["visit.assigned"]


def test_of_whom_she_goes_along_and_whose_house_was_not_safe_are_her_own_work(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    sent(flag, other, third)
    child, later = str(flag.child_id), NOW.date() + 90 * DAY

    def own(user, on):
        return of_her_visits(str(user.pk), frozenset({child}), on)

    assert all(set(own(user, NOW.date())) == {child} for user in (her, other, third))
    assert set(own(her, later)) == {child} and not own(third, later)


def test_somebody_without_an_account_may_go_along(house):
    flag, _sisters, [her, other, _third] = house
    not_safe(flag, her)

    visit = sent(flag, other, two_go=True)

    assert (visit.two_go, visit.second) == (True, None)


def test_the_same_one_twice_is_not_two(house):
    flag, _sisters, [her, other, _third] = house
    not_safe(flag, her)

    with pytest.raises(Invalid, match="two different people"):
        sent(flag, other, other)
    assert assigned(flag) is None


def test_who_goes_along_may_be_changed(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, two_go=True)

    assert sent(flag, other, two_go=True) == visit
    changed = sent(flag, other, third)

    visit.refresh_from_db()
    assert (visit.state, changed.second) == ("cancelled", third)


@pytest.mark.parametrize("because", ["unsafe", "cannot_go", "kin"])
def test_when_the_one_who_goes_along_does_not_go_nobody_goes(house, because):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, third)

    leave_pair(acting(third), visit=visit, because=because, at=NOW)

    visit.refresh_from_db()
    flag.refresh_from_db()
    assert (visit.state, visit.handed_back_because) == ("handed_back", "second")
    assert visit.second_left_because == because and flag.state == Flag.State.OPEN
    assert Kinship.objects.filter(user=third).exists() == (because == "kin")
    with pytest.raises(NotAllowed):
        leave_pair(acting(third), visit=visit, because=because, at=NOW)


def test_only_she_who_goes_along_gives_back_that_she_goes_along(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, third)

    for actor in (acting(other), acting(her), an_actor()):
        with pytest.raises(NotAllowed):
            leave_pair(actor, visit=visit, because="unsafe", at=NOW)
    with pytest.raises(NotAllowed):
        hand_back_visit(acting(third), visit=visit, because="unsafe", at=NOW)
    with pytest.raises(NotAllowed):
        record_visit(acting(third), visit=visit, **ANSWERS, at=NOW)
    with pytest.raises(Invalid):
        leave_pair(acting(third), visit=visit, because="second", at=NOW)
    visit.refresh_from_db()
    assert visit.state == Visit.State.ASSIGNED


def test_going_along_on_a_visit_that_is_over_is_refused(house):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, third)
    record_visit(acting(other), visit=visit, **ANSWERS, at=NOW)

    with pytest.raises((NotAllowed, WrongState)):
        leave_pair(acting(third), visit=visit, because="unsafe", at=NOW)


def waits_at_once(visit):
    found = {t.key: t for t in things(at=NOW) if t.kind == "visit.assigned"}
    late = overdue_visits(an_actor(), at=NOW).filter(pk=visit.pk).exists()
    assert late == (found[str(visit.pk)].holder == "")
    return late


@pytest.mark.parametrize("why", ["her role ended", "she is kin"])
def test_when_one_of_two_can_no_longer_go_the_coordinator_is_told_at_once(house, why):
    flag, _sisters, [her, other, third] = house
    not_safe(flag, her)
    visit = sent(flag, other, third)
    assert not waits_at_once(visit)

    if why == "she is kin":
        kin_of(third, flag.child)
    else:
        third.grants.update(ends_at=NOW - DAY)

    assert waits_at_once(visit)
    assert not [t for t in things(at=NOW) if t.kind == "visit_along.sent"]


def test_a_visit_of_one_to_a_house_of_which_another_says_that_it_is_not_safe_waits_at_once(house):
    flag, sisters, [her, other, _third] = house
    visit = sent(sisters, other)
    assert not waits_at_once(visit)

    not_safe(flag, her)

    assert waits_at_once(visit)


def test_a_visit_of_one_where_nobody_felt_unsafe_is_as_before(house):
    flag, _sisters, [her, _other, _third] = house
    visit = sent(flag, her)

    assert (visit.two_go, visit.second) == (False, None) and not waits_at_once(visit)
