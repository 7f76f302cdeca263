"""A register as it was understood: which page, row by row, day by day."""

import re
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from aanchal.kernel import reading
from aanchal.lib.marks import Mark
from aanchal.registers.formats.grades import class_label
from aanchal.registers.shown_pages import ShownPage

from .beside import beside_cells

ROWS_SHOWN = 200


# So many places of one and the same sentence are named at once; the others open.
PLACES_AT_ONCE = 3


_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")


def sentence(template: str, params: dict[str, Any]) -> str:
    """A reader's sentence in the language of the page, with its days and months as one writes them."""
    return _(template) % {key: _as_written(value) for key, value in params.items()}


def _as_written(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            if len(value) == len("2026-07"):
                return date_format(date.fromisoformat(f"{value}-01"), "F Y")
            return date_format(date.fromisoformat(value), "j M Y")
        except ValueError:  # what stood in a file need be no day
            return value
    return value


def alike_together(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was told, each sentence once with all the places that it is about, as they first came."""
    places: dict[str, list[str]] = {}
    for p in problems:
        known = places.setdefault(p["reason"], [])
        if where := _place(p):
            known.append(where)
    return [
        {
            "reason": reason,
            "where": known[:PLACES_AT_ONCE],
            "further": known[PLACES_AT_ONCE:],
        }
        for reason, known in places.items()
    ]


def _place(problem: dict[str, Any]) -> str:
    row, column = problem["row"], problem["column"]
    if row and column:
        where = _("row %(row)s, column %(column)s") % {"row": row, "column": column}
    elif row:
        where = _("row %(row)s") % {"row": row}
    else:
        where = _("column %(column)s") % {"column": column} if column else ""
    return " ".join(filter(None, (problem["sheet"], where)))


def told(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader had to say, with its place, in the language of the page."""
    return [
        {
            "row": p["row"],
            "column": p["column"],
            "sheet": p.get("sheet", ""),
            "reason": sentence(p["template"], p["params"]),
        }
        for p in problems
    ]


# What a question's choice is called; a day, a month, a sheet's name stand for themselves.
_CHOICES = {
    "present": pgettext_lazy("mark", "present"),
    "absent": pgettext_lazy("mark", "absent"),
    "leave": pgettext_lazy("mark", "leave"),
    "holiday": pgettext_lazy("mark", "holiday"),
    "late": gettext_lazy("late"),
    "no mark": gettext_lazy("no mark"),
    "days": gettext_lazy("days of a month"),
    "periods": gettext_lazy("periods of one day"),
    "table": gettext_lazy("a row for each pupil"),
    "pupils across": gettext_lazy("a column for each pupil"),
    "blocks of lines": gettext_lazy("several lines for each pupil"),
    "counts of days": gettext_lazy("sums, and no register"),
    "no days": gettext_lazy("no days"),
    "as written": gettext_lazy("as written"),
    "in order": gettext_lazy("in order, the headings were exchanged"),
    "as read": gettext_lazy("as it was read"),
    "as the sums say": gettext_lazy("as the sums say: present and absent are exchanged"),
    "leave out": gettext_lazy("leave these marks out till the file is corrected"),
    "attendance": gettext_lazy("attendance"),
    "something else": gettext_lazy("something else"),
    "turned round": gettext_lazy("the other way round: who is marked absent was present"),
}


def questions_of(pages: list[ShownPage]) -> list[dict[str, Any]]:
    """What a person must say of the file, each question once."""
    found: dict[str, dict[str, Any]] = {}
    for page in pages:
        for q in page.questions:
            found.setdefault(
                q["key"],
                {
                    "name": f"answer-{q['key']}",
                    "reason": sentence(q["template"], q["params"]),
                    "rows": q["rows"][:6],
                    "sheet": q["sheet"],
                    "choices": [(c, _CHOICES.get(c, _as_written(c))) for c in q["choices"]],
                },
            )
    return list(found.values())


def page_title(page: ShownPage) -> str:
    """ "Class VI A · July 2026", with what is not known left out."""
    words = []
    if page.grade:
        words.append(_("Class %(name)s") % {"name": class_label(page.grade, page.section)})
    if page.month:
        words.append(date_format(_month(page), "F Y"))
    return " · ".join(words) or page.sheet or _("A register")


def _month(page: ShownPage) -> date:
    return date.fromisoformat(page.month + "-01")


PAGE_COLUMNS = [
    {"label": gettext_lazy("Class and month")},
    {"label": gettext_lazy("First and last day")},
    {"label": gettext_lazy("Days"), "number": True},
    {"label": gettext_lazy("Pupils"), "number": True},
    {"label": gettext_lazy("Pupils whom nobody knows yet"), "number": True},
    {"label": gettext_lazy("Pupils of the class who are not in the file"), "number": True},
    {"label": gettext_lazy("Absent of 100 marks"), "number": True},
    {"label": gettext_lazy("Usual")},
    {"label": gettext_lazy("Marks that would be written over"), "number": True},
    {"label": gettext_lazy("To look at"), "number": True},
]


def page_row(page: ShownPage, is_shown: bool) -> list[Any]:
    """One page of a book of several: all that one page alone would show beside what is usual."""
    title: Any = page_title(page)
    if page.rows and not is_shown:
        title = format_html('<a href="?page={}#rows">{}</a>', page.number, title)
    return [title, *beside_cells(page), len(page.problems) + len(page.asks)]


def totals(pages: list[ShownPage]) -> dict[str, int] | None:
    if not any(p.rows for p in pages):
        return None
    return {
        "pupils": sum(len(p.rows) for p in pages),
        "known": sum(r.match == "sure" for p in pages for r in p.rows),
        "days": sum(len(p.days) for p in pages),
        "months": len({p.month for p in pages if p.month}),
        **{key: sum(p.counts[key] for p in pages) for key in ("present", "absent", "leave")},
    }


def page_asked(request: HttpRequest, pages: list[ShownPage]) -> ShownPage | None:
    """The page whose rows are drawn: the one asked for, else the first with something to see."""
    number = request.GET.get("page", "")
    asked = next((p for p in pages if str(p.number) == number and p.rows), None)
    unclear = next((p for p in pages if p.rows and (p.problems or p.asks)), None)
    return asked or unclear or next((p for p in pages if p.rows), None)


def shown_rows(page: ShownPage, *, district: str) -> dict[str, Any]:
    """One page row by row, and day by day as the sums under the paper register."""
    # Names are as the file has them; the children they were matched to are shown all the same.
    reading.show_all((row.child for row in page.rows[:ROWS_SHOWN]), district)
    rows = []
    by_day = {day: [0, 0] for day in page.days}
    for row in page.rows:
        codes = row.codes_on(page.days)
        for day, code in zip(page.days, codes, strict=True):
            by_day[day][0] += code == Mark.PRESENT
            by_day[day][1] += code == Mark.ABSENT
        present = sum(c == Mark.PRESENT for c in codes)
        rows.append(
            {
                "roll": row.roll,
                "name": row.name,
                "marks": codes,
                "match": row.match,
                "present": present,
                "marked": present + sum(c == Mark.ABSENT for c in codes),
            }
        )
    month = _month(page) if page.month else None
    return {
        "title": page_title(page),
        "sheet": page.sheet,
        "rows": rows[:ROWS_SHOWN],
        "more_rows": max(0, len(rows) - ROWS_SHOWN),
        "first_on": month.replace(day=page.days[0]) if month and page.days else None,
        "last_on": month.replace(day=page.days[-1]) if month and page.days else None,
        "day_columns": [
            {"label": _("Day")},
            {"label": _("Present"), "number": True},
            {"label": _("Absent"), "number": True},
        ],
        "day_rows": [
            [date_format(month.replace(day=day), "D j M") if month else str(day), *sums]
            for day, sums in by_day.items()
        ],
    }
