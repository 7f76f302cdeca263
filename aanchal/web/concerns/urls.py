"""Addresses of concerns: to tell one, to take it up, to close it."""

from django.urls import URLPattern

from aanchal.cases.permissions import CasePermission
from aanchal.web.shell.routes import BOTH, Who, route

from .pages import concern, concerns, kind, mistake

urlpatterns: list[URLPattern] = [
    route(
        "concerns/new/", concerns.new_concern, name="concern_new", who=Who.SIGNED_IN, methods=BOTH
    ),
    route("concerns/", concerns.concern_list, name="concerns", who=CasePermission.CONCERN_VIEW),
    route(
        "concerns/<uuid:pk>/",
        concern.concern,
        name="concern",
        who=CasePermission.CONCERN_VIEW,
        methods=BOTH,
    ),
    *(
        route(
            f"concerns/<uuid:pk>/{path}/",
            view,
            name=f"concern_{view.__name__}",
            who=CasePermission.CONCERN_TAKE_UP,
            methods=BOTH,
        )
        for path, view in {
            "hand-over": concern.hand_over,
            "close": concern.close,
            "reopen": concern.reopen,
            "conflict": concern.conflict,
            "kind": kind.kind,
            "mistake": mistake.mistake,
        }.items()
    ),
]
