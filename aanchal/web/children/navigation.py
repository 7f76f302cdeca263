"""What stands in the menu of this room."""

from django.utils.translation import gettext_lazy as _

from aanchal.people.permissions import PeoplePermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(PeoplePermission.CHILD_VIEW, "children", _("Children")),)
