"""A line of a pupil list that was not taken in, and why."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop as N_

from ..rules.pupils import NewPupil

MAX_AGE = 25


@dataclass
class PupilProblem:
    """A line of a pupil list that was not taken in, with its sentence as template and numbers."""

    row: int | None
    code: str
    template: str
    params: dict[str, object]


def problem_of(pupil: NewPupil, *, on: date) -> PupilProblem | None:
    if not (pupil.given_name or pupil.own_script_name):
        return PupilProblem(
            pupil.row,
            "no_name",
            N_("Row %(row)s has no name. Write the pupil's name."),
            {"row": pupil.row},
        )
    if not pupil.grade:
        return PupilProblem(
            pupil.row,
            "no_class",
            N_("Row %(row)s has no class. Write the class, such as 6 or VI."),
            {"row": pupil.row},
        )
    if pupil.born_on:
        born = date.fromisoformat(pupil.born_on)
        if not 0 <= on.year - born.year <= MAX_AGE or born > on:
            return PupilProblem(
                pupil.row,
                "birth_date",
                N_("Row %(row)s: the date of birth cannot be right. Look at it again."),
                {"row": pupil.row},
            )
    if pupil.age_years is not None and not 2 <= pupil.age_years <= MAX_AGE:
        return PupilProblem(
            pupil.row,
            "age",
            N_("Row %(row)s: the age cannot be right. Look at it again."),
            {"row": pupil.row},
        )
    return None


def twice(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "roll_twice",
        N_("Row %(row)s: roll number %(roll)s is already taken in this class."),
        {"row": pupil.row, "roll": pupil.roll},
    )


def waits(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "move_waits",
        N_(
            "Row %(row)s: this number is of a pupil of another class. "
            "The head or the coordinator was asked whether the pupil moves."
        ),
        {"row": pupil.row},
    )


def unsure(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "unsure",
        N_(
            "Row %(row)s may be a pupil already known, under another roll number or another surname. "
            "Say who it is."
        ),
        {"row": pupil.row},
    )
