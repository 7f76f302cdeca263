"""Compile the watch's kernels once, at set-up, so that no user waits for a compiler."""

import shutil

from aanchal.lib.early_warning.compiled import KEPT_IN
from aanchal.lib.early_warning.rule import warm
from aanchal.watch.policy_file import default_policy

if __name__ == "__main__":
    for older in KEPT_IN.parent.glob("kernels-*"):
        if older != KEPT_IN:
            shutil.rmtree(older, ignore_errors=True)
    warm(default_policy())
