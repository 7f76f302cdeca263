"""A line of a pupil list that was not taken in, and why."""

from datetime import date

from django.utils.translation import gettext_noop as N_

from aanchal.lib.tabular.problems import Problem, Value

from ..rules.pupils import NewPupil

MAX_AGE = 25


def problem_of(pupil: NewPupil, *, on: date) -> Problem | None:
    if not (pupil.given_name or pupil.own_script_name):
        return _left_out(pupil, "no_name", N_("Row %(row)s has no name. Write the pupil's name."))
    if not pupil.grade:
        return _left_out(
            pupil, "no_class", N_("Row %(row)s has no class. Write the class, such as 6 or VI.")
        )
    if pupil.born_on:
        born = date.fromisoformat(pupil.born_on)
        if not 0 <= on.year - born.year <= MAX_AGE or born > on:
            return _left_out(
                pupil,
                "birth_date",
                N_("Row %(row)s: the date of birth cannot be right. Look at it again."),
            )
    if pupil.age_years is not None and not 2 <= pupil.age_years <= MAX_AGE:
        return _left_out(
            pupil, "age", N_("Row %(row)s: the age cannot be right. Look at it again.")
        )
    return None


def twice(pupil: NewPupil) -> Problem:
    return _left_out(
        pupil,
        "roll_twice",
        N_("Row %(row)s: roll number %(roll)s is already taken in this class."),
        roll=pupil.roll,
    )


def waits(pupil: NewPupil) -> Problem:
    return _left_out(
        pupil,
        "move_waits",
        N_(
            "Row %(row)s: this number is of a pupil of another class. "
            "The head or the coordinator was asked whether the pupil moves."
        ),
    )


def unsure(pupil: NewPupil) -> Problem:
    return _left_out(
        pupil,
        "unsure",
        N_(
            "Row %(row)s may be a pupil already known, under another roll number or another surname. "
            "Say who it is."
        ),
    )


def _left_out(pupil: NewPupil, code: str, template: str, **params: Value) -> Problem:
    at: Value = "–" if pupil.row is None else pupil.row
    return Problem(pupil.row, None, code, template, {"row": at, **params}, left_out=True)
