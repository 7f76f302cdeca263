"""The office's health."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def office(request: HttpRequest) -> HttpResponse:
    """What `aanchal doctor` says, as a page."""
    return render(request, "nothing_yet.html")
