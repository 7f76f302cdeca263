"""Permissions over concerns and legal holds. Pure."""

from aanchal.kernel.vocabulary import Permission, Shows


class CasePermission(Permission):
    """What may be done to concerns and legal holds."""

    HOLD_PLACE = "hold_place", "keep what belongs to a child, a household or a concern from erasing"
    HOLD_LIFT = "hold_lift", "ask for the end of such a hold, and agree to it"
    CONCERN_RAISE = "concern_raise", "tell of a danger to a child"
    CONCERN_VIEW = "concern_view", "read concerns", Shows.FILES
    CONCERN_TAKE_UP = "concern_take_up", "take up a concern and work on it", Shows.NAMES
    CONCERN_NAME_TEAM = "concern_name_team", "name who alone may read a sealed concern"
