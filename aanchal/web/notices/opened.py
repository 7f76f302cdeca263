"""A notice is seen once the page it leads to is opened."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from aanchal.notices.actions import note_opened
from aanchal.notices.queries.ladders import is_news_to


def opened(request: HttpRequest, kind: str, held: Any) -> None:
    """Note that she opened what she was told of, so that it is not passed on too early."""
    key = str(held.pk)
    if is_news_to(request.actor, kind=kind, key=key, district=held.district):
        note_opened(request.actor, kind=kind, of=held, key=key, at=timezone.now())
