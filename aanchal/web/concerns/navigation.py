"""What stands in the menu of this room, and whose day begins in it."""

from django.utils.translation import gettext_lazy as _

from aanchal.access.roles import Role
from aanchal.cases.permissions import CasePermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(CasePermission.CONCERN_VIEW, "concerns", _("Concerns")),)

FIRST_PAGES = {Role.CASE_WORKER: "concerns"}
