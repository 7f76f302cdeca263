"""The ways out: e-mail by SMTP, texts by one HTTP gateway, and the log in a demo.

What goes out is a count and the address of the site. The sender is neutral, set by the operator.
Nothing is sent to anybody but the gateway and the mail server named in the settings; redirections
are not followed. An error is raised as `NotSent`, with its kind and never its text.
"""

import json
import logging
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote_plus, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from aanchal.kernel.models import Deployment

TIMEOUT_SECONDS = 20
log = logging.getLogger("aanchal.notices")


class NotSent(Exception):
    """A message did not leave; `args[0]` is the kind of error."""


def channels_open() -> frozenset[str]:
    """The channels by which messages can leave this installation."""
    if _is_demo():
        return frozenset({"email", "text"})
    found = set()
    if settings.AANCHAL_SMTP_URL:
        found.add("email")
    if settings.AANCHAL_TEXT_GATEWAY_URL:
        found.add("text")
    return frozenset(found)


def send(channel: str, *, to: str, subject: str, text: str) -> None:
    """Send one message, and come back when the server or the gateway has taken it.

    Raises:
        NotSent: it was not taken, or the answer did not come in time.
    """
    if _is_demo():
        # A made-up district writes to nobody; what would be said is seen here.
        log.info("a notice by %s: %s", channel, text)
        return
    try:
        if channel == "email":
            _send_email(to, subject, text)
        else:
            _send_text(to, text)
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(type(error).__name__) from None


def _is_demo() -> bool:
    return Deployment.objects.filter(is_demo=True).exists()


def _send_email(to: str, subject: str, text: str) -> None:
    url = urlsplit(settings.AANCHAL_SMTP_URL)
    server = EmailBackend(
        host=url.hostname or "localhost",
        port=url.port or (465 if url.scheme == "smtps" else 587),
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_ssl=url.scheme == "smtps",
        use_tls=url.scheme == "smtp+starttls",
        timeout=TIMEOUT_SECONDS,
    )
    message = EmailMessage(
        subject, text, from_email=settings.AANCHAL_MAIL_FROM, to=[to], connection=server
    )
    if not message.send():
        raise NotSent("refused")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def text_request(to: str, text: str) -> urllib.request.Request:
    """The request that asks the gateway for one text, from the settings.

    The body's template holds {to} and {text}; they are written as JSON when the template is JSON,
    and as form fields otherwise.
    """
    template = settings.AANCHAL_TEXT_GATEWAY_BODY
    as_json = template.lstrip().startswith("{") and '"' in template
    headers = {
        "Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded"
    }
    headers |= json.loads(settings.AANCHAL_TEXT_GATEWAY_HEADERS or "{}")
    values = {"to": to, "text": text}

    def put_in(found: re.Match[str]) -> str:
        value = values[found[1]]
        return json.dumps(value)[1:-1] if as_json else quote_plus(value)

    body = re.sub(r"\{(to|text)\}", put_in, template)
    return urllib.request.Request(  # noqa: S310 - the operator's own address, checked below
        settings.AANCHAL_TEXT_GATEWAY_URL, data=body.encode(), headers=headers, method="POST"
    )


def _send_text(to: str, text: str) -> None:
    request = text_request(to, text)
    if request.type not in ("http", "https"):
        raise NotSent("not http")
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    if not 200 <= status < 300:
        raise NotSent(f"HTTP {status}")


def is_mail(address: str) -> bool:
    """Whether a contact in the settings is an e-mail address; else it is a number."""
    return "@" in address
