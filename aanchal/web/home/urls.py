"""Addresses of where one begins, leaves in haste, and finds again what was typed."""

from django.urls import URLPattern

from aanchal.web.shell.routes import BOTH, Who, route

from .pages import home, kept

urlpatterns: list[URLPattern] = [
    route("", home.home, name="home", who=Who.SIGNED_IN),
    route(
        "leave/",
        home.leave_quickly,
        name="leave_quickly",
        # Whoever asks to be gone is gone, though her session be over already.
        who=Who.ANYONE,
        methods=("POST",),
    ),
    route("kept/", kept.kept_words, name="kept_words", who=Who.SIGNED_IN, methods=BOTH),
    route("calendar/", home.calendar, name="calendar", who=Who.ANYONE),
]
