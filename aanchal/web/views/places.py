"""Places: what is known, what waits for a person's word."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def places(request: HttpRequest) -> HttpResponse:
    """The places the actor looks after."""
    return render(request, "nothing_yet.html")


def joins(request: HttpRequest) -> HttpResponse:
    """Proposals that two names are one place."""
    return render(request, "nothing_yet.html")
