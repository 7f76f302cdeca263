"""Working on a concern: notes, handing over, closing with a reason, reopening, conflicts of interest."""

from datetime import timedelta

import pytest

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    add_note,
    close_concern,
    hand_over_concern,
    leave_team,
    name_implicated,
    name_team,
    record_call,
    release_concern,
    reopen_concern,
    take_up_concern,
)
from aanchal.cases.models import Concern
from aanchal.cases.queries import colleagues_like, people_to_hand_over_to, visible_concerns
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.people.actions import record_kinship
from tests.audited import audited
from tests.cases.use_cases.test_concerns import a_concern, a_worker, acting
from tests.factories import NOW, OTHER_DISTRICT, VILLAGE, a_class
from tests.signing_in import an_area

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


def taken_up(worker, **given):
    return take_up_concern(acting(worker), concern=a_concern(**given), at=NOW)


def events(verb):
    return audited().filter(verb=verb).count()


def named(user, name):
    user.display_name = name
    user.save()
    return user


# --- notes and closing ---


def test_a_note_is_kept_with_its_writer_and_sets_the_day_of_the_next_act():
    worker = a_worker()
    held = taken_up(worker)
    later = NOW + timedelta(days=3)

    noted = add_note(acting(worker), concern=held, text=" Spoke to the aunt. ", at=later)

    assert [(n["text"], n["by"]) for n in noted.notes] == [("Spoke to the aunt.", str(worker.pk))]
    assert noted.due_at > held.due_at
    assert events("concern.note_added") == 1


def test_a_note_on_what_nobody_holds_does_not_put_off_its_taking_up():
    worker, held = a_worker(), a_concern()

    noted = add_note(acting(worker), concern=held, text="Looked", at=NOW + timedelta(hours=20))

    assert noted.due_at == held.due_at


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_needs_words_and_not_too_many(text):
    worker = a_worker()
    held = taken_up(worker)

    with pytest.raises(Invalid):
        add_note(acting(worker), concern=held, text=text, at=NOW)


@pytest.mark.parametrize(
    "reason, words, missing",
    [
        ("", "Seen by the nurse on Monday.", "reason"),
        ("nonsense", "Seen by the nurse on Monday.", "reason"),
        ("safe", "", "words"),
        ("safe", "ok", "words"),
        ("safe", "Seen by the nurse on Monday.", "reason"),  # nothing was done yet
    ],
)
def test_it_is_not_closed_without_a_reason_words_and_something_done(reason, words, missing):
    worker = a_worker()
    held = taken_up(worker)
    record_call(acting(worker), concern=held, number="1098", answered=False, at=NOW)

    with pytest.raises(Invalid) as refused:
        close_concern(acting(worker), concern=held, reason=reason, words=words, at=NOW)

    assert refused.value.details["field"] == missing
    assert Concern.objects.get().stage == Concern.Stage.TAKEN_UP


def test_it_is_closed_with_a_reason_after_an_answered_call_and_says_why():
    worker = a_worker()
    held = taken_up(worker)
    record_call(acting(worker), concern=held, number="1098", answered=True, at=NOW)

    closed = close_concern(
        acting(worker), concern=held, reason="safe", words="Seen by the nurse on Monday.", at=NOW
    )

    assert (closed.stage, closed.is_open, closed.due_at) == (Concern.Stage.CLOSED, False, None)
    assert closed.history[-1]["reason"] == "safe"
    assert events("concern.closed") == 1


def test_what_nobody_took_up_cannot_be_closed():
    with pytest.raises(WrongState):
        close_concern(
            acting(a_worker()), concern=a_concern(), reason="safe", words="Seen on Monday.", at=NOW
        )


def test_one_that_is_under_way_elsewhere_may_be_closed_at_once():
    worker = a_worker()
    held = taken_up(worker)

    closed = close_concern(
        acting(worker), concern=held, reason="known_already", words="C-BCDFGH, since Monday", at=NOW
    )

    assert not closed.is_open


def test_a_closed_one_is_reopened_with_a_word_and_is_due_again():
    worker, other = a_worker(), a_worker()
    held = taken_up(worker)
    add_note(acting(worker), concern=held, text="Seen", at=NOW)
    close_concern(acting(worker), concern=held, reason="not_so", words="Nobody knew of it.", at=NOW)
    with pytest.raises(WrongState):
        add_note(acting(other), concern=held, text="More", at=NOW)
    with pytest.raises(Invalid):
        reopen_concern(acting(other), concern=held, words=" ", at=NOW)

    again = reopen_concern(acting(other), concern=held, words="Told a second time", at=NOW)

    assert (again.stage, again.taken_up_by) == (Concern.Stage.TAKEN_UP, str(other.pk))
    assert again.is_open and again.due_at
    assert events("concern.reopened") == 1
    with pytest.raises(WrongState):
        reopen_concern(acting(other), concern=held, words="And again", at=NOW)


