"""Registers in by file: send, look at what was understood, say yes."""

import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import DomainError, Invalid, TooLarge
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.kernel.limited import turn
from aanchal.registers.actions import (
    answer_questions,
    choose_school,
    give_register,
    read_register,
    refuse_register,
    say_of_left_out,
    take_register,
)
from aanchal.registers.actions.taking import MAX_PAGES_PER_TRANSACTION
from aanchal.registers.models import RegisterFile
from aanchal.registers.progress import note_asked, progress_of
from aanchal.registers.queries.books import (
    classes_of_file,
    count_open_problems,
    get_register_file,
    open_problems,
    pupils_left_out,
    shown_pages,
)
from aanchal.registers.queries.promotions import beside_alone, rows_of_last_year
from aanchal.registers.shown_pages import ShownPage
from aanchal.watch.actions import run_watch
from aanchal.watch.jobs import read_file, take_file
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error, key_or_none
from aanchal.web.shell.names import class_name, whole_name

from ..forms import SendForm
from ..presenters.beside import beside_rows, columns_beside, passed_over
from ..presenters.missing import SAID
from ..presenters.pages import (
    PAGE_COLUMNS,
    alike_together,
    page_asked,
    page_row,
    page_title,
    questions_of,
    shown_rows,
    told,
    totals,
)

PAGE = 30


PROBLEMS_SHOWN = 40


CLASSES_LINKED = 12


# A larger file is read by the worker, and its sender may leave the page meanwhile.
IN_BACKGROUND_BYTES = 1024 * 1024


# No sign of work for so long: the worker may rest, and the file may be asked for once more.
SLOW_AFTER_SECONDS = 120


def send(request: HttpRequest) -> HttpResponse:
    """Send a file: it is kept, then read; a large one in the background, while one may leave."""
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
            if register.state not in (RegisterFile.State.RECEIVED, RegisterFile.State.SHOWN):
                messages.info(request, _("This very file was sent before. Here it is."))
            else:
                _read(request, register, size_bytes=upload.size, at=now)
        except Invalid as error:
            add_form_error(form, error)
        except TooLarge as error:
            form.add_error("file", str(error))
        else:
            return redirect("register_file", pk=register.pk)
    context = {
        "form": form,
        "max_bytes": settings.AANCHAL_UPLOAD_BYTES,
        "max_mb": settings.AANCHAL_UPLOAD_BYTES // (1024 * 1024),
        "open_hints": form.is_bound
        and any(n in form.errors for n in ("grade", "section", "month")),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "registers/send.html", context, status=status)


def _read(request: HttpRequest, register: RegisterFile, *, size_bytes: int, at: datetime) -> None:
    """Read a file while its sender waits; a large one, or one more than the cores, later."""
    if size_bytes > IN_BACKGROUND_BYTES:
        read_later(register)
        return
    with turn() as mine:
        if mine:
            read_register(request.actor, register=register, at=at)
        else:
            read_later(register)


def read_later(register: RegisterFile) -> None:
    """Ask the worker to read a file; asked again, it is read once."""
    note_asked(register.pk)
    enqueue_on_commit(read_file, register=register.pk)


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
    working = _working(register)
    pages = [] if working else shown_pages(request.actor, register)
    passed = [p for page in pages for p in told(passed_over(page))]
    problems = [p for page in pages for p in told(page.problems) if p not in passed]
    last_year = rows_of_last_year(open_problems(request.actor, register))
    if last_year:  # those that their own page cannot settle are among what waits for repair
        last_year = len(beside_alone(request.actor, register))
    passed_once = alike_together(passed)
    shown = page_asked(request, pages)
    state = register.state
    is_held = any(p.is_held for p in pages)
    is_shown = state == RegisterFile.State.SHOWN
    can_take = any(p.can_be_taken for p in pages) and is_shown and not is_held
    return render(
        request,
        "registers/file.html",
        {
            "register": register,
            "filename": register.file.name,
            "crumb_items": [
                {"label": _("Registers"), "href": reverse("register_files")},
                {"label": register.file.name},
            ],
            "title": page_title(pages[0]) if len(pages) == 1 else register.file.name,
            "school": local_name(register.school) if register.school else "",
            "working": working,
            "totals": totals(pages),
            "page_columns": PAGE_COLUMNS,
            "page_rows": [page_row(p, p is shown) for p in pages] if len(pages) > 1 else [],
            "shown": shown_rows(shown, district=register.district) if shown else None,
            "problems": problems[:PROBLEMS_SHOWN],
            "more_problems": max(0, len(problems) - PROBLEMS_SHOWN),
            "questions": questions_of(pages) if is_shown else [],
            "assumed": alike_together(
                [a for page in pages for a in told(page.assumed) if a not in passed]
            )[:PROBLEMS_SHOWN],
            "passed": passed_once[:PROBLEMS_SHOWN],
            "more_passed": max(0, len(passed_once) - PROBLEMS_SHOWN),
            "beside_columns": columns_beside(),
            "beside_rows": beside_rows(shown) if shown and not register.settled_at else [],
            "beside_title": page_title(shown) if shown else "",
            "asks": [a for page in pages for a in told(page.asks)],
            "unknown": sum(r.match == "unknown" for p in pages for r in p.rows),
            "unsure": sum(r.match == "unsure" and not r.promoted for p in pages for r in p.rows),
            "promoted": sum(bool(r.promoted) for p in pages for r in p.rows),
            "last_year": last_year,
            "refusal": _refusal(register),
            "can_take": can_take,
            "missing": _missing_names(pages),
            "missing_choices": list(SAID.items()),
            "can_refuse": state == RegisterFile.State.SHOWN and not working,
            "needs_place": state == RegisterFile.State.SHOWN
            and not is_held
            and not any(p.can_be_taken for p in pages)
            and not working,
            "place": place,
            "counts": register.counts,
            "taken_classes": _taken_classes(register),
            "open_repairs": count_open_problems(request.actor, register) - last_year,
            "form": place if place.is_bound else None,
        },
        status=400 if request.method == "POST" else 200,
    )


