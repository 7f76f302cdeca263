"""What is asked when a concern is told, taken up, handed over, closed or put right."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.models import User
from aanchal.cases.closing import closing_reasons
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.places.models import Area
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import ChoiceRows, SentOnce, yes_no

from .presenters.conflicts import implicated_name, implicated_question
from .presenters.danger import HOW_TO_REACH, NOT_HER_STORY, is_for_the_police

# More villages than this are a list to choose from, not rows.
MAX_ROWS = 12


class ConcernKindForm(forms.Form):
    """What kind of concern: asked before anything is typed."""

    kind = ChoiceRows(
        label=gettext_lazy("What is it about?"),
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (k.key, _(k.label)) for k in concern_kinds().values()
        ]


class ConcernForm(forms.Form):
    """Where, and what was seen or heard."""

    kind = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput)
    area = ChoiceRows(
        label=gettext_lazy("In which village?"),
        error_messages={"required": gettext_lazy("Choose the village.")},
    )
    told = forms.CharField(
        label=gettext_lazy("What did you see or hear?"),
        help_text=gettext_lazy("A few words are enough. You need not know a name."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write a few words.")},
    )

    part = implicated_question()
    who = implicated_name()

    def __init__(
        self,
        *args: Any,
        areas: list[Area],
        about: str,
        child_known: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        if is_for_the_police(about):
            self.fields["told"].label = HOW_TO_REACH
            self.fields["told"].help_text = NOT_HER_STORY
        if child_known:
            # The village is that of the child.
            del self.fields["area"]
            return
        places = [(str(a.pk), local_name(a)) for a in areas]
        if len(places) > MAX_ROWS:
            self.fields["area"].widget = forms.Select()
            places = [("", _("Choose the village")), *places]
        self.fields["area"].choices = places  # type: ignore[attr-defined]
        if len(areas) == 1:
            self.fields["area"].initial = str(areas[0].pk)

    def chosen_area(self) -> Area:
        """The village that was chosen; of a valid form."""
        return next(a for a in self.areas if str(a.pk) == self.cleaned_data["area"])


OTHER = "other"


# A second tap on the same button within this time is no second call or note.
MAX_LETTERS = 2000


class CallForm(SentOnce):
    """A call that was made."""

    number = ChoiceRows(
        label=gettext_lazy("Whom did you call?"),
        error_messages={"required": gettext_lazy("Choose whom you called.")},
    )
    other = forms.CharField(
        label=gettext_lazy("Another number"),
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    answered = yes_no(
        gettext_lazy("Did they answer?"),
        error_messages={"required": gettext_lazy("Say whether they answered.")},
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = {x.number: x for kind in kinds for x in concern_kinds()[kind].call}
        self.fields["number"].choices = [  # type: ignore[attr-defined]
            *((x.number, f"{x.number} · {_(x.name)}") for x in lines.values()),
            (OTHER, _("Another number")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("number") == OTHER:
            cleaned["number"] = cleaned.get("other", "").strip()
            if not cleaned["number"]:
                self.add_error("other", _("Write the number that was called."))
        return cleaned


class WordsForm(forms.Form):
    """A few words, where a step asks for them."""

    words = forms.CharField(
        max_length=MAX_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write a few words.")},
    )

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
        self.fields["words"].help_text = help_text


class NoteForm(SentOnce):
    """A note of whoever works on it."""

    text = forms.CharField(
        label=gettext_lazy("A note"),
        help_text=gettext_lazy("What was done or learned, and by whom. It stays as it is written."),
        max_length=MAX_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write a few words.")},
    )


class HandOverForm(WordsForm):
    """To whom, and what is to be done next."""

    to = ChoiceRows(
        label=gettext_lazy("To whom?"),
        error_messages={"required": gettext_lazy("Choose to whom.")},
    )
    field_order = ("to", "words")

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(
            *args, label=_("What should she do next, and what does she need to know?"), **kwargs
        )
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (str(person.pk), person.get_full_name()) for person in people
        ]


class CloseForm(WordsForm):
    """Why it is closed, in a reason and in words; asked for twice by a box to tick."""

    reason = ChoiceRows(
        label=gettext_lazy("Why is nothing more needed here?"),
        error_messages={"required": gettext_lazy("Choose why it is closed.")},
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, close it: nobody will be asked to look at it again."),
        error_messages={"required": gettext_lazy("Tick the box if it should be closed.")},
    )
    field_order = ("reason", "words", "sure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            label=_("In a sentence or two: what was found?"),
            help_text=_(
                "Who saw the child, or which office acts now and who there, and since when."
            ),
            **kwargs,
        )
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (reason.key, _(reason.label)) for reason in closing_reasons().values()
        ]


class KindForm(forms.Form):
    """What it is about besides what it is about already."""

    kind = ChoiceRows(
        label=gettext_lazy("What is it about?"),
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )

    def __init__(self, *args: Any, held: Concern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (k.key, _(k.label))
            for k in concern_kinds().values()
            if k.key not in (held.kind, *held.also)
        ]


AGREE, REFUSE = "agree", "refuse"


class AskForm(WordsForm):
    """Who was named by mistake, and why; with a tick that it is meant."""

    who = ChoiceRows(
        label=gettext_lazy("Who was named by mistake?"),
        error_messages={"required": gettext_lazy("Choose who was named by mistake.")},
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, ask a second person."),
        error_messages={
            "required": gettext_lazy("Tick the box if a second person should be asked.")
        },
    )
    field_order = ("who", "words", "sure")

    def __init__(self, *args: Any, people: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, label=_("Why was it a mistake?"), **kwargs)
        self.fields["who"].choices = list(people.items())  # type: ignore[attr-defined]


class AnswerForm(WordsForm):
    """The answer of the second person, and why; with a tick that it is meant."""

    answer = ChoiceRows(
        label=gettext_lazy("Was it a mistake?"),
        choices=[
            (REFUSE, gettext_lazy("No: she or he stays shut out")),
            (AGREE, gettext_lazy("Yes, a mistake: she or he is shut out no more")),
        ],
        error_messages={"required": gettext_lazy("Say whether it was a mistake.")},
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, I have looked into it myself."),
        error_messages={
            "required": gettext_lazy("Tick the box if you have looked into it yourself.")
        },
    )
    field_order = ("answer", "words", "sure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=_("How do you know?"), **kwargs)
