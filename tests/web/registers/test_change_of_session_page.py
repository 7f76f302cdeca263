"""The page of the change of session: rows beside last year's pupils; works without JavaScript."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from aanchal.access.roles import Role
from aanchal.people.models import ClassSection, Enrolment
from aanchal.registers.actions import confirm_promoted
from aanchal.registers.queries.promotions import classes_beside_last_year, left_of_last_year
from tests.factories import NAMES, NOW, a_class, an_actor, kin_of
from tests.registers.use_cases.test_change_of_session import (
    FULL,
    OTHERWISE,
    last_year,
    sent,
    waiting,
)
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    client = signed_in(Client(), person)
    client.person = person
    return client, children, held, reverse("register_session", args=[held.pk])


def test_the_page_shows_both_sides_with_reasons_and_nothing_chosen(page):
    client, _children, _held, address = page

    text = client.get(address).content.decode()

    assert "These 4 are the same children" in text
    assert "The name is spelled otherwise." in text
    assert OTHERWISE in text and NAMES[4] in text
    assert "checked" not in text


def test_one_press_says_the_certain_ones_and_leaves_the_doubtful(page):
    client, children, held, address = page
    shown = [p.pk for p in waiting(held) if p.raw["promoted"] == "name_equal"]

    answer = client.post(address, {"step": "certain", "problem": shown}, follow=True)

    assert "4 children were found again" in answer.content.decode()
    assert len(waiting(held)) == 1
    assert (
        Enrolment.objects.filter(
            child__in=children, class_section__year=2026, ends_on__isnull=True
        ).count()
        == 4
    )


def test_a_doubtful_row_is_answered_by_itself_and_never_without_an_answer(page):
    client, children, held, address = page
    problem = waiting(held)[-1]

    assert client.post(address, {"problem": problem.pk}).status_code == 400
    assert len(waiting(held)) == 5

    client.post(address, {"problem": problem.pk, "choice": children[4].pk})
    assert len(waiting(held)) == 4
    assert Enrolment.objects.filter(
        child=children[4], class_section__year=2026, ends_on__isnull=True
    ).exists()


def test_who_came_into_the_class_by_another_file_is_not_said_to_be_there_last_year(page):
    client, children, held, _address = page
    other = sent(children[0].enrolments.get().class_section, NAMES[:5], name="other.xlsx")
    alike = [p.pk for p in waiting(other) if p.raw["suggestions"][0] == str(children[4].pk)]
    confirm_promoted(an_actor(), register=other, problems=alike, at=NOW)

    text = client.get(reverse("register_session", args=[held.pk])).content.decode()

    assert ", who is in VII A by now" in text and "last year in VII A" not in text
    assert "Last year in VI A" in text and "Last year in VII A" not in text


def test_the_file_and_its_repair_lead_to_the_page(page):
    client, _children, held, address = page

    assert address in client.get(reverse("register_file", args=[held.pk])).content.decode()
    assert address in client.get(reverse("register_repair", args=[held.pk])).content.decode()


def test_a_larger_class_needs_no_more_queries():
    counts = []
    for pupils in (2, 6):
        section, _children = last_year(pupils)
        held = sent(section, NAMES[:pupils], name=f"{pupils}.xlsx")
        with CaptureQueriesContext(connection) as asked:
            [found] = classes_beside_last_year(an_actor(), held)
        assert len(found.certain) == pupils
        counts.append(len(asked))
    assert counts[0] == counts[1]


def left_on(client, address):
    """Name → what the page says of each who is not found yet."""
    text = client.get(address).content.decode()
    listed = text.partition('id="left"')[2]
    found = re.findall(r"<li><div>(?:\d+\. )?(.*?)<span.*?</div>(.*?)</li>", listed, re.S)
    return {strip_tags(name).strip(): strip_tags(said).strip() for name, said in found}


def test_each_of_the_old_class_who_is_not_found_yet_is_named_those_of_no_row_first(page):
    client, _children, _held, address = page

    left = left_on(client, address)

    assert list(left) == [NAMES[5], *NAMES[:5]]
    assert left[NAMES[5]] == "no row: asked after"
    assert left[NAMES[0]] == "a row may be this child"


def test_who_is_found_is_named_no_more_and_the_page_ends_when_all_are(page):
    client, children, held, address = page
    shown = [p.pk for p in waiting(held) if p.raw["promoted"] == "name_equal"]

    client.post(address, {"step": "certain", "problem": shown})
    assert list(left_on(client, address)) == [NAMES[5], NAMES[4]]

    client.post(address, {"problem": waiting(held)[-1].pk, "choice": "set_aside"})
    text = client.get(address).content.decode()
    assert left_on(client, address) == dict.fromkeys((NAMES[4], NAMES[5]), "no row: asked after")
    # No word that nothing waits stands beside children who are not found.
    assert "No row waits" not in text

    Enrolment.objects.filter(child__in=children[4:]).update(ends_on="2026-07-31", ended_by="moved")
    text = client.get(address).content.decode()
    assert 'id="left"' not in text and "No row waits" in text


def test_nobody_of_another_section_or_of_the_readers_own_family_is_named(page):
    client, children, _held, address = page
    school = children[0].enrolments.get().class_section.school
    b, _children = a_class(school, pupils=1, section="B")
    ClassSection.objects.filter(pk=b.pk).update(year=2025)

    assert len(left_on(client, address)) == 6

    kin_of(client.person, children[5])
    assert NAMES[5] not in left_on(client, address)


def test_naming_who_is_left_asks_no_more_queries_for_more_pupils():
    counts = []
    for pupils in (2, 6):
        section, _children = last_year(pupils)
        held = sent(section, NAMES[:1], name=f"left-{pupils}.xlsx")
        with CaptureQueriesContext(connection) as asked:
            left = left_of_last_year(an_actor(), held)
        assert len(left) == pupils
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_among_what_waits_for_repair_the_rows_stand_as_one_way_to_them(page):
    client, _children, held, address = page

    repair = client.get(reverse("register_repair", args=[held.pk]))
    file = client.get(reverse("register_file", args=[held.pk])).content.decode()

    assert not any(item["is_row"] for item in repair.context["items"])
    assert repair.context["last_year"] == 5
    assert repair.content.decode().count(f'href="{address}"') == 1
    assert file.count(f'href="{address}"') == 1
    # The one thing beside them is a code that is none.
    assert "Look at 1 thing<" in file


def test_where_marks_would_be_replaced_both_strips_are_seen_before_they_are():
    section, children = last_year()
    one = sent(section, NAMES[:1])
    other = sent(section, NAMES[:1], name="again.xlsx", first=FULL.replace("P", "A", 3))
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    for held in (one, other):
        answer = client.post(
            reverse("register_session", args=[held.pk]),
            {"problem": waiting(held)[0].pk, "choice": children[0].pk},
        )
    repair = reverse("register_repair", args=[other.pk])
    assert answer.url == repair

    [problem] = waiting(other)
    assert str(children[0].pk) in client.get(repair).content.decode()
    asked = client.post(repair, {"problem": problem.pk, "choice": children[0].pk})
    assert "What is in now" in asked.content.decode()
    client.post(repair, {"problem": problem.pk, "choice": children[0].pk, "overwrite": "yes"})
    assert not waiting(other)


def test_who_has_other_marks_already_is_looked_at_in_repair_and_no_press_leads_round():
    section, _children = last_year()
    one = sent(section, NAMES[:1])
    other = sent(section, NAMES[:1], name="again.xlsx", first=FULL.replace("P", "A", 3))
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    for held in (one, other):
        [row] = waiting(held)
        answer = client.post(
            reverse("register_session", args=[held.pk]), {"step": "certain", "problem": row.pk}
        )
    repair = reverse("register_repair", args=[other.pk])

    assert answer.url == repair
    shown = client.get(repair)
    assert "Look at both first." in shown.content.decode()
    assert [str(row.pk)] == [str(i["pk"]) for i in shown.context["items"] if i["is_row"]]
    file = client.get(reverse("register_file", args=[other.pk]))
    assert file.context["open_repairs"] == shown.context["count"]
    assert file.context["last_year"] == 0 and f'href="{repair}"' in file.content.decode()
