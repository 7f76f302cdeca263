"""Compile the watch's kernels once, at set-up, so that no user waits for a compiler."""

from aanchal.attendance.policy_file import default_policy
from aanchal.attendance.rules.early_warning import warm

if __name__ == "__main__":
    warm(default_policy())
