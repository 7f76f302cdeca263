"""Compile the watch's kernels once, at set-up, so that no user waits for a compiler."""

import shutil
import tempfile
from pathlib import Path

from aanchal.attendance.compiled import KEPT_IN
from aanchal.attendance.formats_fast import read_wide_register
from aanchal.attendance.policy_file import default_policy
from aanchal.attendance.rules.early_warning import warm

if __name__ == "__main__":
    for older in KEPT_IN.parent.glob("kernels-*"):
        if older != KEPT_IN:
            shutil.rmtree(older, ignore_errors=True)
    warm(default_policy())
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "register.csv"
        register.write_text("child,2001-01-01,2001-01-02\nC1,P,A\n", "utf-8")
        read_wide_register(register)
