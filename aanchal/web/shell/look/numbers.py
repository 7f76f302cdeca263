"""Numbers and names as the reader's language writes them."""

import re
from typing import Any

from babel.numbers import format_decimal
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from aanchal.lib.indic.digits import in_digits_of
from aanchal.lib.indic.scripts import language_of_script

# Under this many, a percentage says more than is known: "2 of 3" stands alone.
FEWEST_FOR_PERCENT = 10


MARKUP = re.compile(r"(<[^>]*>|&[^;\s]+;)")


def native_digits(value: Any, language: str = "") -> str:
    """Write the digits of `value` in the script of `language` (default: the reader's).

    For papers; screens keep 0-9. A language that uses 0-9 leaves the text as it is. In safe
    markup the tags and entities are left alone.
    """
    language = (language or get_language() or "en").split("-")[0]
    if not isinstance(value, SafeString):
        return in_digits_of(language, str(value))
    pieces = MARKUP.split(value)
    return SafeString(
        "".join(p if MARKUP.fullmatch(p) else in_digits_of(language, p) for p in pieces)
    )


def grouped(value: int | float | None) -> str:
    """Group the digits of a number as India reads them: 1,00,000. An en dash when unknown."""
    return "–" if value is None else format_decimal(value, locale="en_IN")


def percent(part: int, of: int) -> str:
    """A share with its denominator, as "80% (41 of 51)".

    Below `FEWEST_FOR_PERCENT` only "2 of 3"; of nothing, "none yet". 0% and 100% are said
    only when none or all are meant: 999 of 1,000 is 99%.
    """
    if not of:
        return _("none yet")
    words = {"part": grouped(part), "of": grouped(of)}
    if of < FEWEST_FOR_PERCENT:
        return _("%(part)s of %(of)s") % words
    return _("%(percent)s%% (%(part)s of %(of)s)") % {"percent": whole_percent(part, of), **words}


def whole_percent(part: int, of: int) -> int:
    """The rounded share of `part` in `of` (at least 1), never rounded to 0 or 100."""
    if part in (0, of):
        return 100 * part // of
    return min(99, max(1, round(100 * part / of)))


def in_script(value: Any) -> str:
    """Mark a name with the language of its script, so that it is drawn and read aloud rightly.

    A name written in Latin letters is marked nowhere; each is kept apart from the text
    around it, whatever its direction.
    """
    text = str(value)
    if language := language_of_script(text):
        return format_html('<bdi class="name" lang="{}">{}</bdi>', language, text)
    return format_html('<bdi class="name">{}</bdi>', text)
