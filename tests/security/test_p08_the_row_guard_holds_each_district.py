"""Promise 8, on PostgreSQL: row-level security holds whatever a query forgot, probed with raw SQL."""

import os
import threading
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel import rowguard
from aanchal.kernel.audit import Event, refuse, verify
from aanchal.kernel.authz import Actor, Grant, Scope, system_actor
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.rotation import sealed_models
from aanchal.kernel.upkeep import check_audit
from aanchal.web.shell.middleware import RowGuard
from tests.audited import audited
from tests.conftest import database

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(database() != "postgres", reason="the row guard is PostgreSQL's"),
]
HERE, THERE = "D206", "D207"
# D20 begins like D206: a guard that compares beginnings would let it through.
LIKE_HERE = "D20"


def a_problem(district: str) -> ImportProblem:
    return ImportProblem.objects.create(
        district=district,
        area_path=f"IN/S10/{district}" if district else "",
        source_kind="guard",
        source_id="test",
        code="test",
        template="test",
        params={},
        key=district or "nowhere",
        found_at=timezone.now(),
    )


def an_actor(*paths: str, districts: frozenset[str] | None = None) -> Actor:
    grants = tuple(Grant(Role.COORDINATOR, area_path=p) for p in paths)
    return Actor("u", grants, districts=districts)


def seen() -> list[str]:
    """Districts of the rows that raw SQL with no filter finds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT district FROM kernel_importproblem WHERE source_kind = 'guard' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def rows() -> None:
    for district in (HERE, THERE, LIKE_HERE, ""):
        a_problem(district)


@pytest.mark.parametrize(
    ("actor", "found", "why"),
    [
        (Actor(""), [], "nobody is signed in"),
        (an_actor(), [], "no grant"),
        (an_actor("IN/S10/D206"), ["", HERE], "a district, and what stands nowhere yet"),
        (an_actor("IN/S10/D206/B1851/P1/V2"), ["", HERE], "a village stands in its district"),
        (an_actor("IN/S10/D206", "IN/S10/D207"), ["", HERE, THERE], "two districts"),
        (an_actor("IN/S10/D999"), [""], "a district without rows"),
        (
            an_actor("IN/S10", districts=frozenset({HERE})),
            ["", HERE],
            "a state, its districts named",
        ),
        (an_actor("IN"), ["", LIKE_HERE, HERE, THERE], "the whole country, and what has no place"),
        (an_actor(districts=frozenset({THERE})), ["", THERE], "a school, its district named"),
        (system_actor("watch"), ["", LIKE_HERE, HERE, THERE], "Aanchal itself"),
    ],
)
def test_an_actor_reaches_rows_of_her_districts_only(rows, actor, found, why):
    with rowguard.context(actor):
        assert seen() == sorted(found), why


def test_with_no_context_at_all_no_row_is_seen(rows):
    with rowguard.districts(""):
        assert seen() == []


def test_a_row_of_another_district_cannot_be_written(rows):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        with rowguard.context(an_actor("IN/S10/D206")):
            ImportProblem.objects.filter(district=HERE).delete()
            a_problem(THERE + "9")


def test_a_row_cannot_be_moved_into_another_district(rows):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        with rowguard.context(an_actor("IN/S10/D206")):
            ImportProblem.objects.filter(district=HERE).update(district=THERE)


def test_rows_of_another_district_cannot_be_changed_or_removed(rows):
    with rowguard.context(an_actor("IN/S10/D206")), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_importproblem SET code = 'bent'")
        cursor.execute("DELETE FROM kernel_importproblem WHERE district NOT IN ('', %s)", [HERE])

    assert seen() == ["", LIKE_HERE, HERE, THERE]
    assert list(
        ImportProblem.objects.filter(code="bent")
        .order_by("district")
        .values_list("district", flat=True)
    ) == ["", HERE]


def test_the_owner_of_the_tables_is_held_too(rows):
    with rowguard.districts(HERE), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        try:
            assert seen() == ["", HERE]
        finally:
            cursor.execute("SET ROLE aanchal_app")


def test_the_context_ends_with_its_block(rows):
    with rowguard.context(an_actor("IN/S10/D206")):
        with rowguard.context(an_actor("IN/S10/D207")):
            assert seen() == ["", THERE]
        assert seen() == ["", HERE]
    assert seen() == ["", LIKE_HERE, HERE, THERE]


def test_the_context_ends_when_the_block_fails(rows):
    with rowguard.context(an_actor("IN/S10/D206")):
        with pytest.raises(ValueError), rowguard.context(an_actor("IN/S10/D207")):
            raise ValueError
        assert seen() == ["", HERE]
        with pytest.raises(DatabaseError), transaction.atomic():
            with rowguard.context(an_actor("IN/S10/D207")), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        assert seen() == ["", HERE]


def test_an_audit_event_of_no_district_is_seen_by_aanchal_itself_only():
    check_audit(system_actor("operator"), at=timezone.now())
    assert audited().filter(district="").exists()

    with rowguard.context(an_actor("IN/S10/D206")):
        assert not audited().exists()


def test_a_refusal_is_written_into_the_chain_of_a_place_the_actor_cannot_see():
    elsewhere = Scope(area_path="IN/S10/D207", district=THERE)
    event = Event("u", "concern_view.refused", "", "", THERE, elsewhere.area_path, {})

    with rowguard.context(an_actor("IN/S10/D206")):
        refuse(event, at=timezone.now())
        assert not audited().exists()

    assert audited().get().district == THERE
    assert list(verify()) == []


# --- the guard stands everywhere ---


def test_every_table_with_a_district_is_guarded():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"""
        )
        guarded = {row[0] for row in cursor.fetchall()}

    assert set(rowguard.guarded_tables()) == guarded


