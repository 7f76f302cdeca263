"""What reading a list of pupils gives: plain data, a row for each child."""

from dataclasses import dataclass, field
from datetime import date

from aanchal.lib.tabular.problems import Problem

from .problems import Question


@dataclass(slots=True)
class Pupil:
    """One line of a list. None where the list is silent.

    `school` is a UDISE code, `grade` '1' to '12' or 'pre', `sex` "girl", "boy" or "other". A list with
    given and family names apart fills those; otherwise `name` is the whole name and they are None.
    `guardian_relation` is "father", "mother", or "other"; the father is taken before the mother and
    both before anyone else. `age_on` is the day the age was true, when the list says it.
    """

    row: int
    school: str
    grade: str
    section: str | None
    roll: str | None
    name: str
    given_name: str | None = None
    family_name: str | None = None
    own_script_name: str | None = None
    sex: str | None = None
    born_on: date | None = None
    age_years: int | None = None
    age_on: date | None = None
    disability: str | None = None
    village: str | None = None
    landmark: str | None = None
    address: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    guardian_name: str | None = None
    guardian_relation: str | None = None
    guardian_phone: str | None = None
    admission_no: str | None = None
    state_id: str | None = None


@dataclass(slots=True)
class PupilList:
    """All pupils of a file, in its order, and what could not be read.

    A child about whom there is a question is not among the pupils until it is answered.
    """

    pupils: list[Pupil]
    problems: list[Problem]
    questions: list[Question] = field(default_factory=list)
    assumed: list[Problem] = field(default_factory=list)
