"""A line of a pupil list, as its reader gives it, made into what the enrolment desk takes."""

from typing import Any

from aanchal.lib.indic.names import split_name

from .rules.pupils import NewPupil


def new_pupil(row: Any) -> NewPupil:
    """A line of a pupil list as the enrolment desk takes it."""
    given, family = row.given_name or "", row.family_name or ""
    if not given and row.name:
        given, family = split_name(row.name)
    return NewPupil(
        grade=row.grade or "",
        section=row.section or "",
        roll=row.roll or "",
        given_name=given,
        family_name=family,
        own_script_name=row.own_script_name or "",
        sex=row.sex or "",
        born_on=row.born_on.isoformat() if row.born_on else "",
        age_years=row.age_years,
        disability=row.disability or "",
        village=row.village or "",
        landmark=row.landmark or "",
        address=row.address or "",
        guardian_name=row.guardian_name or "",
        guardian_relation=row.guardian_relation or "",
        guardian_phone=row.guardian_phone or "",
        admission_no=row.admission_no or "",
        state_id=row.state_id or "",
        row=row.row,
    )
