"""Addresses of places, their files and calendars."""

from django.urls import URLPattern

from aanchal.places.permissions import PlacePermission
from aanchal.web.shell.routes import BOTH, route

from .pages import calendars, files, joins, places

urlpatterns: list[URLPattern] = [
    route("places/", places.places, name="places", who=PlacePermission.AREA_JOIN),
    route("places/<uuid:pk>/", places.place, name="place", who=PlacePermission.AREA_JOIN),
    route(
        "places/<uuid:pk>/calendar/",
        calendars.place_calendar,
        name="place_calendar",
        who=PlacePermission.CALENDAR_EDIT,
        methods=BOTH,
    ),
    route(
        "schools/<uuid:pk>/calendar/",
        calendars.school_calendar,
        name="school_calendar",
        who=PlacePermission.CALENDAR_EDIT,
        methods=BOTH,
    ),
    route("places/joins/", joins.joins, name="joins", who=PlacePermission.AREA_JOIN, methods=BOTH),
    route(
        "places/send/",
        files.places_send,
        name="places_send",
        who=PlacePermission.AREA_IMPORT,
        methods=BOTH,
    ),
    route(
        "places/files/<uuid:pk>/",
        files.place_file,
        name="place_file",
        who=PlacePermission.AREA_IMPORT,
    ),
    route(
        "places/problems/",
        files.place_problems,
        name="place_problems",
        who=PlacePermission.AREA_IMPORT,
        methods=BOTH,
    ),
]
