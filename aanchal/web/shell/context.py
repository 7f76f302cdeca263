"""What every page's template may use: who asks, her pages, the numbers to call."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from aanchal.access.kept import is_kept_for
from aanchal.access.queries import may_confirm_anywhere
from aanchal.access.roles import ROLE_NAMES, Role, needs_mfa
from aanchal.access.session import gave_second_factor
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.places.names import local_name as local_name

from .navigation import menu_of
from .waiting_count import waiting_count


def site(request: HttpRequest) -> dict[str, Any]:
    """The asker, her menu, and the helplines."""
    actor: Actor | None = getattr(request, "actor", None)
    signed_in = bool(actor and actor.user_id)
    context: dict[str, Any] = {
        "actor": actor,
        "signed_in": signed_in,
        "home_url": "/",
        "helplines": helplines(),
        "quick_exit_url": "",
    }
    if actor is None or not signed_in:
        return context
    roles = actor.roles()
    context["role"] = _(" and ").join(str(ROLE_NAMES[r]) for r in Role if r in roles)
    context["where"] = SimpleLazyObject(lambda: _where(actor))
    context["nav"] = menu_of(actor, request.path)
    context["nav_overflow"] = [item for item in context["nav"] if item["in_overflow"]]
    context["is_kept"] = SimpleLazyObject(lambda: is_kept_for(request))
    context["may_tell"] = may_anywhere(actor, CasePermission.CONCERN_RAISE)
    context["account_links"] = [{"href": reverse("my_account"), "label": _("My account")}]
    if roles:
        context["account_links"].append({"href": reverse("help"), "label": _("Help")})
    if may_confirm_anywhere(actor):
        waiting = {"href": reverse("approvals"), "label": _("Waiting for a second person")}
        context["account_links"].append(waiting)
    # Before the second factor nobody learns even a number.
    if not needs_mfa(roles) or gave_second_factor(request):
        context["things_waiting"] = SimpleLazyObject(lambda: _Waiting(actor))
    if Role.VOLUNTEER in roles:
        context["quick_exit_url"] = reverse("leave_quickly")
    return context


class _Waiting:
    """How much waits for the actor; counted once, and only on a page that shows it."""

    def __init__(self, actor: Actor) -> None:
        self.count = waiting_count(actor)


def helplines() -> list[dict[str, str]]:
    """The numbers to call now, from data: child helpline and police."""
    lines = {line.key: line for kind in concern_kinds().values() for line in kind.call}
    return [{"number": x.number, "label": _(x.name)} for x in lines.values()]


def _where(actor: Actor) -> str:
    """The name of the one place the actor's grants are about; nothing when there are several."""
    from aanchal.places.queries import own_place

    return local_name(own_place(actor))
