"""Questions of a child's work: its age and danger decide whether the law forbids it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from aanchal.people.models import Child
from aanchal.watch.findings import vocabulary
from aanchal.watch.labour import WORKS, kind_under_law, known_band
from aanchal.watch.rules.labour import Band, Danger

from ..forms import ChoiceRows, today


def age_band_question() -> forms.ChoiceField:
    """How old the child is; asked when the record does not tell it."""
    return ChoiceRows(
        label=gettext_lazy("How old is the child, as far as you know?"),
        choices=[
            (Band.CHILD, gettext_lazy("Under 14")),
            (Band.ADOLESCENT, gettext_lazy("14 to 17")),
            (Band.ADULT, gettext_lazy("18 or older")),
            (Band.NOT_KNOWN, gettext_lazy("I do not know")),
        ],
        error_messages={"required": gettext_lazy("Say how old the child is, as far as you know.")},
    )


def dangerous_work_question() -> forms.ChoiceField:
    """Whether the work is dangerous; it decides for an adolescent."""
    return ChoiceRows(
        label=gettext_lazy(
            "Is the work dangerous: a mine, fire or explosives, machines, chemicals?"
        ),
        choices=[
            (Danger.YES, gettext_lazy("Yes")),
            (Danger.NO, gettext_lazy("No")),
            (Danger.NOT_KNOWN, gettext_lazy("I do not know")),
        ],
        required=False,
    )


def ask_about_work(form: forms.Form, kind: str, child: Child) -> None:
    """Leave age and danger in a form only for work, and only as far as the record does not tell."""
    band = known_band(child, on=today())
    if kind != WORKS or band is not Band.NOT_KNOWN:
        del form.fields["age_band"]
    if kind != WORKS or band not in (Band.NOT_KNOWN, Band.ADOLESCENT):
        del form.fields["dangerous_work"]


class WorkForm(forms.Form):
    """Both questions on a page of their own."""

    age_band = age_band_question()
    dangerous_work = dangerous_work_question()

    def __init__(self, *args: Any, kind: str, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_about_work(self, kind, child)


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
