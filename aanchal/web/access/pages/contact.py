"""How a person is reached: her own address and number, confirmed by a code, and her quiet hours."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.access.models import User
from aanchal.kernel.errors import Invalid, TooMany, WrongState
from aanchal.notices import channels, wording
from aanchal.notices.actions import confirm_contact, make_contact_code, set_contact
from aanchal.notices.queries.contacts import contact_of
from aanchal.web.shell.forms import add_form_error

from ..forms import ContactForm


def my_contact(request: HttpRequest) -> HttpResponse:
    """Address, number and quiet hours; what is new is confirmed by a code that is sent there."""
    user = request.user
    assert isinstance(user, User)
    step = request.POST.get("step", "")
    held = contact_of(request.actor)
    hours = (held.quiet_from, held.quiet_until) if held else (None, None)
    form = ContactForm(
        request.POST if step == "save" else None,
        initial={
            "phone": held.phone if held else "",
            "email": held.email if held else "",
            "shows_phone": held.shows_phone if held else False,
            "quiet_from": "" if hours[0] is None else str(hours[0]),
            "quiet_until": "" if hours[1] is None else str(hours[1]),
        },
    )
    if request.method == "POST":
        answer = _act(request, user, step, form)
        if answer is not None:
            return answer
    context = {"form": form, "ways": _ways(held) if step != "save" else []}
    return render(request, "access/contact.html", context, status=400 if form.errors else 200)


def _act(request: HttpRequest, user: User, step: str, form: ContactForm) -> HttpResponse | None:
    now = timezone.now()
    channel = "email" if request.POST.get("channel") == "email" else "text"
    try:
        if step == "save":
            if not form.is_valid():
                return None
            held = set_contact(
                request.actor,
                user=user,
                email=form.cleaned_data["email"],
                phone=form.cleaned_data["phone"],
                shows_phone=form.cleaned_data["shows_phone"],
                quiet=form.quiet(),
                at=now,
            )
            messages.success(request, _("This is kept."))
            if held.email and not held.email_confirmed_on and not held.email_code_hash:
                _send_code(request, user, "email")
            elif held.phone and not held.phone_confirmed_on and not held.phone_code_hash:
                _send_code(request, user, "text")
        elif step == "send":
            _send_code(request, user, channel)
        elif step == "confirm":
            code = request.POST.get("code", "")
            if confirm_contact(request.actor, user=user, channel=channel, code=code, at=now):
                messages.success(request, _("This is right: you will be told there."))
            else:
                messages.warning(request, _("This code is not right. Look at it again."))
    except Invalid as error:
        add_form_error(form, error)
        return None
    except (TooMany, WrongState) as error:
        messages.warning(request, str(error))
    return redirect("my_contact")


def _send_code(request: HttpRequest, user: User, channel: str) -> None:
    if channel not in channels.channels_open():
        return
    code = make_contact_code(request.actor, user=user, channel=channel, at=timezone.now())
    held = contact_of(request.actor)
    assert held is not None
    try:
        channels.send(
            channel,
            to=held.email if channel == "email" else held.phone,
            subject=wording.subject(language=user.language),
            text=wording.code_text(code, language=user.language),
        )
    except channels.NotSent:
        messages.warning(request, _("The code could not be sent. Try again in a while."))
    else:
        messages.success(request, _("A code was sent. It comes within a few minutes."))


def _ways(held: Any) -> list[dict[str, Any]]:
    """Her address and her number, each with whether messages go there."""
    if held is None:
        return []
    is_open = channels.channels_open()
    ways = (
        ("text", held.phone, held.phone_confirmed_on, held.phone_code_hash),
        ("email", held.email, held.email_confirmed_on, held.email_code_hash),
    )
    return [
        {
            "channel": channel,
            "to": to,
            "confirmed_on": day,
            "was_sent": bool(code),
            "is_open": channel in is_open,
        }
        for channel, to, day, code in ways
        if to
    ]
