"""Writes of the attendance path: registers in, the watch, visits and what came of them."""

from .archives import begin_archive, hand_over_archive, note_archived, open_archive
from .budgets import ask_budget_replay, keep_budget_replay
from .class_moves import undo_class_move
from .corrections import (
    agree_to_correction,
    refuse_correction,
    take_correction_back,
    undo_correction,
)
from .family_moves import FamilyMoved, move_family
from .findings import correct_finding, open_finding, read_put_right, record_visit
from .late_findings import keep_late_finding, read_late_findings
from .missing import ask_after_class, note_missing, reopen_missing, say_missing, settle_missing
from .outcomes import record_outcome, reopen_flag
from .pages import Recorded, record_page
from .promotions import confirm_promoted
from .reading_questions import answer_questions, say_of_left_out
from .registers import (
    choose_school,
    give_register,
    read_register,
    refuse_register,
    wait_for_answer,
)
from .repairs import (
    ENROL,
    SET_ASIDE,
    correct_mark,
    repair_row,
    set_problem_aside,
    take_problem_up_again,
    undo_repair,
)
from .several_registers import take_several
from .taking import Taken, take_register
from .taking_several import take_understood
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
    "ENROL",
    "SET_ASIDE",
    "FamilyMoved",
    "Recorded",
    "Taken",
    "agree_to_correction",
    "answer_questions",
    "ask_after_class",
    "ask_budget_replay",
    "assign_visit",
    "begin_archive",
    "cancel_visit",
    "choose_school",
    "confirm_promoted",
    "correct_finding",
    "correct_mark",
    "describe_visited_house",
    "give_register",
    "hand_back_visit",
    "hand_over_archive",
    "keep_budget_replay",
    "keep_flag",
    "keep_late_finding",
    "leave_house",
    "leave_pair",
    "move_family",
    "note_archived",
    "note_missing",
    "open_archive",
    "open_finding",
    "open_visited_house",
    "raise_flags",
    "read_late_findings",
    "read_put_right",
    "read_register",
    "record_outcome",
    "record_page",
    "record_visit",
    "refuse_correction",
    "refuse_register",
    "reopen_flag",
    "reopen_missing",
    "repair_row",
    "return_to_house",
    "run_watch",
    "say_missing",
    "say_of_left_out",
    "say_will_go",
    "set_problem_aside",
    "set_visit_budget",
    "settle_missing",
    "take_correction_back",
    "take_problem_up_again",
    "take_register",
    "take_several",
    "take_understood",
    "undo_class_move",
    "undo_correction",
    "undo_repair",
    "wait_for_answer",
    "withdraw_flag",
]
