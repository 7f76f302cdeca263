"""Every address of the site."""

from django.urls import URLPattern

from .routes import Who, route
from .views.health import health

urlpatterns: list[URLPattern] = [
    route("health/", health, name="health", who=Who.ANYONE),
]
