"""Pupils of a class as matching sees them: what their names and numbers are, and nothing else."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from aanchal.kernel.fields import SealedField

from .models import Child, Enrolment, SchoolIdentifier
from .rules.matching import Known


def as_known(enrolment: Enrolment) -> Known:
    """An enrolment as matching sees it; `child` and its identifiers must be loaded."""
    child = enrolment.child
    latin = f"{child.given_name} {child.family_name}".strip()
    admission = next(
        (i.value for i in child.identifiers.all() if i.system == SchoolIdentifier.System.ADMISSION),
        "",
    )
    return Known(
        key=str(child.pk),
        roll=enrolment.roll_no,
        names=tuple(n for n in (latin, child.own_script_name, child.given_name) if n),
        admission_no=admission,
    )


def known_pupils(sections: Sequence[UUID]) -> dict[UUID, list[Known]]:
    """The pupils who are in some class-sections now, as `as_known` gives each; two queries.

    Returns:
        Id of the class-section → its pupils, by the day on which they came.
    """
    found: dict[UUID, list[Known]] = {}
    if not sections:
        return found
    rows = list(
        Enrolment.objects.filter(class_section__in=sections, ends_on__isnull=True)
        .order_by("starts_on", "pk")
        .values_list(
            "pk",
            "class_section_id",
            "child_id",
            "roll_no",
            "child__given_name",
            "child__family_name",
            "child__own_script_name",
        )
    )
    admissions: dict[UUID, str] = {}
    value_of = _opener(SchoolIdentifier, "value")
    for pk, child, value in (
        SchoolIdentifier.objects.filter(
            child__enrolments__class_section__in=sections,
            child__enrolments__ends_on__isnull=True,
            system=SchoolIdentifier.System.ADMISSION,
        )
        .order_by("pk")
        .values_list("pk", "child_id", "value")
    ):
        admissions.setdefault(child, value_of(pk, value))
    roll_of = _opener(Enrolment, "roll_no")
    given_of, family_of = _opener(Child, "given_name"), _opener(Child, "family_name")
    own_of = _opener(Child, "own_script_name")
    for pk, section, child, roll, sealed_given, sealed_family, sealed_own in rows:
        given, family = given_of(child, sealed_given), family_of(child, sealed_family)
        names = (f"{given} {family}".strip(), own_of(child, sealed_own), given)
        found.setdefault(section, []).append(
            Known(
                key=str(child),
                roll=roll_of(pk, roll),
                names=tuple(n for n in names if n),
                admission_no=admissions.get(child, ""),
            )
        )
    return found


def sexes_of(sections: Sequence[UUID]) -> dict[str, str]:
    """Key of each pupil who is in some class-sections now → her sex as it is kept; one query."""
    if not sections:
        return {}
    found = Child.objects.filter(
        enrolments__class_section__in=sections, enrolments__ends_on__isnull=True
    )
    return {str(child): sex for child, sex in found.values_list("pk", "sex")}


def _opener(model: type[Model], name: str) -> Callable[[UUID, Any], str]:
    field = model._meta.get_field(name)
    if not isinstance(field, SealedField):
        raise TypeError(f"{name} is not sealed")
    return field.opener()
