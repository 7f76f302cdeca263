"""Addresses of upkeep: the health of the site, and what is kept how long."""

from django.urls import URLPattern

from aanchal.kernel.permissions import Permission
from aanchal.web.shell.routes import Who, route

from .pages import health, office, retention

P = Permission

urlpatterns: list[URLPattern] = [
    route("health/", health.health, name="health", who=Who.ANYONE),
    route("office/", office.office, name="office", who=P.HEALTH_VIEW),
    route(
        "office/retention/",
        retention.retention,
        name="retention",
        who=P.HOLD_PLACE,
        methods=("GET", "POST"),
    ),
]
