"""Promise 23: zip bombs, paths that climb, wrong magic: refused, or left unread. No picture is taken in.

The bombs themselves stand in `hostile_files`; module 22 holds that each is refused with memory flat.
Aanchal keeps no picture and reads no position from one: a photograph of a register is refused.
"""

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from aanchal.lib.tabular.problems import Unreadable
from aanchal.registers.formats.problems import Hints
from aanchal.registers.parsing import parse_registers
from tests.registers.formats import register_samples as samples
from tests.registers.formats.reading import GOOD, XLSX
from tests.security.hostile_files import workbook

TODAY = date(2026, 11, 22)
# The least each of these needs to be known for what it is, with a position in the second.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40
PHOTO = b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00MM\x00*GPS 24.36N 85.53E" + b"\x00" * 40


def parse(data: bytes, name: str = "register.xlsx") -> list:
    return list(parse_registers(io.BytesIO(data), filename=name, hints=Hints(), today=TODAY))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (JPEG, "a picture"),
        (PHOTO, "a photograph with a position"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 60, "a picture"),
        (b"%PDF-1.7\n" + b"x" * 60, "a PDF"),
        (b"MZ" + bytes(range(256)) * 4, "a program"),
        (b"\x7fELF" + bytes(range(256)) * 4, "a program"),
        (b"\x1f\x8b\x08" + b"\x00" * 60, "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c" + b"\x00" * 60, "a 7z archive"),
        (b"Rar!\x1a\x07\x00" + b"\x00" * 60, "a RAR archive"),
        (b"SQLite format 3\x00" + b"\x00" * 60, "a database"),
    ],
)
@pytest.mark.parametrize("name", ["register.xlsx", "register.csv", "register.ods"])
def test_what_a_file_is_its_bytes_say_and_not_its_name(data, why, name):
    with pytest.raises(Unreadable):
        parse(data, name)


def test_a_register_under_any_name_is_read():
    assert parse(XLSX, "photo.jpg")[0].pupils
    assert parse(samples.as_csv(GOOD), "register.xlsx")[0].pupils


@pytest.mark.parametrize(
    "climbing", ["../../../../tmp/climbed", "/tmp/climbed", "xl/../../climbed"]
)
def test_a_path_that_climbs_out_of_the_archive_writes_nothing(climbing):
    before = set(Path("/tmp").glob("climbed*"))

    pages = parse(_with(XLSX, climbing, b"canary"))

    assert pages[0].pupils
    assert set(Path("/tmp").glob("climbed*")) == before
    assert not list(Path.cwd().parent.glob("climbed*"))


def test_an_archive_in_an_archive_is_not_unpacked():
    inner = _with(XLSX, "xl/embeddings/inner.zip", os.urandom(1000))

    assert parse(_with(XLSX, "xl/embeddings/a.xlsx", inner))[0].pupils


def test_a_workbook_with_a_password_is_refused():
    with pytest.raises(Unreadable):
        parse(workbook("EncryptedPackage", b"x" * 100)[:400])


def _with(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()
