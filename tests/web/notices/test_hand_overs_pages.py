"""What is put right, doubted or told out of a question reaches the next pair of hands on its page."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import take_up_concern
from aanchal.cases.models import Concern
from aanchal.watch.actions import correct_finding, record_outcome
from aanchal.watch.models import Finding, Flag
from tests.cases.use_cases.test_concerns import a_worker
from tests.factories import a_class, a_flag, an_actor
from tests.signing_in import a_person, signed_in
from tests.web.concerns.test_shut_out_of_a_visit_danger import a_danger
from tests.web.visits.test_visit_pages import in_hand, pressed, told
from tests.web.watch.test_coordinators_day import sent

pytestmark = pytest.mark.django_db
SAID = {"whom_met": "mother", "child_seen": "yes", "note": "She was at her aunt's."}


def hidden(page):
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {name: unescape(value) for name, value in found.items()}


def a_coordinator():
    return a_person(Role.COORDINATOR)


def page(user, name, *args, query=""):
    answer = signed_in(Client(), user).get(reverse(name, args=args) + query, follow=True)
    return answer.content.decode()


# --- who may have a part in it ---


def test_a_danger_added_later_asks_by_name_who_may_have_a_part_in_it_and_shuts_her_out():
    implicated = a_worker()
    implicated.display_name = "Qz Kanchan Prasad"
    implicated.save()
    visit, client = in_hand()
    told(visit, kind="sick")
    at = reverse("visit_written", args=[visit.pk])

    asked = client.post(at, {**SAID, "step": "save", "kind": "missing"}).content.decode()

    assert "May somebody who works with us" in asked and "Call first" in asked
    assert "checked" not in asked
    assert not Concern.objects.exists(), "nothing is written before she has answered"
    unanswered = client.post(at, hidden(asked))
    assert unanswered.status_code == 400
    which = client.post(
        at, hidden(asked) | {"part": "yes", "who": "Kanchan Prasad Qz"}
    ).content.decode()
    assert "Qz Kanchan Prasad" in which
    done = client.post(at, hidden(which) | {"person": str(implicated.pk)}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("visit_done", args=[visit.pk])

    held = Concern.objects.get()
    assert (held.is_sealed, held.implicated) == (True, [str(implicated.pk)])
    assert Finding.objects.get().note == SAID["note"]
    assert held.code not in page(implicated, "concerns") + page(implicated, "notices")


def test_work_that_turns_out_forbidden_asks_it_too():
    visit, client = in_hand(left_house_at=timezone.now())
    child = visit.flag.child
    child.born_on, child.age_years = "", None
    child.save()
    asked = pressed(client, visit, kind="works").content.decode()
    answers = hidden(asked) | {
        **SAID,
        "step": "finding",
        "next_step": "coordinator",
        "age_band": "child",
        "visited_on": timezone.localdate().isoformat(),
    }
    at = reverse("visit_finding", args=[visit.pk])

    more = client.post(at, answers).content.decode()

    assert "May somebody who works with us" in more
    assert not Finding.objects.exists()
    client.post(at, hidden(more) | {"part": "unsure", "who": ""})
    assert Concern.objects.get().kind == "labour"


def test_work_that_the_law_allows_asks_nothing_more():
    visit, client = in_hand(left_house_at=timezone.now())
    child = visit.flag.child
    child.born_on, child.age_years = "", None
    child.save()
    asked = pressed(client, visit, kind="works").content.decode()
    answers = hidden(asked) | {
        **SAID,
        "step": "finding",
        "next_step": "coordinator",
        "age_band": "adult",
        "visited_on": timezone.localdate().isoformat(),
    }

    client.post(reverse("visit_finding", args=[visit.pk]), answers)

    assert Finding.objects.get().kind == "works"
    assert not Concern.objects.exists()


def test_work_of_a_child_whose_age_is_known_asks_it_beside_the_rest():
    visit, client = in_hand(left_house_at=timezone.now())
    child = visit.flag.child
    child.born_on = (timezone.localdate() - timedelta(days=365 * 11)).isoformat()
    child.save()

    asked = pressed(client, visit, kind="works").content.decode()

    assert "May somebody who works with us" in asked and "Call first" in asked


def test_work_put_right_asks_age_and_danger_and_then_who_may_have_a_part_in_it():
    visit, client = in_hand()
    child = visit.flag.child
    child.born_on, child.age_years = "", None
    child.save()
    told(visit, kind="sick")
    at = reverse("visit_written", args=[visit.pk])

    work = client.post(at, {**SAID, "step": "save", "kind": "works"}).content.decode()
    assert 'name="age_band"' in work and "checked" not in work
    part = client.post(at, hidden(work) | {"age_band": "child"}).content.decode()
    assert "May somebody who works with us" in part
    client.post(at, hidden(part) | {"part": "no", "who": ""})

    assert Finding.objects.get().kind == "works_unlawful"
    assert Concern.objects.get().kind == "labour"


# --- put right ---


def test_the_case_worker_reads_what_was_put_right_and_says_so():
    worker = a_worker()
    a_danger()
    finding = Finding.objects.get()
    visit = finding.visit
    take_up_concern(actor_for(worker), concern=Concern.objects.get(), at=timezone.now())
    correct_finding(
        actor_for(visit.volunteer), finding=finding, kind="sick", whom_met="child",
        child_seen=True, note="She is at home.", at=timezone.now(),
    )  # fmt: skip
    held = Concern.objects.get()

    assert "What a visit found was put right" in page(worker, "notices")
    shown = page(worker, "concern", held.pk)
    assert "She corrected what she wrote" in shown
    assert "She is at home." in shown and "What was told first" in shown
    assert shown.index("She is at home.") < shown.index("What was told first")

    client = signed_in(Client(), worker)
    after = client.post(reverse("concern", args=[held.pk]), {"step": "read"}, follow=True)
    assert "I have read it" not in after.content.decode()
    assert "She is at home." in after.content.decode(), "it stays to be read"
    assert "What a visit found was put right" not in page(worker, "notices")


@pytest.mark.parametrize("end", ["concern", "explained"])
def test_the_question_shows_what_was_put_right_and_to_the_implicated_nothing_of_the_danger(end):
    implicated, other, ends = a_coordinator(), a_coordinator(), a_coordinator()
    a_danger(implicated=[implicated])
    finding = Finding.objects.get()
    visit = finding.visit
    now = timezone.now()
    record_outcome(
        actor_for(ends), flag=visit.flag, kind=end, since_on=timezone.localdate(), child_seen=False,
        confirmed=True, at=now,
    )  # fmt: skip
    correct_finding(
        actor_for(visit.volunteer), finding=finding, kind="sick", whom_met="child",
        child_seen=True, note="She is at home.", at=now,
    )  # fmt: skip

    hers, others = (page(who, "flag", visit.flag_id) for who in (implicated, other))

    for seen in (hers, others):
        assert "Put right" in seen and "She is at home." in seen
        assert "put right after the end" in seen
    assert "danger: the case worker has it" in others
    assert "A concern was raised; the case worker has it." in others
    assert "danger: the case worker" not in hers and "A concern was raised" not in hers
    assert "It is a concern now" not in hers
    assert "Something else" in hers


# --- a doubt ---


def a_doubt(**changes):
    visit, _client = in_hand(**changes)
    told(visit, kind="fears_school", next_step="not_sure_safe")
    return visit.flag


def test_a_doubt_stands_first_with_its_time_and_the_questions_open_on_it():
    coordinator = a_coordinator()
    section, children = a_class(pupils=3)
    older = timezone.now() - timedelta(days=20)
    for child in children:
        a_flag(child, section, state=Flag.State.VISITED, raised_at=older)
    flag = a_doubt()

    client = signed_in(Client(), coordinator)
    opened = client.get(reverse("flags"))
    visited = client.get(reverse("flags") + "?show=visited")

    assert [c["code"] for c in opened.context["cards"]] == [flag.child.code]
    card = visited.context["cards"][0]
    assert (card["code"], card["level"]) == (flag.child.code, "now")
    assert "not sure that the child is safe: call by" in card["due"]
    assert "A volunteer is not sure that a child is safe" in page(coordinator, "watch")
    waiting = client.get(reverse("notices"))
    assert waiting.context["rows"][0]["href"] == reverse("flag", args=[flag.pk])
    assert "Not sure that the child is safe" in waiting.context["rows"][0]["title"]


def test_a_doubt_that_nobody_answers_goes_to_another_and_up():
    from aanchal.notices.queries.things import things

    flag = a_doubt()
    now = timezone.now()

    thing = next(t for t in things(at=now) if t.key == str(flag.pk))

    assert thing.is_danger and thing.is_urgent
    hours = [(at - thing.since) / timedelta(hours=1) for at in thing.times()]
    assert hours == [0, 4, 6, 12]
    soon = thing.times(opened=thing.since + timedelta(hours=1))
    assert soon[1] == thing.since + timedelta(hours=4), "opening alone puts a doubt off by little"


def test_a_later_visit_takes_the_doubt_away():
    from aanchal.watch.queries.doubts import doubts

    flag = a_doubt()
    assert list(doubts(Flag.objects.all())) == [flag.pk]
    visit = flag.visits.get()
    later = timezone.now() + timedelta(hours=1)
    from aanchal.watch.actions import assign_visit, record_visit

    second = assign_visit(an_actor(), flag=flag, volunteer=visit.volunteer, at=later)
    record_visit(
        actor_for(visit.volunteer), visit=second, kind="sick", whom_met="child", child_seen=True,
        next_step="nothing", note="", visited_on=timezone.localdate(later), at=later,
    )  # fmt: skip

    assert not doubts(Flag.objects.all())


# --- order ---


def test_the_questions_open_on_the_overdue_and_its_tab_says_so_in_more_than_colour():
    coordinator = a_coordinator()
    section, children = a_class(pupils=3)
    flags = [a_flag(c, section) for c in children]
    sent(flags[:1], due=[timezone.now() - timedelta(days=1)])

    answer = signed_in(Client(), coordinator).get(reverse("flags"))

    assert [c["code"] for c in answer.context["cards"]] == [children[0].code]
    current = next(t for t in answer.context["tabs"] if t["current"])
    assert (str(current["label"]), current["count"], current["is_grave"]) == ("Overdue", 1, True)
    assert re.search(r'class="grave">Overdue <span class="tag now">1<', answer.content.decode())


def test_home_and_what_waits_say_the_same_day_in_the_same_order():
    coordinator = a_coordinator()
    section, children = a_class(pupils=4)
    now = timezone.now()
    flags = [a_flag(c, section, raised_at=now - timedelta(days=60)) for c in children]
    sent(flags[:3], due=[now - timedelta(days=n) for n in (2, 30, 9)])
    client = signed_in(Client(), coordinator)

    home, waiting = client.get(reverse("watch")), client.get(reverse("notices"))

    said = home.context["headline"]
    assert said.startswith("3 visits are overdue, the longest since")
    assert escape(said) in waiting.content.decode()
    assert waiting.content.decode().count("the longest since") == 1
    order = [card["href"] for card in home.context["cards"]]
    assert [row["href"] for row in waiting.context["rows"][:3]] == order
    day = timezone.localtime(now - timedelta(days=30))
    assert f"since {day.day} {day:%b}" in waiting.context["rows"][0]["hint"]


def test_the_end_of_a_question_proposes_no_day_and_no_answer():
    visit, _client = in_hand()
    told(visit)

    shown = page(a_coordinator(), "flag", visit.flag_id)

    field = re.search(r'<input[^>]*name="since_on"[^>]*>', shown)[0]
    assert "value=" not in field
    ends = shown[shown.index("How did it end?") : shown.index("Write how it ended")]
    assert "checked" not in ends


# --- told out of a child's page ---


@pytest.mark.parametrize("come_from", ["flag", "child"])
def test_a_concern_told_from_a_childs_page_knows_the_child_and_shows_her(come_from):
    coordinator, worker = a_coordinator(), a_worker()
    section, children = a_class()
    flag = a_flag(children[0], section)
    client = signed_in(Client(), coordinator)
    key = flag.pk if come_from == "flag" else children[0].pk
    shown = client.get(reverse(come_from, args=[key])).content.decode()
    href = re.search(r'href="([^"]+about=[^"]+)"', shown)[1]

    assert str(children[0].pk) not in href and str(flag.pk) not in href
    kind = client.get(href).content.decode()
    assert children[0].code in kind
    words = client.post(
        reverse("concern_new"), hidden(kind) | {"kind": "trafficking"}, follow=True
    ).content.decode()
    assert children[0].code in words and 'name="area"' not in words
    client.post(
        reverse("concern_new"), hidden(words) | {"told": "A man asks for her.", "part": "no"}
    )

    held = Concern.objects.get()
    assert held.child == children[0]
    assert held.area == (flag.area if come_from == "flag" else children[0].area)
    assert held.question_id == (str(flag.pk) if come_from == "flag" else "")
    read = page(worker, "concern", held.pk)
    assert children[0].code in read and "A man asks for her." in read
    assert ("follows the question about this child" in read) is (come_from == "flag")


@pytest.mark.parametrize("forged", ["x", "QUFB", "another"])
def test_the_mark_of_another_person_leads_nowhere(forged):
    section, children = a_class()
    flag = a_flag(children[0], section)
    shown = page(a_coordinator(), "flag", flag.pk)
    href = re.search(r'href="([^"]+about=[^"]+)"', shown)[1]
    if forged != "another":
        href = f"{reverse('concern_new')}?about={forged}"

    assert signed_in(Client(), a_coordinator()).get(href).status_code == 404


# --- once a request ---


@pytest.mark.both
@pytest.mark.parametrize("name", ["concerns", "notices"])
def test_each_concern_is_opened_once_a_request(name, monkeypatch):
    from aanchal.kernel import fields
    from aanchal.web.shell import waiting_count
    from tests.cases.use_cases.test_concerns import a_concern

    worker = a_worker()
    for n in range(4):
        a_concern(source_id=f"n{n}")
    client = signed_in(Client(), worker)
    client.get(reverse(name))
    waiting_count.count_anew(str(worker.pk))
    opened = Counter()
    unseal = fields.unseal

    def counted(data, *, place, **more):
        opened[place] += 1
        return unseal(data, place=place, **more)

    monkeypatch.setattr(fields, "unseal", counted)

    client.get(reverse(name))

    heads = {place: n for place, n in opened.items() if place.startswith("cases.Concern.head|")}
    assert len(heads) == 4
    assert set(heads.values()) == {1}
