"""What stands in the menu of this room."""

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.permissions import KernelPermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(KernelPermission.HEALTH_VIEW, "office", _("Health")),)
