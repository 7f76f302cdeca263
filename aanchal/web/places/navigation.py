"""What stands in the menu of this room."""

from django.utils.translation import gettext_lazy as _

from aanchal.places.permissions import PlacePermission
from aanchal.web.shell.navigation import NavItem

NAVIGATION = (NavItem(PlacePermission.AREA_JOIN, "places", _("Places")),)
