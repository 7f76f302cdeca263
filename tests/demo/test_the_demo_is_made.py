"""The first command of the README: the whole story of the made-up district, with its own rules kept."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.once
def test_the_demo_is_made_from_the_first_school_to_the_list_of_today(tmp_path):
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))}

    done = subprocess.run(
        [sys.executable, "-m", "aanchal", "demo", "--no-serve"],
        env=own | {"AANCHAL_HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert "Importing registers" in said
    assert "a volunteer" in said, "visits are in somebody's hands today"
    home = tmp_path / "demo"
    for readme in home.rglob("README.txt"):
        named = re.findall(r"in the folder `([^`]+)`", readme.read_text(encoding="utf-8"))
        assert all((readme.parent.parent / name).is_dir() for name in named), named
    with closing(sqlite3.connect(home / "data" / "aanchal.sqlite3")) as database:

        def count(what):
            return database.execute(f"SELECT count(*) FROM {what}").fetchone()[0]

        visits = "watch_visit v JOIN watch_flag f ON v.flag_id = f.id"
        assert count(visits)
        assert count(f"{visits} WHERE v.assigned_at <= f.raised_at") == 0, (
            "sent before it was asked"
        )
        assert count("places_body WHERE kind = 'school' AND local_name = ''") == 0
