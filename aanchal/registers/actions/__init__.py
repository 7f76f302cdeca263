"""Writes of registers: files in, rows repaired, marks corrected."""

from .class_moves import undo_class_move
from .corrections import (
    agree_to_correction,
    refuse_correction,
    restore_corrected_marks,
    take_correction_back,
)
from .missing import ask_after_class, note_missing, reopen_missing, say_missing, settle_missing
from .pages import Recorded, record_page
from .promotions import confirm_promoted
from .reading_questions import answer_questions, say_of_left_out
from .registers import choose_school, give_register, read_register, refuse_register, wait_for_answer
from .repairs import (
    ENROL,
    SET_ASIDE,
    correct_mark,
    repair_row,
    set_problem_aside,
)
from .repairs_undone import take_problem_up_again, undo_repair
from .several_registers import take_several
from .taking import Taken, take_register
from .taking_several import take_understood

__all__ = [
    "ENROL",
    "SET_ASIDE",
    "Recorded",
    "Taken",
    "agree_to_correction",
    "answer_questions",
    "ask_after_class",
    "choose_school",
    "confirm_promoted",
    "correct_mark",
    "give_register",
    "note_missing",
    "read_register",
    "record_page",
    "refuse_correction",
    "refuse_register",
    "reopen_missing",
    "repair_row",
    "restore_corrected_marks",
    "say_missing",
    "say_of_left_out",
    "set_problem_aside",
    "settle_missing",
    "take_correction_back",
    "take_problem_up_again",
    "take_register",
    "take_several",
    "take_understood",
    "undo_class_move",
    "undo_repair",
    "wait_for_answer",
]
