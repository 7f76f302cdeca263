"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.access.permissions import AccessPermission
from aanchal.access.roles import Role
from aanchal.people.permissions import PeoplePermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (
    NavItem(AccessPermission.PERSON_VIEW, "people", _("People")),
    NavItem(AccessPermission.DEVICE_ENROL, "volunteers", _("Volunteers' phones")),
    NavItem(PeoplePermission.READING_VIEW, "readings", _("Who opened what")),
)

FIRST_PAGES = {Role.ADMINISTRATOR: "people"}