def test_every_table_with_something_sealed_has_a_district_or_is_of_accounts():
    accounts = {"access.User", "access.Invitation", "access.Session", "access.KeptForm"}
    accounts |= {"kernel.CacheEntry"}

    without = {
        model._meta.label
        for model, _fields in sealed_models()
        if model._meta.db_table not in rowguard.guarded_tables()
    }

    assert without <= accounts


def test_the_site_acts_in_a_role_that_owns_nothing():
    found = rowguard.in_force()

    assert found.role == "aanchal_app"
    assert not (found.owns_tables or found.bypasses or found.may_alter_audit)
    assert found.unguarded == ()


@pytest.mark.parametrize(
    "order",
    [
        "ALTER TABLE kernel_importproblem DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE kernel_importproblem NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY aanchal_district ON kernel_importproblem",
        "CREATE POLICY open ON kernel_importproblem USING (true)",
        "CREATE TABLE copied AS SELECT 1",
        "TRUNCATE kernel_importproblem",
        "ALTER ROLE aanchal_app BYPASSRLS",
    ],
)
def test_the_site_cannot_take_the_guard_away(order):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order)


def test_guarding_again_changes_nothing():
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        try:
            assert rowguard.install() == []
        finally:
            cursor.execute("SET ROLE aanchal_app")


# --- a request ---


def test_a_request_is_held_to_its_actors_districts(rows):
    found = []

    def view(request):
        found.append(seen())
        return HttpResponse()

    RowGuard(view)(SimpleNamespace(actor=an_actor("IN/S10/D207")))

    assert found == [["", THERE]]


def test_a_request_that_ends_in_an_error_leaves_nothing_written(rows):
    def view(request):
        a_problem(THERE + "1")
        return HttpResponse(status=500)

    RowGuard(view)(SimpleNamespace(actor=an_actor("IN")))

    assert THERE + "1" not in seen()


# --- connections, not transactions ---


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_says_nothing_sees_nothing(rows):
    url = urlsplit(os.environ["AANCHAL_TEST_POSTGRES_URL"])
    url = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    with psycopg.connect(url) as fresh:
        for table in rowguard.guarded_tables():
            assert fresh.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,), table


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_not_see_each_others_rows(rows):
    found: dict[str, list[list[str]]] = {HERE: [], THERE: []}
    together = threading.Barrier(2)

    def ask(district: str) -> None:
        try:
            for _ in range(20):
                with rowguard.districts(district):
                    together.wait(timeout=20)
                    found[district].append(seen())
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[d]) for d in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {HERE: [["", HERE]] * 20, THERE: [["", THERE]] * 20}


@pytest.mark.django_db(transaction=True)
def test_after_its_transaction_a_connection_sees_no_more_than_before(rows, monkeypatch):
    connection.close()
    monkeypatch.setattr(rowguard, "_process_districts", "")
    try:
        assert seen() == []
        with rowguard.districts(HERE):
            assert seen() == ["", HERE]
        assert seen() == []
    finally:
        connection.close()
