"""Writes of the watch: flags, visits, findings and how they ended."""

from .archives import begin_archive, hand_over_archive, note_archived, open_archive
from .budgets import ask_budget_replay, keep_budget_replay
from .family_asks import (
    agree_family_move,
    ask_family_move,
    refuse_family_move,
    take_family_move_back,
)
from .family_moves import move_family
from .findings import correct_finding, open_finding, read_put_right, record_visit
from .late_findings import keep_late_finding, read_late_findings
from .outcomes import record_outcome, reopen_flag
from .undone_corrections import undo_correction
from .visited_houses import describe_visited_house, open_visited_house
from .visits import (
    assign_visit,
    cancel_visit,
    hand_back_visit,
    leave_house,
    leave_pair,
    return_to_house,
    say_will_go,
)
from .watch import raise_flags, run_watch, set_visit_budget
from .withdrawals import keep_flag, withdraw_flag

__all__ = [
    "agree_family_move",
    "ask_budget_replay",
    "ask_family_move",
    "assign_visit",
    "begin_archive",
    "cancel_visit",
    "correct_finding",
    "describe_visited_house",
    "hand_back_visit",
    "hand_over_archive",
    "keep_budget_replay",
    "keep_flag",
    "keep_late_finding",
    "leave_house",
    "leave_pair",
    "move_family",
    "note_archived",
    "open_archive",
    "open_finding",
    "open_visited_house",
    "raise_flags",
    "read_late_findings",
    "read_put_right",
    "record_outcome",
    "record_visit",
    "refuse_family_move",
    "reopen_flag",
    "return_to_house",
    "run_watch",
    "say_will_go",
    "set_visit_budget",
    "take_family_move_back",
    "undo_correction",
    "withdraw_flag",
]
