"""A scene that is put back is the scene that was made."""

import pytest

from aanchal.people.models import Child
from aanchal.places.models import Area
from tests import kept_scenes
from tests.security.stored import changed, stored
from tests.signing_in import an_area
from tests.two_districts import two_districts

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _begin_without_any(monkeypatch):
    monkeypatch.setattr(kept_scenes, "_kept", {})


def emptied(making):
    """What making leaves in the database and returns; the database is as before."""
    from django.db import transaction

    with transaction.atomic():
        made = making()
        rows = stored()
        child = made.records["child"]["own"]
        read = Child.objects.get(pk=child.pk)
        transaction.set_rollback(True)
    return made, rows, read


def test_every_row_is_there_again_and_every_sealed_value_opens():
    before = stored()
    made, rows, _read = emptied(two_districts)
    assert not changed(before, stored())
    again, rows_again, read = emptied(two_districts)

    assert changed(rows, rows_again) == []
    assert changed(before, rows_again)
    child, child_again = made.records["child"]["own"], again.records["child"]["own"]
    assert (child_again.pk, child_again.given_name) == (child.pk, child.given_name)
    assert read.given_name == child.given_name
    assert read.enrolments.model is not None


def test_what_a_test_does_to_a_record_the_next_one_does_not_see():
    first, _rows, _read = emptied(two_districts)
    second, _rows, _read = emptied(two_districts)
    second.records["child"]["own"].given_name = "Spoilt"
    third, _rows, _read = emptied(two_districts)

    assert third.records["child"]["own"].given_name == first.records["child"]["own"].given_name


def test_beside_other_rows_it_is_made_anew():
    """Its own places may be there already, and then it takes those."""
    emptied(two_districts)
    an_area("IN/S10/D206/B1851", name="Benipatti")

    office, _rows, _read = emptied(two_districts)

    assert office.schools["own"].area.path.startswith("IN/S10/D206/B1851/")
    assert Area.objects.get(path="IN/S10/D206/B1851").name == "Benipatti"
