"""Saying that somebody who works with us is of a child's family: she is shut out of its records."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.cases.queries import colleagues_like
from aanchal.people.actions import open_child_file, record_kinship
from aanchal.people.queries import get_child

from .conflicts import NOT_LISTED, NameForm, PersonForm, roles_of


def child_kin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A name, then which of the people like it; nothing is chosen beforehand."""
    held = get_child(request.actor, pk=pk)
    now = timezone.now()
    form: forms.Form = NameForm(request.POST or None)
    carry: list[tuple[str, str]] = []
    if form.is_valid():
        who = form.cleaned_data["who"]
        people = colleagues_like(held.area, who, at=now)
        if not people:
            form.add_error("who", _("Nobody of this district has a name like that."))
        else:
            asked = request.POST.get("asked") == "person"
            form = PersonForm(
                request.POST if asked else None, people=people, roles=roles_of(people, at=now)
            )
            carry = [("who", who), ("asked", "person")]
            if form.is_valid():
                key = form.cleaned_data["person"]
                if key != NOT_LISTED:
                    person = next(p for p in people if str(p.pk) == key)
                    record_kinship(request.actor, child=held, user=person, at=now)
                    messages.success(
                        request, _("Written down. She or he does not see this family's records.")
                    )
                return redirect(
                    "children" if key == request.actor.user_id else reverse("child", args=[pk])
                )
    open_child_file(request.actor, child=held, at=now)
    return render(
        request,
        "children/kin.html",
        {"child": held, "form": form, "carry": carry},
        status=400 if form.is_bound and form.errors else 200,
    )
