"""Registers in by file: send, look at what was understood, say yes, repair the rest."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.attendance.actions import (
    ENROL,
    SET_ASIDE,
    choose_school,
    give_register,
    read_register,
    repair_row,
    run_watch,
    set_problem_aside,
    take_register,
)
from aanchal.attendance.formats.grades import grade_of, roman
from aanchal.attendance.models import RegisterFile
from aanchal.attendance.queries.books import (
    class_pupils,
    get_register_file,
    open_problems,
    shown_pages,
    visible_register_files,
)
from aanchal.attendance.reading import CODES, ShownPage
from aanchal.kernel.errors import DomainError, Invalid, WrongState
from aanchal.kernel.permissions import Permission, grants_for, system_actor
from aanchal.places.queries import schools_of

from ..context import local_name
from ..forms import blame, key_or_none, today
from ..names import whole_name

PAGE = 30
MOST_SCHOOLS = 300
ROWS_SHOWN = 12
PROBLEMS_SHOWN = 40


class SendForm(forms.Form):
    """A file, and what it may not say itself."""

    file = forms.FileField(
        label=gettext_lazy("The register: a spreadsheet (XLSX, XLS, ODS) or CSV file"),
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("This file is empty. Save the register and choose it again."),
        },
    )
    school = forms.ChoiceField(label=gettext_lazy("School"), required=False)
    grade = forms.CharField(
        label=gettext_lazy("Class"),
        help_text=gettext_lazy("Only if the file does not say it: VI, 6, छठी, ষষ্ঠ"),
        required=False,
        max_length=20,
    )
    section = forms.CharField(label=gettext_lazy("Section"), required=False, max_length=10)
    month = forms.CharField(
        label=gettext_lazy("Month"),
        help_text=gettext_lazy("Only if the file does not say it"),
        required=False,
        widget=forms.DateInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, with_file: bool = True, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.schools = list(schools_of(request.actor, Permission.REGISTER_IMPORT)[:MOST_SCHOOLS])
        self.fields["school"].choices = [  # type: ignore[attr-defined]
            ("", _("as the file says")),
            *((str(s.pk), f"{local_name(s)} · {s.school.udise}") for s in self.schools),
        ]
        if not with_file:
            del self.fields["file"]
        if len(self.schools) == 1:
            self.fields["school"].initial = str(self.schools[0].pk)
            self.fields["school"].widget = forms.HiddenInput()
        held = grants_for(request.actor, Permission.REGISTER_IMPORT)
        if len(held) == 1 and held[0].grade:
            self.initial |= {"grade": roman(held[0].grade), "section": held[0].section}

    def clean_grade(self) -> str:
        text = self.cleaned_data["grade"].strip()
        if not text:
            return ""
        found = grade_of(text).grade
        if found is None:
            raise forms.ValidationError(_("Write the class like VI or 6."))
        return found

    def clean_month(self) -> str:
        text = self.cleaned_data["month"].strip()
        if not text:
            return ""
        try:
            month = date.fromisoformat(text + "-01")
        except ValueError:
            raise forms.ValidationError(_("Write the month like 2026-07.")) from None
        if month > today():
            raise forms.ValidationError(_("This month has not begun yet."))
        return text

    def chosen_school(self) -> Any:
        key = self.cleaned_data["school"]
        return next((s for s in self.schools if str(s.pk) == key), None)

    def hints(self) -> dict[str, str]:
        return {
            "grade": self.cleaned_data["grade"],
            "section": self.cleaned_data["section"].strip().upper(),
            "month": self.cleaned_data["month"],
        }


def file_list(request: HttpRequest) -> HttpResponse:
    """Registers that were sent, newest first, with what waits in each."""
    page = Paginator(visible_register_files(request.actor), PAGE).get_page(request.GET.get("page"))
    cards = [
        {
            "pk": f.pk,
            "name": f.file.name,
            "school": local_name(f.school) if f.school else _("school not known yet"),
            "received_at": f.received_at,
            **_standing(f),
        }
        for f in page
    ]
    return render(request, "registers/list.html", {"page": page, "cards": cards})


def _standing(register: RegisterFile) -> dict[str, str]:
    state = register.state
    left = int(register.counts.get("rows_left", 0))
    if state == RegisterFile.State.REFUSED:
        return {"level": "now", "state": _("cannot be read")}
    if state in (RegisterFile.State.RECEIVED, RegisterFile.State.TAKING):
        return {"level": "soon", "state": _("being read")}
    if state == RegisterFile.State.SHOWN:
        return {"level": "soon", "state": _("waits for your yes")}
    if left:
        text = ngettext("%(n)s row to repair", "%(n)s rows to repair", left) % {"n": left}
        return {"level": "soon", "state": text}
    return {"level": "done", "state": _("taken in")}


def send(request: HttpRequest) -> HttpResponse:
    """Send a file: it is kept, read at once, and shown."""
    form = SendForm(request.POST or None, request.FILES or None, request=request)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        now = timezone.now()
        try:
            register = give_register(
                request.actor,
                source=upload.file,
                filename=upload.name,
                school=form.chosen_school(),
                hints=form.hints(),
                via="site",
                at=now,
            )
            if register.state in (RegisterFile.State.RECEIVED, RegisterFile.State.SHOWN):
                read_register(request.actor, register=register, at=now)
            else:
                messages.info(request, _("This very file was sent before. Here it is."))
        except Invalid as error:
            blame(form, error)
        else:
            return redirect("register_file", pk=register.pk)
    most = settings.AANCHAL_UPLOAD_BYTES // (1024 * 1024)
    status = 400 if request.method == "POST" else 200
    return render(request, "registers/send.html", {"form": form, "most_mb": most}, status=status)


def register_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was understood of a file; the yes; and afterwards what was taken in."""
    register = get_register_file(request.actor, pk=pk)
    place = SendForm(
        request.POST if request.POST.get("step") == "place" else None,
        request=request,
        with_file=False,
        initial={**register.hints, "school": str(register.school_id or "")},
    )
    if request.method == "POST":
        answer = _act(request, register, place)
        if answer is not None:
            return answer
    pages = shown_pages(request.actor, register)
    problems = [p for page in pages for p in _told(page.problems)]
    asks = [a for page in pages for a in _told(page.asks)]
    unknown = sum(r.match == "unknown" for p in pages for r in p.rows)
    unsure = sum(r.match == "unsure" for p in pages for r in p.rows)
    refusal = ""
    if register.state == RegisterFile.State.REFUSED:
        refusal = _(register.refusal) % (register.refusal_params or {})
    return render(
        request,
        "registers/file.html",
        {
            "register": register,
            "filename": register.file.name,
            "school": local_name(register.school) if register.school else "",
            "pages": [_page(p) for p in pages[:PAGE]],
            "more_pages": max(0, len(pages) - PAGE),
            "problems": problems[:PROBLEMS_SHOWN],
            "more_problems": max(0, len(problems) - PROBLEMS_SHOWN),
            "asks": asks,
            "unknown": unknown,
            "unsure": unsure,
            "refusal": refusal,
            "can_take": any(p.can_be_taken for p in pages)
            and register.state == RegisterFile.State.SHOWN,
            "needs_place": register.state in (RegisterFile.State.SHOWN, RegisterFile.State.REFUSED)
            and not any(p.can_be_taken for p in pages),
            "place": place,
            "counts": register.counts,
            "open_repairs": open_problems(request.actor, register).count(),
            "form": place if place.is_bound else None,
        },
        status=400 if request.method == "POST" else 200,
    )


