"""Each room says in half a page what it is, to an engineer who has never seen the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "aanchal"
NAMED = re.compile(r"`([a-z_/*]+\.(?:py|toml))`")
APPS = sorted(p.parent.name for p in ROOT.glob("*/__init__.py"))
LIBRARIES = sorted(f"lib/{p.parent.name}" for p in ROOT.glob("lib/*/__init__.py"))


@pytest.mark.parametrize("room", [app for app in APPS if app != "lib"] + LIBRARIES)
def test_a_room_has_its_page(room):
    text = (ROOT / room / "README.md").read_text("utf-8")

    assert text.startswith(f"# {room.rsplit('/', 1)[-1]}\n")
    assert 10 < len(text.splitlines()) < 150


@pytest.mark.parametrize("room", [app for app in APPS if app != "lib"] + LIBRARIES)
def test_the_files_it_names_are_there(room):
    text = (ROOT / room / "README.md").read_text("utf-8")
    for name in NAMED.findall(text):
        here = [*(ROOT / room).glob(name), *(ROOT / room).glob(f"*/{name}"), *ROOT.glob(name)]
        assert here, f"{room}/README.md names {name}"
