"""The guides, inside the site and in the reader's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from .guides import MORE_OF_ROLE, OF_ROLE, guide, picture


def help_page(request: HttpRequest) -> HttpResponse:
    """Lead to the guide of the reader's role; whoever has several finds the others named there."""
    roles = request.actor.roles()
    return redirect("guide", title=next(name for role, name in OF_ROLE.items() if role in roles))


def one_guide(request: HttpRequest, title: str) -> HttpResponse:
    """One guide."""
    language = get_language() or "en"
    shown = guide(title, language)
    roles = request.actor.roles()
    hers = [own for role, own in OF_ROLE.items() if role in roles]
    more = [name for role, names in MORE_OF_ROLE.items() if role in roles for name in names]
    others = [n for n in dict.fromkeys((*hers, *more)) if n != title]
    context = {
        "guide": shown,
        "is_translated": shown.language == language,
        "others": [{"name": n, "title": guide(n, language).title} for n in others],
    }
    return render(request, "guide.html", context)


def guide_picture(request: HttpRequest, title: str) -> HttpResponse:
    """One picture of the guides."""
    content, media_type = picture(title)
    return HttpResponse(content, content_type=media_type)
