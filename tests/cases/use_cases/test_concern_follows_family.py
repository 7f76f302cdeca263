"""A family moves to another block: what is told of its child is handed on, and never between two."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    add_note,
    close_concern,
    follow_children,
    hand_over_concern,
    name_implicated,
    release_concern,
    reopen_concern,
    take_up_concern,
)
from aanchal.cases.jobs import name_teams
from aanchal.cases.models import Concern
from aanchal.cases.queries import visible_concerns
from aanchal.kernel.authz import may, system_actor
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.notices.models import Ladder
from aanchal.notices.queries.inbox import count_waiting, inbox
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.watch.actions import move_family
from tests.audited import audited
from tests.factories import NOW, OTHER_BLOCK, OTHER_VILLAGE, VILLAGE, a_class, an_actor, kin_of
from tests.notices.use_cases.test_notices import (
    round_at,
    sent,  # noqa: F401  # a fixture
    staff,
)
from tests.signing_in import acting, an_area, signed_in
from tests.web.concerns.test_concern_pages import a_concern

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THERE = "IN/S10/D206/B1852"
WAITING, KEPT = "concern_move.waiting", "concern_move.kept"


class Family:
    """A child of whom a concern was told, and case workers of the two blocks."""

    def __init__(self, *, kind="missing", taken=True, at=NOW):
        self.old, self.colleague = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
        _section, [self.child, *_others] = a_class()
        self.held = a_concern(kind=kind, child=self.child, at=at)
        self.new, self.second = staff(Role.CASE_WORKER, THERE), staff(Role.CASE_WORKER, THERE)
        if taken:
            take_up_concern(acting(self.old), concern=self.held, at=at)

    def moves(self, to=OTHER_BLOCK, *, at=NOW + HOUR):
        actor = an_actor(Role.COORDINATOR, "IN/S10/D206")
        return move_family(actor, child=self.child, to=an_area(to), at=at)

    def takes_up(self, who, *, at=NOW + 2 * HOUR):
        return take_up_concern(acting(who), concern=self.held, at=at)

    @property
    def concern(self):
        return Concern.objects.get(pk=self.held.pk)

    def seen_by(self, *people):
        return [self.concern in visible_concerns(acting(p)) for p in people]


def waits_for(user, at=NOW + 2 * HOUR):
    found = [t.kind for t in inbox(acting(user), at=at).things]
    assert count_waiting(acting(user), at=at) == len(found)
    return sorted(found)


def opens_file(user, child):
    return may(acting(user), PeoplePermission.CHILD_OPEN_FILE, Child.objects.get(pk=child.pk))


def told_of(kind):
    return {
        user: circle
        for ladder in Ladder.objects.all()
        if ladder.thing.startswith(kind)
        for user, circle in ladder.story["told"].items()
    }


def test_it_stays_with_whoever_has_it_and_waits_for_those_where_the_family_lives(sent):  # noqa: F811
    family = Family()
    round_at(NOW)

    family.moves()
    round_at(NOW + HOUR)

    held = family.concern
    assert (held.area.path, held.left_area.path) == (OTHER_BLOCK, VILLAGE)
    assert (held.stage, held.taken_up_by) == ("taken_up", str(family.old.pk))
    # Whoever could open it still can, and somebody who opens the child's file sees it.
    assert family.seen_by(family.old, family.colleague, family.new, family.second) == [True] * 4
    assert opens_file(family.new, family.child) and not opens_file(family.old, family.child)
    assert waits_for(family.old) == ["concern.taken_up", KEPT]
    assert waits_for(family.new) == waits_for(family.second) == [WAITING]
    assert waits_for(family.colleague) == []
    assert set(told_of(KEPT)) == {str(family.old.pk)}
    assert len(told_of(WAITING)) == 1
    assert set(told_of(WAITING)) <= {str(family.new.pk), str(family.second.pk)}
    add_note(acting(family.old), concern=held, text="The aunt has called.", at=NOW + HOUR)
    assert audited().filter(verb="concern.moved", actor_id="system:concerns").count() == 1


def test_taken_up_there_it_belongs_to_that_place_alone():
    family = Family()
    family.moves()
    with pytest.raises(WrongState):
        family.takes_up(family.colleague)

    family.takes_up(family.new)

    held = family.concern
    assert (held.taken_up_by, held.left_area, held.left_at) == (str(family.new.pk), None, None)
    assert family.seen_by(family.old, family.colleague, family.new) == [False, False, True]
    lines = [(e["what"], e.get("to")) for e in held.history]
    assert lines == [("family_moved", None), ("taken_over", str(family.old.pk))]
    assert waits_for(family.new) == ["concern.taken_up"] and waits_for(family.old) == []


def test_handed_over_she_to_whom_it_is_handed_is_told_and_the_giver_keeps_it_until_then():
    family = Family()
    family.moves()

    hand_over_concern(
        acting(family.old), concern=family.held, to=family.new, words="Look", at=NOW + HOUR
    )

    assert waits_for(family.new) == ["concern.handed_over"]
    assert family.seen_by(family.old, family.new) == [True, True]
    family.takes_up(family.new)
    assert family.seen_by(family.old, family.new) == [False, True]


def test_nobody_who_works_elsewhere_is_offered_and_she_does_not_close_it():
    family = Family()
    add_note(acting(family.old), concern=family.held, text="I went there.", at=NOW)
    family.moves()

    with pytest.raises(WrongState, match="lives elsewhere"):
        close_concern(
            acting(family.old),
            concern=family.held,
            reason="not_so",
            words="They moved away.",
            at=NOW + HOUR,
        )
    from aanchal.cases.queries import people_to_hand_over_to

    able = people_to_hand_over_to(acting(family.old), family.concern, at=NOW + HOUR)
    assert {p.pk for p in able} == {family.new.pk, family.second.pk}


def test_nobody_takes_it_up_it_climbs_to_the_district_and_outside(sent, settings):  # noqa: F811
    settings.AANCHAL_OUTSIDE_OFFICE = "dcpu@office.test"
    family = Family()
    here, there = staff(Role.COORDINATOR), staff(Role.COORDINATOR, THERE)
    district = staff(Role.COORDINATOR, "IN/S10/D206")
    family.moves()
    at = NOW + HOUR
    for hours in (0, 2, 4, 8, 24, 48):
        round_at(at + hours * HOUR)

    told = told_of(WAITING)
    assert told[str(there.pk)] == "coordinator" and told[str(district.pk)] == "district"
    assert str(here.pk) not in told and str(family.old.pk) not in told
    assert [to for _c, to, _t in sent].count("dcpu@office.test") == 1
    assert len(inbox(acting(district), at=at + DAY).unread) == 1


def test_where_nobody_works_it_stays_as_it_was_and_climbs():
    family = Family()
    family.new.grants.all().delete()
    family.second.grants.all().delete()
    district = staff(Role.COORDINATOR, "IN/S10/D206")

    family.moves()
    round_at(NOW + HOUR)

    assert family.seen_by(family.old, family.colleague) == [True, True]
    assert str(district.pk) in told_of(WAITING)


def test_in_nobodys_hands_it_waits_for_both_places_and_those_there_are_told_first(sent):  # noqa: F811
    family = Family(taken=False)
    round_at(NOW)

    family.moves()
    round_at(NOW + HOUR)

    assert set(told_of(WAITING)) <= {str(family.new.pk), str(family.second.pk)}
    assert len(told_of(WAITING)) == 1
    assert waits_for(family.new) == waits_for(family.old) == [WAITING]
    family.takes_up(family.old)
    assert family.concern.left_area.path == VILLAGE, "she hands it on all the same"
    assert waits_for(family.new) == [WAITING]


def test_whose_holder_leaves_before_it_is_handed_on_waits_for_everybody():
    family = Family()
    family.moves()
    family.old.grants.update(revoked_by="system:operator", revoked_at=NOW + HOUR)

    assert waits_for(family.colleague) == waits_for(family.new) == [WAITING]
    assert family.takes_up(family.colleague).taken_up_by == str(family.colleague.pk)


def test_moved_back_before_anybody_took_it_up_it_stands_as_it_stood():
    family = Family()
    before = waits_for(family.old)
    family.moves()

    family.moves(VILLAGE)

    held = family.concern
    assert (held.area.path, held.left_area, held.taken_up_by) == (VILLAGE, None, str(family.old.pk))
    assert waits_for(family.old) == before and waits_for(family.new) == []
    assert family.seen_by(family.old, family.colleague, family.new) == [True, True, False]


def test_moved_back_afterwards_it_is_handed_on_the_other_way():
    family = Family()
    family.moves()
    family.takes_up(family.new)

    family.moves(VILLAGE, at=NOW + DAY)

    at = NOW + DAY + HOUR
    assert family.concern.left_area.path == OTHER_BLOCK
    assert waits_for(family.new, at) == ["concern.taken_up", KEPT]
    assert waits_for(family.old, at) == [WAITING]


def test_moved_on_while_it_waits_it_waits_where_the_family_lives_now():
    third = "IN/S10/D206/B1853/P930/V931"
    family = Family()
    last = staff(Role.CASE_WORKER, "IN/S10/D206/B1853")
    family.moves()

    family.moves(third)

    assert family.concern.left_area.path == VILLAGE
    assert family.seen_by(family.old, family.new, last) == [True, False, True]


@pytest.mark.parametrize("where", ["IN/S10/D206", "IN/S10/D206/B1851"])
def test_whose_case_worker_works_there_too_keeps_it_and_nobody_is_asked(where):
    family = Family(taken=False)
    holder = staff(Role.CASE_WORKER, where)
    family.takes_up(holder, at=NOW)

    family.moves(OTHER_BLOCK if where == "IN/S10/D206" else OTHER_VILLAGE)

    held = family.concern
    assert (held.taken_up_by, held.left_area) == (str(holder.pk), None)
    assert waits_for(holder) == ["concern.taken_up"]


# --- sealed, implicated, kin ---


def test_of_a_sealed_one_those_nearest_there_become_of_its_team_and_nobody_else():
    family = Family(kind="sexual_abuse")
    far = staff(Role.CASE_WORKER, "IN/S10/D206")

    family.moves()

    held = family.concern
    team = {family.old.pk, family.colleague.pk, family.new.pk, family.second.pk}
    assert held.is_sealed and set(held.team) == {str(pk) for pk in team}
    assert waits_for(family.new) == [WAITING] and waits_for(far) == []
    family.takes_up(family.new)
    assert family.seen_by(family.old, family.new, far) == [False, True, False]


def test_the_implicated_and_kin_there_are_never_told_nor_of_the_team(sent):  # noqa: F811
    family = Family(taken=False)
    implicated, kin = staff(Role.CASE_WORKER, THERE), staff(Role.CASE_WORKER, THERE)
    kin_of(kin, family.child)
    family.takes_up(family.old, at=NOW)
    name_implicated(acting(family.old), concern=family.held, person=implicated, at=NOW)

    family.moves()
    for hours in (1, 3, 5, 9, 25, 49):
        round_at(NOW + hours * HOUR)

    held = family.concern
    shut_out = {str(implicated.pk), str(kin.pk)}
    assert held.is_sealed and not shut_out & (set(held.team) | set(told_of("concern")))
    for user in (implicated, kin):
        assert waits_for(user) == [] and family.seen_by(user) == [False]
    assert waits_for(family.new) == [WAITING]


def test_a_team_is_named_there_once_somebody_works_there(monkeypatch):
    family = Family(kind="sexual_abuse")
    for user in (family.new, family.second):
        user.grants.all().delete()
    family.moves()
    comes = staff(Role.CASE_WORKER, THERE)
    monkeypatch.setattr("aanchal.cases.jobs.timezone.now", lambda: NOW + DAY)

    name_teams()

    assert str(comes.pk) in family.concern.team and family.seen_by(comes, family.old) == [True] * 2


def test_named_by_one_there_whoever_has_it_stays_of_the_team():
    family = Family()
    family.moves()

    name_implicated(
        acting(family.new), concern=family.held, person=family.second, at=NOW + 2 * HOUR
    )

    assert family.seen_by(family.old, family.new, family.second) == [True, True, False]


def test_whoever_moves_the_family_learns_of_no_concern_and_moves_none_herself():
    family = Family()
    done = family.moves()

    assert done == ([family.child], [])
    with pytest.raises(NotAllowed):
        follow_children(
            an_actor(Role.COORDINATOR, "IN/S10/D206"),
            children=[family.child],
            to=an_area(VILLAGE),
            at=NOW,
        )
    assert family.concern.area.path == OTHER_BLOCK


# --- closed, given back ---


def test_one_that_closed_before_the_move_is_handed_on_when_it_is_opened_again():
    family = Family()
    add_note(acting(family.old), concern=family.held, text="She is at home.", at=NOW)
    said = {"reason": "not_so", "words": "I saw her at home."}
    close_concern(acting(family.old), concern=family.held, at=NOW, **said)
    family.moves()
    assert family.concern.area.path == VILLAGE

    reopen_concern(acting(family.old), concern=family.held, words="Again", at=NOW + 2 * HOUR)

    held = family.concern
    assert (held.area.path, held.left_area.path) == (OTHER_BLOCK, VILLAGE)
    assert waits_for(family.new, NOW + 3 * HOUR) == [WAITING]


def test_given_back_it_is_nobodys_and_waits_in_both_places():
    family = Family()
    family.moves()

    release_concern(acting(family.old), concern=family.held, words="Not mine", at=NOW + HOUR)

    assert waits_for(family.new) == waits_for(family.colleague) == [WAITING]


def test_nothing_in_the_open_changes_and_the_queries_do_not_grow():
    family = Family()
    plain = ("district", "is_open", "due_at", "code_tag", "source_tag", "question_tag")
    before = Concern.objects.filter(pk=family.held.pk).values(*plain).get()
    actor = system_actor("concerns")

    def count(to):
        Child.objects.filter(pk=family.child.pk).update(area=an_area(to))
        with CaptureQueriesContext(connection) as caught:
            follow_children(actor, children=[family.child], to=an_area(to), at=NOW)
        return sum(q["sql"].startswith("SELECT") for q in caught)

    an_area(OTHER_BLOCK)
    one = count(OTHER_BLOCK)
    for _n in range(20):
        a_concern()

    assert Concern.objects.filter(pk=family.held.pk).values(*plain).get() == before
    assert count(VILLAGE) <= one


# --- pages ---


def page(user, name, held):
    return signed_in(Client(), user).get(reverse(name, args=[held.pk]))


def test_the_page_says_large_that_she_must_hand_it_over_and_why():
    now = timezone.now()
    family = Family(at=now)
    family.moves(at=now)

    hers = page(family.old, "concern", family.held).content.decode()
    form = page(family.old, "concern_hand_over", family.held).content.decode()
    there = page(family.new, "concern", family.held).content.decode()
    other = page(family.colleague, "concern", family.held).content.decode()

    assert "The family moved to Place B1852. Hand it over to a case worker there" in hers
    assert reverse("concern_hand_over", args=[family.held.pk]) in hers
    assert "The family moved to Place B1852." in form and "checked" not in form
    assert "The family lives here now. Take it up" in there and 'value="take_up"' in there
    assert "It waits for a case worker there" in other and 'value="take_up"' not in other
    listed = signed_in(Client(), family.old).get(reverse("concerns")).content.decode()
    assert "the family moved away: hand it over" in listed
    listed = signed_in(Client(), family.new).get(reverse("concerns")).content.decode()
    assert "moved here: take it up" in listed

    taken = signed_in(Client(), family.new)
    taken.post(reverse("concern", args=[family.held.pk]), {"step": "take_up"})
    assert family.concern.taken_up_by == str(family.new.pk)
    assert page(family.old, "concern", family.held).status_code == 404


def test_closing_what_moved_away_is_refused_on_its_page():
    family = Family()
    add_note(acting(family.old), concern=family.held, text="I went there.", at=NOW)
    family.moves()
    client = signed_in(Client(), family.old)
    said = {"reason": "not_so", "words": "They moved away, so.", "sure": "yes"}

    answer = client.post(reverse("concern_close", args=[family.held.pk]), said, follow=True)

    assert "The family lives elsewhere now" in answer.content.decode()
    assert family.concern.stage == "taken_up"
