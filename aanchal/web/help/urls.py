"""Addresses of the guides. Whoever is in may read each of them: they tell of nobody."""

from django.urls import URLPattern

from aanchal.web.shell.routes import Who, route

from . import pages

urlpatterns: list[URLPattern] = [
    # Whoever is in may read every guide: they tell how the work is done and nothing of anybody.
    route("help/", pages.help_page, name="help", who=Who.SIGNED_IN),
    route("help/<slug:title>/", pages.one_guide, name="guide", who=Who.SIGNED_IN),
    route(
        "help/pictures/<str:title>", pages.guide_picture, name="guide_picture", who=Who.SIGNED_IN
    ),
]
