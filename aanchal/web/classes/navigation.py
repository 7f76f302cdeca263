"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.permissions import Permission, Role
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(Permission.CLASS_VIEW, "classes", _("Classes")),)

FIRST_PAGES = {Role.TEACHER: "classes"}
