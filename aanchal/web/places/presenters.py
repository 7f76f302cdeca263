"""Names of levels of places, and a week in words."""

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.places.models import Area

LEVELS = {
    Area.Level.COUNTRY: gettext_lazy("Country"),
    Area.Level.STATE: gettext_lazy("State"),
    Area.Level.DISTRICT: gettext_lazy("District"),
    Area.Level.BLOCK: gettext_lazy("Block"),
    Area.Level.PANCHAYAT: gettext_lazy("Panchayat or ward"),
    Area.Level.VILLAGE: gettext_lazy("Village"),
}


def week_words(days: list[int]) -> str:
    """ISO weekdays as words; "none" for a school that is open all week."""
    # Django counts from Monday 0.
    return ", ".join(str(WEEKDAYS[d - 1]) for d in sorted(days)) or _("none")
