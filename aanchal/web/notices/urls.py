"""The address of what waits for whoever asks."""

from django.urls import URLPattern

from aanchal.web.shell.routes import BOTH, Who, route

from . import pages

urlpatterns: list[URLPattern] = [
    route("waiting/", pages.waiting, name="notices", who=Who.SIGNED_IN, methods=BOTH),
]
