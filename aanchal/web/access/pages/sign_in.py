"""Coming in and going out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from aanchal.access import kept
from aanchal.access import sign_in as entry
from aanchal.access.actions import note_failed_sign_in, set_language
from aanchal.access.known import devices_of
from aanchal.access.links import nobody
from aanchal.access.models import User

from ..forms import SignInForm

# One sentence for everybody who does not come in, so that it tells nobody why.
NOT_IN = _(
    "This did not work. Look at your sign-in name and your passphrase. After several wrong tries "
    "wait 15 minutes. A volunteer signs in on her own phone only."
)


@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and passphrase; whoever is in already goes to her page."""
    if request.method == "GET":
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        first = {"next": request.GET.get("next", ""), "username": _only_one_here(request)}
        return render(request, "access/sign_in.html", {"form": SignInForm(initial=first)})
    if "show" in request.POST:
        return _shown(request)
    form = SignInForm(request.POST)
    if form.is_valid():
        there = entry.give_passphrase(
            request,
            username=form.cleaned_data["username"],
            passphrase=form.cleaned_data["passphrase"],
            next_path=form.cleaned_data["next"],
        )
        if there is not None:
            return there
        form.add_error(None, NOT_IN)
    return render(request, "access/sign_in.html", {"form": form}, status=400)


def _shown(request: HttpRequest) -> HttpResponse:
    """Without a script: the same form, its passphrase to be read; nobody is let in or refused."""
    form = SignInForm(initial={name: request.POST.get(name, "") for name in SignInForm.base_fields})
    if request.POST["show"] == "yes":
        form.show_passphrase()
    page = {"form": form, "is_shown": request.POST["show"] == "yes"}
    return render(request, "access/sign_in.html", page)


@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code, after the passphrase was right."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    stage = entry.pending_second_factor(request)
    if stage is None or not isinstance(stage.login.user, User):
        return redirect("sign_in")
    user = stage.login.user
    if request.method == "POST" and "credential" in request.POST:
        passkey = entry.PasskeyForm(user=user, data=request.POST)
        if passkey.is_valid():
            passkey.confirm(request)
            return stage.exit()
        note_failed_sign_in(nobody(), user=user, step="passkey")
        form = entry.SecondFactorForm(user=user)
        return _ask_second_factor(request, user, form, trouble=passkey.errors["credential"])
    if request.method == "GET":
        return _ask_second_factor(request, user, entry.SecondFactorForm(user=user))
    form = entry.SecondFactorForm(user=user, data=request.POST)
    if form.is_valid():
        form.confirm(request, again=False)
        return stage.exit()
    note_failed_sign_in(nobody(), user=user, step="second_factor")
    return _ask_second_factor(request, user, form)


def _ask_second_factor(
    request: HttpRequest, user: User, form: entry.SecondFactorForm, *, trouble: Any = ()
) -> HttpResponse:
    page = {"form": form, "passkey_options": entry.passkey_options(user), "trouble": trouble}
    status = 400 if form.errors or trouble else 200
    return render(request, "access/second_factor.html", page, status=status)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Go out, from this browser; what it kept for her is thrown away."""
    kept.forget(request)
    entry.sign_out(request)
    response = redirect("sign_in")
    kept.drop_cookies(response)
    return response


def cannot_sign_in(request: HttpRequest) -> HttpResponse:
    """What to do when one cannot come in; it asks nothing, so it can tell nothing."""
    return render(request, "access/cannot_sign_in.html")


def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages on this browser, and of the account when signed in."""
    language = request.POST.get("language", "")
    there = entry.safe_path(request, request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL
    response = redirect(there)
    if language in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            set_language(request.actor, user=request.user, language=language)
        entry.speak(response, language)
    return response


def _only_one_here(request: HttpRequest) -> str:
    """The sign-in name to offer: of the only volunteer whose phone this is."""
    held = devices_of(request)
    return held[0].user.username if len(held) == 1 else ""
