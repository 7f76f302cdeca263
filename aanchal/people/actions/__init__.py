"""Writes about children: enrolling, moving, houses, kinship, consent, and looking over readings."""

from ..known_pupils import as_known, known_pupils, sexes_of
from .consents import record_agreement, record_consent, withdraw_consent
from .enrolling import enrol_pupils, undo_enrolment
from .households import join_households, part_households
from .houses import describe_house, open_child_file, open_house
from .kinship import WAITS_FOR as KINSHIP_WAITS_FOR
from .kinship import (
    ask_kinship_end,
    confirm_kinship,
    end_kinship,
    keep_kinship,
    lapse_kinships,
    read_unconfirmed,
    record_kinship,
    record_own_kinship,
    refuse_kinship,
    take_kinship_back,
)
from .moves import agree_to_move, refuse_move, take_move_back, undo_move
from .promoting import promote_pupil
from .pupil_enroller import Enrolled, village_key
from .readings import READING_ANSWERS, answer_reading, count_readings, open_readings

__all__ = [
    "KINSHIP_WAITS_FOR",
    "READING_ANSWERS",
    "Enrolled",
    "agree_to_move",
    "answer_reading",
    "as_known",
    "ask_kinship_end",
    "confirm_kinship",
    "count_readings",
    "describe_house",
    "end_kinship",
    "enrol_pupils",
    "join_households",
    "keep_kinship",
    "known_pupils",
    "lapse_kinships",
    "open_child_file",
    "open_house",
    "open_readings",
    "part_households",
    "promote_pupil",
    "read_unconfirmed",
    "record_agreement",
    "record_consent",
    "record_kinship",
    "record_own_kinship",
    "refuse_kinship",
    "refuse_move",
    "sexes_of",
    "take_kinship_back",
    "take_move_back",
    "undo_enrolment",
    "undo_move",
    "village_key",
    "withdraw_consent",
]
