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


def split_name(name: str) -> tuple[str, str]:
    """Part a whole name into given name and the rest; the first word is the given name.

    "Md", "Sk" and the like stay with the word after them.
    """
    parts = name.split()
    if not parts:
        return "", ""
    take = 2 if len(parts) > 1 and parts[0].rstrip(".").casefold() in _BOUND else 1
    return " ".join(parts[:take]), " ".join(parts[take:])


_BOUND = frozenset(
    {"md", "mohd", "mohammad", "mohammed", "sk", "sheikh", "mst", "मो", "मोः", "মোঃ", "সেখ"}
)
