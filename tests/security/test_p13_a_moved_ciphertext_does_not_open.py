"""Promise 13: a ciphertext moved to another row or field does not decrypt; nor does an altered one."""

from io import BytesIO

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.utils import timezone

from aanchal.kernel.fields import Sealed
from aanchal.kernel.files import CHUNK_BYTES, keep_file, path_of, read_file
from aanchal.kernel.models import ImportProblem, StoredFile
from aanchal.kernel.sealing import Tampered, opener, seal, unseal
from tests.security.sealed_rows import a_row_everywhere, sealed_values

pytestmark = pytest.mark.django_db


def a_problem(told: str, key: str) -> ImportProblem:
    return ImportProblem.objects.create(
        district="D206",
        area_path="IN/S10/D206",
        source_kind="test",
        source_id="test",
        code="test",
        template="test",
        params={"told": told},
        raw={"row": told},
        key=key,
        found_at=timezone.now(),
    )


def stored(field: str, row: ImportProblem) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM kernel_importproblem WHERE key = %s", [row.key])
        return bytes(cursor.fetchone()[0])


def put(field: str, row: ImportProblem, data: bytes) -> ImportProblem:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE kernel_importproblem SET {field} = %s WHERE key = %s", [data, row.key]
        )
    return ImportProblem.objects.get(pk=row.pk)


def test_a_value_moved_to_another_row_does_not_open():
    one, other = a_problem("one", "1"), a_problem("other", "2")

    moved = put("raw", other, stored("raw", one))

    with pytest.raises(Tampered):
        assert moved.raw


def test_values_that_are_opened_by_the_list_open_in_their_own_rows_only():
    place = "people.Child.given_name|"
    one, other = (seal(name.encode(), place=f"{place}{key}") for key, name in enumerate(("A", "B")))
    opened = opener(place)

    assert [opened(0, one), opened(1, other)] == [b"A", b"B"]
    for key, wrong in ((0, other), (1, one), (0, one[:-1] + b"x"), (0, one[:20]), (0, b"")):
        with pytest.raises(Tampered):
            opened(key, wrong)
    with pytest.raises(Tampered):
        opener("people.Child.family_name|")(0, one)


def test_a_value_moved_to_another_field_of_the_same_row_does_not_open():
    row = a_problem("one", "1")

    moved = put("params", row, stored("raw", row))

    with pytest.raises(Tampered):
        assert moved.params


@pytest.mark.parametrize("place", [0, 1, 3, 14, 15, 40, -1], ids=lambda p: f"byte {p}")
def test_a_value_altered_in_any_part_does_not_open(place):
    row = a_problem("one", "1")
    data = bytearray(stored("raw", row))
    data[place] ^= 1

    altered = put("raw", row, bytes(data))

    with pytest.raises(Exception) as refused:
        assert altered.raw
    assert refused.type.__name__ in ("Tampered", "Locked")


@pytest.mark.parametrize("data", [b"", b"\x01", b"plain text that was put there by hand"])
def test_what_is_no_sealed_value_does_not_open(data):
    row = put("raw", a_problem("one", "1"), data)

    with pytest.raises(Tampered):
        assert row.raw


def test_the_length_of_a_short_text_is_hidden():
    place = "people.Child.given_name|1"

    lengths = {len(seal(name.encode(), place=place)) for name in ("Om", "Rekha", "Mst. Nurjahan")}

    assert len(lengths) == 1


def test_the_same_text_never_looks_the_same_twice():
    assert seal(b"Rekha", place="a|1") != seal(b"Rekha", place="a|1")


def test_a_field_of_one_purpose_does_not_open_for_another():
    sealed = seal(b"x", place="a|1", purpose="file")

    with pytest.raises(Tampered):
        unseal(sealed, place="a|1", purpose="field")


def test_every_sealed_field_of_every_table_opens_in_its_own_row_only():
    for row in a_row_everywhere():
        held = type(row)._base_manager.get(pk=row.pk)
        for name, opened, told in sealed_values(held):
            assert opened == told, f"{row._meta.label}.{name}"


# --- the ways around the instance ---


def test_values_hand_out_nothing_that_can_be_read():
    a_problem("Canary Kumari", "1")

    held = ImportProblem.objects.values_list("raw", flat=True).get()

    assert isinstance(held, Sealed)
    assert "Canary" not in f"{held!r} {held}"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: ImportProblem.objects.update(raw={"told": "plain"}),
        lambda: ImportProblem.objects.filter(raw={"told": "x"}).first(),
        lambda: ImportProblem.objects.filter(raw__contains="x").first(),
        lambda: ImportProblem.objects.bulk_update(
            [_with(ImportProblem.objects.get(), raw={"told": "plain"})], ["raw"]
        ),
    ],
    ids=["update", "filter", "contains", "bulk_update"],
)
def test_what_does_not_know_the_row_is_refused(attempt):
    a_problem("one", "1")

    with pytest.raises(FieldError), transaction.atomic():
        attempt()

    assert ImportProblem.objects.get().raw == {"row": "one"}


def _with(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return row


# --- files ---


def a_file(content: bytes) -> StoredFile:
    return keep_file(
        BytesIO(content),
        name="register.csv",
        media_type="text/csv",
        purpose="test",
        district="D206",
        kept_by="test",
        kept_at=timezone.now(),
        max_bytes=10_000_000,
    )


def pieces(file: StoredFile) -> list[bytes]:
    data, found = path_of(file).read_bytes(), []
    while data:
        length = 4 + int.from_bytes(data[:4], "big")
        found.append(data[:length])
        data = data[length:]
    return found


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 700_000])
def test_a_file_comes_back_as_it_was(size):
    content = bytes(i % 251 for i in range(size))

    assert read_file(a_file(content)) == content


@pytest.mark.parametrize(
    ("bend", "why"),
    [
        (lambda p: p[:-1], "the end is cut off"),
        (lambda p: [p[1], p[0], p[2]], "two pieces changed places"),
        (lambda p: [p[0], p[0], p[2]], "one piece stands for another"),
        (lambda p: [], "nothing is left"),
        (lambda p: [p[0], p[1], p[2][:-1] + bytes([p[2][-1] ^ 1])], "one bit is other"),
        (lambda p: [*p, p[2]], "something was added"),
    ],
)
def test_a_file_that_was_bent_does_not_open(bend, why):
    file = a_file(b"x" * (CHUNK_BYTES * 2 + 5))
    path_of(file).write_bytes(b"".join(bend(pieces(file))))

    with pytest.raises(Tampered):
        read_file(file)


def test_the_file_of_another_record_does_not_open():
    one, other = a_file(b"one"), a_file(b"other")
    path_of(other).write_bytes(path_of(one).read_bytes())

    with pytest.raises(Tampered):
        read_file(other)
