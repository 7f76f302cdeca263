"""Addresses of the watch: the week, questions about children, visit budgets."""

from django.urls import URLPattern

from aanchal.watch.permissions import WatchPermission
from aanchal.web.shell.routes import BOTH, route

from .pages import budgets, flag, flags, watch

urlpatterns: list[URLPattern] = [
    route("watch/", watch.week, name="watch", who=WatchPermission.WATCH_VIEW),
    route("watch/budget/", budgets.budgets, name="visit_budgets", who=WatchPermission.WATCH_TUNE),
    route(
        "watch/budget/<uuid:pk>/",
        budgets.budget,
        name="visit_budget",
        who=WatchPermission.WATCH_TUNE,
        methods=BOTH,
    ),
    route(
        "watch/budget/<uuid:pk>/set/",
        budgets.set_budget,
        name="visit_budget_set",
        who=WatchPermission.WATCH_TUNE,
        methods=BOTH,
    ),
    route("questions/", flags.flag_list, name="flags", who=WatchPermission.FLAG_VIEW),
    route(
        "questions/<uuid:pk>/", flag.flag, name="flag", who=WatchPermission.FLAG_VIEW, methods=BOTH
    ),
]