def _missing_names(pages: list[ShownPage]) -> list[dict[str, str]]:
    """Pupils of the class whom this file leaves out."""
    children = pupils_left_out(pages)
    return [
        {"id": str(child.pk), "name": whole_name(child), "title": page_title(page)}
        for page in pages
        for key in page.missing
        if (child := children.get(key)) is not None
    ]


def _working(register: RegisterFile) -> dict[str, Any] | None:
    """What the page says while a worker has the file; None when nobody works on it."""
    known = progress_of(register.pk)
    since = time.time() - known.noted_at if known else float("inf")
    is_fresh = since < SLOW_AFTER_SECONDS
    reads = register.state == RegisterFile.State.RECEIVED
    asked = known is not None and not known.refusal and is_fresh
    takes = register.state == RegisterFile.State.TAKING or (
        register.state == RegisterFile.State.SHOWN and asked
    )
    if not reads and not takes:
        return None
    return {
        "label": _("The register is being read") if reads else _("The register is being taken in"),
        "done": known.done if known else 0,
        "total": known.total if known and known.total else None,
        "is_slow": reads and not is_fresh,
    }


def _refusal(register: RegisterFile) -> str:
    if register.state == RegisterFile.State.REFUSED:
        return _(register.refusal) % (register.refusal_params or {})
    known = progress_of(register.pk) if register.state == RegisterFile.State.SHOWN else None
    return _(known.refusal) if known and known.refusal else ""


def _taken_classes(register: RegisterFile) -> list[dict[str, str]]:
    if register.state != RegisterFile.State.TAKEN:
        return []
    return [
        {"href": reverse("class", args=[section.pk]), "label": class_name(section)}
        for section in classes_of_file(register)[:CLASSES_LINKED]
    ]


def _act(request: HttpRequest, register: RegisterFile, place: SendForm) -> HttpResponse | None:
    """Do what was asked. Sent twice, the second finds it done and changes nothing."""
    now = timezone.now()
    step = request.POST.get("step")
    if step == "place":
        school = place.chosen_school() if place.is_valid() else None
        if school is None:
            if place.is_valid():
                place.add_error("school", _("Choose the school."))
            return None
        try:
            held = choose_school(
                request.actor, register=register, school=school, hints=place.hints(), at=now
            )
        except Invalid as error:
            add_form_error(place, error)
            return None
        _read(request, held, size_bytes=register.file.size_bytes, at=now)
    elif step == "answer" and register.state == RegisterFile.State.SHOWN:
        answers = {
            name.removeprefix("answer-"): request.POST[name]
            for name in request.POST
            if name.startswith("answer-")
        }
        try:
            held = answer_questions(request.actor, register=register, answers=answers, at=now)
        except Invalid as error:
            messages.error(request, str(error))
        else:
            _read(request, held, size_bytes=register.file.size_bytes, at=now)
    elif step == "again" and register.state == RegisterFile.State.RECEIVED:
        read_later(register)
    elif step == "refuse" and register.state == RegisterFile.State.SHOWN:
        refuse_register(
            request.actor,
            register=register,
            template=N_(
                "Whoever sent it said that it was understood wrongly, or is the wrong file."
            ),
            params={},
            at=now,
        )
        messages.success(request, _("Refused. The file is kept, and nothing was taken in."))
    elif step == "take" and register.state == RegisterFile.State.SHOWN:
        _take(request, register, at=now)
    return redirect("register_file", pk=register.pk)


def _take(request: HttpRequest, register: RegisterFile, *, at: datetime) -> None:
    enrol = request.POST.get("enrol") == "yes"
    confirmed = request.POST.get("confirmed") == "yes"
    missing = {
        name.removeprefix("missing-"): request.POST[name]
        for name in request.POST
        if name.startswith("missing-")
    }
    by = key_or_none(request.actor.user_id)
    if (
        len((register.understood or {}).get("pages", [])) > MAX_PAGES_PER_TRANSACTION
        and by is not None
    ):
        say_of_left_out(request.actor, register=register, said=missing, at=at)
        note_asked(register.pk)
        enqueue_on_commit(
            take_file, register=register.pk, by=by, enrol=int(enrol), confirmed=int(confirmed)
        )
        return
    try:
        taken = take_register(
            request.actor,
            register=register,
            enrol_unknown=enrol,
            confirmed=confirmed,
            missing=missing,
            at=at,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return
    if taken.waiting:
        messages.warning(request, _("First look at the questions, and say that it is right."))
        return
    classes = {section.pk for section in classes_of_file(register)}
    run_watch(system_actor("watch"), on=timezone.localdate(at), at=at, classes=classes)
    messages.success(request, _("The good rows are in. Thank you."))
    if taken.marks_waiting:
        messages.warning(
            request,
            ngettext(
                "%(n)s absence would be taken away by this file. It waits for the coordinator's yes.",
                "%(n)s absences would be taken away by this file. They wait for the coordinator's yes.",
                taken.marks_waiting,
            )
            % {"n": taken.marks_waiting},
        )
