"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.permissions import Permission, Role
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (
    NavItem(Permission.PERSON_VIEW, "people", _("People")),
    NavItem(Permission.DEVICE_ENROL, "volunteers", _("Volunteers' phones")),
    NavItem(Permission.READING_VIEW, "readings", _("Who opened what")),
)

FIRST_PAGES = {Role.ADMINISTRATOR: "people"}
