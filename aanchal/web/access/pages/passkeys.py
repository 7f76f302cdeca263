"""Passkeys: a second factor that the browser or a key holds, beside the code app."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aanchal.access import sign_in as entry
from aanchal.access.models import User
from aanchal.kernel.errors import NotFound


def passkeys(request: HttpRequest) -> HttpResponse:
    """One's passkeys, and a new one. Making one is the only thing here that needs a script."""
    user = request.user
    assert isinstance(user, User)  # the route asks for a signed-in person
    data = request.POST if request.method == "POST" else None
    form = entry.NewPasskeyForm(data, user=user, initial={"name": ""})
    if data is not None and form.is_valid():
        entry.take_passkey(request, form)
        messages.success(request, _("The passkey is added. You can sign in with it."))
        return redirect("passkeys")
    page = {
        "form": form,
        "passkeys": [{"key": k.pk, "name": k.wrap().name} for k in entry.passkeys_of(user)],
        "passkey_options": entry.new_passkey_options(user),
    }
    return render(request, "access/passkeys.html", page, status=400 if form.errors else 200)


def remove_passkey(request: HttpRequest, key: int) -> HttpResponse:
    """Take a passkey off one's account."""
    assert isinstance(request.user, User)  # the route asks for a signed-in person
    if key not in {held.pk for held in entry.passkeys_of(request.user)}:
        raise NotFound
    if request.method == "POST":
        entry.drop_passkey(request, key)
        messages.success(request, _("The passkey is taken off."))
        return redirect("passkeys")
    page = {
        "title": _("Take this passkey off your account?"),
        "yes": _("Take it off"),
        "cancel_href": reverse("passkeys"),
        "consequences": [_("It does not open your account any more. Your code app still does.")],
    }
    return render(request, "confirm.html", page)