# --- handing over ---


def test_it_is_handed_over_and_stays_with_a_name_until_it_is_taken_up():
    giver, taker, third = a_worker(), a_worker(), a_worker()
    held = taken_up(giver)

    given = hand_over_concern(acting(giver), concern=held, to=taker, words="Call the aunt", at=NOW)
    assert (given.stage, given.taken_up_by) == (Concern.Stage.HANDED_OVER, str(giver.pk))
    assert str(given.handed_to) == str(taker.pk), "she is the one who is told"
    assert given.due_at <= NOW + timedelta(days=1, hours=1)

    kept = take_up_concern(acting(third), concern=given, at=NOW)

    assert (kept.taken_up_by, kept.handed_to) == (str(third.pk), "")
    assert events("concern.handed_over") == 1


def test_it_is_handed_only_to_one_who_may_take_it_up():
    giver = a_worker()
    held = taken_up(giver)
    elsewhere = a_worker(OTHER_DISTRICT)
    coordinator = a_worker(BLOCK, role=Role.COORDINATOR)

    for nobody in (giver, elsewhere, coordinator):
        with pytest.raises(Invalid):
            hand_over_concern(acting(giver), concern=held, to=nobody, words="Please", at=NOW)
    # On PostgreSQL the row guard hides a concern of another district altogether.
    with pytest.raises((NotAllowed, NotFound)):
        hand_over_concern(acting(elsewhere), concern=held, to=giver, words="Please", at=NOW)
    assert Concern.objects.get().stage == Concern.Stage.TAKEN_UP


def test_a_sealed_one_takes_the_new_worker_into_its_team():
    near = a_worker(BLOCK)
    far = a_worker()
    held = taken_up(near, kind="sexual_abuse")
    assert not visible_concerns(acting(far))

    hand_over_concern(acting(near), concern=held, to=far, words="Please", at=NOW)

    assert list(visible_concerns(acting(far))) == [held]


def test_it_is_given_back_to_nobody_and_is_due_at_once_again():
    worker, other = a_worker(), a_worker()
    held = taken_up(worker)

    back = release_concern(acting(worker), concern=held, words="I fall ill", at=NOW)

    assert (back.stage, back.taken_up_by, back.taken_up_at) == (Concern.Stage.NEW, "", None)
    assert back.due_at <= NOW + timedelta(days=1, hours=1)
    take_up_concern(acting(other), concern=back, at=NOW)


def test_whoever_leaves_the_team_of_a_sealed_one_sees_it_no_more():
    first, second = a_worker(BLOCK), a_worker(BLOCK)
    held = taken_up(first, kind="sexual_abuse")
    with pytest.raises(WrongState):
        leave_team(acting(first), concern=held, at=NOW)  # it is in her hands

    leave_team(acting(second), concern=held, at=NOW)

    assert not visible_concerns(acting(second))
    assert list(visible_concerns(acting(first))) == [held]
    assert events("concern.team_left") == 1


def test_the_last_of_a_team_cannot_leave_it():
    only = a_worker(BLOCK)
    held = a_concern(kind="sexual_abuse")

    with pytest.raises(WrongState):
        leave_team(acting(only), concern=held, at=NOW)
    assert list(visible_concerns(acting(only))) == [held]


# --- conflicts of interest ---


def test_a_name_finds_people_of_the_district_and_no_list_is_shown():
    area = an_area(VILLAGE)
    meant = named(a_worker(), "Qz Kanchan Prasad")
    named(a_worker(), "Qz Someone Else")
    named(a_worker(OTHER_DISTRICT), "Qz Kanchan Prasad")

    assert colleagues_like(area, "Kanchan Parsad Qz", at=NOW) == [meant]
    assert colleagues_like(area, "Ka", at=NOW) == []
    assert colleagues_like(area, "", at=NOW) == []


def test_one_that_may_implicate_somebody_unnamed_is_sealed():
    assert a_concern(may_implicate=True).is_sealed


def test_a_case_worker_whose_name_is_like_the_words_is_not_of_the_team():
    meant, other = named(a_worker(), "Qz Kanchan Prasad"), named(a_worker(), "Qz Bela Das")

    held = a_concern(implicated_words="Kanchan Prasad Qz", may_implicate=True)

    assert held.team == [str(other.pk)]
    assert not visible_concerns(acting(meant))
    assert meant not in people_to_hand_over_to(acting(other), held, at=NOW)


