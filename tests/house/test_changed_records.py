"""A use case asks about every record that it changes, the one it takes from included."""

from contextlib import suppress

import pytest
from django.db import connection

from aanchal.kernel.actions import USE_CASES
from aanchal.kernel.errors import DomainError
from tests.house.changed_records import ONE_RECORD, SCENES
from tests.house.test_use_cases import MODULES

assert MODULES  # every module that may hold use cases is read


@pytest.mark.parametrize("name", USE_CASES)
def test_each_use_case_says_which_records_it_changes(name):
    assert (name in SCENES) != (name in ONE_RECORD), (
        f"List {name} in tests/house/changed_records.py: in ONE_RECORD when it changes nothing but "
        "the record it asks about, else with a scene in SCENES."
    )


def test_nothing_is_listed_that_is_gone():
    assert (set(SCENES) | ONE_RECORD) <= set(USE_CASES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SCENES)
def test_who_may_touch_the_destination_only_changes_nothing_of_the_source(name):
    call, source = SCENES[name]()
    before = [_row(record) for record in source]

    with suppress(DomainError):
        call()

    assert [_row(record) for record in source] == before


def _row(record):
    """All that the database holds of a record, sealed values as they lie there; None when gone."""
    meta = record._meta
    key = meta.pk.get_db_prep_value(record.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s', [key])
        return cursor.fetchone()
