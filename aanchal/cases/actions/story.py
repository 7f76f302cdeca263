"""The story of a concern: one line for each thing that was done, and the words somebody wrote for it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.errors import Invalid

from ..models import Concern

MAX_WORDS = 2000


def remember(
    concern: Concern, what: str, *, by: str, at: datetime, words: str = "", **more: Any
) -> None:
    """Add a line to the story of a held concern; whoever calls saves `history`.

    Args:
        by: user id of who did it; "" where the story names nobody.
        more: `to`, `reason` or `kind`, as the line needs them.
    """
    entry = {"what": what, "by": by, "at": at.isoformat(), "words": words, **more}
    concern.history = [*concern.history, entry]


def tidy_words(text: str, *, field: str) -> str:
    """Words that somebody wrote, without blanks around them.

    Raises:
        Invalid: there are none, or too many.
    """
    text = text.strip()
    if not text:
        raise Invalid(_("Write a few words."), field=field)
    if len(text) > MAX_WORDS:
        raise Invalid(_("Write it shorter: at most 2,000 letters."), field=field)
    return text
