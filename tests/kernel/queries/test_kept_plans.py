"""PostgreSQL keeps the plans of what is asked often: the same answers, and the row guard holds."""

from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from aanchal.kernel import rowguard
from aanchal.kernel.models import ImportProblem
from tests.conftest import database

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(database() != "postgres", reason="the embedded database keeps no plans"),
]
DISTRICTS = ("D301", "D302")


def problem(district: str) -> ImportProblem:
    return ImportProblem(
        district=district,
        area_path=f"IN/S10/{district}",
        source_kind="plans",
        source_id="test",
        code="test",
        template="test",
        params={},
        key=uuid4().hex,
        found_at=timezone.now(),
    )


def seen() -> list[str]:
    return list(
        ImportProblem.objects.filter(source_kind="plans").values_list("district", flat=True)
    )


def kept_plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%importproblem%'"
        )
        return int(cursor.fetchone()[0])


def test_the_row_guard_holds_for_a_plan_that_is_kept():
    ImportProblem.objects.bulk_create(map(problem, DISTRICTS))
    for _turn in range(12):
        for district in DISTRICTS:
            with rowguard.districts(district):
                assert seen() == [district]
        with rowguard.districts(""):
            assert seen() == []
    assert kept_plans() > 0


def test_more_values_than_the_server_takes_go_through():
    keys = [uuid4().hex for _ in range(70_000)]
    with rowguard.everywhere():
        held = problem(DISTRICTS[0])
        held.save()
        keys[-1] = held.key
        found = ImportProblem.objects.filter(key__in=keys, source_kind="plans")
        assert [row.pk for row in found] == [held.pk]
        made = ImportProblem.objects.bulk_create([problem(DISTRICTS[1]) for _ in range(7_000)])
        assert len(made) == 7_000
        assert ImportProblem.objects.filter(district=DISTRICTS[1]).count() == 7_000
