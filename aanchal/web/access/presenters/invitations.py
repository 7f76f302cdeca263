"""An invitation that was just made, offered once as a link or a code."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aanchal.access.links import Offered
from aanchal.access.models import Invitation

from .rows import offered_code, offered_link


def offered_invitation_code(request: HttpRequest, made: Offered[Invitation]) -> HttpResponse:
    """The code of an invitation just asked for, and what comes next."""
    return offered_code(
        request,
        made.token,
        back=reverse("invitations"),
        next_steps=[
            _(
                "A second person is asked to agree, and is then shown a link. You never see the link."
            ),
            _("Give the code to the person yourself: face to face, or by a call."),
            _(
                "She comes in with both. If nobody agrees within seven days, it ends and you are told."
            ),
        ],
    )


def offered_invitation(request: HttpRequest, made: Offered[Invitation]) -> HttpResponse:
    """The link of an invitation that was agreed to."""
    return offered_link(
        request,
        reverse("accept_invitation", args=[made.token]),
        until=made.record.expires_at,
        back=reverse("approvals"),
        advice=_(
            "Hand it to the person yourself. It opens with the code that she has from whoever "
            "invited her. A volunteer must open it on the phone that she will work with. It works once."
        ),
    )
