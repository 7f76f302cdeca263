"""Whether somebody who works with us may have a part in it: asked kindly, and answered by a name.

Nobody is shown a list of colleagues: a name is written, and people of the district whose name is
like it are offered. Whoever does not want to choose may leave it at words.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.models import User
from aanchal.access.queries import roles_held
from aanchal.access.roles import ROLE_NAMES
from aanchal.cases import actions
from aanchal.cases.queries import colleagues_like
from aanchal.kernel.errors import TooMany
from aanchal.kernel.sealing import keyed_hash
from aanchal.places.models import Area
from aanchal.web.shell.forms import ChoiceRows

YES, NO, UNSURE = "yes", "no", "unsure"


NOT_LISTED = "not_listed"


# Fields of the step that asks which of them; the rest of the form is carried along.
OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "person"})


PART_FIELDS = OWN_FIELDS | {"part", "who", "asked"}


def implicated_question() -> forms.ChoiceField:
    """The question; nothing is chosen beforehand."""
    return ChoiceRows(
        label=gettext_lazy(
            "May somebody who works with us or with the school have a part in it, or be family?"
        ),
        help_text=gettext_lazy("You need not be sure. She or he will not learn that you said so."),
        choices=[
            (NO, gettext_lazy("No")),
            (YES, gettext_lazy("Yes, that may be")),
            (UNSURE, gettext_lazy("I do not know")),
        ],
        error_messages={
            "required": gettext_lazy(
                "Say whether somebody who works with us may have a part in it."
            )
        },
    )


def implicated_name() -> forms.CharField:
    """The name of such a person, as far as one wants to say it."""
    return forms.CharField(
        label=gettext_lazy("If so: her or his name, as you know it"),
        help_text=gettext_lazy("You may leave this empty."),
        required=False,
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class PartForm(forms.Form):
    """Both on a page of their own, where only the answers before it showed the danger."""

    part = implicated_question()
    who = implicated_name()


@dataclass
class Implicated:
    """What was said, or the page that must still be answered.

    Args:
        page: a page to be shown first; nothing is written yet.
    """

    people: list[User] = field(default_factory=list)
    words: str = ""
    may_implicate: bool = False
    page: HttpResponse | None = None

    def said(self) -> dict[str, Any]:
        """As keyword arguments of `raise_concern` and `record_visit`."""
        return {
            "implicated": self.people,
            "implicated_words": self.words,
            "may_implicate": self.may_implicate,
        }


class NameForm(forms.Form):
    """The name of somebody who works with us, by which she is looked for."""

    who = forms.CharField(
        label=gettext_lazy("Her or his name"),
        help_text=gettext_lazy(
            "At least three letters. Only people of this district are looked for."
        ),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write the name.")},
    )


class PersonForm(forms.Form):
    """Which of the people whose name is like the one written."""

    person = ChoiceRows(
        label=gettext_lazy("Is it one of them?"),
        error_messages={"required": gettext_lazy("Choose one, or say that it is none of them.")},
    )

    def __init__(
        self, *args: Any, people: list[User], roles: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            *(
                (str(p.pk), " · ".join(filter(None, (p.get_full_name(), roles.get(str(p.pk))))))
                for p in people
            ),
            (NOT_LISTED, _("None of them")),
        ]


def implicated_in_words(cleaned: dict[str, Any]) -> Implicated:
    """What the answers say of people who may have a part in it, where nobody is looked up."""
    if cleaned.get("part") != YES:
        return Implicated()
    return Implicated(words=" ".join(cleaned.get("who", "").split()), may_implicate=True)


def implicated_from(
    request: HttpRequest, area: Area, cleaned: dict[str, Any], *, at: datetime
) -> Implicated:
    """What the answers say of people who may have a part in it.

    Args:
        cleaned: with `part` and `who`, as the two fields above gave them.
    """
    if cleaned.get("part") != YES:
        return Implicated()
    words = " ".join(cleaned.get("who", "").split())
    try:
        people = search_colleagues(request, area, words, at=at)
    except TooMany:
        # A concern is never held up: what was written is kept as words.
        people = []
    if not people:
        return Implicated(words=words, may_implicate=True)
    asked = is_second_step(request)
    form = PersonForm(request.POST if asked else None, people=people, roles=roles_of(people, at=at))
    if form.is_valid():
        key = form.cleaned_data["person"]
        chosen = [p for p in people if str(p.pk) == key]
        return Implicated(people=chosen, words="" if chosen else words, may_implicate=True)
    page = render(
        request,
        "concerns/which_person.html",
        {
            "form": form,
            "carry": [
                *carried(request, OWN_FIELDS | {"asked"}),
                ("asked", asked_mark(request, area, words)),
            ],
            "words": words,
            "hints": {NOT_LISTED: _("Or I would rather not say. Only my words are kept.")},
        },
        status=400 if asked else 200,
    )
    return Implicated(page=page)


def search_colleagues(request: HttpRequest, area: Area, words: str, *, at: datetime) -> list[User]:
    """People whose name is like some words; counted once in a form of two steps.

    Raises:
        TooMany: she has looked for many names.
    """
    if constant_time_compare(request.POST.get("asked", ""), asked_mark(request, area, words)):
        return colleagues_like(area, words, at=at)
    return actions.search_colleagues(request.actor, area=area, words=words, at=at)


def asked_mark(request: HttpRequest, area: Area, words: str) -> str:
    """What the second step sends back: this search was counted already, for this person."""
    return keyed_hash(f"{request.actor.user_id}|{area.pk}|{words}", purpose="web/colleagues")[:32]


def is_second_step(request: HttpRequest) -> bool:
    """Whether the people were shown already, and one of them is to be chosen now."""
    return bool("person" in request.POST or request.POST.get("asked"))


def implicated_asked(
    request: HttpRequest, area: Area, *, danger: dict[str, Any] | None, at: datetime
) -> Implicated:
    """The same, asked on a page of its own when it was not asked before.

    Args:
        danger: whom to call and what the law asks, as `danger_help` says it.
    """
    asked = request.POST.get("asked_part") == "yes"
    form = PartForm(request.POST if asked else None)
    if form.is_valid():
        return implicated_from(request, area, form.cleaned_data, at=at)
    carry = [x for x in carried(request, PART_FIELDS) if x[0] != "asked_part"]
    page = render(
        request,
        "visits/more.html",
        {"form": form, "danger": danger, "carry": [*carry, ("asked_part", "yes")]},
        status=400 if asked else 200,
    )
    return Implicated(page=page)


def carried(request: HttpRequest, own: frozenset[str]) -> list[tuple[str, str]]:
    """What a form sent, to be sent along by the next one, without the fields of that one."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own
        for value in values
    ]


def roles_of(people: list[User], *, at: datetime) -> dict[str, str]:
    """In a few words what each person does, by her key; one query."""
    return {
        user: ", ".join(sorted(str(ROLE_NAMES[role]) for role in roles))
        for user, roles in roles_held(people, at=at).items()
    }
