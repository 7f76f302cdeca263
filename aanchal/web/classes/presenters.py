"""A teacher's day: what is past its time in one sentence, who is missing, and what waits for whom."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.registers.queries.silent import SilentClass
from aanchal.watch.queries.absent import AbsentPupil
from aanchal.web.registers.presenters.day import COORDINATOR, HEAD, HERS, SENDER
from aanchal.web.shell.look.numbers import grouped
from aanchal.web.shell.names import class_name, whole_name

MAX_ABSENT = 12


# All that a school may know of a question: never what was found.
WORDS = {
    "asked": ("soon", gettext_lazy("not yet visited")),
    "visited": ("plain", gettext_lazy("visited")),
    "back": ("done", gettext_lazy("back")),
    "left": ("plain", gettext_lazy("left")),
}


# Whose turn it is → the heading above what waits for her.
HEADINGS = {
    HERS: gettext_lazy("What waits for you"),
    COORDINATOR: gettext_lazy("With the coordinator now"),
    HEAD: gettext_lazy("With the head or the coordinator now"),
    SENDER: gettext_lazy("With the colleague who sent it"),
}


def task_groups(tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that wait, under a heading each that says for whom; her own first."""
    groups: list[dict[str, Any]] = [
        {"key": key, "title": title, "items": [t for t in tasks if t["whose"] == key]}
        for key, title in HEADINGS.items()
    ]
    return [group for group in groups if group["items"]]


def absent_shown(found: Iterable[AbsentPupil], *, whole: str = "") -> dict[str, Any]:
    """Who is missing, worst first, and who is on leave: days in a row and one plain word.

    Args:
        whole: which of the two lists is shown to its end, "absent" or "on_leave"; each else says how
            many more it has, as `more_absent` and `more_on_leave`.
    """
    lines: dict[str, list[dict[str, Any]]] = {"absent": [], "on_leave": []}
    for pupil in found:
        lines["absent" if pupil.leave_since is None else "on_leave"].append(
            {
                "name": whole_name(pupil.enrolment.child),
                "class": class_name(pupil.enrolment.class_section),
                "href": reverse("class", args=[pupil.enrolment.class_section_id]),
                "last_on": pupil.last_on,
                "days": pupil.days,
                "leave_since": pupil.leave_since,
                "level": WORDS[pupil.state][0] if pupil.state else "",
                "state": WORDS[pupil.state][1] if pupil.state else "",
            }
        )
    shown: dict[str, Any] = {}
    for key, rows in lines.items():
        most = len(rows) if key == whole else MAX_ABSENT
        shown |= {key: rows[:most], f"more_{key}": len(rows[most:])}
    return shown


def class_sentence(
    tasks: Sequence[dict[str, Any]],
    silent: Sequence[SilentClass],
    absent: Sequence[AbsentPupil],
) -> str:
    """The most urgent of a teacher's day in one sentence: a child first, then a register; "" for none.

    Args:
        tasks: what waits for her, as `register_tasks` says it.
        silent: those of her own classes that are silent.
        absent: pupils of her own classes who are away now, the longest first.
    """
    hers = [t for t in tasks if t["whose"] == HERS]
    missing = [t for t in hers if t["href"] == reverse("missing_pupils")]
    late = [str(t["late"]) for t in (*missing, *hers) if t["late"]]
    if late and missing and missing[0]["late"]:
        return late[0]
    if silent:
        return _silent_sentence(silent)
    if late:
        return late[0]
    if missing:
        return ngettext(
            "%(n)s pupil is missing from the class register.",
            "%(n)s pupils are missing from the class registers.",
            missing[0]["count"],
        ) % {"n": grouped(missing[0]["count"])}
    away = [pupil for pupil in absent if pupil.leave_since is None]
    if away:
        days = ngettext("%(n)s school day", "%(n)s school days", away[0].days) % {
            "n": grouped(away[0].days)
        }
        return ngettext(
            "%(n)s pupil is absent: %(days)s running.",
            "%(n)s pupils are absent, the longest for %(days)s running.",
            len(away),
        ) % {"n": grouped(len(away)), "days": days}
    return ""


def _silent_sentence(silent: Sequence[SilentClass]) -> str:
    never = [s for s in silent if s.last_on is None]
    if len(silent) == 1:
        name = class_name(silent[0].class_section)
        last_on = silent[0].last_on
        if last_on is None:
            return _("No register of class %(name)s has come yet.") % {"name": name}
        return _("No register of class %(name)s has come since %(day)s.") % {
            "name": name,
            "day": date_format(last_on, "j F"),
        }
    if never:
        return ngettext(
            "%(n)s class sends no register.", "%(n)s classes send no register.", len(silent)
        ) % {"n": grouped(len(silent))}
    first = min(s.last_on for s in silent if s.last_on is not None)
    return _("No register has come of %(n)s classes, of one since %(day)s.") % {
        "n": grouped(len(silent)),
        "day": date_format(first, "j F"),
    }