def _act(request: HttpRequest, register: RegisterFile, place: SendForm) -> HttpResponse | None:
    now = timezone.now()
    step = request.POST.get("step")
    if step == "place":
        school = place.chosen_school() if place.is_valid() else None
        if school is None:
            if place.is_valid():
                place.add_error("school", _("Choose the school."))
            return None
        held = choose_school(
            request.actor, register=register, school=school, hints=place.hints(), at=now
        )
        read_register(request.actor, register=held, at=now)
    elif step == "take":
        try:
            take_register(
                request.actor,
                register=register,
                enrol_unknown=request.POST.get("enrol") == "yes",
                said_yes=request.POST.get("said_yes") == "yes",
                at=now,
            )
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("register_file", pk=register.pk)
        classes = set(register.pages.values_list("class_section_id", flat=True))
        run_watch(system_actor("watch"), on=timezone.localdate(now), at=now, classes=classes)
        messages.success(request, _("The good rows are in."))
    return redirect("register_file", pk=register.pk)


def _told(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "row": p["row"],
            "column": p["column"],
            "reason": _(p["template"]) % p["params"],
        }
        for p in problems
    ]


def _page(page: ShownPage) -> dict[str, Any]:
    month = date.fromisoformat(page.month + "-01") if page.month else None
    return {
        "name": f"{roman(page.grade)} {page.section}".strip() if page.grade else "?",
        "sheet": page.sheet,
        "month": month,
        "pupils": len(page.rows),
        "sure": sum(r.match == "sure" for r in page.rows),
        "days": len(page.days),
        "counts": page.counts,
        "rows": [
            {"roll": r.roll, "name": r.name, "marks": _codes(r.marks, page.days), "match": r.match}
            for r in page.rows[:ROWS_SHOWN]
        ],
        "more_rows": max(0, len(page.rows) - ROWS_SHOWN),
    }


