"""Addresses of a volunteer: her list, a visit, what she found."""

from django.urls import URLPattern

from aanchal.kernel.permissions import Permission
from aanchal.web.shell.routes import BOTH, Who, route

from .pages import finding, pairs, visits, written

P = Permission

urlpatterns: list[URLPattern] = [
    route("today/", visits.visit_list, name="my_visits", who=P.VISIT_HAND_BACK),
    route("visits/<uuid:pk>/", visits.visit, name="visit", who=P.VISIT_HAND_BACK, methods=BOTH),
    route(
        "visits/<uuid:pk>/finding/",
        finding.finding,
        name="visit_finding",
        # Whoever is a volunteer no more still sends what she wrote; each visit is asked about.
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route("visits/<uuid:pk>/done/", finding.done, name="visit_done", who=P.VISIT_HAND_BACK),
    route(
        "visits/<uuid:pk>/another/",
        visits.hand_back,
        name="visit_hand_back",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/along/",
        pairs.along,
        name="visit_along",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/again/",
        pairs.go_again,
        name="visit_go_again",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/written/",
        written.written,
        name="visit_written",
        who=P.FINDING_CORRECT,
        methods=BOTH,
    ),
]
