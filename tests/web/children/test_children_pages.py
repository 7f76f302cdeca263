"""The children's pages: found by name in a form's body, lists that narrow, a file that tells all."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.people.models import Child
from aanchal.watch.actions import assign_visit, leave_house, record_visit
from aanchal.watch.models import Flag, Visit
from tests.audited import audited
from tests.factories import OTHER_BLOCK, OTHER_VILLAGE, VILLAGE, a_class, a_flag, a_page, kin_of
from tests.signing_in import a_person, a_school, acting, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return a_person(Role.COORDINATOR)


def codes(answer):
    return [row[1] for row in answer.context["rows"]]


def test_a_name_is_sent_in_the_body_and_stands_in_no_address_or_log(coordinator, caplog):
    _section, children = a_class(pupils=6)
    client = signed_in(Client(), coordinator)
    caplog.set_level(logging.DEBUG)

    answer = client.post(reverse("child_find"), {"text": "गुड़िया"})

    assert codes(answer)[0] == children[0].code
    assert answer["Cache-Control"] == "no-store"
    assert "गुड़िया" not in caplog.text and "Gudiya" not in caplog.text
    page = client.get(reverse("children")).content.decode()
    assert f'method="post" action="{reverse("child_find")}"' in page
    asked_by_address = client.get(reverse("child_find") + "?text=Gudiya").content.decode()
    assert "Gudiya" not in asked_by_address and children[0].code not in asked_by_address


def test_what_is_not_found_and_what_may_not_be_seen_is_one_answer(coordinator):
    a_class(a_school(OTHER_BLOCK), pupils=1)  # Gudiya, in another block
    _section, mine = a_class(pupils=1)
    mine[0].delete() if not mine[0].enrolments.exists() else kin_of(coordinator, mine[0])
    client = signed_in(Client(), coordinator)

    hidden = client.post(reverse("child_find"), {"text": "Gudiya Kumari"})
    absent = client.post(reverse("child_find"), {"text": "Zzyxa Qwertya"})

    assert not codes(hidden) and not codes(absent)
    same = words(absent).replace("Zzyxa Qwertya", "Gudiya Kumari")
    assert _without_nonce(words(hidden)) == _without_nonce(same)


def _without_nonce(page):
    import re

    return re.sub(r'nonce="[^"]*"', "", page)


def test_a_code_finds_in_any_case_and_nothing_typed_is_said_beside_the_field(coordinator):
    _section, children = a_class(pupils=6)
    client = signed_in(Client(), coordinator)

    assert codes(client.post(reverse("child_find"), {"text": "k3"})) == [children[2].code]
    empty = client.post(reverse("child_find"), {"text": " "})
    assert empty.status_code == 400
    assert "Write a name or a code." in empty.content.decode()


def test_the_audit_names_who_was_shown_and_none_of_those_only_looked_through(coordinator):
    a_class(pupils=12)
    client = signed_in(Client(), coordinator)

    answer = client.post(reverse("child_find"), {"text": "Gudiya Kumari"})

    shown = set(Child.objects.filter(code__in=codes(answer)).values_list("pk", flat=True))
    event = audited().get(verb="page.shown")
    assert 0 < len(shown) < 12
    assert set(event.shown) == {str(pk) for pk in shown}


def test_a_title_alone_is_answered_with_advice(coordinator):
    a_class(pupils=6)

    answer = signed_in(Client(), coordinator).post(reverse("child_find"), {"text": "Md."})

    assert "Write another part of the name too." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.TEACHER, Role.VOLUNTEER, Role.ADMINISTRATOR])
def test_who_sees_no_children_has_no_search(role):
    where = a_school(VILLAGE) if role == Role.TEACHER else VILLAGE
    person = a_person(role, where)

    answer = signed_in(Client(), person).post(reverse("child_find"), {"text": "Gudiya"})

    assert answer.status_code == 404


def test_the_list_is_narrowed_and_ordered_by_keys_in_the_address(coordinator):
    school = a_school(VILLAGE)
    six, sixes = a_class(school, grade="6", pupils=3)
    _seven, sevens = a_class(school, grade="7", pupils=2)
    _other, others = a_class(a_school(OTHER_VILLAGE), pupils=2)
    now = timezone.now()
    a_flag(sixes[2], six, raised_at=now - timedelta(days=9), channel="ordinary")
    a_flag(sixes[1], six, raised_at=now)
    a_flag(sixes[0], six, raised_at=now - timedelta(days=30), state="closed")
    client = signed_in(Client(), coordinator)

    def listed(**asked):
        return codes(client.get(reverse("children"), asked))

    def those(children):
        return [c.code for c in children]

    assert listed(school=school.pk) == those(sixes + sevens)
    assert listed(village=others[0].area_id) == those(others)
    assert listed(school=school.pk, grade="7") == those(sevens)
    assert listed(sort="waiting") == [sixes[1].code, sixes[2].code]
    assert listed(sort="newest")[0] in those(Child.objects.all())
    assert len(listed(school="no-school", sort="nothing")) == 7


def test_a_list_offers_no_place_of_others_and_hides_ones_own_kin(coordinator):
    a_class(pupils=2)
    _elsewhere, others = a_class(
        a_school("IN/S10/D207/B1900/P920/V921", name="Far School"), pupils=2
    )
    kin_of(coordinator, Child.objects.exclude(pk__in=[o.pk for o in others]).first())

    answer = signed_in(Client(), coordinator).get(reverse("children"))

    assert "Far School" not in answer.content.decode()
    assert len(codes(answer)) == 1
    asked = signed_in(Client(), coordinator).get(
        reverse("children"), {"village": others[0].area_id}
    )
    assert len(codes(asked)) == 1, "a village that is not hers counts as not asked"


def test_a_row_opens_the_childs_file_and_the_list_asks_few_queries(coordinator):
    client = signed_in(Client(), coordinator)

    def queries():
        client.get(reverse("children"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("children"))
        return len(seen)

    _section, children = a_class(pupils=2)
    few = queries()
    a_class(a_school(VILLAGE), pupils=12)
    page = client.get(reverse("children")).content.decode()

    assert f'href="{reverse("child", args=[children[0].pk])}"' in page
    assert queries() <= few + 0


# --- a child's file ---


@pytest.fixture
def asked_after(coordinator):
    """A girl with two ended questions and one open, visited ones among them."""
    section, children = a_class(pupils=3)
    girl = children[0]
    now = timezone.now()
    early = now - timedelta(days=90)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, name="Rekha Devi", starts_at=early)
    actor = acting(coordinator)
    day = timezone.localdate() - timedelta(days=3)
    for ago in (60, 30):
        flag = a_flag(
            girl, section, raised_at=now - timedelta(days=ago), signal_on=day - timedelta(ago)
        )
        visit = assign_visit(
            actor, flag=flag, volunteer=volunteer, at=now - timedelta(days=ago - 1)
        )
        hers = acting(volunteer)
        leave_house(hers, visit=visit, at=now - timedelta(days=ago - 2))
        record_visit(
            hers, visit=visit, kind="sick", whom_met="mother", child_seen=True,
            next_step="comes_back", note=f"told {ago} days ago",
            visited_on=timezone.localdate(now - timedelta(days=ago - 2)),
            at=now - timedelta(days=ago - 2),
        )  # fmt: skip
        Flag.objects.filter(pk=flag.pk).update(state=Flag.State.CLOSED)
    flag = a_flag(girl, section, raised_at=now - timedelta(days=2), signal_on=day)
    visit = assign_visit(actor, flag=flag, volunteer=volunteer, at=now)
    Visit.objects.filter(pk=visit.pk).update(due_at=now - timedelta(days=1))
    return girl, volunteer


def file_of(person, child):
    return signed_in(Client(), person).get(reverse("child", args=[child.pk]))


def test_a_file_says_who_acts_next_and_what_was_done_the_newest_first(coordinator, asked_after):
    girl, _volunteer = asked_after

    answer = file_of(coordinator, girl)
    page = answer.content.decode()

    assert answer.context["next"]["level"] == "now"
    assert "Rekha Devi has the visit. It was due on" in page
    assert (
        page.index("Who acts next") < page.index("Last school days") < page.index("What happened")
    )
    assert answer.context["cards"][0]["due"].startswith("due since")
    assert len(answer.context["cards"]) == 3
    assert page.index("told 30 days ago") < page.index("told 60 days ago")


def test_a_case_worker_sees_her_concerns_and_neither_questions_nor_findings(asked_after):
    girl, volunteer = asked_after
    worker = a_person(Role.CASE_WORKER)
    elsewhere = a_person(Role.CASE_WORKER, OTHER_BLOCK)
    concern = raise_concern(
        acting(volunteer), kind="missing", area=girl.area, child=girl, source_kind="person",
        source_id="1", at=timezone.now(),
    )  # fmt: skip

    page = file_of(worker, girl).content.decode()

    assert reverse("concern", args=[concern.pk]) in page
    assert "told 30 days ago" not in page and "What happened" not in page
    assert file_of(elsewhere, girl).status_code == 404


def test_a_coordinator_sees_no_concern_in_the_file_and_kin_see_no_file(coordinator, asked_after):
    girl, volunteer = asked_after
    concern = raise_concern(
        acting(volunteer), kind="missing", area=girl.area, child=girl, source_kind="person",
        source_id="1", at=timezone.now(),
    )  # fmt: skip

    assert str(concern.pk) not in file_of(coordinator, girl).content.decode()
    kin_of(coordinator, girl)
    assert file_of(coordinator, girl).status_code == 404


def test_others_of_the_household_stand_in_the_file_for_whom_they_may_be_seen(coordinator):
    _section, children = a_class(pupils=3)
    sister = children[1]
    sister.household = children[0].household
    sister.save()

    page = file_of(coordinator, children[0]).content.decode()

    assert reverse("child", args=[sister.pk]) in page
    assert children[2].code not in page


def test_a_strip_says_from_when_to_when_its_days_are(coordinator):
    section, children = a_class(pupils=3)
    a_page(section, children, ["PPPPPPPPPP", "AAAAAAAAAA", "PPPPPPPPPP"])

    page = file_of(coordinator, children[1]).content.decode()

    assert "July 1–10" in page
    assert "1 Jul 2026 to 10 Jul 2026." in page


def test_the_file_asks_the_same_number_of_queries_however_much_was_done(coordinator, asked_after):
    girl, volunteer = asked_after
    client = signed_in(Client(), coordinator)
    other = Child.objects.exclude(pk=girl.pk).first()
    a_flag(other, girl.enrolments.get().class_section)
    assign_visit(
        acting(coordinator), flag=other.flags.get(), volunteer=volunteer, at=timezone.now()
    )

    def queries(child):
        client.get(reverse("child", args=[child.pk]))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("child", args=[child.pk]))
        return len(seen)

    # One more for the findings that there are.
    assert queries(girl) <= queries(other) + 1


def test_the_file_asks_no_more_queries_where_two_went(coordinator, asked_after):
    girl, _volunteer = asked_after
    client, address = signed_in(Client(), coordinator), reverse("child", args=[girl.pk])

    def queries():
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address).content.decode()
        return len(seen), page

    alone, _page = queries()
    Visit.objects.filter(flag__child=girl).update(
        two_go=True, second=a_person(Role.VOLUNTEER, VILLAGE, name="Other One")
    )

    of_two, page = queries()
    assert "with Other One" in page and of_two == alone
