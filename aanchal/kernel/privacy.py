"""Privacy classes: what each stored field is, and how long it stays.

Every model carries `class Privacy` with a `retention` (`kernel.retention`) and tuples of field names under
OPEN, PERSONAL, SENSITIVE and SECRET. Each field stands in exactly one; a house test holds it.

OPEN: could be read aloud. PERSONAL: tells of a person; shown by need. SENSITIVE: a child's name,
a finding, a story; sealed at rest. SECRET: lets somebody in, or reveals a reporter; sealed or
kept as a keyed hash.
"""

from enum import StrEnum

from django.db import models

from .retention import Retention


class PrivacyClass(StrEnum):
    OPEN = "open"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    SECRET = "secret"


def privacy_of(model: type[models.Model]) -> dict[str, PrivacyClass]:
    """Return the class of each field of a model by name.

    Raises:
        ValueError: no `class Privacy`, a field in none or two of its classes, a name that is no
            field, or no retention.
    """
    declared = model.__dict__.get("Privacy")
    if declared is None:
        raise ValueError(f"{model._meta.label} has no class Privacy")
    if not isinstance(getattr(declared, "retention", None), Retention):
        raise ValueError(f"{model._meta.label} says nothing of retention")
    found: dict[str, PrivacyClass] = {}
    for kind in PrivacyClass:
        for name in getattr(declared, kind.name, ()):
            if name in found:
                raise ValueError(f"{model._meta.label}.{name} is classified twice")
            found[name] = kind
    fields = {f.name for f in model._meta.local_concrete_fields}
    if missing := fields - set(found):
        raise ValueError(f"{model._meta.label} leaves unclassified: {sorted(missing)}")
    if extra := set(found) - fields:
        raise ValueError(f"{model._meta.label} classifies what it has not: {sorted(extra)}")
    return found


def retention_of(model: type[models.Model]) -> Retention | None:
    """How long the rows of a model are kept; None of a table that is not ours."""
    declared = model.__dict__.get("Privacy")
    return declared.retention if declared is not None else None
