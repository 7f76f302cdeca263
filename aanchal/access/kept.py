"""Words that could not be taken because the session was over: kept for their writer, for an hour.

A form that is sent when nobody is signed in any more is refused like every other, but what was
written in it is not lost. It is sealed in the table `access.KeptForm`, found again by a random
cookie of that browser and by a mark that stood in the form itself and says whose page it was, in
which session, at which address. Only the person whose page it was is shown it, after she has signed
in, in that browser. Nobody else can put words there in her name. It is never sent by itself.
Passphrases, codes and files are not kept, and neither is a form with more than `MAX_BYTES`.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from aanchal.kernel.sealing import keyed_hash

from .known import new_token, token_hash
from .models import KeptForm

KEPT_COOKIE = settings.AANCHAL_COOKIE_PREFIX + "aanchal_kept"
WHOSE_FIELD = "whose"
SENT_AGAIN_FIELD = "kept"
LASTS = timedelta(hours=1)
MAX_BYTES = 64 * 1024
MAX_IN_ONE_BROWSER = 5
# A form with one of these is never kept, whatever else is in it.
SECRET_FIELDS = frozenset({"passphrase", "again", "old", "code", "credential", "password"})
ENDED_COOKIE = settings.AANCHAL_COOKIE_PREFIX + "aanchal_ended"
MAX_OF_ONE_PERSON = 20
_FIRST = 40  # letters of a mark before its proof: the person's and the session's
OWN_FIELDS = frozenset({"csrfmiddlewaretoken", WHOSE_FIELD, SENT_AGAIN_FIELD})


@dataclass(frozen=True)
class Kept:
    """One form as it was sent: its address with query, and (name, values) in their order."""

    pk: UUID
    path: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    had_file: bool
    at: datetime


def whose_mark(user_id: str, *, session_key: str, path: str) -> str:
    """The mark of a page of hers, for its forms: it names her to nobody and cannot be made up.

    It holds for the session in which the page was made, and for the page's own address: a mark seen
    once on a shared phone plants nothing later, or elsewhere.
    """
    first = _person_part(user_id) + _session_part(session_key)
    return first + _made_here(first, path)


def is_genuine(mark: str, *, path: str) -> bool:
    """Say whether a mark was made here, for a page of this address."""
    return secrets.compare_digest(mark[_FIRST:].encode(), _made_here(mark[:_FIRST], path).encode())


def _person_part(user_id: str) -> str:
    return keyed_hash(user_id, purpose="access/whose")[:24]


def _session_part(session_key: str) -> str:
    return keyed_hash(session_key, purpose="access/whose-session")[:16]


def _made_here(first: str, path: str) -> str:
    return keyed_hash(f"{first}|{path}", purpose="access/whose-made-here")[:24]


def _is_of_this_browser(request: HttpRequest, mark: str) -> bool:
    """Whether she is signed in here now, or the session of her page was this browser's last one."""
    actor: Any = getattr(request, "actor", None)
    if request.user.is_authenticated and actor is not None:
        return mark[:24] == _person_part(actor.user_id)
    own = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    known = {_session_part(own)} if own else set()
    return mark[24:_FIRST] in known | {_last_session(request)}


def _last_session(request: HttpRequest) -> str:
    """The mark of the session that ended here, as `note_ended` wrote it; "" for none."""
    value = request.COOKIES.get(ENDED_COOKIE, "")
    try:
        return str(signing.loads(value, salt=ENDED_COOKIE, max_age=LASTS)) if value else ""
    except signing.BadSignature:
        return ""


def note_ended(request: HttpRequest, response: HttpResponse) -> None:
    """Remember in the browser which session ended, where Django takes its cookie away.

    Another tab may still hold a page of it with something written.
    """
    own = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if own and not request.user.is_authenticated:
        value = signing.dumps(_session_part(own), salt=ENDED_COOKIE)
        _set_cookie(response, ENDED_COOKIE, value)


def keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Keep what a POST says, and let the browser know it again by `response`.

    Returns:
        Whether anything was kept. Nothing is when it says nobody's words, holds a secret, or is
        too large.
    """
    mark = request.POST.get(WHOSE_FIELD, "")
    if not is_genuine(mark, path=request.path) or SECRET_FIELDS & set(request.POST):
        return False
    if not _is_of_this_browser(request, mark):
        return False
    fields = [(k, list(v)) for k, v in request.POST.lists() if k not in OWN_FIELDS]
    if sum(len(k) + sum(map(len, v)) for k, v in fields) > MAX_BYTES:
        return False
    token = request.COOKIES.get(KEPT_COOKIE) or new_token()
    form = {"path": request.get_full_path(), "fields": fields, "had_file": bool(request.FILES)}
    browser, now = token_hash(token, purpose="kept"), timezone.now()
    whose = mark[:24]
    KeptForm.objects.create(browser_hash=browser, whose=whose, form=form, kept_at=now)
    for rows, most in (
        (KeptForm.objects.filter(browser_hash=browser), MAX_IN_ONE_BROWSER),
        (KeptForm.objects.filter(whose=whose), MAX_OF_ONE_PERSON),
    ):
        newest = rows.order_by("-kept_at", "-pk").values_list("pk", flat=True)
        KeptForm.objects.filter(pk__in=list(newest[most:])).delete()
    _set_cookie(response, KEPT_COOKIE, token)
    return True


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def drop_cookies(response: HttpResponse) -> None:
    """Let the browser forget what is kept for it, and which session ended in it."""
    response.delete_cookie(KEPT_COOKIE)
    response.delete_cookie(ENDED_COOKIE)


def is_kept_for_later(request: HttpRequest) -> bool:
    """Say whether a form with a stale token came from a page of ours that was her own.

    The browser itself names the page's origin; no page of another site can make it say ours. A
    form that was another person's page, who is not the one signed in now, is not kept.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    actor: Any = getattr(request, "actor", None)
    if actor is None or not actor.user_id:
        return True
    return request.POST.get(WHOSE_FIELD, "")[:24] == _person_part(actor.user_id)


def is_kept_for(request: HttpRequest) -> bool:
    """Say whether something waits here for the signed-in person; no query without the cookie."""
    return _hers(request).exists() if KEPT_COOKIE in request.COOKIES else False


def kept_for(request: HttpRequest) -> list[Kept]:
    """What waits in this browser for the person who is signed in, newest first."""
    return [
        Kept(
            pk=row.pk,
            path=row.form["path"],
            fields=tuple((name, tuple(values)) for name, values in row.form["fields"]),
            had_file=row.form["had_file"],
            at=row.kept_at,
        )
        for row in _hers(request).order_by("-kept_at", "-pk")
    ]


def forget(request: HttpRequest, *, pks: Iterable[str] | None = None) -> None:
    """Throw away what is kept in this browser: those of hers named by `pks`, or everybody's."""
    if pks is None:
        _here(request).delete()
        return
    keys = []
    for pk in pks:
        try:
            keys.append(UUID(pk))
        except ValueError:
            continue
    _hers(request).filter(pk__in=keys).delete()


def clear_expired(*, at: datetime) -> None:
    """Delete what is older than its hour."""
    KeptForm.objects.filter(kept_at__lte=at - LASTS).delete()


def _here(request: HttpRequest) -> QuerySet[KeptForm]:
    token = request.COOKIES.get(KEPT_COOKIE, "")
    return KeptForm.objects.filter(browser_hash=token_hash(token, purpose="kept"))


def _hers(request: HttpRequest) -> QuerySet[KeptForm]:
    actor: Any = getattr(request, "actor", None)
    if actor is None or not actor.user_id:
        return KeptForm.objects.none()
    since = timezone.now() - LASTS
    return _here(request).filter(whose=_person_part(actor.user_id), kept_at__gt=since)
