"""About which child a concern is told, when one comes from her file or from a question about her.

The address carries it sealed for the person who came: a browser's history does not say whom she
told of.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import Actor, may
from aanchal.kernel.errors import NotFound
from aanchal.kernel.sealing import Tampered, seal, unseal
from aanchal.people.models import Child
from aanchal.people.queries import get_child
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.flags import get_flag
from aanchal.watch.queries.hands import my_past_visit, visit_of_ended_role


@dataclass(frozen=True)
class About:
    """A child, and the question about her, out of which a concern is told.

    Args:
        mark: as the address and the forms carry it.
        may_name: False where the child is no longer in her hands: the page tells her code alone.
        teller: she with the role with which she was sent to the child, where it has ended since: the
            page tells nothing of the child. None for whoever tells as who she is now.
    """

    child: Child
    flag: Flag | None
    mark: str
    may_name: bool = True
    teller: Actor | None = None

    def said(self) -> dict[str, Any]:
        """As keyword arguments of `raise_concern`."""
        said: dict[str, Any] = {"child": self.child, "area": self.child.area}
        if self.flag is not None:
            said |= {
                "area": self.flag.area,
                "question_id": str(self.flag.pk),
                "reason": self.flag.reason,
            }
        return said


def tell_about_href(request: HttpRequest, record: Child | Flag) -> str:
    """The address at which a concern about a child is told; "" for whoever may tell of none here."""
    area = record.area
    if not may(request.actor, CasePermission.CONCERN_RAISE, area.scope()):
        return ""
    kind = "flag" if isinstance(record, Flag) else "child"
    return f"{reverse('concern_new')}?about={_mark(request, kind, record.pk)}"


def about_past_visit(request: HttpRequest, visit: Visit, *, teller: Actor) -> About:
    """The child of a visit that was the actor's and is no more: she may follow no question."""
    as_sent = None if teller is request.actor else teller
    mark = _mark(request, "visit", visit.pk)
    return About(visit.flag.child, visit.flag, mark, may_name=False, teller=as_sent)


def _mark(request: HttpRequest, kind: str, key: UUID) -> str:
    sealed = seal(f"{kind}:{key}".encode(), place=_place(request), pad=64)
    return urlsafe_b64encode(sealed).decode()


def about_whom(request: HttpRequest) -> About | None:
    """Whom the page is about; None when it was opened for no child.

    Raises:
        NotFound: another's address, an altered one, or a child whom she may not see any more. It is
            not told of nobody instead: the concern would lose the child.
    """
    mark = request.POST.get("about", "") or request.GET.get("about", "")
    if not mark:
        return None
    try:
        text = unseal(urlsafe_b64decode(mark.encode()), place=_place(request), pad=64).decode()
    except (Tampered, ValueError):
        raise NotFound from None
    kind, _colon, key = text.partition(":")
    if kind == "flag":
        flag = get_flag(request.actor, pk=key)
        return About(flag.child, flag, mark)
    if kind == "visit":
        visit = my_past_visit(request.actor, pk=key)
        if visit is not None:
            return about_past_visit(request, visit, teller=request.actor)
        ended = visit_of_ended_role(request.actor, pk=key, at=timezone.now())
        if ended is None:
            raise NotFound
        return about_past_visit(request, ended.visit, teller=ended.teller)
    return About(get_child(request.actor, pk=key), None, mark)


def _place(request: HttpRequest) -> str:
    return f"web.about|{request.actor.user_id}"
