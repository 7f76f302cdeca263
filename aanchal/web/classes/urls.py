"""Addresses of a teacher's classes, and of moves between them."""

from django.urls import URLPattern

from aanchal.people.permissions import PeoplePermission
from aanchal.web.shell.routes import BOTH, route

from .pages import classes, moves

urlpatterns: list[URLPattern] = [
    route("classes/", classes.class_list, name="classes", who=PeoplePermission.CLASS_VIEW),
    route(
        "classes/moves/",
        moves.class_moves,
        name="class_moves",
        who=PeoplePermission.CHILD_MOVE,
        methods=BOTH,
    ),
    route(
        "classes/<uuid:pk>/",
        classes.class_page,
        name="class",
        who=PeoplePermission.CLASS_VIEW,
        methods=BOTH,
    ),
]