def test_the_one_meant_is_not_named_later_either():
    meant = named(a_worker(), "Qz Kanchan Prasad")
    held = a_concern(implicated_words="Kanchan Prasad", may_implicate=True)
    assert held.team == []

    assert name_team(system_actor("concerns"), concern=held, at=NOW) == []
    assert not visible_concerns(acting(meant))


def test_whoever_is_named_later_is_shut_out_at_once_and_it_leaves_her_hands():
    worker, implicated = a_worker(), a_worker()
    held = taken_up(implicated)

    sealed = name_implicated(acting(worker), concern=held, person=implicated, at=NOW)

    assert sealed.is_sealed and sealed.taken_up_by == str(worker.pk)
    assert not visible_concerns(acting(implicated))
    assert list(visible_concerns(acting(worker))) == [sealed]
    assert events("concern.implicated_named") == 1


def test_one_handed_to_the_implicated_comes_back():
    worker, implicated = a_worker(), a_worker()
    held = taken_up(worker)
    given = hand_over_concern(acting(worker), concern=held, to=implicated, words="Please", at=NOW)

    back = name_implicated(acting(worker), concern=given, person=implicated, at=NOW)

    assert (back.stage, back.taken_up_by) == (Concern.Stage.TAKEN_UP, str(worker.pk))
    assert back.handed_to == ""


def test_nobody_names_herself():
    worker = a_worker()
    held = taken_up(worker)

    with pytest.raises(WrongState):
        name_implicated(acting(worker), concern=held, person=worker, at=NOW)
    assert not Concern.objects.get().is_sealed


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_only_case_workers_work_on_it(role):
    held = taken_up(a_worker())
    person = acting(a_worker(BLOCK, role=role))
    before = Concern.objects.get().body

    for act in (
        lambda: add_note(person, concern=held, text="x", at=NOW),
        lambda: hand_over_concern(person, concern=held, to=a_worker(), words="x", at=NOW),
        lambda: release_concern(person, concern=held, words="x", at=NOW),
        lambda: reopen_concern(person, concern=held, words="x", at=NOW),
        lambda: name_implicated(person, concern=held, person=a_worker(), at=NOW),
        lambda: leave_team(person, concern=held, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Concern.objects.get().body == before


# --- the order of the list ---


def test_the_gravest_and_longest_waiting_stand_first():
    worker = a_worker()

    def told(kind, days, key):
        return a_concern(kind=kind, source_id=key, at=NOW - timedelta(days=days))

    other = told("other", 200, "a")
    fresh = told("trafficking", 1, "b")
    stale = told("trafficking", 139, "c")
    labour = told("labour", 150, "d")
    in_hand = take_up_concern(acting(worker), concern=told("missing", 300, "e"), at=NOW)

    assert list(visible_concerns(acting(worker))) == [stale, fresh, labour, other, in_hand]


def closed(worker, concern):
    noted = add_note(acting(worker), concern=concern, text="Nothing was found there", at=NOW)
    return close_concern(
        acting(worker), concern=noted, reason="not_so", words="We asked everybody", at=NOW
    )


@pytest.mark.parametrize("had_it", [True, False])
def test_whoever_shuts_out_a_colleague_does_not_close_it_alone(had_it):
    worker, colleague, third = a_worker(), a_worker(), a_worker()
    held = taken_up(colleague if had_it else worker)
    held = name_implicated(acting(worker), concern=held, person=colleague, at=NOW)

    with pytest.raises(WrongState):
        closed(worker, held)

    given = hand_over_concern(acting(worker), concern=held, to=third, words="Look, please", at=NOW)
    taken = take_up_concern(acting(third), concern=given, at=NOW)
    assert closed(third, taken).stage == Concern.Stage.CLOSED


def test_naming_somebody_who_could_not_work_on_it_keeps_nobody_from_closing():
    worker, teacher = a_worker(), a_worker(role=Role.COORDINATOR)
    held = name_implicated(acting(worker), concern=taken_up(worker), person=teacher, at=NOW)

    assert closed(worker, held).stage == Concern.Stage.CLOSED


def test_whoever_recorded_a_colleague_as_kin_does_not_close_it_alone():
    worker, colleague = a_worker(), a_worker()
    [child] = a_class(pupils=1)[1]
    held = taken_up(worker, child=child)
    record_kinship(acting(worker), child=child, user=colleague, at=NOW)
    held = Concern.objects.get(pk=held.pk)

    with pytest.raises(WrongState):
        closed(worker, held)
