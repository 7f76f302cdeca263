"""A concern between two places: nobody who knows of it is forgotten, and nobody is left alone with it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    add_note,
    close_concern,
    follow_children,
    hand_over_concern,
    name_implicated,
    raise_concern,
    reopen_concern,
    tell_correction,
)
from aanchal.cases.jobs import follow_families, name_teams
from aanchal.cases.models import Concern
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.people.models import Child
from tests.audited import audited
from tests.cases.use_cases.test_concern_follows_family import (
    DAY,
    HOUR,
    THERE,
    WAITING,
    Family,
    staff,
    waits_for,
)
from tests.factories import NOW, OTHER_BLOCK, OTHER_VILLAGE, VILLAGE
from tests.signing_in import a_grant, a_person, acting, an_area
from tests.web.concerns.test_concern_pages import a_concern

pytestmark = pytest.mark.django_db
SAID = {"reason": "not_so", "words": "I saw her at home."}


def put_right(family, *, at=NOW + 2 * HOUR, **more):
    """What raised the concern of a family is put right by one of the village it left."""
    held = family.concern
    said = {"kind": held.kind, "found": held.kind, "told": "Made-up words", "seen": {}} | more
    return tell_correction(
        acting(a_person(Role.VOLUNTEER, VILLAGE)),
        area=an_area(VILLAGE),
        source_kind=held.source_kind,
        source_id=held.source_id,
        at=at,
        **said,
    )


def nobody_works_there(family):
    for user in (family.new, family.second):
        user.grants.all().delete()


def moved_unnoticed(family, to=OTHER_BLOCK):
    """The family lives elsewhere, and its concern did not follow."""
    Child.objects.filter(pk=family.child.pk).update(area=an_area(to))


# --- told after the move ---


@pytest.mark.parametrize("kind", ["missing", "sexual_abuse"])
def test_told_of_the_village_that_she_left_it_is_of_those_where_she_lives_now(kind):
    family = Family()
    moved_unnoticed(family)

    # The teller's page was read before the move: it says the old village.
    assert family.child.area.path == VILLAGE
    told = a_concern(kind=kind, child=family.child)

    held = Concern.objects.get(pk=told.pk)
    assert (held.area.path, held.left_area) == (OTHER_BLOCK, None)
    family.held = held
    assert family.seen_by(family.new, family.old) == [True, False]
    if held.is_sealed:
        assert set(held.team) == {str(family.new.pk), str(family.second.pk)}


def test_whoever_tells_is_asked_by_the_place_of_which_she_tells():
    family = Family()
    moved_unnoticed(family, OTHER_VILLAGE)

    with pytest.raises(NotAllowed):
        raise_concern(
            acting(a_person(Role.VOLUNTEER, OTHER_VILLAGE)),
            area=an_area(VILLAGE),
            child=family.child,
            source_kind="person",
            source_id="a",
            kind="missing",
            at=NOW,
        )


def test_one_that_no_move_brought_along_is_brought_at_night_once(monkeypatch):
    family, at = Family(), NOW + HOUR
    monkeypatch.setattr("aanchal.cases.jobs.timezone.now", lambda: at)
    a_concern()
    follow_families()
    assert not audited().filter(verb="concern.moved").exists(), "nothing was elsewhere"
    moved_unnoticed(family)

    follow_families()
    follow_families()

    held = family.concern
    assert (held.area.path, held.left_area.path, held.left_at) == (OTHER_BLOCK, VILLAGE, at)
    assert waits_for(family.new) == [WAITING]
    assert [e["what"] for e in held.history] == ["family_moved"]
    assert audited().filter(verb="concern.moved").count() == 1


def test_a_night_that_comes_with_a_move_brings_nothing_where_nobody_lives_any_more():
    family = Family()

    brought = follow_children(
        system_actor("concerns"), children=[family.child], to=an_area(OTHER_BLOCK), at=NOW
    )

    assert brought == [] and family.concern.area.path == VILLAGE


def closed(family):
    add_note(acting(family.old), concern=family.held, text="She is at home.", at=NOW)
    close_concern(acting(family.old), concern=family.held, at=NOW, **SAID)
    return family


@pytest.mark.parametrize("how", ["raise", "reopen", "correct"])
def test_its_childs_row_is_held_before_its_own_so_that_no_move_comes_between(how):
    family = Family() if how == "raise" else closed(Family())
    steps = {
        "raise": lambda: a_concern(child=family.child),
        "reopen": lambda: reopen_concern(
            acting(family.old), concern=family.held, words="Again", at=NOW
        ),
        "correct": lambda: put_right(family),
    }

    with CaptureQueriesContext(connection) as caught:
        steps[how]()

    asked = [q["sql"] for q in caught]
    own = "INSERT INTO" if how == "raise" else "SELECT"
    concerns = [n for n, sql in enumerate(asked) if sql.startswith(own) and _of(sql) == "concern"]
    child = next(
        n for n, sql in enumerate(asked) if _of(sql) == "child" and "people_household" in sql
    )
    assert child < concerns[-1]
    assert connection.vendor != "postgresql" or "FOR NO KEY UPDATE" in asked[child]


def _of(sql):
    for name in ("cases_concern", "people_child"):
        if f'FROM "{name}"' in sql or f'INTO "{name}"' in sql:
            return name.split("_")[1]
    return ""


# --- sealed ---


def test_sealed_where_nobody_works_those_of_the_place_before_are_its_team():
    family = Family(taken=False)
    nobody_works_there(family)
    family.moves()

    put_right(family, kind="sexual_abuse")

    held = family.concern
    assert held.is_sealed and set(held.team) == {str(family.old.pk), str(family.colleague.pk)}
    assert family.seen_by(family.old, family.colleague) == [True, True]


def test_a_correction_that_names_whoever_has_it_leaves_it_with_her_colleague():
    family = Family()
    nobody_works_there(family)
    family.moves()

    put_right(family, implicated=[family.old])

    assert family.concern.stage == "new"
    assert family.seen_by(family.old, family.colleague) == [False, True]


def test_whoever_may_be_meant_by_words_is_of_no_team_in_either_place():
    family = Family(taken=False)
    family.colleague.display_name = "Qz Kanchan Prasad"
    family.colleague.save()
    family.moves()

    put_right(family, kind="sexual_abuse", implicated_words="Kanchan Prasad")

    team = {str(u.pk) for u in (family.old, family.new, family.second)}
    assert set(family.concern.team) == team


def test_whose_team_has_left_gets_those_of_the_place_before_where_nobody_works_there(monkeypatch):
    family = Family(kind="sexual_abuse")
    nobody_works_there(family)
    family.moves()
    for user in (family.old, family.colleague):
        user.grants.update(revoked_by="system:operator", revoked_at=NOW + HOUR)
    comes = staff(Role.CASE_WORKER)
    monkeypatch.setattr("aanchal.cases.jobs.timezone.now", lambda: NOW + DAY)

    name_teams()

    assert family.seen_by(comes) == [True]
    assert str(comes.pk) in family.concern.team


# --- one person alone ---


def test_shutting_a_colleague_out_meanwhile_she_does_not_close_it_when_they_are_back():
    family = Family()
    third = staff(Role.CASE_WORKER)
    family.moves()

    name_implicated(acting(family.old), concern=family.held, person=family.colleague, at=NOW + HOUR)

    assert family.seen_by(family.old, third, family.new, family.colleague) == [*[True] * 3, False]
    family.moves(VILLAGE)
    assert family.seen_by(family.old, third, family.new, family.colleague) == [
        True, True, False, False,
    ]  # fmt: skip
    add_note(acting(family.old), concern=family.held, text="I was there.", at=NOW + 2 * HOUR)
    with pytest.raises(WrongState, match="shut out a colleague"):
        close_concern(acting(family.old), concern=family.held, at=NOW + 2 * HOUR, **SAID)


def test_left_alone_with_it_when_they_are_back_it_is_noted_since_when():
    family = Family()
    family.moves()
    name_implicated(acting(family.old), concern=family.held, person=family.colleague, at=NOW + HOUR)
    assert family.concern.alone_since is None, "those of the new place see it"

    family.moves(VILLAGE, at=NOW + DAY)

    assert family.concern.alone_since == NOW + DAY


def test_nobody_shut_out_nobody_is_noted_as_alone():
    family = Family()
    family.colleague.grants.all().delete()
    family.moves()

    family.moves(VILLAGE)

    assert family.concern.alone_since is None


# --- back, closed ---


def handed_to_new(family):
    family.moves()
    hand_over_concern(
        acting(family.old), concern=family.held, to=family.new, words="Look", at=NOW + HOUR
    )


def test_back_before_she_to_whom_it_was_handed_took_it_up_it_is_the_givers_again():
    family = Family()
    handed_to_new(family)

    family.moves(VILLAGE, at=NOW + 3 * HOUR)

    held = family.concern
    assert (held.stage, held.taken_up_by) == ("taken_up", str(family.old.pk))
    assert not held.handed_to and held.left_area is None
    assert waits_for(family.old, NOW + 4 * HOUR) == ["concern.taken_up"]
    assert waits_for(family.new, NOW + 4 * HOUR) == []
    # Of the hour of handing over, not of the move.
    assert held.due_at == NOW + HOUR + 7 * DAY
    with pytest.raises(WrongState):
        family.takes_up(family.colleague, at=NOW + 2 * DAY)


def test_where_she_works_in_the_old_place_too_it_stays_handed_to_her():
    family = Family()
    a_grant(family.new, Role.CASE_WORKER, VILLAGE, starts_at=NOW - DAY)
    handed_to_new(family)

    family.moves(VILLAGE)

    held = family.concern
    assert (held.stage, str(held.handed_to)) == ("handed_over", str(family.new.pk))


def test_closed_by_one_who_works_there_too_by_now_it_belongs_to_that_place_alone():
    family = Family()
    add_note(acting(family.old), concern=family.held, text="She is at home.", at=NOW)
    family.moves()
    a_grant(family.old, Role.CASE_WORKER, THERE, starts_at=NOW - DAY)

    close_concern(acting(family.old), concern=family.held, at=NOW + 2 * HOUR, **SAID)

    held = family.concern
    assert (held.stage, held.left_area, held.left_at) == ("closed", None, None)
    assert family.seen_by(family.old, family.new, family.colleague) == [True, True, False]


# --- the journal ---


def rows_of_a_move(family, to):
    before = set(audited().values_list("pk", flat=True))
    family.moves(to)
    return [e for e in audited().order_by("seq") if e.pk not in before]


def test_the_journal_has_the_same_rows_of_a_move_with_a_concern_and_without():
    family = Family()
    twice = a_concern(child=family.child)
    told = rows_of_a_move(family, OTHER_BLOCK)
    Concern.objects.all().delete()
    untold = rows_of_a_move(family, VILLAGE)

    assert [(e.verb, e.actor_id) for e in told] == [(e.verb, e.actor_id) for e in untold]
    assert [len(e.mentions) for e in told] == [len(e.mentions) for e in untold]
    [moved] = [e for e in told if e.verb == "concern.moved"]
    assert set(moved.shown) == {str(family.held.pk), str(twice.pk)}
    sizes = [[len(e.__dict__["content"].data) for e in _sealed(rows)] for rows in (told, untold)]
    assert sizes[0] == sizes[1]


def _sealed(rows):
    return type(rows[0]).objects.filter(pk__in=[e.pk for e in rows]).order_by("seq")
