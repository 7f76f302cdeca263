"""Addresses of children, their families and their houses."""

from django.urls import URLPattern

from aanchal.people.permissions import PeoplePermission
from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.routes import BOTH, route

from .pages import asks, children, families, houses, kinship, moves

urlpatterns: list[URLPattern] = [
    route(
        "visits/<uuid:pk>/house/",
        houses.visit_house,
        name="visit_house",
        who=WatchPermission.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route("children/", children.child_list, name="children", who=PeoplePermission.CHILD_VIEW),
    # What is asked for is a name: it is sent in the form's body, never in an address.
    route(
        "children/find/",
        children.find,
        name="child_find",
        who=PeoplePermission.CHILD_VIEW,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/house/",
        houses.child_house,
        name="child_house",
        who=PeoplePermission.HOUSE_DESCRIBE,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/", children.child, name="child", who=PeoplePermission.CHILD_OPEN_FILE
    ),
    route(
        "children/<uuid:pk>/kin/",
        kinship.child_kin,
        name="child_kin",
        who=PeoplePermission.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/village/",
        moves.child_village,
        name="child_village",
        who=PeoplePermission.CHILD_MOVE,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/village/ask/",
        asks.child_village_ask,
        name="child_village_ask",
        who=PeoplePermission.CHILD_MOVE,
        methods=BOTH,
    ),
    route(
        "families/moves/",
        asks.family_moves,
        name="family_moves",
        # Whoever coordinates; a teacher moves children between classes only.
        who=WatchPermission.VISIT_ASSIGN,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/family/",
        families.child_family,
        name="child_family",
        who=PeoplePermission.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
    route(
        "children/kin/",
        kinship.kinships,
        name="kinships",
        who=PeoplePermission.KINSHIP_CONFIRM,
        methods=BOTH,
    ),
    route(
        "children/kin/not-confirmed/",
        kinship.unconfirmed_kinships,
        name="unconfirmed_kinships",
        who=PeoplePermission.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
]
