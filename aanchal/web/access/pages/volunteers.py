"""Phones of volunteers, for those who look after them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import actions
from aanchal.access.queries.accounts import devices_of, get_device, get_volunteer, volunteers_listed
from aanchal.kernel.errors import Invalid
from aanchal.people.find_staff import people_like

from ..forms import OfferForm
from ..presenters.rows import PAGE, offered_link, place_words


def volunteers(request: HttpRequest) -> HttpResponse:
    """Volunteers of one's places, each with the number of her phones; looked for by name."""
    found = volunteers_listed(request.actor, at=timezone.now())
    name = request.POST.get("name", "").strip()[:60]
    listed = people_like(found, name) if name else found
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "person": person,
            "places": ", ".join(place_words(grant) for grant in person.live),  # type: ignore[attr-defined]
            "phones": len(person.in_use),  # type: ignore[attr-defined]
        }
        for person in page
    ]
    return render(request, "access/volunteers.html", {"page": page, "rows": rows, "name": name})


def volunteer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One volunteer's phones, and a new one for her."""
    one = get_volunteer(request.actor, pk=pk)
    form = OfferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.offer_device(
                request.actor, user=one, name=form.cleaned_data["name"], at=timezone.now()
            )
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            return offered_link(
                request,
                reverse("enrol_device", args=[made.token]),
                until=made.record.enrol_expires_at,
                back=reverse("volunteer", args=[one.pk]),
                advice=_("Open it on her phone, with her beside you. It works once."),
            )
    page = {
        "person": one,
        "form": form,
        "devices": devices_of(one),
        "is_self": str(one.pk) == request.actor.user_id,
        "now": timezone.now(),
    }
    return render(request, "access/volunteer.html", page, status=400 if form.errors else 200)


def revoke_device(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a phone off a volunteer's account."""
    device = get_device(request.actor, pk=pk)
    back = reverse("volunteer", args=[device.user_id])
    if request.method == "POST":
        actions.revoke_device(request.actor, device=device, at=timezone.now())
        messages.success(request, _("The phone is taken off the account."))
        return redirect(back)
    page = {
        "title": _("Take this phone off the account?"),
        "yes": _("Take the phone off"),
        "cancel_href": back,
        "consequences": [_("Nobody can sign in as this volunteer on that phone any more.")],
    }
    return render(request, "confirm.html", page)
