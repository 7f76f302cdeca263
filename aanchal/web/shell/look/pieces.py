"""The small components: what each shows, as the context of its template."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .numbers import FEWEST_FOR_PERCENT, grouped, whole_percent


def tag(text: str, level: str = "plain") -> dict[str, Any]:
    """A word with its urgency: `level` is now, soon, done or plain."""
    return {"text": text, "level": level}


def figure(
    value: int | float | None,
    label: str,
    *,
    of: int | None = None,
    of_text: str = "",
    note: str = "",
    level: str = "plain",
    level_text: str = "",
    href: str = "",
) -> dict[str, Any]:
    """One number with its denominator. Put several inside `<div class="figures">`.

    Args:
        value: the numerator; None is shown as a dash, "no figure yet".
        label: what is counted; a link to the rows when `href` is given.
        of: the denominator; from 10 upward its percentage becomes the tag.
        of_text: the words beside the number, such as "of 51 flags"; default "of 51".
        note: one line below, such as what the empty visits were.
        level, level_text: the tag; `level_text` replaces the percentage.
    """
    if of is not None and not of_text:
        of_text = _("of %(of)s") % {"of": grouped(of)}
    if not level_text and value is not None and of is not None and of >= FEWEST_FOR_PERCENT:
        level_text = f"{whole_percent(int(value), of)}%"
    return {
        "value": value,
        "label": label,
        "of_text": of_text,
        "note": note,
        "level": level,
        "level_text": level_text,
        "href": href,
    }


def empty(title: str, body: str = "", action: str = "", href: str = "") -> dict[str, Any]:
    """Nothing is here, said kindly; with the one thing to do about it, if there is one."""
    return {"title": title, "body": body, "action": action, "href": href}


def notice(text: str, level: str = "plain", action: str = "", href: str = "") -> dict[str, Any]:
    """A message above the page's work; `level` as for a tag."""
    return {"text": text, "level": level, "action": action, "href": href}


def progress(
    done: int = 0, total: int | None = None, *, label: str, note: str = ""
) -> dict[str, Any]:
    """How far a long work is; with `total` None, that it is under way."""
    text = ""
    if total is not None:
        text = _("%(part)s of %(of)s") % {"part": grouped(done), "of": grouped(total)}
    return {"done": done, "total": total, "text": text, "label": label, "note": note}


def pager(context: Context, page: Page[Any], *, param: str = "page") -> dict[str, Any]:
    """Earlier and later pages of a list, keeping the other query words. Nothing for one page."""
    request = context.get("request")

    def link(number: int) -> str:
        query = request.GET.copy() if request else None
        if query is None:
            return f"?{param}={number}"
        query[param] = str(number)
        return "?" + query.urlencode()

    return {
        "page": page,
        "first": grouped(page.start_index()),
        "last": grouped(page.end_index()),
        "total": grouped(page.paginator.count),
        "before": link(page.previous_page_number()) if page.has_previous() else "",
        "after": link(page.next_page_number()) if page.has_next() else "",
    }


