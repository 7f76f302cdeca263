"""The homes of teacher and case worker open with what is past its time, as the coordinator's does."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import hand_over_concern, raise_concern, take_up_concern
from aanchal.cases.models import Concern
from aanchal.notices.queries.inbox import count_waiting, inbox
from aanchal.people.models import ClassSection
from aanchal.registers.models import MissingPupil, RegisterFile
from tests.factories import (
    VILLAGE,
    a_class,
    a_given_register,
    a_page,
    a_register_xlsx,
    kin_of,
)
from tests.signing_in import a_person, a_school, acting, an_area, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


def headline(user, page):
    answer = signed_in(Client(), user).get(reverse(page))
    return re.search(r"<h1>(.*?)</h1>", answer.content.decode(), re.S)[1]


def day_of(at):
    return f"{timezone.localtime(at).day} {timezone.localtime(at):%B}"


# --- the case worker ---


def a_concern(at, **given):
    values = {"area": an_area(VILLAGE), "source_kind": "person", "source_id": str(uuid4())}
    values |= {"told": "Made-up words", "kind": "missing", "at": at}
    return raise_concern(actor_for(a_person(Role.VOLUNTEER, VILLAGE)), **(values | given))


@pytest.fixture
def worker():
    return a_person(Role.CASE_WORKER, BLOCK)


def test_the_case_workers_sentences_come_in_order_of_urgency(worker):
    colleague = a_person(Role.CASE_WORKER, BLOCK)
    now = timezone.now()
    assert headline(worker, "concerns") == "No concern waits for you now."

    first = a_concern(now)
    assert headline(worker, "concerns") == escape("1 concern is in nobody's hands.")

    take_up_concern(acting(worker), concern=first, at=now)
    assert headline(worker, "concerns") == "1 concern is in your hands."
    assert headline(colleague, "concerns") == "No concern waits for you now."

    hand_over_concern(acting(worker), concern=first, to=colleague, words="Please call", at=now)
    assert headline(colleague, "concerns") == "1 concern is handed over to you."

    told = now - timedelta(days=9)
    a_concern(told)
    a_concern(now - timedelta(days=2))
    late = day_of(told + timedelta(hours=2))
    assert (
        headline(worker, "concerns") == f"2 concerns are past their time, the longest since {late}."
    )


def read(client, held):
    """The words of a concern's page."""
    page = client.get(reverse("concern", args=[held.pk])).content.decode()
    return re.sub(r"<[^>]+>", "", page)


def left(user):
    user.grants.update(revoked_by="system:operator", revoked_at=timezone.now())


def test_a_concern_whose_case_worker_has_left_is_said_to_be_nobodys(worker):
    gone = a_person(Role.CASE_WORKER, BLOCK)
    held = a_concern(timezone.now())
    take_up_concern(acting(gone), concern=held, at=timezone.now())
    client = signed_in(Client(), worker)
    name = gone.display_name = "Qz Rekha"
    gone.save()
    taken_up = reverse("concerns") + "?stage=taken_up"
    assert name in client.get(taken_up).content.decode()

    left(gone)

    assert headline(worker, "concerns") == escape("1 concern is in nobody's hands.")
    assert not client.get(taken_up).context["cards"]
    [card] = client.get(reverse("concerns") + "?stage=new").context["cards"]
    assert (card["code"], card["due"], card["level"]) == (held.code, "nobody has it now", "now")
    home = client.get(reverse("home"), follow=True)
    assert name not in home.content.decode()
    page = read(client, held)
    assert f"Nobody has it now: {name} works on it no more." in page
    assert "It is in the hands of" not in page


def test_a_concern_handed_to_one_who_has_left_is_said_to_be_nobodys(worker):
    gone = a_person(Role.CASE_WORKER, BLOCK)
    gone.display_name = "Qz Rekha"
    gone.save()
    held = a_concern(timezone.now())
    take_up_concern(acting(worker), concern=held, at=timezone.now())
    hand_over_concern(acting(worker), concern=held, to=gone, words="Call", at=timezone.now())
    left(gone)
    client = signed_in(Client(), worker)

    [card] = client.get(reverse("concerns") + "?stage=handed_over").context["cards"]
    page = read(client, held)

    assert card["due"] == "nobody has it now"
    assert "Nobody has it now: Qz Rekha works on it no more." in page


