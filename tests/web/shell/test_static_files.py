"""Style and scripts come small over a slow network, once, and never out of date."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse

from aanchal.web.shell.static_files import content_hash, packed_beside_the_data

pytestmark = pytest.mark.django_db


def body_of(answer):
    return b"".join(answer.streaming_content)


def addresses(page):
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page.content.decode())


def test_every_address_carries_the_hash_of_what_is_there():
    found = addresses(Client().get(reverse("sign_in")))

    assert found
    for address in found:
        path, _, version = address.partition("?v=")
        assert version == content_hash(finders.find(path.removeprefix("/static/")))


def test_text_is_packed_for_who_can_unpack_it_and_is_kept_for_a_year():
    plain = Client().get("/static/aanchal.css")
    packed = Client(headers={"accept-encoding": "gzip"}).get("/static/aanchal.css")

    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    whole, small = body_of(plain), body_of(packed)
    assert gzip.decompress(small) == whole
    assert len(small) * 3 < len(whole)
    assert "Accept-Encoding" in packed["Vary"]
    for answer in (plain, packed):
        assert answer["Cache-Control"] == "max-age=31536000, public, immutable"


def test_letters_are_packed_already_and_asked_for_again_within_a_month():
    letters = "/static/vendor/noto-sans/noto-sans-latin-400-normal.woff2"

    answer = Client(headers={"accept-encoding": "gzip"}).get(letters)

    body_of(answer)
    assert "Content-Encoding" not in answer
    assert answer["Cache-Control"] == "max-age=2592000, public"


def test_a_changed_file_is_packed_anew(tmp_path):
    sheet = tmp_path / "a.css"
    sheet.write_text("a {}")
    first = packed_beside_the_data(sheet)
    sheet.write_text("b {}")

    second = packed_beside_the_data(sheet)

    assert first != second
    assert gzip.decompress(second.read_bytes()) == b"b {}"


def test_a_home_that_cannot_be_written_to_serves_the_plain_file(tmp_path):
    sheet = tmp_path / "a.css"
    sheet.write_text("a {}")
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")

    with override_settings(AANCHAL_PACKED=not_a_folder / "packed"):
        assert packed_beside_the_data(sheet) is None
