"""A child's days as the paper register shows them: cells to look at, a sentence to hear."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Mark codes as everywhere in arrays: 0 not taken, 1 present, 2 absent, 3 leave, 4 holiday, 5 late,
# which is drawn as present.
MARK_CLASSES = ("n", "p", "a", "l", "h", "p", "x")


# The class was marked that day, and this child does not stand in its register.
NOT_IN_REGISTER = 6


NOT_TAKEN, PRESENT, ABSENT, LEAVE, HOLIDAY, LATE = range(6)


def strip(
    marks: Iterable[int] | str,
    *,
    days: Sequence[date] = (),
    class_shares: Sequence[float | None] = (),
    caption: str = "",
    line: bool = False,
    words: bool = True,
    taken: bool = False,
) -> dict[str, Any]:
    """A child's days as cells, oldest first, with the same in words.

    Args:
        marks: mark codes 0-5, as numbers or as a string of digits.
        days: the date of each mark; then months stand under their name.
        class_shares: share of the class present each day, 0-1, None where not taken; drawn
            as bars below the child's days.
        caption: what the strip shows, such as "her 60 school days".
        line: one low line for a row of a list; no months, captions or words.
        taken: the class was marked on each of these days; then a day without a mark says that the
            child does not stand in the register. With `class_shares` it is seen from them.
        words: offer the dates of absence as text (needs `days`).

    Raises:
        ValueError: a mark is no mark code, or the sequences differ in length.
    """
    codes = [int(mark) for mark in marks]
    if any(not NOT_TAKEN <= code <= LATE for code in codes):
        raise ValueError("a mark code is 0 to 5")
    codes = [PRESENT if code == LATE else code for code in codes]
    if (days and len(days) != len(codes)) or (class_shares and len(class_shares) != len(codes)):
        raise ValueError("days and class shares go mark by mark")
    if taken or class_shares:
        marked = [share is not None for share in class_shares] or [True] * len(codes)
        codes = [
            NOT_IN_REGISTER if code == NOT_TAKEN and is_marked else code
            for code, is_marked in zip(codes, marked, strict=True)
        ]
    cells = [MARK_CLASSES[code] for code in codes]
    bars = [share_class(share) for share in class_shares]
    if days and not line:
        ends = [
            (at, _month_said(days[at[0]], days[at[-1]])) for _first, at in groups_by_month(days)
        ]
        blocks = [
            {"name": name, "cells": [cells[i] for i in at], "bars": [bars[i] for i in at if bars]}
            for at, name in ends
        ]
    else:
        blocks = [{"name": "", "cells": cells, "bars": bars}]
    absent_on = [
        formats.date_format(d, "j M") for d, c in zip(days, codes, strict=False) if c == ABSENT
    ]
    return {
        "blocks": blocks,
        "label": strip_in_words(codes, caption, days=days),
        "caption": caption,
        "has_class": bool(bars),
        "line": line,
        "plain": not days and not line,
        "absent_on": absent_on if words and not line else [],
    }


def _month_said(first: date, last: date) -> str:
    """A month with the first and last of its days that are shown, such as "July 3–30"."""
    month = formats.date_format(first, "F")
    if first == last:
        return _("%(month)s %(day)s") % {"month": month, "day": first.day}
    return _("%(month)s %(first)s–%(last)s") % {
        "month": month,
        "first": first.day,
        "last": last.day,
    }


def groups_by_month(days: Sequence[date]) -> list[tuple[date, list[int]]]:
    """The positions of `days` (oldest first) month by month, each with its first day."""
    keyed = groupby(range(len(days)), key=lambda i: (days[i].year, days[i].month))
    return [(days[at[0]], at) for at in (list(group) for _key, group in keyed)]


def share_class(share: float | None) -> str:
    """The bar of a class's day, c0 to c10; "n" when its register was not taken."""
    return "n" if share is None else f"c{min(10, max(0, round(share * 10)))}"


def strip_in_words(codes: Sequence[int], caption: str = "", *, days: Sequence[date] = ()) -> str:
    """The strip for someone who hears it: from when to when, the counts, the run it ends with."""
    counts = {
        "present": codes.count(PRESENT),
        "absent": codes.count(ABSENT),
        "leave": codes.count(LEAVE),
        "holiday": codes.count(HOLIDAY),
        "not_taken": codes.count(NOT_TAKEN),
    }
    text = _(
        "Present %(present)s, absent %(absent)s, leave %(leave)s, holiday %(holiday)s, "
        "register not taken %(not_taken)s."
    )
    said = [caption + "."] if caption else []
    if days:
        ends = {
            "first": formats.date_format(days[0], "j M Y"),
            "last": formats.date_format(days[-1], "j M Y"),
        }
        said.append(_("%(first)s to %(last)s.") % ends)
    said.append(text % counts)
    outside = codes.count(NOT_IN_REGISTER)
    if outside:
        said.append(
            ngettext(
                "Not in the register on %(days)s day.",
                "Not in the register on %(days)s days.",
                outside,
            )
            % {"days": outside}
        )
    run = latest_run_of_absence(codes)
    if run:
        said.append(
            ngettext(
                "Absent on the last school day.",
                "Absent %(days)s school days running.",
                run,
            )
            % {"days": run}
        )
    return " ".join(said)


def latest_run_of_absence(codes: Sequence[int]) -> int:
    """Absences since the last presence; leave, holidays and days not taken do not end it."""
    run = 0
    for code in reversed(codes):
        if code == PRESENT:
            break
        run += code == ABSENT
    return run


def strip_legend(*, with_class: bool = False) -> dict[str, Any]:
    """What the cells of a strip mean; once a page that shows strips."""
    return {"with_class": with_class}