def test_the_list_opens_with_just_the_concerns_past_their_time_of_every_stage(worker):
    now = timezone.now()
    held = a_concern(now - timedelta(days=20))
    take_up_concern(acting(worker), concern=held, at=now - timedelta(days=15))
    waiting, fresh = a_concern(now - timedelta(days=3)), a_concern(now)
    client = signed_in(Client(), worker)

    home = client.get(reverse("home"), follow=True)

    assert [c["code"] for c in home.context["cards"]] == [waiting.code, held.code]
    current = next(tab for tab in home.context["tabs"] if tab["current"])
    assert (str(current["label"]), current["count"]) == ("Past their time", 2)
    new = client.get(reverse("concerns") + "?stage=new").context["cards"]
    assert {c["code"] for c in new} == {waiting.code, fresh.code}


def test_without_any_past_its_time_there_is_no_such_tab(worker):
    a_concern(timezone.now())

    page = signed_in(Client(), worker).get(reverse("concerns"))

    assert "Past their time" not in page.content.decode()
    assert [c["level"] for c in page.context["cards"]] == ["now"]


def test_a_concern_whose_holder_is_shut_out_is_in_the_sentence_of_her_colleague(worker):
    _section, children = a_class(pupils=1)
    told = timezone.now() - timedelta(days=2)
    held = a_concern(told, child=children[0], area=children[0].area)
    take_up_concern(acting(worker), concern=held, at=told)
    colleague = a_person(Role.CASE_WORKER, BLOCK)
    assert headline(colleague, "concerns") == "No concern waits for you now."

    kinship = kin_of(worker, children[0])
    type(kinship).objects.filter(pk=kinship.pk).update(recorded_at=told)

    assert "1 concern is past its time" in headline(colleague, "concerns")
    assert headline(worker, "concerns") == "No concern waits for you now."


