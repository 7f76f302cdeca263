"""Somebody named by mistake as having a part in a concern is let in again by two people, never by one."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    add_note,
    agree_mistake,
    ask_mistake,
    close_concern,
    hand_over_concern,
    lapse_mistake,
    name_implicated,
    refuse_mistake,
    take_up_concern,
    tell_correction,
)
from aanchal.cases.jobs import lapse_mistakes
from aanchal.cases.models import Concern
from aanchal.cases.queries import visible_concerns
from aanchal.kernel.authz import Actor, Grant, system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, SecondPerson, WrongState
from aanchal.notices.queries.inbox import count_waiting, inbox
from tests.audited import audited
from tests.notices.use_cases.test_notices import (
    round_at,
    sent,  # noqa: F401  # a fixture
    staff,
)
from tests.signing_in import acting, signed_in
from tests.web.concerns.test_concern_pages import TOKENS, a_concern, named

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHY = "She has the same name as the man who is meant."
ASKED = "concern_mistake.asked"


class Office:
    """A concern of which a case worker shut a colleague out; two others may see it."""

    def __init__(self):
        self.now = timezone.now()
        self.namer, self.shut_out, self.second, self.third = (
            named(staff(Role.CASE_WORKER), f"Qz {name}")
            for name in ("Namer", "Kanchan", "Second", "Third")
        )
        held = a_concern(at=self.now)
        held = take_up_concern(acting(self.namer), concern=held, at=self.now)
        self.held = name_implicated(
            acting(self.namer), concern=held, person=self.shut_out, at=self.now
        )

    def ask(self, by):
        return ask_mistake(
            acting(by), concern=self.held, who=str(self.shut_out.pk), words=WHY, at=self.now
        )

    def asked(self):
        return (self.fresh().mistake or {}).get("key", "")

    def agree(self, by, *, words="I asked at the school.", at=None):
        return agree_mistake(
            acting(by), concern=self.held, asked=self.asked(), words=words, at=at or self.now
        )

    def refuse(self, by, *, words="I saw her there."):
        return refuse_mistake(
            acting(by), concern=self.held, asked=self.asked(), words=words, at=self.now
        )

    def sees(self, who):
        return self.held in visible_concerns(acting(who))

    def fresh(self):
        return Concern.objects.get(pk=self.held.pk)


@pytest.fixture
def office():
    return Office()


def waits_for(user, at):
    return [t.kind for t in inbox(acting(user), at=at).things].count(ASKED)


def test_a_second_person_lets_her_in_and_into_the_team_she_was_of(office):
    office.ask(office.namer)
    assert not office.sees(office.shut_out)

    held = office.agree(office.second)

    assert office.sees(office.shut_out)
    assert (held.implicated, held.is_sealed, office.fresh().mistake) == ([], True, None)
    assert str(office.shut_out.pk) in held.team
    assert [e["what"] for e in held.history][-2:] == ["mistake_asked", "mistake_agreed"]
    verbs = list(audited().filter(verb__icontains="mistake").values_list("verb", flat=True))
    assert sorted(verbs) == ["concern.mistake_agreed", "concern.mistake_asked"]


def test_neither_she_who_asks_nor_she_who_named_her_nor_herself_answers(office):
    office.ask(office.second)
    for who in (office.second, office.namer):
        for answer in (office.agree, office.refuse):
            with pytest.raises(SecondPerson):
                answer(who)
    for act in (office.agree, office.ask):
        with pytest.raises(NotAllowed):
            act(office.shut_out)
    assert not office.sees(office.shut_out)

    office.agree(office.third)

    assert office.sees(office.shut_out)


def test_it_takes_a_reason_each_time(office):
    with pytest.raises(Invalid):
        ask_mistake(
            acting(office.second),
            concern=office.held,
            who=str(office.shut_out.pk),
            words=" ",
            at=office.now,
        )
    office.ask(office.second)
    with pytest.raises(Invalid):
        office.agree(office.third, words=" ")
    assert str(office.shut_out.pk) in office.fresh().implicated


def test_only_one_who_was_named_is_said_to_be_named_by_mistake(office):
    with pytest.raises(Invalid):
        ask_mistake(
            acting(office.second),
            concern=office.held,
            who=str(office.third.pk),
            words=WHY,
            at=office.now,
        )


def test_refused_she_stays_shut_out_and_it_may_be_asked_anew(office):
    office.ask(office.namer)
    with pytest.raises(WrongState):
        office.ask(office.second)

    office.refuse(office.third)

    assert not office.sees(office.shut_out)
    with pytest.raises(WrongState):
        office.agree(office.second)
    office.ask(office.second)


def test_named_again_or_closed_it_is_asked_no_more(office):
    office.ask(office.second)
    name_implicated(
        acting(office.namer), concern=office.held, person=office.shut_out, at=office.now
    )
    with pytest.raises(WrongState):
        office.agree(office.third)
    assert office.fresh().history[-1]["what"] == "mistake_lapsed"

    office.ask(office.third)
    held = hand_over_concern(
        acting(office.namer), concern=office.held, to=office.second, words="Look", at=office.now
    )
    held = take_up_concern(acting(office.second), concern=held, at=office.now)
    add_note(acting(office.second), concern=held, text="We asked everybody.", at=office.now)
    said = {"reason": "not_so", "words": "We asked everybody there."}
    close_concern(acting(office.second), concern=held, **said, at=office.now)
    assert office.fresh().mistake is None


def test_named_once_more_stands_in_the_story_and_the_end_of_the_asking_in_the_audit(office):
    office.ask(office.second)

    name_implicated(
        acting(office.third), concern=office.held, person=office.shut_out, at=office.now
    )

    lines = [(e["what"], e["by"], e["to"]) for e in office.fresh().history][-2:]
    shut_out = str(office.shut_out.pk)
    assert lines == [
        ("named_again", str(office.third.pk), shut_out),
        ("mistake_lapsed", "", shut_out),
    ]
    assert audited().filter(verb="concern.mistake_lapsed").count() == 1
    page = signed_in(Client(), office.second).get(reverse("concern", args=[office.held.pk]))
    assert "Named once more, and stays shut out: Qz Kanchan" in page.content.decode()


@pytest.mark.parametrize("answer", ["agree", "refuse"])
def test_an_answer_is_to_what_its_page_showed_and_to_nothing_else(office, answer):
    office.ask(office.namer)
    where = reverse("concern_mistake", args=[office.held.pk])
    client = signed_in(Client(), office.second)
    [read] = re.findall(r'name="asked" value="([^"]+)"', client.get(where).content.decode())
    said = {"answer": answer, "words": "Qz I asked there.", "sure": "yes", "asked": read}
    office.refuse(office.third)
    name_implicated(acting(office.namer), concern=office.held, person=office.third, at=office.now)
    ask_mistake(
        acting(office.namer),
        concern=office.held,
        who=str(office.shut_out.pk),
        words=WHY,
        at=office.now,
    )
    before = office.fresh().mistake

    page = client.post(where, said)

    assert page.status_code == 400 and office.fresh().mistake == before
    words = page.content.decode()
    assert words.count("has changed since you opened this page") == 1
    assert "Qz I asked there." in words and "checked" not in words
    does = agree_mistake if answer == "agree" else refuse_mistake
    with pytest.raises(WrongState):
        does(acting(office.second), concern=office.held, asked=read, words=WHY, at=office.now)
    assert office.fresh().implicated


def test_an_answer_to_what_is_asked_no_more_asks_nothing(office):
    office.ask(office.namer)
    where = reverse("concern_mistake", args=[office.held.pk])
    said = {"answer": "agree", "words": "I asked.", "sure": "yes", "asked": office.asked()}
    office.refuse(office.third)

    page = signed_in(Client(), office.second).post(where, said, follow=True)

    assert "This is not asked any more" in page.content.decode()
    assert office.fresh().mistake is None and office.fresh().implicated


def test_unanswered_it_lapses_after_a_week_and_she_stays_shut_out(office, monkeypatch):
    office.ask(office.namer)
    week = office.now + 7 * DAY
    assert waits_for(office.second, week - DAY) == 1
    assert waits_for(office.second, week) == 0
    with pytest.raises(WrongState):
        office.agree(office.second, at=week)
    assert not lapse_mistake(system_actor("concerns"), concern=office.held, at=week - DAY)

    monkeypatch.setattr("aanchal.cases.jobs.timezone.now", lambda: week)
    lapse_mistakes()

    assert not office.sees(office.shut_out)
    assert (office.fresh().mistake, office.fresh().history[-1]["what"]) == (None, "mistake_lapsed")
    assert not lapse_mistake(system_actor("concerns"), concern=office.held, at=week)
    with pytest.raises(NotAllowed):
        lapse_mistake(acting(office.second), concern=office.held, at=week)


def test_whoever_may_answer_is_told_and_nobody_else(office, sent):  # noqa: F811
    office.ask(office.second)

    round_at(office.now)
    round_at(office.now + 3 * DAY)

    from aanchal.notices.models import Ladder

    [ladder] = [x for x in Ladder.objects.all() if x.thing.startswith(ASKED)]
    assert set(ladder.story["told"]) == {str(office.third.pk)}
    for who, count in (
        (office.third, 1),
        (office.second, 0),
        (office.namer, 0),
        (office.shut_out, 0),
    ):
        assert waits_for(who, office.now) == count
        at = office.now
        assert count_waiting(acting(who), at=at) == len(inbox(acting(who), at=at).things)


def test_where_nobody_else_could_answer_it_is_not_asked(office):
    for who in (office.second, office.third):
        who.grants.update(revoked_by="system:operator", revoked_at=office.now)

    with pytest.raises(WrongState):
        office.ask(office.namer)


def seen_by(user, held):
    """Every page on which she could learn of it, without what changes by itself."""
    client = signed_in(Client(), user)
    pages = [reverse(n) for n in ("concerns", "notices")]
    pages += [
        f"{reverse('concerns')}?stage={s}" for s in ("new", "taken_up", "handed_over", "closed")
    ]
    pages += [reverse(n, args=[held.pk]) for n in ("concern", "concern_mistake")]
    found = [client.get(page, follow=True) for page in pages]
    return [(a.status_code, TOKENS.sub(b"", a.content)) for a in found]


def test_what_she_sees_meanwhile_is_the_same_byte_for_byte(office):
    before = seen_by(office.shut_out, office.held)

    office.ask(office.second)
    asked = seen_by(office.shut_out, office.held)
    office.refuse(office.third)

    assert before == asked == seen_by(office.shut_out, office.held)
    assert before[-1][0] == 404


def test_let_in_she_does_not_read_who_named_her(office):
    office.ask(office.namer)
    office.agree(office.second)

    page = signed_in(Client(), office.shut_out).get(reverse("concern", args=[office.held.pk]))

    words = page.content.decode()
    assert page.status_code == 200
    assert "Shut out" not in words and "by mistake" not in words and WHY not in words


def test_it_is_asked_and_answered_on_its_page(office):
    where = reverse("concern_mistake", args=[office.held.pk])
    asker, client = (signed_in(Client(), x) for x in (office.second, office.third))
    assert where in asker.get(reverse("concern", args=[office.held.pk])).content.decode()
    page = asker.get(where).content.decode()
    assert "Qz Kanchan" in page and "checked" not in page
    said = {"who": str(office.shut_out.pk), "words": WHY}
    assert asker.post(where, said).status_code == 400, "it is confirmed by a tick"
    asker.post(where, said | {"sure": "yes"})
    assert office.fresh().mistake["who"] == str(office.shut_out.pk)

    waits = asker.get(where).content.decode()
    assert "It waits for another person" in waits and 'name="answer"' not in waits
    page = client.get(where).content.decode()
    assert WHY in page and "checked" not in page
    answer = {"answer": "agree", "words": "I asked at the school.", "asked": office.asked()}
    assert client.post(where, answer).status_code == 400
    client.post(where, answer | {"sure": "yes"})

    assert not office.fresh().implicated
    story = client.get(reverse("concern", args=[office.held.pk])).content.decode()
    story = re.sub(r"<[^>]+>", "", story)
    assert "Named by mistake, and shut out no more: Qz Kanchan" in story and WHY in story


def test_named_once_more_by_the_teller_it_is_no_mistake_and_she_is_off_the_team():
    office = Office()
    held = Concern.objects.get(pk=office.held.pk)
    office.ask(office.third)
    assert held.source_kind == "person"

    tell_correction(
        teller_of(held),
        area=held.area,
        source_kind=held.source_kind,
        source_id=held.source_id,
        kind="missing",
        found="missing",
        told="It was her after all",
        seen={},
        implicated=[office.shut_out, office.second],
        at=office.now,
    )

    held = Concern.objects.get(pk=held.pk)
    assert held.mistake is None
    assert {str(office.shut_out.pk), str(office.second.pk)} <= set(held.implicated)
    with pytest.raises(WrongState):
        office.agree(office.namer)
    # What was hers is hers again when it was a mistake of the teller's.
    ask_mistake(
        acting(office.third), concern=held, who=str(office.second.pk), words=WHY, at=office.now
    )
    held = office.agree(office.namer)
    assert str(office.second.pk) in held.team


def teller_of(concern):
    return Actor(concern.raised_by, (Grant(Role.VOLUNTEER, concern.area.path),))
