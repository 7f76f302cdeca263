"""Saying that a concern is about another kind of harm too."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.cases.actions import name_kind
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.cases.queries import get_concern
from aanchal.kernel.errors import WrongState
from aanchal.kernel.permissions import Permission, require

from ..forms import ChoiceRows
from .concern import step_page


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


def kind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a concern is about another kind of harm too."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, Permission.CONCERN_TAKE_UP, held)
    form = KindForm(request.POST or None, held=held)
    if form.is_valid():
        try:
            name_kind(
                request.actor, concern=held, kind=form.cleaned_data["kind"], at=timezone.now()
            )
        except WrongState as error:
            messages.warning(request, str(error))
        return redirect("concern", pk=held.pk)
    return step_page(
        request,
        held,
        form,
        title=_("It is about something else too"),
        body=_(
            "What it was told as stays beside it. Its page then says whom to call and what the law "
            "asks for this too; where the law asks for silence it is sealed for its team. It cannot "
            "be taken away again: if it was a mistake, write a note."
        ),
        send=_("Write it down"),
    )