def test_the_list_asks_the_same_number_of_queries_however_many_are_past_their_time(worker):
    _section, children = a_class(pupils=6)
    client = signed_in(Client(), worker)

    def queries():
        client.get(reverse("concerns"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("concerns"))
        return len(seen)

    long_ago = timezone.now() - timedelta(days=9)
    a_concern(long_ago, child=children[0], area=children[0].area)
    few = queries()
    for child in children[1:]:
        a_concern(long_ago, child=child, area=child.area)

    assert Concern.objects.count() == 6
    assert queries() == few


# --- the teacher ---


@pytest.fixture
def school():
    return a_school(VILLAGE)


def sent_until_today(section, children, last="P"):
    day = timezone.localdate()
    a_page(section, children, ["." * (day.day - 1) + last] * len(children), day.replace(day=1))


def a_teacher(section):
    return a_person(Role.TEACHER, section.school, grade=section.grade, section=section.section)


def missing(child, section, *, days, said=""):
    return MissingPupil.objects.create(
        district=section.district, class_section=section, child=child, month=date(2026, 7, 1),
        said=said, noted_by="worker-1", noted_at=timezone.now() - timedelta(days=days),
    )  # fmt: skip


def test_the_teachers_sentences_come_in_order_of_urgency():
    section, children = a_class()
    teacher = a_teacher(section)
    sent_until_today(section, children)
    assert headline(teacher, "classes") == "Classes"

    sent_until_today(section, children[:2], "A")
    assert headline(teacher, "classes") == (
        "2 pupils are absent, the longest for 1 school day running."
    )

    held = missing(children[0], section, days=1)
    assert headline(teacher, "classes") == "1 pupil is missing from the class register."

    rows = [("1", "Nobody Known", "P" * 31)]
    file = given(acting(teacher), rows, section)
    five = timezone.now() - timedelta(days=5)
    RegisterFile.objects.filter(pk=file.pk).update(received_at=five)
    assert headline(teacher, "classes") == (
        f"1 register that you sent has waited for your yes since {day_of(five)}."
    )

    MissingPupil.objects.filter(pk=held.pk).update(noted_at=five)
    assert headline(teacher, "classes") == (
        f"1 pupil has been missing from the class register since {day_of(five)}: say what you know."
    )


def test_a_class_of_hers_that_sends_nothing_is_the_large_sentence():
    section, children = a_class()
    a_page(section, children, ["PPP"] * 6, date(2026, 7, 1))
    ClassSection.objects.filter(pk=section.pk).update(year=2026)
    teacher = a_teacher(section)

    assert headline(teacher, "classes") == "No register of class VI A has come since 3 July."
    assert headline(a_person(Role.COORDINATOR), "classes") == "Classes"


def given(actor, rows, section):
    return a_given_register(
        actor, a_register_xlsx(rows), school=section.school, grade="6", section="A"
    )


def groups(user):
    answer = signed_in(Client(), user).get(reverse("classes"))
    return {str(g["title"]): [x["title"] for x in g["items"]] for g in answer.context["groups"]}


def test_only_what_waits_for_her_stands_under_that_heading():
    section, children = a_class()
    teacher, head = a_teacher(section), a_person(Role.TEACHER, section.school)
    missing(children[0], section, days=1)
    missing(children[1], section, days=9, said="transferred")
    a_given_register(
        acting(head), a_register_xlsx([("1", "Nobody Known", "P" * 31)]), school=section.school
    )

    assert groups(teacher) == {
        "What waits for you": ["1 pupil is missing from the class register"],
        "With the coordinator now": [
            "1 pupil missing from the class register: the school has said what it knows"
        ],
    }
    assert groups(head)["What waits for you"] == [
        "1 pupil is missing from the class register",
        "1 register waits for a yes",
    ]


def test_a_register_of_a_colleague_stands_under_her_colleague():
    section, _children = a_class()
    teacher, head = a_teacher(section), a_person(Role.TEACHER, section.school)
    rows = [("1", "Nobody Known", "P" * 31)]
    given(acting(teacher), rows, section)

    assert groups(teacher) == {"What waits for you": ["1 register waits for a yes"]}
    assert groups(head) == {"With the colleague who sent it": ["1 register waits for a yes"]}


def test_a_register_whose_senders_role_ended_is_in_her_colleagues_list_at_once():
    section, _children = a_class()
    teacher, head = a_teacher(section), a_person(Role.TEACHER, section.school)
    held = given(acting(teacher), [("1", "Nobody Known", "P" * 31)], section)
    now = timezone.now()
    RegisterFile.objects.filter(pk=held.pk).update(received_at=now)
    assert not [t for t in inbox(acting(head), at=now).things if t.kind == "register_file.shown"]

    teacher.grants.update(revoked_by="system:operator", revoked_at=now)

    assert [t.kind for t in inbox(acting(head), at=now).things if t.holder == ""].count(
        "register_file.shown"
    ) == 1
    assert count_waiting(acting(head), at=now) == len(inbox(acting(head), at=now).things)
    assert groups(head) == {"What waits for you": ["1 register waits for a yes"]}


def test_the_teachers_page_asks_the_same_number_of_queries_however_much_waits(school):
    section, children = a_class(school, pupils=6)
    head = a_person(Role.TEACHER, school)
    client = signed_in(Client(), head)

    def queries():
        client.get(reverse("classes"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("classes"))
        return len(seen)

    def one_more(number, child, where):
        missing(child, where, days=number)
        rows = [("1", f"Nobody {number}", "P" * 31)]
        a_given_register(acting(head), a_register_xlsx(rows), school=school)

    one_more(1, children[0], section)
    other, others = a_class(school, grade="7", pupils=4)
    a_page(section, children, ["AAL"] * 6)
    a_page(other, others, ["AAA"] * 4)
    few = queries()
    for number, child in enumerate(others, start=2):
        one_more(number, child, other)

    assert queries() == few
