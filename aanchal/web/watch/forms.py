"""The forms of a question: who goes, how it ended, why it is opened again."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.watch.guidance import guidance
from aanchal.watch.models import Outcome
from aanchal.watch.rules.ends import Ground
from aanchal.web.shell.forms import ChoiceRows, DayField

from .presenters.cards import OUTCOMES

# Of who goes along: somebody who has no account here.
WITHOUT_ACCOUNT = "other"


class AssignForm(forms.Form):
    """Whom to send."""

    volunteer = ChoiceRows(
        label=gettext_lazy("Who goes?"),
        error_messages={"required": gettext_lazy("Choose who goes.")},
    )

    second = ChoiceRows(
        label=gettext_lazy("Who goes along?"),
        help_text=gettext_lazy("Two go together, and both are told why."),
        error_messages={
            "required": gettext_lazy(
                "Whoever was to go before did not feel safe. Send two together, or nobody."
            )
        },
    )

    def __init__(
        self, *args: Any, volunteers: list[Any], is_unsafe: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_unsafe:
            del self.fields["second"]
        able = [(str(v.pk), v.get_full_name()) for v in volunteers]
        self.fields["volunteer"].choices = able  # type: ignore[attr-defined]
        if is_unsafe:
            asked = (WITHOUT_ACCOUNT, _("Somebody else, with whom I have spoken myself"))
            self.fields["second"].choices = [*able, asked]  # type: ignore[attr-defined]

    def second_and_two(self, able: dict[str, Any]) -> dict[str, Any]:
        """Who goes along, as `assign_visit` takes it; `able` by key."""
        chosen = self.cleaned_data.get("second", "")
        return {"second": able.get(chosen), "two_go": bool(chosen)}


class OutcomeForm(forms.Form):
    """How it ended."""

    kind = ChoiceRows(
        label=gettext_lazy("How did it end?"),
        choices=list(OUTCOMES.items()),
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    since_on = DayField(
        label=gettext_lazy("Since which day?"),
        error_messages={"required": gettext_lazy("Say since which day.")},
    )
    child_seen = forms.BooleanField(
        label=gettext_lazy("Somebody saw the child in school with her own eyes"), required=False
    )
    expected_on = DayField(
        label=gettext_lazy("When will the child be back, as the family says?"),
        required=False,
    )
    ground = ChoiceRows(
        label=gettext_lazy("How do you know where the child is now?"),
        choices=[
            (
                Ground.ENROLLED_THERE,
                gettext_lazy("The school that has the child now says so: enrolled there"),
            ),
            (Ground.MET_CHILD, gettext_lazy("Somebody met the child and spoke with her")),
        ],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Who said so, and what did they say?"),
        help_text=gettext_lazy("The school and who spoke for it, or who met the child and when."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        struck_off: bool,
        is_danger: bool,
        only_back: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_on"].help_text = _(
            "Leave it empty when nobody said. Still away after that day, or without one after"
            " %(days)s school days, the child is asked about again."
        ) % {"days": int(guidance()["explained_rest_days"])}
        if not is_danger:
            # No case worker has been told by this question.
            told = [(k, label) for k, label in OUTCOMES.items() if k != Outcome.Kind.CONCERN]
            self.fields["kind"].choices = told  # type: ignore[attr-defined]
        if not struck_off or only_back:
            del self.fields["ground"], self.fields["note"]
        if only_back:
            del self.fields["expected_on"]
            back = [(Outcome.Kind.BACK, OUTCOMES[Outcome.Kind.BACK])]
            self.fields["kind"].choices = back  # type: ignore[attr-defined]


class ReopenForm(forms.Form):
    """Why a question that had ended is opened again."""

    because = forms.CharField(
        label=gettext_lazy("Why is it opened again?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write why it is opened again.")},
    )
