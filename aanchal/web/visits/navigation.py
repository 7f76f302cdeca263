"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.access.roles import Role
from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(WatchPermission.VISIT_HAND_BACK, "my_visits", _("My visits")),)

FIRST_PAGES = {Role.VOLUNTEER: "my_visits"}
