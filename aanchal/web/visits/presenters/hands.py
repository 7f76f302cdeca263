"""A visit that is, or lately was, in the hands of whoever asks."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.kernel.errors import NotFound
from aanchal.watch.models import Visit
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.flags import get_my_recent_visit, get_my_visit
from aanchal.watch.queries.hands import my_past_visit, visit_of_ended_role
from aanchal.web.shell.forms import open_once

RECENT = timedelta(days=30)


def open_private(request: HttpRequest, held: Visit) -> HttpResponse:
    """Lead to the private questions, for one press."""
    return redirect(f"{reverse('visit_finding', args=[held.pk])}?t={open_once(request)}")


def home_of_visits(request: HttpRequest) -> str:
    """Her list of visits; home for whoever is no volunteer anywhere any more."""
    return "my_visits" if may_anywhere(request.actor, WatchPermission.VISIT_HAND_BACK) else "home"


def written_visit(request: HttpRequest, pk: UUID, *, at: datetime) -> tuple[Visit, Actor]:
    """A visit that she wrote, and as whom she puts it right.

    Where her role has ended since, or the family lives elsewhere, that is she with the role with
    which she was sent, as long as she may put it right.

    Raises:
        NotFound: any other.
    """
    with suppress(NotFound):
        return get_my_recent_visit(request.actor, pk=pk, since=at - RECENT), request.actor
    ended = visit_of_ended_role(request.actor, pk=pk, at=at)
    if ended is None or ended.visit.state != Visit.State.RECORDED:
        raise NotFound
    return ended


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
