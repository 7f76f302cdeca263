"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.access.roles import Role
from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (
    NavItem(WatchPermission.WATCH_VIEW, "watch", _("The watch")),
    NavItem(WatchPermission.FLAG_VIEW, "flags", _("Questions")),
)

FIRST_PAGES = {Role.COORDINATOR: "watch"}
