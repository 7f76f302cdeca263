"""The list of registers that were sent: narrowed by class, month and standing, in the order asked."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.access import how_many
from aanchal.registers.formats.grades import class_label
from aanchal.registers.models import RegisterFile
from aanchal.registers.queries.books import class_lines
from aanchal.registers.queries.listed import Standing, classes_and_months, registers_by_need
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import today
from aanchal.web.shell.narrowing import Choice, Narrowed

PAGE = 30


STATE = RegisterFile.State


STANDINGS = {
    Standing.YES: gettext_lazy("waits for a yes"),
    Standing.REPAIR: gettext_lazy("has rows to repair"),
    Standing.READ: gettext_lazy("being read"),
    Standing.REFUSED: gettext_lazy("cannot be read"),
}


SORTS = {
    "newest": gettext_lazy("the newest first"),
    "longest": gettext_lazy("the longest waiting first"),
}


def file_list(request: HttpRequest) -> HttpResponse:
    """Registers that were sent: those that need somebody, and those that are in."""
    narrowed = _narrowed(request)
    sets = registers_by_need(
        request.actor,
        class_key=narrowed["class"],
        month=narrowed["month"],
        standing=narrowed["state"],
        longest=narrowed["sort"] == "longest",
    )
    counts = how_many(sets)
    show = request.GET.get("show", "")
    if show not in sets:
        show = "waiting" if counts["waiting"] else "taken"
    page = Paginator(sets[show], PAGE).get_page(request.GET.get("page"))
    query = f"&{narrowed.query}" if narrowed.query else ""
    labels = {"waiting": _("Need somebody"), "taken": _("Taken in")}
    tabs = [
        {
            "label": labels[k],
            "href": f"?show={k}{query}",
            "count": counts[k],
            "current": k == show,
        }
        for k in sets
    ]
    there_are = any(counts.values()) or narrowed.is_narrowed
    return render(
        request,
        "registers/list.html",
        {
            "page": page,
            "rows": [_row(f) for f in page],
            "columns": [
                {"label": _("File")},
                {"label": _("Class and month")},
                {"label": _("School")},
                {"label": _("Sent on")},
                {"label": _("How it stands")},
            ],
            "tabs": tabs if there_are else [],
            "show": show,
            "narrowed": narrowed if there_are else None,
            # A teacher whose class is complete by others' files is not told that nothing was sent.
            "has_registers": not there_are
            and any(x.last_on for x in class_lines(request.actor, year_from=today().year - 1)),
        },
    )


def _narrowed(request: HttpRequest) -> Narrowed:
    said = classes_and_months(request.actor)
    return Narrowed(
        request,
        fields=(
            Choice("class", _("Class"), [(k, _class(k)) for k in _classes(c for c, _m in said)]),
            Choice("month", _("Month"), [(m, _month(m)) for m in _months(m for _c, m in said)]),
            Choice("state", _("How it stands"), list(STANDINGS.items())),
            Choice("sort", _("Order"), list(SORTS.items()), default="newest"),
        ),
        keep=("show",),
    )


def _parts(texts: Iterable[str]) -> set[str]:
    return {part for text in texts for part in text.split("|") if part}


def _classes(texts: Iterable[str]) -> list[str]:
    """Keys of the classes, "6/A", in the order of the school."""

    def place(key: str) -> tuple[int, str]:
        grade = key.split("/")[0]
        return (int(grade) if grade.isdecimal() else 0, key)

    return sorted(_parts(texts), key=place)


def _months(texts: Iterable[str]) -> list[str]:
    return sorted(_parts(texts), reverse=True)


def _class(key: str) -> str:
    grade, _slash, section = key.partition("/")
    return class_label(grade, section)


def _month(key: str) -> str:
    return date_format(date.fromisoformat(f"{key}-01"), "F Y")


def _row(register: RegisterFile) -> list[Any]:
    return [
        format_html(
            '<a href="{}">{}</a>', reverse("register_file", args=[register.pk]), register.file.name
        ),
        _about(register),
        local_name(register.school) if register.school else _("school not known yet"),
        date_format(timezone.localtime(register.received_at), "j M Y, H:i"),
        _standing(register),
    ]


def _about(register: RegisterFile) -> str:
    """ "VI A · July 2026"; counts, where it is of several."""
    classes, months = _classes([register.classes]), _months([register.months])
    words = []
    if len(classes) == 1:
        words.append(_class(classes[0]))
    elif classes:
        words.append(ngettext("%(n)s class", "%(n)s classes", len(classes)) % {"n": len(classes)})
    if len(months) == 1:
        words.append(_month(months[0]))
    elif months:
        words.append(ngettext("%(n)s month", "%(n)s months", len(months)) % {"n": len(months)})
    return " · ".join(words) or "–"


def _standing(register: RegisterFile) -> str:
    """Where a file stands, as a tag."""
    state = register.state
    left = int(register.counts.get("rows_left", 0))
    level, text = "done", _("taken in")
    if state == STATE.REFUSED:
        level, text = "now", _("cannot be read")
    elif state in (STATE.RECEIVED, STATE.TAKING):
        level, text = "plain", _("being read")
    elif state == STATE.SHOWN:
        level, text = "soon", _("waits for your yes")
    elif left:
        level = "soon"
        text = ngettext("%(n)s row to repair", "%(n)s rows to repair", left) % {"n": left}
    return format_html('<span class="tag {}">{}</span>', level, text)
