"""Pages behind single-use links. Opening one shows a neutral button and nothing else."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from aanchal.access import actions, demo
from aanchal.access import sign_in as entry
from aanchal.access.known import remember_device
from aanchal.access.links import device_behind, invitation_behind, reset_behind
from aanchal.access.models import CredentialReset
from aanchal.access.queries.accounts import roles_ever_given
from aanchal.access.roles import DEVICE_ROLES, ROLE_NAMES, Role
from aanchal.kernel.errors import Invalid

from ..forms import AcceptForm, DropFactorForm, NewPassphraseForm, OldPassphraseForm
from ..presenters.rows import place_words

WELCOME = "welcome"


ONLY_OPEN = "open"


@sensitive_post_parameters()
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by an invitation."""
    if request.method == "GET":
        return _button(request, _("Your invitation"), _("Open the invitation"))
    now = timezone.now()
    with transaction.atomic():
        invitation = invitation_behind(token, at=now)
    asks_code = bool(invitation.code_hash)
    page = {
        "role_name": ROLE_NAMES[Role(invitation.role)],
        "place": place_words(invitation),
        "by_phone": invitation.role in DEVICE_ROLES,
    }
    if "passphrase" not in request.POST:
        form = AcceptForm(initial={"display_name": invitation.for_name}, asks_code=asks_code)
        return render(request, "access/accept.html", {"form": form, **page})
    form = AcceptForm(request.POST, asks_code=asks_code)
    if form.is_valid():
        try:
            made = actions.accept_invitation(
                request.actor,
                token=token,
                code=form.cleaned_data.get("code", ""),
                display_name=form.cleaned_data["display_name"].strip(),
                passphrase=form.cleaned_data["passphrase"],
                at=now,
            )
        except Invalid as error:
            form.add_error(str(error.details.get("field", "passphrase")), str(error))
        else:
            request.session[WELCOME] = made.user.username
            response = redirect("welcome")
            if made.device_token:
                remember_device(request, response, made.device_token)
            entry.speak(response, made.user.language)
            return response
    return render(request, "access/accept.html", {"form": form, **page}, status=400)


def welcome(request: HttpRequest) -> HttpResponse:
    """The sign-in name just given, to be written down; then the way in."""
    name = request.session.get(WELCOME)
    if not name:
        return redirect("sign_in")
    return render(request, "access/welcome.html", {"username": name})


@sensitive_post_parameters()
def enrol_device(request: HttpRequest, token: str) -> HttpResponse:
    """Make this phone a volunteer's own; it takes her passphrase besides the link."""
    if request.method == "GET":
        return _button(request, _("This phone"), _("Use this phone for your work"))
    with transaction.atomic():
        device = device_behind(token, at=timezone.now())
    if "passphrase" not in request.POST:
        return render(request, "access/enrol_device.html", {"form": OldPassphraseForm()})
    form = OldPassphraseForm(request.POST)
    if form.is_valid():
        herself = entry.whose_passphrase(
            request, user=device.user, passphrase=form.cleaned_data["passphrase"], any_phone=True
        )
        if herself is not None:
            made = actions.enrol_device(herself, token=token, at=timezone.now())
            response = redirect("sign_in")
            remember_device(request, response, made.token)
            entry.speak(response, made.record.user.language)
            return response
        form.add_error("passphrase", _("This did not work. Look at your passphrase."))
    return render(request, "access/enrol_device.html", {"form": form}, status=400)


@sensitive_post_parameters()
def reset_credential(request: HttpRequest, token: str) -> HttpResponse:
    """A new passphrase, or the way out of a lost second factor."""
    if request.method == "GET":
        return _button(request, _("Your account"), _("Go on"))
    now = timezone.now()
    with transaction.atomic():
        reset = reset_behind(token, at=now)
    if reset.kind != CredentialReset.Kind.SECOND_FACTOR:
        return _choose_passphrase(request, token)
    return _drop_second_factor(request, token, reset)


def _choose_passphrase(request: HttpRequest, token: str) -> HttpResponse:
    if "passphrase" not in request.POST:
        return render(request, "access/new_passphrase.html", {"form": NewPassphraseForm()})
    form = NewPassphraseForm(request.POST)
    if form.is_valid():
        try:
            user = actions.choose_passphrase(
                request.actor,
                token=token,
                code=form.cleaned_data["code"],
                passphrase=form.cleaned_data["passphrase"],
                at=timezone.now(),
            )
        except Invalid as error:
            form.add_error(str(error.details.get("field", "passphrase")), str(error))
        else:
            request.session[WELCOME] = user.username
            return redirect("welcome")
    return render(request, "access/new_passphrase.html", {"form": form}, status=400)


def _drop_second_factor(request: HttpRequest, token: str, reset: CredentialReset) -> HttpResponse:
    if "passphrase" not in request.POST:
        return render(request, "access/drop_second_factor.html", {"form": DropFactorForm()})
    form = DropFactorForm(request.POST)
    if form.is_valid():
        herself = entry.whose_passphrase(
            request, user=reset.user, passphrase=form.cleaned_data["passphrase"]
        )
        if herself is None:
            form.add_error("passphrase", _("This did not work. Look at your passphrase."))
        else:
            try:
                actions.drop_second_factor(
                    herself, token=token, code=form.cleaned_data["code"], at=timezone.now()
                )
            except Invalid as error:
                form.add_error("code", str(error))
            else:
                return redirect("sign_in")
    return render(request, "access/drop_second_factor.html", {"form": form}, status=400)


def enter_demo(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in as a made-up person; anything but a good link here and now is not there at all."""
    link = demo.demo_link_behind(request, token)
    if request.method == "POST":
        return entry.sign_in_by_demo_link(request, token)
    names = sorted(str(ROLE_NAMES[role]) for role in roles_ever_given(link.user))
    return render(request, "access/demo.html", {"role_name": ", ".join(names)})


def _button(request: HttpRequest, title: object, act: object) -> HttpResponse:
    """The same page whatever the link: a program that opens links learns and uses up nothing."""
    return render(request, "access/link.html", {"title": title, "act": act, "step": ONLY_OPEN})
