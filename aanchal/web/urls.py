"""Every address of the site. Nothing personal stands in one: keys only, never a name."""

from django.urls import include, path

from .rooms import ROOMS
from .shell import errors

urlpatterns = [path("", include(f"aanchal.web.{room}.urls")) for room in ROOMS]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
