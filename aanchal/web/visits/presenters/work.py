"""Questions of a child's work: its age and danger decide whether the law forbids it."""

from typing import Any

from aanchal.people.models import Child
from aanchal.watch.findings import vocabulary
from aanchal.watch.labour import kind_under_law, known_band
from aanchal.watch.rules.labour import Band, Danger
from aanchal.web.shell.forms import today


def sure_concern(kind: str, child: Child) -> str:
    """The kind of concern that a finding is by itself and the child's record; "" for none yet."""
    band = known_band(child, on=today())
    if band is not Band.NOT_KNOWN:
        kind = kind_under_law(kind, band=band, danger=Danger.NO)
    return vocabulary().findings[kind].concern


def concern_found(kind: str, child: Child, answers: dict[str, Any]) -> str:
    """The kind of concern that a finding is, with what was answered about work; "" for none."""
    band = known_band(child, on=today())
    if band is Band.NOT_KNOWN and answers.get("age_band"):
        band = Band(answers["age_band"])
    danger = Danger(answers["dangerous_work"]) if answers.get("dangerous_work") else None
    return vocabulary().findings[kind_under_law(kind, band=band, danger=danger)].concern
