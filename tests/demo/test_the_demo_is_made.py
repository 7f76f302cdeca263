"""The first command of the README: the whole story of the made-up district, with its own rules kept."""

import os
import subprocess
import sys
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
    assert (tmp_path / "demo" / "data" / "aanchal.sqlite3").exists()
