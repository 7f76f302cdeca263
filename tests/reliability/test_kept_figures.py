"""Figures are counted again as soon as somebody acted in their districts, and not before."""

import pytest
from django.utils import timezone

from aanchal.kernel import audit
from aanchal.kernel import kept as module
from aanchal.kernel.kept import KeptFigures
from aanchal.kernel.permissions import Actor

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


def an_event(verb, district="D206"):
    event = audit.Event(
        actor_id="somebody", verb=str(verb), target_type="", target_id="",
        district=district, area_path="", changes={},
    )  # fmt: skip
    audit.write_events([event], at=timezone.now())


def test_what_nothing_changed_is_counted_once(figures, django_assert_num_queries):
    counting = Counting()
    an_event(audit.Verb.FLAG_RAISED)
    an_event(audit.Verb.FLAG_RAISED, district="D9")
    assert figures.get(ACTOR, "week", counting) == 1

    with django_assert_num_queries(1):
        assert figures.get(ACTOR, "week", counting) == 1

    an_event(audit.Verb.PAGE_SHOWN)
    an_event(audit.Verb.FLAG_RAISED, district="D9")
    assert figures.get(ACTOR, "week", counting) == 1


@pytest.mark.parametrize("district", ["D206", ""])
def test_an_act_in_the_district_or_above_all_of_them_counts_anew(figures, district):
    counting = Counting()
    figures.get(ACTOR, "week", counting)

    an_event(audit.Verb.FLAG_RAISED, district=district)

    assert figures.get(ACTOR, "week", counting) == 2


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
