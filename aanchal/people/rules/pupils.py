"""A pupil as a school's list gives her, before she has a record."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewPupil:
    """One line of a pupil list, or one unknown row of a register. Empty text: not said.

    `born_on` is an ISO date; `age_years` counts on the day of the list. `grade` is "1" to "12" or
    a pre-primary code. `row` is the line as a person sees it, for problems.
    """

    grade: str
    section: str
    roll: str
    given_name: str
    family_name: str = ""
    own_script_name: str = ""
    sex: str = ""
    born_on: str = ""
    age_years: int | None = None
    disability: str = ""
    village: str = ""
    landmark: str = ""
    address: str = ""
    guardian_name: str = ""
    guardian_relation: str = ""
    guardian_phone: str = ""
    admission_no: str = ""
    state_id: str = ""
    row: int | None = None
