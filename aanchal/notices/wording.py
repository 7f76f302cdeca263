"""The words of messages that leave: a count, the address of the site, a reference. Nothing else."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def site_address() -> str:
    """The address of the site, as messages carry it."""
    if settings.AANCHAL_SITE_ADDRESS:
        return str(settings.AANCHAL_SITE_ADDRESS)
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}/"


def waiting_text(count: int, *, language: str) -> str:
    """ "3 things wait for you. http://…", in the reader's language."""
    with translation.override(language):
        said = ngettext("%(count)d thing waits for you.", "%(count)d things wait for you.", count)
        return f"{said % {'count': count}} {site_address()}"


def code_text(code: str, *, language: str) -> str:
    """The code that confirms an address or a number."""
    with translation.override(language):
        return f"{_('Your code: %(code)s') % {'code': code}} {site_address()}"


def outside_text(references: Sequence[str], *, language: str) -> str:
    """To the office outside: something waits there that nobody has opened; what to ask for."""
    with translation.override(language):
        said = _("Something has waited too long here and nobody has opened it. Please ask us for:")
        return f"{said} {', '.join(references)} {site_address()}"


def locked_text(*, language: str) -> str:
    """To who runs the site: it is locked, and something waits past its time."""
    with translation.override(language):
        said = _("Something waits past its time, and the site is locked. Unlock it.")
        return f"{said} {site_address()}"


def subject(*, language: str) -> str:
    """The neutral subject of an e-mail."""
    with translation.override(language):
        return _("Something waits for you")
