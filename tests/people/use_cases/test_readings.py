"""Reading is counted, pointed at, looked over by the supervisor; a look is itself written down."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel import audit
from aanchal.kernel.authz import Actor, system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.people.actions import answer_reading, count_readings, open_readings
from aanchal.people.health import readings_looked_over
from aanchal.people.models import ReadingDay
from aanchal.people.readings import readers_under, readings, without_supervisor
from tests.audited import audited
from tests.signing_in import a_grant, a_person, acting, signed_in
from tests.two_districts import BLOCK, OTHER_BLOCK, two_districts

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return two_districts()


def was_shown(user, children, *, back: int = 1, page: str = "class") -> None:
    at = timezone.now() - timedelta(days=back)
    event = audit.Event(
        str(user.pk), "page.shown", "", "", "D206", "", {"page": page},
        shown=tuple(str(getattr(c, "pk", c)) for c in children),
    )  # fmt: skip
    with transaction.atomic():
        audit.write_events([event], at=at)


def strangers(n: int) -> list[str]:
    from aanchal.kernel.ids import new_id

    return [str(new_id()) for _ in range(n)]


def yesterday():
    return timezone.localdate() - timedelta(days=1)


def count() -> int:
    return count_readings(system_actor("upkeep"), on=yesterday(), at=timezone.now())


def test_ten_children_outside_her_own_work_are_pointed_at(office):
    was_shown(office.people["teacher"], strangers(10))

    assert count() == 1

    day = ReadingDay.objects.get()
    assert day.reader == str(office.people["teacher"].pk)
    assert day.counts["why"] == ["outside_work"]
    assert audited().get(verb="readings.counted").changes["unusual"] == 1


def test_children_of_her_own_class_are_her_work(office):
    own = office.records["child"]["own"]
    was_shown(office.people["teacher"], [own, *strangers(9)])

    assert count() == 0
    assert ReadingDay.objects.get().counts["outside"] == 9


def test_a_day_is_counted_once_and_only_for_people(office):
    was_shown(office.people["teacher"], strangers(3))
    was_shown(office.people["teacher"], strangers(2))
    with transaction.atomic():
        audit.write_events(
            [audit.Event("system:watch", "page.shown", "", "", "D206", "", {"page": "x"})],
            at=timezone.now() - timedelta(days=1),
        )

    count()
    count()

    assert ReadingDay.objects.get().counts["children"] == 5
    assert ReadingDay.objects.get().counts["pages"] == 2


def test_no_number_tells_that_somebody_told_of_a_concern(office):
    """Whoever looks over her sees the other pages one by one, and could subtract."""
    was_shown(office.people["teacher"], strangers(10))
    was_shown(office.people["teacher"], strangers(1), page="concern_new")

    count()

    counts = ReadingDay.objects.get().counts
    assert (counts["pages"], counts["children"]) == (1, 10)


def test_counting_needs_the_right(office):
    with pytest.raises(NotAllowed):
        count_readings(Actor("u"), on=yesterday(), at=timezone.now())
    assert not ReadingDay.objects.exists()


def test_she_sees_volunteers_and_teachers_of_her_area_and_nobody_else(office):
    names = {
        u.display_name
        for u in readers_under(acting(office.people["coordinator"]), at=timezone.now())
    }

    assert {"Worker Vol", "Worker Tea", "Worker Hea", "Other Vol"} <= names
    assert not names & {"Worker Coo", "Worker Cas", "Other Cas", "Worker Adm", "Far Vol"}
    above = a_person(Role.COORDINATOR, "IN/S10/D206")
    assert office.people["coordinator"] in readers_under(acting(above), at=timezone.now())
    assert not readers_under(acting(office.people["administrator"]), at=timezone.now()).exists()


def test_coordinators_of_one_area_look_over_each_other_and_never_over_themselves(office):
    one = office.people["coordinator"]
    peer = a_person(Role.COORDINATOR, BLOCK)
    below = a_person(Role.COORDINATOR, BLOCK + "/P1")

    assert peer in readers_under(acting(one), at=timezone.now())
    assert one in readers_under(acting(peer), at=timezone.now())
    assert below in readers_under(acting(one), at=timezone.now())
    assert one not in readers_under(acting(one), at=timezone.now())
    assert not set(readers_under(acting(below), at=timezone.now())) & {one, peer}


def test_case_workers_are_looked_over_by_case_workers_without_children(office):
    one, child = office.people["case_worker"], office.records["child"]["own"]
    peer = a_person(Role.CASE_WORKER, BLOCK)
    above = a_person(Role.CASE_WORKER, "IN/S10/D206")
    elsewhere = a_person(Role.CASE_WORKER, OTHER_BLOCK)
    both = a_person(Role.COORDINATOR, BLOCK)
    a_grant(both, Role.CASE_WORKER, BLOCK)
    was_shown(one, [child], back=0, page="child")

    for who in (peer, above):
        over = set(readers_under(acting(who), at=timezone.now()))
        assert one in over and both in over and who not in over
        assert office.people["volunteer"] not in over
    assert one not in readers_under(acting(elsewhere), at=timezone.now())
    assert both not in readers_under(acting(office.people["coordinator"]), at=timezone.now())
    client = signed_in(Client(), peer)
    page = client.get(reverse("readings")).content.decode()
    assert one.get_full_name() in page and "1 you may not see" in page
    assert child.code not in page
    by_child = client.get(reverse("readings"), {"code": child.code})
    assert not by_child.context["rows"]


def test_the_doctor_names_roles_and_places_that_nobody_looks_over():
    now = timezone.now() + timedelta(minutes=5)
    alone = a_person(Role.COORDINATOR, BLOCK, name="Qz Only")
    a_person(Role.ADMINISTRATOR, BLOCK)
    a_person(Role.TEACHER, BLOCK)
    a_person(Role.CASE_WORKER, BLOCK)
    assert without_supervisor(at=now) == [("case_worker", BLOCK), ("coordinator", BLOCK)]

    [check] = readings_looked_over(now)

    assert "Coordinator, Place B1851" in check.says and "Case worker, Place B1851" in check.says
    assert "Qz Only" not in check.says and check.do
    a_person(Role.COORDINATOR, "IN/S10/D206")
    a_grant(alone, Role.CASE_WORKER, BLOCK)
    # Above them now stands one whom nobody looks over.
    assert without_supervisor(at=now) == [("coordinator", "IN/S10/D206")]
    a_person(Role.COORDINATOR, "IN/S10/D206")
    assert not list(readings_looked_over(now))


def test_what_was_read_of_concerns_is_not_to_be_learnt_here(office):
    own = office.records["child"]["own"]
    was_shown(office.people["volunteer"], [own], back=0, page="concern_new")
    was_shown(office.people["volunteer"], [own], back=0, page="visit")
    coordinator = acting(office.people["coordinator"])

    found = readings(
        coordinator, days=[timezone.localdate()], users=list(readers_under(coordinator, at=timezone.now()))
    )  # fmt: skip

    assert [r.page for r in found] == ["visit"]


def test_an_opened_page_of_readings_is_itself_written_down_in_one_event(office):
    own = office.records["child"]["own"]
    was_shown(office.people["teacher"], [own, office.records["child"]["kin"]], back=0)
    client = signed_in(Client(), office.people["coordinator"])

    page = client.get(reverse("readings")).content.decode()

    assert own.code in page
    assert office.records["child"]["kin"].code not in page, "she is kin of this child"
    assert "1 you may not see" in page
    assert own.given_name.split()[0] not in page
    hers = audited().filter(actor_id=str(office.people["coordinator"].pk))
    assert [(e.verb, e.shown) for e in hers if e.verb != "person.signed_in"] == [
        ("readings.opened", [str(own.pk)])
    ]


def test_it_is_narrowed_by_person_child_and_period(office):
    own, sibling = office.records["child"]["own"], office.records["child"]["sibling"]
    was_shown(office.people["teacher"], [own], back=0)
    was_shown(office.people["head"], [sibling], back=3)
    client = signed_in(Client(), office.people["coordinator"])

    def rows(**asked) -> set[str]:
        page = client.get(reverse("readings"), asked).content.decode()
        return {c.code for c in (own, sibling) if f">{c.code}<" in page}

    assert rows() == {own.code, sibling.code}
    assert rows(days="1") == {own.code}
    assert rows(person=str(office.people["head"].pk)) == {sibling.code}
    assert rows(code=own.code.lower()) == {own.code}
    assert rows(code="K-77777") == set()


def test_the_administrator_sees_numbers_and_no_child(office):
    own = office.records["child"]["own"]
    was_shown(office.people["teacher"], [own, *strangers(11)])
    count()
    client = signed_in(Client(), office.people["administrator"])

    page = client.get(reverse("reading_counts")).content.decode()

    assert "Worker Tea" in page
    assert own.code not in page
    assert client.get(reverse("readings")).status_code == 404


def test_a_look_is_written_down_and_tells_her_nothing(office):
    was_shown(office.people["teacher"], strangers(12))
    count()
    day = ReadingDay.objects.get()
    client = signed_in(Client(), office.people["coordinator"])
    assert "1 day to look at" in client.get(reverse("readings")).content.decode()

    client.post(reverse("readings"), {"day": str(day.pk), "answer": "asked"})

    day.refresh_from_db()
    assert day.answer["is"] == "asked"
    assert day.answer["by"] == str(office.people["coordinator"].pk)
    assert audited().get(verb="reading.answered").changes == {"answer": "asked"}
    assert "to look at" not in client.get(reverse("readings")).content.decode()
    hers = signed_in(Client(), office.people["teacher"]).get(reverse("classes"))
    assert "unusual" not in hers.content.decode().lower()


def test_only_her_supervisor_answers_and_never_about_herself(office):
    was_shown(office.people["teacher"], strangers(12))
    was_shown(office.people["coordinator"], strangers(12))
    count()
    by = {d.reader: d for d in ReadingDay.objects.all()}
    of_teacher = by[str(office.people["teacher"].pk)]
    of_coordinator = by[str(office.people["coordinator"].pk)]
    elsewhere = a_person(Role.COORDINATOR, OTHER_BLOCK)

    for who, day in (
        (elsewhere, of_teacher),
        (office.people["administrator"], of_teacher),
        (office.people["coordinator"], of_coordinator),
    ):
        with pytest.raises(NotAllowed):
            answer_reading(acting(who), day=day, answer="in_order", at=timezone.now())
    assert not any(d.answer for d in ReadingDay.objects.all())


def test_an_answer_is_one_of_two_and_only_of_a_day_that_was_pointed_at(office):
    was_shown(office.people["teacher"], strangers(12))
    was_shown(office.people["head"], strangers(2))
    count()
    coordinator = acting(office.people["coordinator"])
    by = {d.reader: d for d in ReadingDay.objects.all()}

    with pytest.raises(Invalid):
        answer_reading(
            coordinator, day=by[str(office.people["teacher"].pk)], answer="x", at=timezone.now()
        )
    with pytest.raises(WrongState):
        answer_reading(
            coordinator, day=by[str(office.people["head"].pk)], answer="asked", at=timezone.now()
        )


def test_looking_over_needs_the_right():
    with pytest.raises(NotAllowed):
        open_readings(Actor("u"), user=None, child=None, days=7, shown=[])


def test_the_page_asks_the_database_the_same_number_of_times_however_much_was_read(office):
    client = signed_in(Client(), office.people["coordinator"])

    def asked(times):
        for _time in range(times):
            was_shown(office.people["teacher"], [office.records["child"]["own"]], back=0)
        client.get(reverse("readings"))  # what is kept for a minute is kept from here on
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("readings"))
        return len(queries)

    assert asked(1) == asked(30)