def helplines(context: Context, numbers: Iterable[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The numbers to call now, big enough for a shaking thumb.

    Args:
        numbers: mappings with `number` and `label`; default the page's own `helplines`.
    """
    return {"numbers": numbers or context.get("helplines") or ()}


def clock(
    what: str,
    left: str,
    *,
    source: str = "",
    owed_by: str = "",
    level: str = "plain",
    action: str = "",
    href: str = "",
) -> dict[str, Any]:
    """A duty of the law on the screen: what, how long is left, its source, whose duty."""
    return {
        "what": what,
        "left": left,
        "source": source,
        "owed_by": owed_by,
        "level": level,
        "action": action,
        "href": href,
    }


def flag_card(
    code: str,
    *,
    reason: str,
    name: str = "",
    level: str = "plain",
    due: str = "",
    where: str = "",
    action: str = "",
    href: str = "",
    primary: bool = False,
    marks: Iterable[int] | str = (),
    days: Sequence[date] = (),
    class_shares: Sequence[float | None] = (),
    heading: int = 2,
) -> dict[str, Any]:
    """One child of a list: code and first name, the reason sentence, the one next act.

    Args:
        code: such as "K-0412".
        reason: the flag's sentence; pass `format_html` to make its numbers bold.
        name: the first name alone, in whatever script; nothing for "code only".
        level, due: the tag and the edge of the sheet ("today", "in 2 days").
        where: hamlet, landmark, class; never an address.
        primary: this is the page's one big act; the others are outlined.
        marks, days, class_shares: as for `strip`; no strip when empty.
        heading: the level of its heading under the page's.
    """
    return {
        "code": code,
        "reason": reason,
        "name": name,
        "level": level,
        "due": due,
        "where": where,
        "action": action,
        "href": href,
        "primary": primary,
        "marks": marks,
        "days": days,
        "class_shares": class_shares,
        "heading": heading,
    }


def confirm(
    context: Context,
    title: str,
    *,
    yes: str,
    cancel_href: str,
    body: str = "",
    consequences: Iterable[str] = (),
    carry: Mapping[str, str] | None = None,
    action_href: str = "",
    harm: bool = True,
    other: str = "",
    other_href: str = "",
) -> dict[str, Any]:
    """Ask before harm: what will happen, one button that says it, and the way back.

    Args:
        yes: the button, a verb and its object ("Withdraw the flag"), never "OK".
        cancel_href: where "no" leads; to the page the person came from.
        consequences: one short sentence each.
        carry: hidden fields of the form; never a name.
        action_href: where the form is sent; default the same page.
        harm: the button is madder; False for a mere check.
        other, other_href: a second way to answer, such as "Refuse it"; a page of its own.
    """
    return {
        "title": title,
        "yes": yes,
        "cancel_href": cancel_href,
        "body": body,
        "consequences": tuple(consequences),
        "carry": dict(carry or {}),
        "action_href": action_href,
        "harm": harm,
        "other": other,
        "other_href": other_href,
        "csrf_token": context.get("csrf_token"),
    }


def undo(context: Context, message: str, *, href: str, label: str = "") -> dict[str, Any]:
    """What was just done, and the button that takes it back (a POST to `href`)."""
    return {
        "message": message,
        "href": href,
        "label": label or _("Undo"),
        "csrf_token": context.get("csrf_token"),
    }


def quick_exit(context: Context, href: str = "") -> dict[str, Any]:
    """Leave at once: a POST to `href` (default the page's `quick_exit_url`). Nothing without it."""
    return {
        "href": href or context.get("quick_exit_url", ""),
        "csrf_token": context.get("csrf_token"),
    }


def task_list(items: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """What is to be done, a line each: `title`, and optional `href`, `hint`, `level`, `status`."""
    return {"items": tuple(items)}


def answers(rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Check your answers: `label`, `value`, and optional `href` to change it.

    A row may carry `change`, the words of its link when "Change" is not enough.
    """
    return {"rows": tuple(rows)}


def crumbs(items: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Where this page lies: `label` and `href` of each page above, outermost first.

    The page itself comes last, without `href`.
    """
    return {"items": tuple(items)}


def story(events: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """What happened, newest first: `when` (words), `title`, optional `text` and `href`."""
    return {"events": tuple(events)}


def calm_table(
    columns: Sequence[Mapping[str, Any]],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str = "",
) -> dict[str, Any]:
    """A table that becomes cards on a phone; the first column names the row.

    Args:
        columns: `label`, and `number` (True: aligned to the end) or `whole` (True: a code, which
            never breaks) for each column.
        rows: one sequence of cells a row, as many as columns; pass safe markup for links
            and tags, an empty string for nothing. Whole numbers are grouped.
        caption: what the table holds, for a reader who hears it; shown above.
    """
    return {
        "columns": columns,
        "rows": [
            [
                (column, grouped(cell) if isinstance(cell, int) else cell)
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in rows
        ],
        "caption": caption,
    }


def month_grid(today: date | None = None) -> dict[str, Any]:
    """The month of `today` (default the present day) as a wall calendar shows it."""
    today = today or timezone.localdate()
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(today.year, today.month)
    return {
        "today": today,
        "weeks": weeks,
        "weekdays": [date_format(day, "D") for day in weeks[0]],
    }
