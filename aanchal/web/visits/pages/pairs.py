"""Two who go together, and houses to which a volunteer does not go again unless she says so."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.access import one_of
from aanchal.kernel.errors import NotFound
from aanchal.watch.actions import leave_pair, say_will_go
from aanchal.watch.queries.hands import my_unsafe_houses, my_visits_along

from ..presenters.pairs import unsafe_house


def along(request: HttpRequest, pk: UUID) -> HttpResponse:
    """ "I do not go along": then nobody goes, and no question is asked."""
    held = one_of(my_visits_along(request.actor), pk)
    if held is None:
        raise NotFound
    if request.method == "POST":
        because = request.POST.get("because", "")
        leave_pair(request.actor, visit=held, because=because, at=timezone.now())
        messages.success(
            request, _("Thank you for saying so. Nobody goes until your coordinator sends two.")
        )
        return redirect("my_visits")
    return render(
        request, "visits/hand_back.html", {"cancel_href": reverse("my_visits"), "along": held}
    )


def go_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """She says that she will go again to a house that was not safe for her, or takes that back."""
    held = one_of(my_unsafe_houses(request.actor), pk)
    if held is None:
        raise NotFound
    if request.method == "POST":
        will_go = request.POST.get("will_go") == "yes"
        say_will_go(request.actor, visit=held, will_go=will_go, at=timezone.now())
        said = (
            _("You may be sent there again, with another. You can take this back at any time.")
            if will_go
            else _("You are not sent there any more.")
        )
        messages.success(request, said)
        return redirect("my_visits")
    return render(
        request,
        "visits/go_again.html",
        {
            "house": unsafe_house(held),
            "will_go": held.will_go_at is not None,
            "cancel_href": reverse("my_visits"),
        },
    )
