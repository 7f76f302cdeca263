"""Keys and moments read from the embedded database are those that Django itself would make."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper
from hypothesis import given
from hypothesis import strategies as st

from aanchal.kernel.sqlite.operations import Operations

# Django's module of operations cannot be imported first: it and its base import each other.
DatabaseOperations = DatabaseWrapper.ops_class
INDIA = timezone(timedelta(hours=5, minutes=30))


def both(zone=UTC):
    connection = SimpleNamespace(timezone=zone)
    return Operations(connection), DatabaseOperations(connection)


@given(st.uuids())
def test_a_key_is_the_one_that_was_stored(key):
    ours, _django = both()

    read = ours.convert_uuidfield_value(key.hex, None, None)

    assert (type(read), read, hash(read), str(read)) == (UUID, key, hash(key), str(key))
    assert (read.is_safe, pickle.loads(pickle.dumps(read))) == (key.is_safe, key)


@pytest.mark.parametrize("stored", [None, "01a2251d-535f-77a7-9ea6-a17c7e29389e"])
def test_what_is_stored_otherwise_is_read_as_before(stored):
    ours, django = both()

    assert ours.convert_uuidfield_value(stored, None, None) == django.convert_uuidfield_value(
        stored, None, None
    )


@pytest.mark.parametrize("zone", [UTC, INDIA])
@pytest.mark.parametrize(
    "stored",
    [
        None,
        "2026-11-29 02:23:49.394562",
        datetime(2026, 11, 29, 2, 23, 49, 394562),
        datetime(2026, 11, 29, 2, 23, tzinfo=INDIA),
    ],
)
def test_a_moment_is_the_one_that_was_stored(stored, zone):
    ours, django = both(zone)

    read = ours.convert_datetimefield_value(stored, None, None)

    wanted = django.convert_datetimefield_value(stored, None, None)
    assert read == wanted
    assert read is None or read.utcoffset() == wanted.utcoffset()
