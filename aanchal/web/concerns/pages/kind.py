"""Saying that a concern is about another kind of harm too."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.cases.actions import name_kind
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import get_concern
from aanchal.kernel.authz import require
from aanchal.kernel.errors import WrongState

from ..forms import KindForm
from ..presenters.steps import step_page


def kind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a concern is about another kind of harm too."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
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
