"""Addresses of upkeep: the health of the site, and what is kept how long."""

from django.urls import URLPattern

from aanchal.cases.permissions import CasePermission
from aanchal.kernel.permissions import KernelPermission
from aanchal.web.shell.routes import Who, route

from .pages import health, office, retention

urlpatterns: list[URLPattern] = [
    route("health/", health.health, name="health", who=Who.ANYONE),
    route("office/", office.office, name="office", who=KernelPermission.HEALTH_VIEW),
    route(
        "office/retention/",
        retention.retention,
        name="retention",
        who=CasePermission.HOLD_PLACE,
        methods=("GET", "POST"),
    ),
]
