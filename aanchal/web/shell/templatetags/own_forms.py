"""Django's `csrf_token`, and beside it whose page the form stands on. In every template by itself."""

from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from aanchal.access.kept import WHOSE_FIELD, whose_mark

register = template.Library()


class OwnFormNode(CsrfTokenNode):
    """The token against forged forms and, for a signed-in person, the mark of whose page it is."""

    def render(self, context: Any) -> str:
        token = super().render(context)
        actor = context.get("actor")
        if not token or actor is None or not actor.user_id:
            return token
        request = context.get("request")
        if request is None:
            return token
        mark = whose_mark(
            actor.user_id,
            session_key=request.session.session_key or "",
            # A form that goes to another address than its page's own says so.
            path=context.get("sent_to") or request.path,
        )
        return token + format_html('<input type="hidden" name="{}" value="{}">', WHOSE_FIELD, mark)


@register.tag
def csrf_token(parser: Any, token: Any) -> OwnFormNode:
    return OwnFormNode()
