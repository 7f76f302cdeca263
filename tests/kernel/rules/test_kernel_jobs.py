"""What a job's payload may hold: ids and dates, never words that could be a name."""

from datetime import date, datetime
from uuid import UUID

import pytest

from aanchal.kernel import jobs

KEY = UUID("01939f2e-0000-7000-8000-000000000001")


def a_job(**options):
    def read_one(*, file: UUID, on: date | None, where: str, count: int) -> None:
        """Does nothing."""

    return jobs.Job("read_one", read_one, **options)


GOOD = {"file": KEY, "on": date(2026, 7, 1), "where": "D206", "count": 3}


def test_ids_come_back_as_they_went_in():
    assert jobs.unpack(a_job(), jobs.pack(a_job(), GOOD)) == GOOD


def test_an_optional_id_may_be_none():
    packed = jobs.pack(a_job(), {**GOOD, "on": None})

    assert jobs.unpack(a_job(), packed)["on"] is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("where", "Rekha Devi", "a name is no code"),
        ("where", "rekha1", "small letters are no code"),
        ("where", "REKHA", "capitals without a digit may be a name"),
        ("where", "রেখা ১", "nor in another script"),
        ("where", "D206\n", "a code ends where it ends"),
        ("file", str(KEY), "the text of a key is not a key"),
        ("on", datetime(2026, 7, 1, 9), "a moment is not a day"),
        ("count", True, "yes is not a number"),
        ("count", None, "only what says so may be none"),
        ("file", {"name": "x"}, "a record is not an id"),
    ],
)
def test_a_payload_that_is_not_ids_is_refused(name, value, why):
    with pytest.raises((TypeError, ValueError)):
        jobs.pack(a_job(), {**GOOD, name: value})


@pytest.mark.parametrize("where", ["D206", "IN", "IN/S10/D206/B1851/VU100501001", "2026-07"])
def test_codes_and_area_paths_are_ids(where):
    assert jobs.pack(a_job(), {**GOOD, "where": where})["where"] == where


def test_a_missing_or_unknown_id_is_refused_when_asked_for():
    with pytest.raises(TypeError):
        jobs.pack(a_job(), {"file": KEY})
    with pytest.raises(TypeError):
        jobs.pack(a_job(), {**GOOD, "name": "D206"})


def test_a_job_that_takes_anything_but_ids_cannot_be_registered():
    with pytest.raises(TypeError):

        @jobs.job(name="takes_a_dict")
        def takes_a_dict(*, child: dict) -> None:
            """Would carry a name."""

    assert "takes_a_dict" not in jobs.REGISTRY
