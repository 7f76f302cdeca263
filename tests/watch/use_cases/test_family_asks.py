"""A family that lives in another coordinator's village: she is asked, and until her yes nothing moves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.access.models import Notice
from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, SecondPerson, WrongState
from aanchal.notices.models import Ladder
from aanchal.notices.queries.inbox import count_waiting, inbox
from aanchal.people.models import Child
from aanchal.watch.actions import (
    agree_family_move,
    ask_family_move,
    assign_visit,
    move_family,
    refuse_family_move,
    take_family_move_back,
)
from aanchal.watch.models import FamilyMove, Flag, Visit
from aanchal.watch.queries.family_moves import family_moves_asked, family_moves_to_answer
from tests.audited import audited
from tests.factories import (
    NOW,
    OTHER_BLOCK,
    OTHER_DISTRICT,
    OTHER_VILLAGE,
    VILLAGE,
    a_class,
    a_flag,
    an_actor,
    kin_of,
)
from tests.notices.use_cases.test_notices import (
    round_at,
    sent,  # noqa: F401  # a fixture
    staff,
)
from tests.signing_in import a_person, acting, an_area, signed_in

pytestmark = pytest.mark.django_db
HERE, THERE, DISTRICT = "IN/S10/D206/B1851", "IN/S10/D206/B1852", "IN/S10/D206"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITING = "family_move.waiting"


class Asked:
    """Two children of a house, one with a question; the coordinators of the two blocks."""

    def __init__(self):
        section, [self.child, self.sister] = a_class(pupils=2)
        self.sister.household = self.child.household
        self.sister.save()
        self.flag = a_flag(self.child, section)
        self.here, self.there = staff(Role.COORDINATOR, HERE), staff(Role.COORDINATOR, THERE)

    def ask(self, *, by=None, to=OTHER_BLOCK, why="Her aunt in the village says so", at=NOW):
        return ask_family_move(
            acting(by or self.here), child=self.child, to=an_area(to), why=why, at=at
        )

    def agree(self, move, *, by=None, at=NOW + HOUR):
        return agree_family_move(acting(by or self.there), move=move, at=at)

    def refuse(self, move, *, by=None, answer="Nobody came here"):
        return refuse_family_move(acting(by or self.there), move=move, answer=answer, at=NOW + HOUR)

    def places(self):
        records = (self.child, self.sister, self.child.household, self.flag)
        return {type(r).objects.select_related("area").get(pk=r.pk).area.path for r in records}


@pytest.fixture
def family():
    return Asked()


def waits_for(user, at=NOW):
    found = [t.kind for t in inbox(acting(user), at=at).things]
    news = Notice.objects.filter(user=user, seen_at__isnull=True).count()
    assert count_waiting(acting(user), at=at) == len(found) + news
    return found.count(WAITING)


def test_until_the_answer_nothing_moves_and_both_see_it_waiting(family):
    move = family.ask()

    assert family.places() == {VILLAGE}
    assert (waits_for(family.there), waits_for(family.here)) == (1, 0)
    assert list(family_moves_to_answer(acting(family.there))) == [move]
    assert list(family_moves_asked(acting(family.here))) == [move]
    assert not family_moves_to_answer(acting(family.here))
    assert not family_moves_asked(acting(family.there))
    assert audited().filter(verb="family_move.asked").count() == 1


def test_agreed_the_house_and_its_questions_are_there_and_the_asker_is_told(family):
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=NOW - 30 * DAY)
    visit = assign_visit(an_actor(), flag=family.flag, volunteer=volunteer, at=NOW)
    move = family.ask()

    done = family.agree(move)

    assert family.places() == {OTHER_BLOCK}
    assert {c.pk for c in done.children} == {family.child.pk, family.sister.pk}
    assert Visit.objects.get(pk=visit.pk).state == Visit.State.CANCELLED
    assert Flag.objects.get().state == Flag.State.OPEN
    told = set(Notice.objects.values_list("user", "kind"))
    assert told == {(family.here.pk, "family_move_answered"), (volunteer.pk, "visit_taken_back")}
    move.refresh_from_db()
    assert (move.state, move.settled_by) == ("agreed", str(family.there.pk))
    verbs = audited().filter(actor_id=str(family.there.pk)).values_list("verb", flat=True)
    assert {"child.changed", "family_move.agreed"} <= set(verbs)
    with pytest.raises(WrongState):
        family.agree(move)


def test_whoever_coordinates_both_may_answer_too(family):
    family.agree(family.ask(), by=staff(Role.COORDINATOR, DISTRICT))

    assert family.places() == {OTHER_BLOCK}


def test_refused_with_a_reason_nothing_moves_and_the_asker_reads_why(family):
    move = family.ask()
    with pytest.raises(Invalid):
        family.refuse(move, answer=" ")

    refused = family.refuse(move)

    assert (refused.state, refused.answer) == ("refused", "Nobody came here")
    assert family.places() == {VILLAGE} and waits_for(family.there) == 0
    assert Notice.objects.filter(user=family.here, kind="family_move_answered").count() == 1
    with pytest.raises(WrongState):
        family.agree(move)
    assert family.ask().state == "waiting", "it may be asked anew"


def test_the_sender_takes_it_back_and_so_does_a_colleague_of_hers_but_nobody_there(family):
    move = family.ask()
    with pytest.raises(NotAllowed):
        take_family_move_back(acting(family.there), move=move, at=NOW)

    taken = take_family_move_back(acting(staff(Role.COORDINATOR, HERE)), move=move, at=NOW)

    assert taken.state == "taken_back" and waits_for(family.there) == 0
    for act in (family.agree, family.refuse):
        with pytest.raises(WrongState):
            act(move)
    with pytest.raises(WrongState):
        take_family_move_back(acting(family.here), move=move, at=NOW)


def test_whoever_asked_does_not_answer_though_she_coordinates_both_since(family):
    move = family.ask()
    from tests.signing_in import a_grant

    a_grant(family.here, Role.COORDINATOR, THERE)

    for act in (family.agree, family.refuse):
        with pytest.raises(SecondPerson):
            act(move, by=family.here)


@pytest.mark.parametrize("where", [HERE, "IN/S10/D206/B1853", VILLAGE])
def test_only_whoever_coordinates_that_village_answers(family, where):
    move, other = family.ask(), staff(Role.COORDINATOR, where)

    for act in (family.agree, family.refuse):
        with pytest.raises(NotAllowed):
            act(move, by=other)
    assert family.places() == {VILLAGE} and waits_for(other) == 0


@pytest.mark.parametrize("role, where", [(Role.COORDINATOR, THERE), (Role.CASE_WORKER, HERE)])
def test_only_whoever_coordinates_the_place_of_the_child_asks(family, role, where):
    with pytest.raises(NotAllowed):
        family.ask(by=staff(role, where))
    assert not FamilyMove.objects.exists()
    assert audited().filter(verb="ask_family_move.refused").count() == 1


def test_kin_of_the_family_neither_ask_nor_answer_nor_see_it(family):
    move = family.ask()
    kin_of(family.there, family.sister)

    for act in (family.agree, family.refuse):
        with pytest.raises(NotAllowed):
            act(move)
    assert waits_for(family.there) == 0 and not family_moves_to_answer(acting(family.there))
    kin_of(family.here, family.child)
    assert not family_moves_asked(acting(family.here))
    take_family_move_back(an_actor(where=HERE), move=move, at=NOW)
    with pytest.raises(NotAllowed):
        family.ask()


@pytest.mark.parametrize(
    "to, why",
    [
        (OTHER_VILLAGE, "it is hers: she moves the family herself"),
        (THERE, "it is no village"),
        (OTHER_DISTRICT, "it is in another district"),
    ],
)
def test_what_cannot_be_asked(family, to, why):
    with pytest.raises(Invalid):
        family.ask(to=to)
    assert not FamilyMove.objects.exists(), why


def test_it_is_asked_with_words_and_once():
    family = Asked()
    with pytest.raises(Invalid):
        family.ask(why="  ")
    family.ask()

    with pytest.raises(WrongState):
        family.ask()
    with pytest.raises(WrongState):
        ask_family_move(
            acting(family.here), child=family.sister, to=an_area(OTHER_BLOCK), why="x", at=NOW
        )


def test_with_others_in_the_house_since_it_is_asked_anew(family):
    move = family.ask()
    _class, [third] = a_class(grade="8", pupils=1)
    Child.objects.filter(pk=third.pk).update(household=family.child.household)

    with pytest.raises(WrongState):
        family.agree(move)
    assert family.places() == {VILLAGE}


def test_moved_by_whoever_coordinates_both_it_lapses(family):
    move = family.ask()

    move_family(an_actor(where=DISTRICT), child=family.sister, to=an_area(OTHER_BLOCK), at=NOW)

    move.refresh_from_db()
    assert move.state == "lapsed" and waits_for(family.there) == 0
    assert audited().filter(verb="family_move.lapsed").count() == 1


def test_unanswered_it_goes_to_another_and_up(family, sent):  # noqa: F811
    another, district = staff(Role.COORDINATOR, THERE), staff(Role.COORDINATOR, DISTRICT)
    family.ask()
    seen = []
    for days in (0, 3, 5, 7):
        round_at(NOW + days * DAY)
        [ladder] = [x for x in Ladder.objects.all() if x.thing.startswith(WAITING)]
        seen.append(set(ladder.story["told"]))

    first, second = {str(family.there.pk)}, {str(family.there.pk), str(another.pk)}
    assert seen[0] in (first, {str(another.pk)})
    assert seen[1:3] == [second, second | {str(district.pk)}]
    assert str(family.here.pk) not in seen[-1]


def test_the_queries_do_not_grow_with_what_waits(family):
    def count():
        with CaptureQueriesContext(connection) as caught:
            assert waits_for(family.there)
        return len(caught)

    family.ask()
    one = count()
    for grade in ("7", "8", "9"):
        _class, [child] = a_class(grade=grade, pupils=1)
        ask_family_move(acting(family.here), child=child, to=an_area(OTHER_BLOCK), why="x", at=NOW)
    assert count() == one


# --- pages ---


def test_it_is_asked_on_the_page_of_the_village_and_taken_back_there(family):
    an_area(OTHER_BLOCK)
    browser = signed_in(Client(), family.here)
    where = reverse("child_village", args=[family.child.pk])
    ask = reverse("child_village_ask", args=[family.child.pk])
    assert ask in browser.get(where).content.decode()

    first = browser.get(ask).content.decode()
    block = str(an_area(THERE).pk)
    assert block in first and first.count(" selected") == 1
    second = browser.get(f"{ask}?block={block}").content.decode()
    village = str(an_area(OTHER_BLOCK).pk)
    assert village in second and second.count(" selected") == 1
    said = {"village": village, "why": ""}
    assert browser.post(f"{ask}?block={block}", said).status_code == 400
    done = browser.post(f"{ask}?block={block}", said | {"why": "Her aunt"}, follow=True)

    page = done.content.decode()
    assert "Until the coordinator there answers" in page and ask not in page
    move = FamilyMove.objects.get()
    browser.post(reverse("family_moves"), {"move": str(move.pk), "step": "take_back"})
    move.refresh_from_db()
    assert move.state == "taken_back"
    assert ask in browser.get(where).content.decode()


def test_whoever_is_asked_reads_the_first_name_and_nothing_else_of_the_child(family):
    child = family.child
    child.given_name, child.family_name = "Qzgudiya", "Qzfamily"
    child.save()
    guardian = child.household.guardians.first()
    guardian.name = "Qzguardian"
    guardian.save()
    move = family.ask()
    browser = signed_in(Client(), family.there)

    page = browser.get(reverse("family_moves")).content.decode()

    assert "Qzgudiya" in page and child.code in page and "with 2 children" in page
    assert "Her aunt in the village says so" in page
    assert "Qzfamily" not in page and "Qzguardian" not in page and family.sister.code not in page
    for name in ("child", "child_village", "child_village_ask", "child_house"):
        assert browser.get(reverse(name, args=[child.pk])).status_code == 404
    answer = {"move": str(move.pk), "step": "refuse", "answer": ""}
    assert browser.post(reverse("family_moves"), answer).status_code == 400
    assert (
        "Qzgudiya"
        not in browser.post(
            reverse("family_moves"), answer | {"answer": "Not here"}, follow=True
        ).content.decode()
    )
    hers = signed_in(Client(), family.here).get(reverse("family_moves")).content.decode()
    assert "Not here" in hers and "refused" in hers


def test_a_yes_on_the_page_writes_the_family_down(family):
    move = family.ask()
    browser = signed_in(Client(), family.there)

    browser.post(reverse("family_moves"), {"move": str(move.pk), "step": "agree"})
    again = browser.post(
        reverse("family_moves"), {"move": str(move.pk), "step": "agree"}, follow=True
    )

    assert family.places() == {OTHER_BLOCK} and again.status_code == 200
    sender = signed_in(Client(), family.here).get(reverse("family_moves")).content.decode()
    assert family.child.code in sender and family.child.given_name not in sender


def test_what_is_not_hers_to_answer_is_not_answered_on_the_page(family):
    move = family.ask()
    browser = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206/B1853"))

    for step in ("agree", "refuse", "take_back"):
        browser.post(reverse("family_moves"), {"move": str(move.pk), "step": step, "answer": "x"})

    move.refresh_from_db()
    assert move.state == "waiting" and family.places() == {VILLAGE}


def test_whoever_asked_sees_first_what_still_waits_however_much_was_settled_since(family):
    first = family.ask(at=NOW)
    for n in range(25):
        FamilyMove.objects.create(
            district=first.district, child=family.child, left=first.left, to=first.to, why="x", house=[],
            asked_by=str(family.here.pk), asked_at=NOW + (n + 1) * DAY, state=FamilyMove.State.REFUSED,
        )  # fmt: skip

    assert family_moves_asked(acting(family.here)).first() == first
    page = signed_in(Client(), family.here).get(reverse("family_moves")).content.decode()
    assert page.count(family.child.code) == 1 + 20
    assert "waits for an answer" in page


def test_a_question_whose_house_changed_is_to_be_refused_so_that_the_asker_is_told(family):
    move = family.ask()
    family.sister.household = None
    family.sister.save()

    with pytest.raises(WrongState, match="Refuse it, so that whoever asked is told"):
        family.agree(move)

    family.refuse(move)
    assert Notice.objects.filter(user=family.here, kind="family_move_answered").count() == 1
