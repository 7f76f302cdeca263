"""Promise 12: a sealed reference says to nobody without the keys what it points at."""

from uuid import UUID

import pytest
from django.core.exceptions import FieldError
from django.db import models
from django.test.utils import isolate_apps

from aanchal.kernel.fields import ReferenceTagField, Sealed, SealedReferenceField
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.sealing import reference_tag


@pytest.fixture
def pointer():
    with isolate_apps("aanchal.kernel"):

        class Pointer(models.Model):
            id = models.UUIDField(primary_key=True, default=new_random_id)
            district = models.CharField(max_length=16, default="D206")
            child = SealedReferenceField(to="people.Child")
            child_tag = ReferenceTagField(of="child")

            class Meta:
                app_label = "kernel"

        yield Pointer


def at_rest(row: models.Model) -> dict[str, object]:
    """What would be written of a row, column by column."""
    found = {}
    for field in row._meta.local_concrete_fields:
        value = field.pre_save(row, add=True)
        found[field.name] = value.data if isinstance(value, Sealed) else value
    return found


def test_neither_the_reference_nor_its_tag_holds_the_key_it_points_at(pointer):
    child = new_id()

    written = at_rest(pointer(child=child))

    for shape in (str(child).encode(), child.hex.encode(), child.bytes):
        assert shape not in written["child"]
        assert shape not in written["child_tag"].encode()


def test_a_row_is_found_by_the_tag_of_what_it_points_at(pointer):
    child = new_id()

    written = at_rest(pointer(child=str(child)))

    assert written["child_tag"] == reference_tag("kernel.Pointer.child", "D206", child)
    assert pointer._meta.get_field("child_tag").tag("D206", child) == written["child_tag"]


def test_a_tag_is_of_one_purpose_and_one_district():
    child = new_id()
    tags = {
        reference_tag("kernel.Pointer.child", "D206", child),
        reference_tag("kernel.Pointer.child", "D207", child),
        reference_tag("kernel.Other.child", "D206", child),
    }

    assert len(tags) == 3


def test_a_reference_to_nothing_looks_like_any_other_and_is_equal_to_none(pointer):
    nothing = [at_rest(pointer()) for _ in range(3)]
    something = at_rest(pointer(child=new_id()))

    assert len({row["child_tag"] for row in nothing}) == 3
    assert len({len(row["child"]) for row in [*nothing, something]}) == 1
    assert len({len(row["child_tag"]) for row in [*nothing, something]}) == 1


def test_a_reference_taken_away_takes_its_tag_along(pointer):
    row = pointer(child=new_id())
    before = at_rest(row)["child_tag"]
    row.child = ""

    assert at_rest(row)["child_tag"] != before


def test_a_person_and_a_part_of_the_system_are_equally_long(pointer):
    lengths = {
        len(at_rest(pointer(child=who))["child"])
        for who in ("", "system:concerns", new_id(), f"{new_id()}:{new_id()}"[:64])
    }

    assert len(lengths) == 1


def test_a_row_not_looked_at_keeps_its_tag(pointer):
    row = pointer(child=Sealed(b"unopened"), child_tag="as it was")

    assert pointer._meta.get_field("child_tag").pre_save(row, add=False) == "as it was"


def test_a_reference_cannot_be_searched_by_its_target(pointer):
    with pytest.raises(FieldError):
        pointer.objects.filter(child="x")


def test_a_random_key_tells_no_time():
    keys = [new_random_id() for _ in range(50)]

    assert {key.version for key in keys} == {4}
    assert keys != sorted(keys)
    assert all(isinstance(key, UUID) for key in keys)
