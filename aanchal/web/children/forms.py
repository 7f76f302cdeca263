"""What is asked about a child, her family, her village and her house."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.people.houses import MAX_DIRECTIONS, MAX_LINE, House
from aanchal.people.models import Guardian
from aanchal.places.models import Area
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import yes_no
from aanchal.web.visits.presenters.visits import RELATIONS


class FindForm(forms.Form):
    """A name or a code. Its field has no name that a browser keeps and offers to the next reader."""

    text = forms.CharField(
        label=gettext_lazy("Find a child by name or code"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write a name or a code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class OtherChildForm(forms.Form):
    """The other child, by the code that stands on her page."""

    code = forms.CharField(
        label=gettext_lazy("The other child's code"),
        help_text=gettext_lazy("It stands on her page, like K-0412."),
        max_length=16,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": gettext_lazy("Write the code.")},
    )


class VillageForm(forms.Form):
    """The village of the family, of those that are hers; none is chosen beforehand."""

    village = forms.ChoiceField(
        label=gettext_lazy("In which village does the family live?"),
        error_messages={
            "required": gettext_lazy("Choose the village."),
            "invalid_choice": gettext_lazy("Choose the village."),
        },
    )

    def __init__(self, *args: object, villages: dict[str, Area], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rows = [(key, village_named(area)) for key, area in villages.items()]
        self.fields["village"].choices = [("", "—"), *rows]  # type: ignore[attr-defined]


class BlockForm(forms.Form):
    """In which block of the district; none is chosen beforehand."""

    block = forms.ChoiceField(
        label=gettext_lazy("In which block does the family live?"),
        error_messages={
            "required": gettext_lazy("Choose the block."),
            "invalid_choice": gettext_lazy("Choose the block."),
        },
    )

    def __init__(self, *args: Any, blocks: dict[str, Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(key, village_named(area)) for key, area in blocks.items()]
        self.fields["block"].choices = [("", "—"), *rows]  # type: ignore[attr-defined]


class AskVillageForm(forms.Form):
    """In which village, and how the asker knows; none is chosen beforehand."""

    village = forms.ChoiceField(
        label=gettext_lazy("In which village does the family live?"),
        error_messages={
            "required": gettext_lazy("Choose the village."),
            "invalid_choice": gettext_lazy("Choose the village."),
        },
    )
    why = forms.CharField(
        label=gettext_lazy("How do you know, and who there can be asked?"),
        help_text=gettext_lazy(
            "The coordinator there reads this. Write no name of the child and nothing of what was found."
        ),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say how you know, and who there can be asked.")},
    )

    def __init__(self, *args: Any, villages: dict[str, Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(key, village_named(area)) for key, area in villages.items()]
        self.fields["village"].choices = [("", "—"), *rows]  # type: ignore[attr-defined]


def village_named(area: Area) -> str:
    """A place with the one above it, so that two of one name are told apart."""
    above = local_name(area.parent) if area.parent is not None else ""
    return " · ".join(filter(None, (local_name(area), above)))


PHONE = re.compile(r"\+?[0-9][0-9 -]{6,18}")


class HouseForm(forms.Form):
    """Where the child lives and whom to ask for; every line may stay empty."""

    guardian_name = forms.CharField(
        label=gettext_lazy("Whom to ask for"),
        help_text=gettext_lazy(
            "The name of the mother, the father or whoever looks after the child."
        ),
        required=False,
        max_length=MAX_LINE,
    )
    guardian_relation = forms.ChoiceField(
        label=gettext_lazy("Who is that to the child?"),
        choices=[("", "—"), *((r, RELATIONS[r]) for r in Guardian.Relation.values)],
        required=False,
    )
    hamlet = forms.CharField(
        label=gettext_lazy("Hamlet (tola, para)"), required=False, max_length=MAX_LINE
    )
    landmark = forms.CharField(
        label=gettext_lazy("Landmark"),
        help_text=gettext_lazy("What everybody knows nearby: a temple, a pump, a shop."),
        required=False,
        max_length=MAX_LINE,
    )
    directions = forms.CharField(
        label=gettext_lazy("How to find the house"),
        help_text=gettext_lazy("The way from the landmark. Write nothing about the family here."),
        required=False,
        max_length=MAX_DIRECTIONS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    may_call = yes_no(
        gettext_lazy("Has the family agreed that the volunteer may call this number?"),
        help_text=gettext_lazy("Without a yes the volunteer is not shown the number."),
        required=False,
    )

    def __init__(self, *args: Any, asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_consent:
            del self.fields["may_call"]

    def clean_phone(self) -> str:
        text = " ".join(str(self.cleaned_data["phone"]).split())
        if text and not PHONE.fullmatch(text):
            raise forms.ValidationError(_("Write the number in digits, such as 98350 12345."))
        return text

    def house(self) -> House:
        return House(**{name: self.cleaned_data[name] for name in vars(House())})
