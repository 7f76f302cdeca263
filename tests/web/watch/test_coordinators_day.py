"""The coordinator's page says what is most urgent, and opens just what it counts."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from aanchal.access.actions import stop_account
from aanchal.access.roles import Role
from aanchal.notices.queries.inbox import inbox
from aanchal.registers.models import MissingPupil, RegisterFile
from aanchal.watch.actions import assign_visit, cancel_visit
from aanchal.watch.models import Flag, LateFinding, Visit
from aanchal.watch.queries.returns import Since
from aanchal.watch.queries.waiting import what_waits
from aanchal.watch.rules.returns import Came, Returned, Standing
from aanchal.web.watch.presenters.cards import urgent_first
from tests.factories import (
    OTHER_BLOCK,
    OTHER_VILLAGE,
    VILLAGE,
    a_class,
    a_flag,
    a_given_register,
    a_register_xlsx,
    an_actor,
    kin_of,
)
from tests.signing_in import a_person, a_school, acting, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return a_person(Role.COORDINATOR)


def headline(user):
    answer = signed_in(Client(), user).get(reverse("watch"))
    return re.search(r"<h1>(.*?)</h1>", answer.content.decode(), re.S)[1]


def sent(flags, *, due):
    """A visit for each flag, due at these moments."""
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    coordinator = acting(a_person(Role.COORDINATOR))
    for flag, at in zip(flags, due, strict=True):
        visit = assign_visit(coordinator, flag=flag, volunteer=volunteer, at=timezone.now())
        Visit.objects.filter(pk=visit.pk).update(due_at=at)
    return volunteer


def test_what_is_overdue_is_the_large_sentence_though_every_question_is_in_hands(coordinator):
    section, children = a_class(pupils=3)
    now = timezone.now()
    flags = [a_flag(c, section) for c in children]
    oldest = now - timedelta(days=40)
    sent(flags, due=[now - timedelta(days=1), oldest, now + timedelta(days=2)])

    said = headline(coordinator)

    day = f"{timezone.localtime(oldest).day} {timezone.localtime(oldest):%B}"
    assert said == f"2 visits are overdue, the longest since {day}."
    page = signed_in(Client(), coordinator).get(reverse("watch")).content.decode()
    assert "in somebody's hands" not in page and escape("in somebody's hands") not in page


def test_the_sentences_come_in_order_of_urgency(coordinator):
    section, children = a_class(pupils=4)
    assert headline(coordinator) == "Nothing waits for you now."

    school = section.school
    file = a_given_register(
        an_actor(), a_register_xlsx([("1", "Nobody Known", "P" * 31)]), school=school
    )
    assert file.state == RegisterFile.State.SHOWN
    assert headline(coordinator) == "1 register needs somebody."

    a_flag(children[0], section, state=Flag.State.VISITED)
    assert headline(coordinator).startswith("1 visited question waits")

    ordinary = a_flag(children[1], section, channel="ordinary")
    assert headline(coordinator) == escape("1 question is in nobody's hands.")

    urgent = a_flag(children[2], section, channel="urgent")
    assert headline(coordinator) == escape("1 urgent question is in nobody's hands.")

    soon = timezone.now() + timedelta(days=2)
    volunteer = sent([urgent], due=[soon])
    assert headline(coordinator) == escape("1 question is in nobody's hands.")

    stop_account(an_actor(Role.ADMINISTRATOR), user=volunteer, at=timezone.now())
    assert headline(coordinator) == "1 visit is with somebody who can no longer go."

    sent([ordinary], due=[timezone.now() - timedelta(hours=1)])
    assert headline(coordinator).startswith("Overdue: 1, the longest since")


def missing(child, section):
    return MissingPupil.objects.create(
        district=section.district, class_section=section, child=child, month=date(2026, 7, 1),
        said="", noted_by="worker-1", noted_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip


def test_the_large_sentence_never_says_that_nothing_waits_beside_a_missing_pupil(coordinator):
    section, children = a_class(pupils=3)
    missing(children[0], section)
    assert headline(coordinator) == "1 pupil is missing from the class register."

    a_flag(children[1], section, channel="ordinary")
    assert headline(coordinator) == "1 pupil is missing from the class register."

    a_flag(children[2], section, channel="urgent")
    assert headline(coordinator) == escape("1 urgent question is in nobody's hands.")


def test_nor_beside_anything_else_that_waits_for_her(coordinator):
    _section, children = a_class(pupils=1)
    kinship = kin_of(a_person(Role.TEACHER), children[0])
    kinship.state, kinship.asked_by = "waiting", "worker-1"
    kinship.asked_at = timezone.now()
    kinship.save()
    client = signed_in(Client(), coordinator)

    page = client.get(reverse("watch"))

    assert "<h1>1 thing waits for you.</h1>" in page.content.decode()
    assert [(x["href"], x["status"]) for x in page.context["items"]] == [(reverse("notices"), "1")]


def test_what_was_sent_too_late_stands_in_her_day_until_it_is_read(coordinator):
    section, children = a_class(pupils=1)
    flag = a_flag(children[0], section)
    visit = assign_visit(
        acting(coordinator),
        flag=flag,
        volunteer=a_person(Role.VOLUNTEER, VILLAGE),
        at=timezone.now(),
    )
    cancel_visit(acting(coordinator), visit=visit, at=timezone.now())
    LateFinding.objects.create(
        district=flag.district,
        visit=visit,
        kind="sick",
        sent_by="x",
        visited_on=date(2026, 7, 1),
        sent_at=timezone.now(),
    )

    items = signed_in(Client(), coordinator).get(reverse("watch")).context["items"]

    assert [x["status"] for x in items if x["href"] == reverse("flag", args=[flag.pk])] == ["1"]


def test_a_visit_of_one_who_works_in_another_village_now_is_with_nobody_who_can_go(coordinator):
    section, children = a_class(pupils=1)
    soon = timezone.now() + timedelta(days=14)
    flag = a_flag(children[0], section)
    volunteer = sent([flag], due=[soon])
    assert what_waits(acting(coordinator), at=timezone.now()).overdue == 0

    volunteer.grants.update(area_path=OTHER_VILLAGE)

    assert headline(coordinator) == "1 visit is with somebody who can no longer go."
    [thing] = inbox(acting(coordinator), at=timezone.now()).things
    assert (thing.kind, thing.holder) == ("visit.assigned", "")
    page = signed_in(Client(), coordinator).get(reverse("flag", args=[flag.pk]))
    assert "can no longer go there. Give the visit to another." in page.content.decode()


def test_each_number_opens_just_what_it_counts(coordinator):
    section, children = a_class(pupils=6)
    now = timezone.now()
    flags = [a_flag(c, section) for c in children]
    Flag.objects.filter(pk=flags[5].pk).update(state=Flag.State.VISITED)
    sent(flags[:2], due=[now - timedelta(days=1), now - timedelta(days=5)])
    a_given_register(an_actor(), a_register_xlsx([("1", "Who", "P" * 31)]), school=section.school)
    client = signed_in(Client(), coordinator)

    items = client.get(reverse("watch")).context["items"]

    assert [(x["level"], x["status"]) for x in items] == [
        ("now", "2"), ("now", "3"), ("soon", "1"), ("soon", "1"),
    ]  # fmt: skip
    for item in items:
        opened = client.get(item["href"])
        assert opened.context["page"].paginator.count == int(item["status"]), item["title"]


def test_what_is_overdue_stands_in_the_order_of_its_due_days(coordinator):
    section, children = a_class(pupils=3)
    now = timezone.now()
    flags = [a_flag(c, section) for c in children]
    sent(flags, due=[now - timedelta(days=n) for n in (2, 30, 9)])
    client = signed_in(Client(), coordinator)

    listed = [c["code"] for c in client.get(reverse("flags") + "?show=overdue").context["cards"]]
    first = [c["code"] for c in client.get(reverse("watch")).context["cards"]]

    assert listed == first == [children[i].code for i in (1, 2, 0)]


def test_what_waits_is_only_that_of_ones_own_places_and_not_of_ones_own_kin(coordinator):
    section, children = a_class(pupils=2)
    other, others = a_class(a_school(OTHER_BLOCK), pupils=1)
    for child, where in ((children[0], section), (children[1], section), (others[0], other)):
        a_flag(child, where)
    kin_of(coordinator, children[0])

    waits = what_waits(acting(coordinator), at=timezone.now())

    assert (waits.with_nobody, waits.overdue, waits.visited) == (1, 0, 0)


def test_the_page_asks_the_same_number_of_queries_however_much_waits(coordinator):
    client = signed_in(Client(), coordinator)

    def queries(page="watch"):
        client.get(reverse(page))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(page))
        return len(seen)

    section, children = a_class(pupils=8)
    now = timezone.now()
    sent([a_flag(children[0], section)], due=[now - timedelta(days=1)])
    a_flag(children[7], section)
    few = queries()
    flags = [a_flag(c, section) for c in children[1:7]]
    sent(flags[:4], due=[now - timedelta(days=n) for n in range(1, 5)])
    for _n in range(3):
        a_class(a_school(VILLAGE), pupils=2)

    assert queries() == few
    # What every page asks (who reads, what waits for her) is counted by a page that asks little else.
    assert few - queries("my_account") <= 26


def test_questions_are_narrowed_and_ordered_and_the_tabs_keep_it(coordinator):
    school = a_school(VILLAGE)
    section, children = a_class(school, pupils=3)
    other, others = a_class(a_school(OTHER_VILLAGE), pupils=1)
    now = timezone.now()
    old = a_flag(children[0], section, channel="ordinary", raised_at=now - timedelta(days=9))
    new = a_flag(children[1], section, raised_at=now)
    there = a_flag(others[0], other, raised_at=now - timedelta(days=3))
    client = signed_in(Client(), coordinator)

    def listed(**asked):
        answer = client.get(reverse("flags"), {"show": "waiting", **asked})
        return [c["code"] for c in answer.context["cards"]]

    def codes(*flags):
        return [f.child.code for f in flags]

    assert listed() == codes(there, new, old)
    assert listed(school=school.pk) == codes(new, old)
    assert listed(village=there.area_id) == codes(there)
    assert listed(channel="ordinary") == codes(old)
    assert listed(sort="longest") == codes(old, there, new)
    assert listed(sort="newest") == codes(new, there, old)
    assert listed(village="not-a-village") == codes(there, new, old)
    page = client.get(reverse("flags"), {"show": "waiting", "school": school.pk})
    assert all(f"school={school.pk}" in tab["href"] for tab in page.context["tabs"])
    assert next(tab for tab in page.context["tabs"] if tab["current"])["count"] == 2


def test_a_child_who_is_back_never_stands_before_one_who_is_not():
    cards = [
        {"code": code, "level": level}
        for code, level in (("1", "done"), ("2", "now"), ("3", "plain"))
    ]

    assert [card["code"] for card in urgent_first(cards)] == ["2", "3", "1"]


def test_who_is_back_stands_last_on_the_lists_and_is_not_the_one_big_act(coordinator, monkeypatch):
    section, children = a_class(pupils=4)
    now = timezone.now()
    flags = [a_flag(c, section) for c in children]
    sent(flags, due=[now - timedelta(days=n) for n in (40, 30, 20, 10)])
    back = Returned(date(2026, 7, 1), Came(13, 13), Standing.BACK)
    read = {flags[0].pk: Since(returned=back)}
    monkeypatch.setattr("aanchal.web.watch.presenters.cards.since_signal", lambda _flags: read)
    client = signed_in(Client(), coordinator)

    listed = [c["code"] for c in client.get(reverse("flags") + "?show=overdue").context["cards"]]
    first = [c["code"] for c in client.get(reverse("watch")).context["cards"]]

    assert listed == [children[i].code for i in (1, 2, 3, 0)]
    assert first == listed[:3]
    longest = client.get(reverse("flags") + "?show=overdue&sort=longest").context["cards"]
    assert longest[0]["level"] == "done"