def _codes(letters: str, days: list[int]) -> list[int]:
    return [CODES[letters[d - 1]] for d in days]


def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rows that are nobody's yet, and cells to look at, one decision each."""
    register = get_register_file(request.actor, pk=pk)
    waiting = open_problems(request.actor, register)
    if request.method == "POST":
        problem = waiting.filter(pk=key_or_none(request.POST.get("problem"))).first()
        if problem is None:
            raise WrongState
        choice = request.POST.get("choice", "")
        try:
            if problem.code == "row_unmatched":
                repair_row(request.actor, problem=problem, choice=choice, at=timezone.now())
            else:
                set_problem_aside(request.actor, problem=problem, at=timezone.now())
            messages.success(request, _("Settled."))
        except Invalid as error:
            messages.error(request, str(error))
        return redirect("register_repair", pk=register.pk)
    page = Paginator(waiting, 10).get_page(request.GET.get("page"))
    pages = {p.number: p.to_json() for p in shown_pages(request.actor, register)}
    items = [_item(register, problem, pages) for problem in page]
    return render(
        request,
        "registers/repair.html",
        {
            "register": register,
            "filename": register.file.name,
            "items": items,
            "page": page,
            "enrol": ENROL,
            "set_aside": SET_ASIDE,
        },
    )


def _item(register: RegisterFile, problem: Any, pages: dict[int, Any]) -> dict[str, Any]:
    item = {
        "pk": problem.pk,
        "row": problem.row,
        "column": problem.column,
        "reason": _(problem.template) % problem.params,
        "is_row": problem.code == "row_unmatched",
    }
    held = pages.get(problem.raw["page"]) if problem.raw else None
    if item["is_row"] and held:
        pupils = class_pupils(register, held)
        near = problem.raw["suggestions"]
        pupils.sort(key=lambda e: (str(e.child_id) not in near, len(e.roll_no), e.roll_no))
        item |= {
            "roll": problem.raw["roll"],
            "name": problem.raw["name"],
            "pupils": [
                {
                    "id": str(e.child_id),
                    "label": f"{e.roll_no} · {whole_name(e.child)}",
                    "near": str(e.child_id) in near,
                }
                for e in pupils
            ],
        }
    return item
