"""What a place or a school is called in the reader's language."""

from typing import Any

from django.utils.translation import get_language


def local_name(place: Any) -> str:
    """A place's name in its own script when the page is in one, else in Latin letters."""
    if place is None:
        return ""
    own = (get_language() or "en") != "en" and place.local_name
    return str(own or place.name)
