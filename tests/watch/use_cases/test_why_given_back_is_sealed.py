"""Why a visit was given back stands nowhere in the open, and the lists that ask for it do not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.notices.queries.inbox import inbox
from aanchal.watch.actions import hand_back_visit, leave_pair, say_will_go
from aanchal.watch.models import Visit
from aanchal.watch.queries.flags import overdue_visits, volunteers_for
from aanchal.watch.queries.hands import my_pairs
from tests.factories import NOW, a_class, a_flag, an_actor
from tests.signing_in import a_person
from tests.watch.use_cases.test_visits import APRIL, a_volunteer, acting

pytestmark = pytest.mark.django_db
REASONS = ("unsafe", "kin", "cannot_go")


def sent(flag, first, second=None, **given):
    from aanchal.watch.actions import assign_visit

    return assign_visit(an_actor(), flag=flag, volunteer=first, second=second, at=NOW, **given)


def a_question(grade="6"):
    section, [child] = a_class(grade=grade, pupils=1)
    return a_flag(child, section)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM watch_visit ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_no_row_says_why_it_was_given_back_nor_by_its_length():
    for grade, because in zip("678", REASONS, strict=True):
        her = a_volunteer()
        hand_back_visit(acting(her), visit=sent(a_question(grade), her), because=because, at=NOW)
    first, second = a_volunteer(), a_volunteer()
    pair = sent(a_question("9"), first, second)
    leave_pair(acting(second), visit=pair, because="unsafe", at=NOW)
    say_will_go(acting(second), visit=Visit.objects.get(pk=pair.pk), will_go=True, at=NOW)

    held = rows()

    assert len(held) == 4
    lengths = {len(bytes(row["back"])) for row in held}
    assert len(lengths) == 1, "none is told from another by its length"
    for row in held:
        said = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row.values())
        assert not any(word in said for word in (*REASONS, "second_left"))
        assert "will_go_at" not in row
    assert {v.handed_back_because for v in Visit.objects.all()} == {*REASONS, "second"}
    assert Visit.objects.get(pk=pair.pk).will_go_at == NOW


def test_one_that_is_not_given_back_is_as_long():
    her = a_volunteer()
    sent(a_question(), her)
    hand_back_visit(acting(her), visit=sent(a_question("7"), her), because="unsafe", at=NOW)

    assert len({len(bytes(row["back"])) for row in rows()}) == 1


def test_the_queries_do_not_grow_with_what_was_given_back():
    coordinator = acting(a_person(Role.COORDINATOR, "IN/S10/D206", starts_at=APRIL))
    her = a_volunteer()
    flag = a_question()

    def count(ask):
        with CaptureQueriesContext(connection) as caught:
            ask()
        return len(caught)

    asks = [
        lambda: list(overdue_visits(coordinator, at=NOW)),
        lambda: volunteers_for(flag, at=NOW),
        lambda: my_pairs(acting(her), since=NOW),
        lambda: inbox(coordinator, at=NOW),
    ]

    def not_safe(grade):
        """A question whose house was not safe for her, and to which two others are sent."""
        given_back = a_question(grade)
        hand_back_visit(acting(her), visit=sent(given_back, her), because="unsafe", at=NOW)
        sent(given_back, a_volunteer(), a_volunteer())

    not_safe("7")
    before = [count(ask) for ask in asks]
    for grade in "89":
        not_safe(grade)

    assert [count(ask) for ask in asks] == before
