"""That somebody was named by mistake in a concern: one says so, a second person answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.access.queries import people_named
from aanchal.cases.actions import agree_mistake, ask_mistake, refuse_mistake
from aanchal.cases.mistakes import AskedMistake, asked_mistake
from aanchal.cases.models import Concern
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import get_concern
from aanchal.kernel.authz import require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.web.notices.opened import opened
from aanchal.web.shell.forms import add_form_error

from ..forms import AGREE, AnswerForm, AskForm
from ..presenters.steps import step_page

# The asking that the page showed; an answer is to this one only.
ASKED = "asked"


def mistake(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that somebody was named by mistake, or answer it as a second person."""
    held = get_concern(request.actor, pk=pk)
    require(request.actor, CasePermission.CONCERN_TAKE_UP, held)
    asked = asked_mistake(held)
    if asked is not None and asked.has_lapsed(at=timezone.now()):
        asked = None
    if asked is not None:
        return _answer(request, held, asked)
    if ASKED in request.POST:
        # An answer to what is asked no more says nothing of anything else.
        messages.warning(request, _("This is not asked any more: it was answered, or has ended."))
        return redirect("concern", pk=held.pk)
    return _ask(request, held)


def _ask(request: HttpRequest, held: Concern) -> HttpResponse:
    people = {key: name for key, name in people_named(held.implicated).items() if name}
    form = AskForm(request.POST or None, people=people)
    if form.is_valid():
        try:
            ask_mistake(
                request.actor,
                concern=held,
                who=form.cleaned_data["who"],
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except Invalid as error:
            add_form_error(form, error)
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("concern", pk=held.pk)
        else:
            messages.success(request, _("A second person is asked. Until then nothing changes."))
            return redirect("concern", pk=held.pk)
    return step_page(
        request,
        held,
        form if people else None,
        title=_("Somebody was named by mistake"),
        body=_(
            "She or he stays shut out until another person who may see this concern, and did not name "
            "her, agrees. Unanswered for a week, she stays shut out. She is told nothing of it."
        )
        if people
        else _("Nobody is named here."),
        send=_("Ask a second person"),
    )


def _answer(request: HttpRequest, held: Concern, asked: AskedMistake) -> HttpResponse:
    opened(request, "concern_mistake.asked", held)
    may_answer = request.actor.user_id not in asked.not_by
    form = AnswerForm(request.POST or None) if may_answer else None
    has_changed = bool(request.POST) and request.POST.get(ASKED) != asked.key
    if has_changed:
        messages.warning(
            request,
            _("What is asked has changed since you opened this page: read it before you answer."),
        )
        words = request.POST.get("words", "")
        form = AnswerForm(initial={"words": words}) if may_answer else None
    elif form is not None and form.is_valid():
        does = agree_mistake if form.cleaned_data["answer"] == AGREE else refuse_mistake
        try:
            does(
                request.actor,
                concern=held,
                asked=asked.key,
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except Invalid as error:
            add_form_error(form, error)
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("concern", pk=held.pk)
        else:
            messages.success(request, _("Your answer is written down."))
            return redirect("concern", pk=held.pk)
    names = people_named([asked.who, asked.by])
    why = next(e["words"] for e in reversed(held.history) if e["what"] == "mistake_asked")
    said = _("%(by)s says that %(name)s was named by mistake: %(why)s") % {
        "by": names.get(asked.by, ""),
        "name": names.get(asked.who, ""),
        "why": why,
    }
    waits = _("It waits for another person, who did not ask it and did not name her.")
    return step_page(
        request,
        held,
        form,
        title=_("Was somebody named by mistake?"),
        body=said if may_answer else f"{said} {waits}",
        send=_("Write the answer down"),
        carry=[(ASKED, asked.key)],
        status=400 if has_changed else None,
    )
