"""Foreign browser files are listed, licensed, unchanged, and nowhere else."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[2] / "aanchal" / "web" / "shell" / "static"
VENDOR = STATIC / "vendor"
LIBRARIES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["library"]

# What may lie in static/ outside vendor/: our own text files, readable in a review.
OUR_KINDS = {".css", ".js", ".svg"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["folder"])
def test_every_listed_file_is_the_one_we_checked(library):
    folder = VENDOR / library["folder"]

    found = {name: sha256((folder / name).read_bytes()) for name in library["sha256"]}

    assert found == library["sha256"]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["folder"])
def test_every_library_names_its_package_version_and_licence(library):
    assert all(library[key].strip() for key in ("package", "version", "licence", "purpose"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", library["version"])
    assert library["licence_file"] in library["sha256"]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["folder"])
def test_a_file_we_shortened_is_otherwise_as_published(library):
    for name, upstream in library.get("upstream", {}).items():
        ours = (VENDOR / library["folder"] / name).read_bytes()

        assert sha256(ours + upstream["removed"].encode()) == upstream["sha256"], name


def test_no_unlisted_file_lies_in_the_vendor_folder():
    listed = {f"{lib['folder']}/{name}" for lib in LIBRARIES for name in lib["sha256"]}

    found = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()}

    assert found == listed | {"VENDOR.toml"}


def test_outside_the_vendor_folder_only_our_own_readable_files_are_served():
    ours = [p for p in STATIC.rglob("*") if p.is_file() and VENDOR not in p.parents]

    assert [p.name for p in ours if p.suffix not in OUR_KINDS] == []
    for path in ours:
        text = path.read_text()
        assert max((len(line) for line in text.splitlines()), default=0) < 1000, f"{path} minified"


def test_no_stylesheet_or_script_fetches_from_elsewhere():
    """A page of ours contacts no third party, through any file it loads."""
    fetch = re.compile(r"""(?:url\(|@import|src=)\s*["']?\s*(?:https?:)?//""")
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js", ".svg"}:
            assert not fetch.search(path.read_text()), path


def test_no_file_points_to_a_source_map_we_do_not_ship():
    """A dangling source map breaks the hashing of static files at release."""
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js"}:
            assert "sourceMappingURL" not in path.read_text(), path
