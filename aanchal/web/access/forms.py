"""What is asked when somebody comes in, and about people and their roles."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from aanchal.access.roles import ROLE_NAMES
from aanchal.access.rules.second_person import GIVEN_ROLES
from aanchal.places.models import Area, Body

from .presenters.rows import key_of, place_line

HOURS = [("", gettext_lazy("as the office")), *((str(h), f"{h}:00") for h in range(24))]


class ContactForm(forms.Form):
    """Everything is optional; without it she is told in the site alone."""

    phone = forms.CharField(
        label=gettext_lazy("Your phone number"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    shows_phone = forms.BooleanField(
        label=gettext_lazy("Those who send me on visits may see the number and call me"),
        required=False,
    )
    email = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    quiet_from = forms.ChoiceField(
        label=gettext_lazy("No messages from"), required=False, choices=HOURS
    )
    quiet_until = forms.ChoiceField(label=gettext_lazy("until"), required=False, choices=HOURS)

    def quiet(self) -> tuple[int, int] | None:
        """Her own quiet hours; None when she chose neither or only one of them."""
        start, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (int(start), int(end)) if start and end else None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("quiet_from")) != bool(given.get("quiet_until")):
            self.add_error("quiet_until", _("Choose both hours, or neither."))
        return given


# A language is found by whoever reads it: each stands there in its own letters.
OWN_NAMES = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class SearchForm(forms.Form):
    """The first half of giving a role: which role, and where to look for its place."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, ROLE_NAMES[role]) for role in GIVEN_ROLES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )
    place = forms.CharField(
        label=gettext_lazy("Name or code of the place"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "A village, panchayat, block or district; for a teacher, the school. "
            "Leave it empty to see your own places."
        ),
    )


class PlaceForm(forms.Form):
    """The second half: one of the places found, and from when to when."""

    place = forms.ChoiceField(
        label=gettext_lazy("Place"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("Choose one of the places found."),
        },
    )
    grade = forms.CharField(
        label=gettext_lazy("Class, if only one"),
        required=False,
        max_length=6,
        help_text=gettext_lazy("For a teacher."),
    )
    section = forms.CharField(
        label=gettext_lazy("Section, if only one"), required=False, max_length=10
    )

    def __init__(self, *args: Any, places: Iterable[Area | Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {key_of(place): place for place in places}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (key, place_line(place)) for key, place in self.places.items()
        ]

    def place_arguments(self) -> dict[str, Any]:
        """`area` or `body`, `grade` and `section`, as the use cases take them."""
        chosen = self.places[self.cleaned_data["place"]]
        return {
            "area": chosen if isinstance(chosen, Area) else None,
            "body": chosen if isinstance(chosen, Body) else None,
            "grade": self.cleaned_data["grade"].strip(),
            "section": self.cleaned_data["section"].strip(),
        }


class InviteForm(PlaceForm):
    for_name = forms.CharField(
        label=gettext_lazy("Her or his name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Write the name of the person.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=OWN_NAMES, widget=forms.RadioSelect, initial="en"
    )
    field_order = ("for_name", "language", "place", "grade", "section")


class GiveForm(PlaceForm):
    starts_on = forms.DateField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("The first day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Write the first day."),
            "invalid": gettext_lazy("Write a date."),
        },
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until, if it ends"),
        help_text=gettext_lazy("The last day. Leave it empty when it does not end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write a date.")},
    )


class PassphraseFields(forms.Form):
    """A new passphrase, written twice."""

    passphrase = forms.CharField(
        label=gettext_lazy("A passphrase"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy(
            "At least 12 letters. Four words that only you would put together are good."
        ),
        error_messages={"required": gettext_lazy("Write a passphrase.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same passphrase again"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Write the passphrase again.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("again") and given.get("passphrase") != given["again"]:
            self.add_error("again", gettext_lazy("The two are not the same. Write it again."))
        return given


class CodeField(forms.Form):
    """The half of a link that its person has from whoever asked for it."""

    code = forms.CharField(
        label=gettext_lazy("The code"),
        max_length=20,
        help_text=gettext_lazy(
            "Eight letters and digits, from the person who asked for this link for you."
        ),
        error_messages={"required": gettext_lazy("Write the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class AcceptForm(PassphraseFields, CodeField):
    display_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("As your colleagues call you."),
        error_messages={"required": gettext_lazy("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("code", "display_name", "passphrase", "again")

    def __init__(self, *args: Any, asks_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_code:
            del self.fields["code"]


class NewPassphraseForm(PassphraseFields, CodeField):
    field_order = ("code", "passphrase", "again")


class OldPassphraseForm(forms.Form):
    """The present passphrase, asked again."""

    passphrase = forms.CharField(
        label=gettext_lazy("Your passphrase"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Write your passphrase.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class DropFactorForm(OldPassphraseForm, CodeField):
    field_order = ("code", "passphrase")


class ChangePassphraseForm(PassphraseFields):
    old = forms.CharField(
        label=gettext_lazy("Your present passphrase"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Write your present passphrase.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "passphrase", "again")


class FirstCodeForm(forms.Form):
    """The first code of a new app: it shows that the app holds the secret."""

    code = forms.CharField(
        label=gettext_lazy("The six digits that the app shows now"),
        max_length=12,
        error_messages={"required": gettext_lazy("Write the six digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Your sign-in name"),
        max_length=60,
        help_text=gettext_lazy("A word and a number, such as neem-4821."),
        error_messages={"required": gettext_lazy("Write your sign-in name.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Your passphrase"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Write your passphrase.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def show_passphrase(self) -> None:
        """Let her see what she types: asked for by a press, never so from the start."""
        self.fields["passphrase"].widget = forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        )


class OfferForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Which phone"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("So that you know it again: the colour, or whose it is."),
    )
