"""The comparison by which other tests show that nothing was written: it sees every writing."""

import pytest
from django.db import transaction

from aanchal.places.models import Area
from tests.security.stored import changed, stored
from tests.signing_in import an_area

pytestmark = pytest.mark.django_db


def test_a_row_made_changed_or_taken_away_is_seen_and_nothing_else():
    area = an_area("IN/S10")
    first = stored()
    assert changed(first, stored()) == []

    Area.objects.filter(pk=area.pk).update(name="Another name")
    second = stored()
    assert changed(first, second) == ["places_area"]
    Area.objects.filter(pk=area.pk).update(name=area.name)
    assert changed(first, stored()) == []

    more = Area.objects.create(path="IN/S11", level="state", name="More", parent=area.parent)
    assert changed(first, stored()) == ["places_area"]
    more.delete()
    assert changed(first, stored()) == []
    Area.objects.filter(pk=area.pk).delete()
    assert changed(first, stored()) == ["places_area"]


def test_what_was_undone_is_as_before_and_what_follows_is_seen():
    area = an_area("IN/S10")
    first = stored()

    with transaction.atomic():
        Area.objects.filter(pk=area.pk).update(name="Another name")
        inside = stored()
        transaction.set_rollback(True)
    after = stored()
    Area.objects.filter(pk=area.pk).update(name="A third name")

    assert changed(first, inside) == ["places_area"]
    assert changed(first, after) == []
    assert changed(first, stored()) == ["places_area"]
    assert changed(inside, stored()) == ["places_area"]
