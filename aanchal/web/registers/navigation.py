"""What stands in the menu of this room."""

from django.utils.translation import gettext_lazy as _

from aanchal.registers.permissions import RegisterPermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(RegisterPermission.REGISTER_IMPORT, "register_files", _("Registers")),)
