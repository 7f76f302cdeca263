"""Figures are counted again as soon as somebody acted in their districts, and not before."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel import audit
from aanchal.kernel import kept as module
from aanchal.kernel.authz import Actor, Grant
from aanchal.kernel.kept import KeptFigures
from aanchal.kernel.models import AuditEvent, AuditHead
from aanchal.kernel.verbs import KernelVerb
from aanchal.people.actions import agree_to_move, refuse_move, undo_move
from aanchal.people.models import ClassMove
from aanchal.people.moving import Move, end_as_mistake, move_children, take_up_again
from aanchal.people.verbs import PeopleVerb
from aanchal.places.actions.joins import refuse_join
from aanchal.places.actions.schools import _note_schools
from aanchal.places.models import AreaJoin
from aanchal.watch.verbs import WatchVerb
from tests.factories import JULY, NOW, OTHER_DISTRICT, VILLAGE, a_class, an_actor
from tests.signing_in import a_school, an_area

pytestmark = pytest.mark.django_db
ACTOR = Actor("coordinator", districts=frozenset({"D206"}))


class Counting:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


@pytest.fixture
def figures():
    return KeptFigures()


def an_event(verb, district="D206", also=()):
    event = audit.Event(
        actor_id="somebody", verb=str(verb), target_type="", target_id="",
        district=district, area_path="", changes={}, also=frozenset(also),
    )  # fmt: skip
    audit.write_events([event], at=timezone.now())


def test_what_nothing_changed_is_counted_once(figures, django_assert_num_queries):
    counting = Counting()
    an_event(WatchVerb.FLAG_RAISED)
    an_event(WatchVerb.FLAG_RAISED, district="D9")
    assert figures.get(ACTOR, "week", counting) == 1

    with django_assert_num_queries(1):
        assert figures.get(ACTOR, "week", counting) == 1

    an_event(KernelVerb.PAGE_SHOWN)
    an_event(WatchVerb.FLAG_RAISED, district="D9")
    assert figures.get(ACTOR, "week", counting) == 1


@pytest.mark.parametrize("district", ["D206", ""])
def test_an_act_in_the_district_or_above_all_of_them_counts_anew(figures, district):
    counting = Counting()
    figures.get(ACTOR, "week", counting)

    an_event(WatchVerb.FLAG_RAISED, district=district)

    assert figures.get(ACTOR, "week", counting) == 2


def test_an_act_that_changes_records_of_two_districts_is_counted_in_both(figures):
    counting = Counting()
    figures.get(ACTOR, "week", counting)

    an_event(PeopleVerb.CHILD_MOVED, district="D9", also=["D206"])

    assert figures.get(ACTOR, "week", counting) == 2
    assert not AuditEvent.objects.filter(district="D206").exists(), "it stands in one chain"
    assert not list(audit.verify())


def acts():
    return dict(AuditHead.objects.values_list("district", "acts"))


def counted_in(before):
    return {district for district, number in acts().items() if number > before.get(district, 0)}


def a_move():
    """Asked for a child of one district, by a class of the next."""
    theirs, [child] = a_class(pupils=1)
    mine, _children = a_class(a_school(OTHER_DISTRICT), pupils=1)
    return ClassMove.objects.create(
        district=child.district, child=child, from_section=theirs, to_section=mine,
        roll_no="7", starts_on=JULY, asked_by="worker-9", asked_at=NOW,
    )  # fmt: skip


def test_a_child_who_goes_to_a_class_of_another_district_and_back_is_counted_in_both():
    move, head = a_move(), an_actor(where="IN/S10")

    before = acts()
    agree_to_move(head, move=move, at=NOW)
    assert counted_in(before) == {"D206", "D207"}

    before = acts()
    undo_move(head, move=move, at=NOW)
    assert counted_in(before) == {"D206", "D207"}


def test_moving_a_child_says_itself_which_districts_it_touches():
    move, head = a_move(), an_actor(where="IN/S10")
    held = move.child.enrolments.select_related("class_section__school__area").get()

    buffer, token, _outermost = audit.buffer_events()
    try:
        [new] = move_children(head, [Move(move.child, held, move.to_section, "7", JULY)], at=NOW)
        end_as_mistake(head, new)
        take_up_again(head, held)
    finally:
        audit.close_buffer(token)

    assert [{e.district, *e.also} for e in buffer.events] == [
        {"D206", "D207"},  # the class she left, and that to which she came
        {"D206", "D207"},  # the class that she was in by mistake, and where she lives
        {"D206"},
    ]


def test_a_question_about_a_move_is_counted_where_it_was_asked_from_and_where_it_goes():
    move, before = a_move(), acts()

    refuse_move(an_actor(where="IN/S10"), move=move, answer="She is here.", at=NOW)

    assert counted_in(before) == {"D206", "D207"}


def test_places_of_two_districts_that_are_one_are_counted_in_both():
    target, source = an_area(VILLAGE), an_area(OTHER_DISTRICT)
    join = AreaJoin.objects.create(target=target, source=source, likeness=90.0, band="likely")
    before = acts()

    refuse_join(an_actor(Role.ADMINISTRATOR, "IN/S10"), join=join, at=NOW)

    assert counted_in(before) == {"D206", "D207"}


def test_a_file_of_schools_is_counted_in_every_district_of_whoever_sent_it():
    given = tuple(Grant(Role.ADMINISTRATOR, area_path=f"IN/S10/{d}") for d in ("D206", "D207"))
    counts = SimpleNamespace(new=1, changed=0)
    before = acts()

    _note_schools(
        Actor("worker-1", given), reach=["IN/S10/D206", "IN/S10/D207"],
        done=SimpleNamespace(counts=counts, problem_count=0),
    )  # fmt: skip

    assert counted_in(before) == {"D206", "D207"}


def test_what_nobody_counted_is_none_and_still_kept(figures):
    counting = Counting()
    figures.get(ACTOR, "silent", lambda: counting() and None)

    assert figures.get(ACTOR, "silent", lambda: counting() and None) is None
    assert counting.times == 1


def test_one_persons_figures_are_not_told_to_another(figures):
    counting = Counting()
    figures.get(ACTOR, "week", counting)

    assert figures.get(Actor("other", districts=ACTOR.districts), "week", counting) == 2
    assert figures.get(Actor("coordinator", districts=frozenset({"D9"})), "week", counting) == 3
    assert figures.get(ACTOR, "another day", counting) == 4


def test_what_depends_on_the_clock_is_counted_anew_after_a_minute(figures, monkeypatch):
    counting = Counting()
    figures.get(ACTOR, "week", counting)

    monkeypatch.setattr(module, "SECONDS", -1.0)

    assert figures.get(ACTOR, "week", counting) == 2


def test_what_is_asked_for_least_is_forgotten_first(figures, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    counting = Counting()
    for name in ("one", "two", "one", "three"):
        figures.get(ACTOR, name, counting)

    assert figures.get(ACTOR, "one", counting) == 1
    assert figures.get(ACTOR, "two", counting) == 4
