"""A visit that is, or lately was, in the hands of whoever asks."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from aanchal.kernel.errors import NotFound
from aanchal.watch.models import Visit
from aanchal.watch.queries.flags import get_my_visit
from aanchal.watch.queries.hands import my_past_visit
from aanchal.web.shell.forms import open_once

RECENT = timedelta(days=30)


def open_private(request: HttpRequest, held: Visit) -> HttpResponse:
    """Lead to the private questions, for one press."""
    return redirect(f"{reverse('visit_finding', args=[held.pk])}?t={open_once(request)}")


def in_hand(request: HttpRequest, pk: UUID) -> Visit | HttpResponse:
    """A visit in her hands; or, for one that was, where she should be instead.

    An old page, the back button and a second tap end here: what was done is shown, not refused.
    """
    try:
        return get_my_visit(request.actor, pk=pk)
    except NotFound:
        past = my_past_visit(request.actor, pk=pk)
        if past is None:
            raise
        if past.state == Visit.State.RECORDED:
            return redirect("visit_done", pk=past.pk)
        messages.info(request, _("This visit is not in your hands any more."))
        return redirect("my_visits")
