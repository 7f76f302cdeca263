"""What a volunteer is asked about a visit."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.people.models import Child
from aanchal.watch.findings import NOT_SURE_SAFE, FindingKind, group_of, vocabulary
from aanchal.watch.guidance import guidance
from aanchal.watch.labour import WORKS, ages_of, known_band
from aanchal.watch.models import Finding
from aanchal.watch.rules.labour import Band, Danger
from aanchal.web.concerns.presenters.conflicts import implicated_name, implicated_question
from aanchal.web.concerns.presenters.danger import HOW_TO_REACH, NOT_HER_STORY, is_for_the_police
from aanchal.web.shell.forms import ChoiceRows, DayField, choices, today, yes_no

from .presenters.work import sure_concern


class CorrectionForm(forms.Form):
    """What she wrote, to be put right."""

    kind = forms.ChoiceField(label=gettext_lazy("What did you find?"))
    whom_met = ChoiceRows(label=gettext_lazy("Whom did you meet?"))
    child_seen = yes_no(gettext_lazy("Did you see the child yourself?"))
    note = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, told: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words, child = vocabulary(), told.visit.flag.child
        ages = ages_of(child, on=today())
        kinds = [words.findings[told.kind]]
        if group_of(told.kind) != "again":
            kinds += [
                f
                for topic in words.topics
                for f in words.of_topic(topic, sex=child.sex, ages=ages)
                if f.key != told.kind
            ]
        self.fields["kind"].choices = [(f.key, _(f.label)) for f in kinds]  # type: ignore[attr-defined]
        self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]


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


class FindingForm(forms.Form):
    """The rest of the finding, after its kind is known; no question that its kind answers."""

    kind = forms.CharField(widget=forms.HiddenInput)
    doubt = forms.CharField(widget=forms.HiddenInput, required=False)
    whom_met = ChoiceRows(
        label=gettext_lazy("Whom did you meet?"),
        error_messages={"required": gettext_lazy("Choose whom you met.")},
    )
    child_seen = yes_no(
        gettext_lazy("Did you see the child yourself?"),
        error_messages={"required": gettext_lazy("Say whether you saw the child.")},
    )
    next_step = ChoiceRows(
        label=gettext_lazy("What should happen next?"),
        error_messages={"required": gettext_lazy("Choose what should happen next.")},
    )
    again_on = DayField(
        label=gettext_lazy("On which day will you visit again?"),
        help_text=gettext_lazy("Only when you will visit again: the visit stays in your hands."),
        required=False,
    )
    visited_on = DayField(
        label=gettext_lazy("Day of the visit"),
        error_messages={"required": gettext_lazy("Say on which day you went.")},
    )
    age_band = age_band_question()
    dangerous_work = dangerous_work_question()
    note = forms.CharField(
        label=gettext_lazy("Anything else, in your own words"),
        help_text=gettext_lazy("Leave it empty if there is nothing. Write no names of others."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    part = implicated_question()
    who = implicated_name()

    def __init__(
        self, *args: Any, found: FindingKind, child: Child, is_unsure: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words = vocabulary()
        ask_about_work(self, found.key, child)
        concern = sure_concern(found.key, child)
        if not concern:
            del self.fields["part"], self.fields["who"]
        self.known: dict[str, Any] = {}
        if found.group == "again":
            self.known = {"whom_met": "nobody", "child_seen": False, "next_step": VISIT_AGAIN}
        elif concern:
            self.known = {"next_step": "coordinator"}
        elif is_unsure:
            # What she fears is no danger by its kind: her doubt itself goes to the coordinator.
            self.known = {"next_step": NOT_SURE_SAFE}
        if self.known:
            self.known["again_on"] = None
        for name in self.known:
            del self.fields[name]
        if "whom_met" in self.fields:
            self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]
        if "next_step" in self.fields:
            steps = choices(
                {key: s.label for key, s in words.next_steps.items() if key != NOT_SURE_SAFE}
            )
            self.fields["next_step"].choices = steps  # type: ignore[attr-defined]
        self.fields["visited_on"].widget.attrs["max"] = today().isoformat()
        if "again_on" in self.fields:
            last = today() + timedelta(days=int(guidance()["visit_again_max_days"]))
            self.fields["again_on"].widget.attrs |= {
                "min": today().isoformat(),
                "max": last.isoformat(),
            }
        if concern and is_for_the_police(concern):
            self.fields["note"].label = HOW_TO_REACH
            self.fields["note"].help_text = NOT_HER_STORY

    def ask_late(self) -> None:
        """Ask of a visit that is hers no more: she will not go again, unless she has said so already."""
        self.fields.pop("again_on", None)
        steps = self.fields.get("next_step")
        if steps is not None and self.data.get("next_step") != VISIT_AGAIN:
            kept = [c for c in steps.choices if c[0] != VISIT_AGAIN]  # type: ignore[attr-defined]
            steps.choices = kept  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return cleaned | self.known


VISIT_AGAIN = "visit_again"
