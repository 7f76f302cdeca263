"""A visit as a volunteer reads it: on her list, and before she goes."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.people.houses import House
from aanchal.registers.queries.books import class_books
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.before_going import felt_unsafe, put_right_since
from aanchal.watch.queries.ends import back_standing
from aanchal.watch.rules.returns import Came, Standing, came_since
from aanchal.watch.sentences import flag_sentence
from aanchal.web.shell.context import local_name
from aanchal.web.shell.look.numbers import in_script
from aanchal.web.shell.names import class_name, code_mark, first_name
from aanchal.web.watch.presenters.cards import returned_sentence


def before_going(held: list[Visit]) -> list[str]:
    """What she must know before she goes, a sentence a visit; two queries.

    It stands in her list and not on the page of the visit, which others may read at the house.
    """
    flags = [v.flag for v in held]
    if not flags:
        return []
    unsafe, put_right = felt_unsafe(flags), put_right_since(flags)
    said = []
    for flag in flags:
        code = {"code": flag.child.code}
        if flag.pk in unsafe:
            said.append(
                _(
                    "%(code)s: whoever was to go before did not feel safe. Go by two, or give it back."
                )
                % code
            )
        if flag.pk in put_right:
            said.append(
                _(
                    "%(code)s: what an earlier visit found was put right. Call your coordinator before you go."
                )
                % code
            )
    return said


def late_sentence(late: list[Visit]) -> str:
    first = min(v.due_at for v in late)
    return ngettext(
        "%(n)s visit is overdue since %(day)s. Go today, or give it to another.",
        "%(n)s visits are overdue, the longest since %(day)s. Go today, or give them to another.",
        len(late),
    ) % {"n": len(late), "day": date_format(timezone.localtime(first), "j F")}


def written_line(visit: Visit) -> dict[str, str]:
    """A visit she wrote: whom it was about and when, and nothing of what was found."""
    assert visit.recorded_at is not None  # it is recorded
    return {
        "href": reverse("visit_written", args=[visit.pk]),
        "title": format_html(
            "{} · {}", in_script(first_name(visit.flag.child)), code_mark(visit.flag.child.code)
        ),
        "hint": date_format(timezone.localtime(visit.recorded_at), "j M"),
    }


def visit_card(visit: Visit, now: datetime) -> dict[str, Any]:
    flag = visit.flag
    due_on = timezone.localdate(visit.due_at)
    days = (due_on - timezone.localdate(now)).days
    if days < 0:
        level, due = "now", _("since %(day)s") % {"day": date_format(due_on, "j M")}
    elif days == 0:
        level, due = "now", _("today")
    else:
        level = "soon"
        due = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return {
        "code": flag.child.code,
        "name": first_name(flag.child),
        "level": level,
        "due": due,
        "reason": flag_sentence(flag),
        "where": " · ".join(where_shown(flag)),
        "href": reverse("visit", args=[visit.pk]),
        "act": _("Open the visit"),
    }


def where_shown(flag: Flag) -> list[str]:
    name = class_name(flag.class_section)
    return [local_name(flag.area), _("class %(grade)s") % {"grade": name}]


def back_cards(flags: list[Flag]) -> list[dict[str, Any]]:
    """Children who were said to be back: in numbers, and thanks only for who is. Two queries."""
    books = class_books(list({f.class_section_id: f.class_section for f in flags}.values()))
    thank_you = _("Thank you.")
    cards = []
    for flag in flags:
        book = books[flag.class_section_id]
        came = Came(0, 0)
        if flag.child_id in book.children:
            row = book.marks[book.children.index(flag.child_id)].tolist()
            came = came_since(book.days, row, since=flag.outcome.since_on)
        stands = back_standing(came)
        thanks = _("Was seen in school again. Thank you.")
        if came.days:
            thanks = returned_sentence(came, stands, flag.outcome.since_on)
        if came.days and stands is not Standing.NOT_BACK:
            thanks = f"{thanks} {thank_you}"
        level, word = BACK_WORDS[stands]
        cards.append(
            {
                "code": flag.child.code,
                "name": first_name(flag.child),
                "thanks": thanks,
                "level": level,
                "word": word,
            }
        )
    return cards


BACK_WORDS = {
    Standing.BACK: ("done", gettext_lazy("back")),
    Standing.TOO_EARLY: ("plain", gettext_lazy("not a week yet")),
    Standing.NOT_BACK: ("soon", gettext_lazy("not back")),
}


RELATIONS = {
    "mother": gettext_lazy("Mother"),
    "father": gettext_lazy("Father"),
    "grandparent": gettext_lazy("Grandparent"),
    "sibling": gettext_lazy("Brother or sister"),
    "relative": gettext_lazy("Relative"),
    "other": gettext_lazy("Guardian"),
}


def house_lines(house: House) -> list[dict[str, str]]:
    """How the house is found, as lines of label and text; what is not known is left out."""
    relation = str(RELATIONS.get(house.guardian_relation, _("Guardian")))
    lines = [
        {"label": relation, "value": house.guardian_name},
        {"label": _("Hamlet"), "value": house.hamlet},
        {"label": _("Landmark"), "value": house.landmark},
        {"label": _("The way"), "value": house.directions},
    ]
    return [line for line in lines if line["value"]]
