"""Addresses of the watch: the week, questions about children, visit budgets."""

from django.urls import URLPattern

from aanchal.kernel.permissions import Permission
from aanchal.web.shell.routes import BOTH, route

from .pages import budgets, flag, flags, watch

P = Permission

urlpatterns: list[URLPattern] = [
    route("watch/", watch.week, name="watch", who=P.WATCH_VIEW),
    route("watch/budget/", budgets.budgets, name="visit_budgets", who=P.WATCH_TUNE),
    route(
        "watch/budget/<uuid:pk>/",
        budgets.budget,
        name="visit_budget",
        who=P.WATCH_TUNE,
        methods=BOTH,
    ),
    route(
        "watch/budget/<uuid:pk>/set/",
        budgets.set_budget,
        name="visit_budget_set",
        who=P.WATCH_TUNE,
        methods=BOTH,
    ),
    route("questions/", flags.flag_list, name="flags", who=P.FLAG_VIEW),
    route("questions/<uuid:pk>/", flag.flag, name="flag", who=P.FLAG_VIEW, methods=BOTH),
]
