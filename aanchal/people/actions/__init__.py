"""Writes about children: enrolling, moving, houses, kinship, consent, and looking over readings."""

from .consents import record_agreement, record_consent, withdraw_consent
from .desk import Enrolled, as_known, village_key
from .enrolling import enrol_pupils, undo_enrolment
from .houses import describe_house, open_child_file, open_house
from .kinship import record_kinship, record_own_kinship
from .moves import agree_to_move, refuse_move, take_move_back
from .pupil_problems import PupilProblem
from .readings import READING_ANSWERS, answer_reading, count_readings, open_readings

__all__ = [
    "READING_ANSWERS",
    "Enrolled",
    "PupilProblem",
    "agree_to_move",
    "answer_reading",
    "as_known",
    "count_readings",
    "describe_house",
    "enrol_pupils",
    "open_child_file",
    "open_house",
    "open_readings",
    "record_agreement",
    "record_consent",
    "record_kinship",
    "record_own_kinship",
    "refuse_move",
    "take_move_back",
    "undo_enrolment",
    "village_key",
    "withdraw_consent",
]
