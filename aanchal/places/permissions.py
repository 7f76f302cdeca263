"""Permissions over places, bodies and calendars. Pure."""

from aanchal.kernel.vocabulary import Permission


class PlacePermission(Permission):
    """What may be done to places, bodies and calendars."""

    AREA_IMPORT = "area_import", "take in files of areas, and settle their problems"
    SCHOOL_IMPORT = "school_import", "take in files of schools, and settle their problems"
    AREA_JOIN = "area_join", "say that two entries are the same place"
    CALENDAR_EDIT = "calendar_edit", "say on which days schools are open"
