"""What the audit calls acts on places, bodies and calendars. Pure."""

from aanchal.kernel.vocabulary import Verb


class PlaceVerb(Verb):
    """What happened to places, bodies and calendars, as noun.past."""

    PLACE_FILE_RECEIVED = "place_file.received"
    AREAS_IMPORTED = "areas.imported"
    AREA_JOINED = "area.joined"
    AREA_JOIN_REFUSED = "area.join_refused"
    AREA_SEPARATED = "area.separated"
    SCHOOLS_IMPORTED = "schools.imported"
    CALENDAR_CHANGED = "calendar.changed"
