"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.access.roles import Role
from aanchal.people.permissions import PeoplePermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(PeoplePermission.CLASS_VIEW, "classes", _("Classes")),)

FIRST_PAGES = {Role.TEACHER: "classes"}
