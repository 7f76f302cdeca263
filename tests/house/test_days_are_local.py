"""A day is one of the office's zone: from midnight to half past five the day of a moment in UTC is yesterday's."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "aanchal"
# Its moments are made local before.
LOCAL = {"kernel/retention.py", "kernel/sweeping.py"}
OF_A_MOMENT = re.compile(r"\b(?:at|now|\w+_at)\.date\(\)|\bdate\.today\(\)|\bdatetime\.now\(\)")


def test_no_day_is_taken_from_a_moment_in_another_zone():
    found = {
        path.relative_to(ROOT).as_posix(): OF_A_MOMENT.findall(path.read_text("utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }

    named = {name: places for name, places in found.items() if places and name not in LOCAL}
    assert named == {}, "ask django.utils.timezone.localdate"
