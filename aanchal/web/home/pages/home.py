"""Where each person begins."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from aanchal.access import kept
from aanchal.access.roles import Role
from aanchal.watch.queries.flags import has_visits
from aanchal.web.shell.navigation import first_pages


def home(request: HttpRequest) -> HttpResponse:
    """Lead to the page a role begins its day with; the first role in order of urgency.

    Whoever has another role too, and no visit in her hands, is not led to the page that says so: her
    other work may wait.
    """
    roles = request.actor.roles()
    if len(roles) > 1 and Role.VOLUNTEER in roles and not has_visits(request.actor):
        roles = roles - {Role.VOLUNTEER}
    for role in (
        Role.VOLUNTEER,
        Role.CASE_WORKER,
        Role.COORDINATOR,
        Role.TEACHER,
        Role.ADMINISTRATOR,
    ):
        if role in roles:
            return redirect(first_pages()[role])
    return render(request, "nothing_yet.html")


def leave_quickly(request: HttpRequest) -> HttpResponse:
    """Sign out and show a wall calendar: for when somebody looks over the shoulder.

    The browser is asked to drop what it kept, so that its back button shows nothing either.
    """
    kept.forget(request)
    logout(request)
    response = HttpResponseRedirect(reverse("calendar"))
    response.status_code = 303
    kept.drop_cookies(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def calendar(request: HttpRequest) -> HttpResponse:
    """A month, and nothing that says where the reader came from."""
    return render(request, "neutral.html")
