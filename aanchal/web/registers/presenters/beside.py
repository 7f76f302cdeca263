"""What a register's preview shows beside what is usual, and what of the file was passed over."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.registers.shown_pages import ShownPage

# Sheets, columns and lines of which nothing went into the page.
PASSED_OVER = frozenset(
    "hidden_sheet not_understood no_day sheet_without_register days_again no_heading no_such_day "
    "cut_below marks_without_child row_shifted no_child no_date no_class pupil_or_sum line_of_counts "
    "line_of_sums line_of_foot sheet_passed_over name_alone sum_or_child word_alone".split()
)


def passed_over(page: ShownPage) -> list[dict[str, Any]]:
    """What the reader says it passed over, from among the problems and the assumptions of a page."""
    return [p for p in (*page.problems, *page.assumed) if p["code"] in PASSED_OVER]


def number_or_dash(number: int | None) -> str:
    """A number, or a dash where there is none."""
    return "–" if number is None else str(number)


def days_of(page: ShownPage) -> str:
    """Days found, of the school days of the month."""
    if "open_days" not in page.beside:
        return str(len(page.days))
    return _("%(found)s of %(open)s") % {"found": len(page.days), "open": page.beside["open_days"]}


def columns_beside() -> list[dict[str, Any]]:
    return [{"label": _("What was counted")}, {"label": _("In this file")}, {"label": _("Usual")}]


def beside_rows(page: ShownPage) -> list[list[str]]:
    """One page beside what is usual for its class: what is in the file, what one would expect."""
    beside = page.beside
    if not beside:
        return []
    return [
        [_("First and last day"), _span(beside), ""],
        [_("Days with marks"), str(len(page.days)), _school_days(beside["open_days"])],
        [_("Pupils"), str(len(page.rows)), _in_class(page.enrolled)],
        [_("Pupils whom nobody knows yet"), str(_new(page)), ""],
        [_("Pupils of the class who are not in the file"), str(len(page.missing)), ""],
        [_("Absent of 100 marks"), number_or_dash(page.share.of_100), _usual(beside)],
        [_("Marks that would be written over"), _over(page), ""],
    ]


def beside_cells(page: ShownPage) -> list[str]:
    """The same of one page among several, as cells of one line."""
    beside, pupils = page.beside, str(len(page.rows))
    if not beside:
        return ["–", days_of(page), pupils, "–", "–", number_or_dash(page.share.of_100), "–", "–"]
    return [
        _span(beside),
        days_of(page),
        _("%(found)s of %(open)s") % {"found": pupils, "open": page.enrolled},
        str(_new(page)),
        str(len(page.missing)),
        number_or_dash(page.share.of_100),
        _usual(beside),
        _over(page),
    ]


def _new(page: ShownPage) -> int:
    return sum(row.match == "unknown" for row in page.rows)


def _span(beside: dict[str, Any]) -> str:
    if not beside["first_on"]:
        return "–"
    first, last = (date.fromisoformat(beside[key]) for key in ("first_on", "last_on"))
    return f"{date_format(first, 'j M')} – {date_format(last, 'j M')}"


def _school_days(count: int) -> str:
    return ngettext("%(n)s school day", "%(n)s school days", count) % {"n": count}


def _in_class(count: int) -> str:
    return ngettext("%(n)s in the class", "%(n)s in the class", count) % {"n": count}


def _usual(beside: dict[str, Any]) -> str:
    said = []
    if beside["past"] is not None:
        said.append(_("%(n)s in this class before") % {"n": beside["past"]})
    if beside["neighbours"] is not None:
        said.append(_("%(n)s in the other classes that month") % {"n": beside["neighbours"]})
    return " · ".join(said) or _("not known yet")


def _over(page: ShownPage) -> str:
    if not page.absent_to_present:
        return str(page.changed)
    return ngettext(
        "%(all)s, %(n)s of them an absence",
        "%(all)s, %(n)s of them absences",
        page.absent_to_present,
    ) % {"all": page.changed, "n": page.absent_to_present}
