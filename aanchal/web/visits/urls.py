"""Addresses of a volunteer: her list, a visit, what she found."""

from django.urls import URLPattern

from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.routes import BOTH, Who, route

from .pages import finding, pairs, visits, written

urlpatterns: list[URLPattern] = [
    route("today/", visits.visit_list, name="my_visits", who=WatchPermission.VISIT_HAND_BACK),
    route(
        "visits/<uuid:pk>/",
        visits.visit,
        name="visit",
        who=WatchPermission.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/finding/",
        finding.finding,
        name="visit_finding",
        # Whoever is a volunteer no more still sends what she wrote; each visit is asked about.
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    # These two as well: she may put right that day what she wrote.
    route("visits/<uuid:pk>/done/", finding.done, name="visit_done", who=Who.SIGNED_IN),
    route(
        "visits/<uuid:pk>/another/",
        visits.hand_back,
        name="visit_hand_back",
        who=WatchPermission.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/along/",
        pairs.along,
        name="visit_along",
        who=WatchPermission.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/again/",
        pairs.go_again,
        name="visit_go_again",
        who=WatchPermission.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/written/",
        written.written,
        name="visit_written",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
]
