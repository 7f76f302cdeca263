"""Every component of the look on one page: with long names, no data, too much data.

Nobody here is real. The samples stand in the language of the page, beside names in all scripts,
so that a designer or translator sees what a reader will see.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.utils.html import format_html
from django.utils.translation import get_language

from aanchal.web.shell.look.numbers import percent

from .words import WORDS

LONG_NAME = "Sarvamangala Chandrashekharavenkataraman"


FIRST_DAY = date(2026, 8, 31)


def school_days(count: int) -> list[date]:
    """`count` days from `FIRST_DAY`, Sundays left out."""
    days = (FIRST_DAY + timedelta(days=n) for n in range(count * 2))
    return [day for day in days if day.isoweekday() != 7][:count]


def marks(count: int, *, seed: int = 3, ends_absent: int = 6) -> str:
    """Mark codes of one made-up child, always the same for the same numbers."""
    codes = []
    for n in range(count - ends_absent):
        roll = (n * 37 + seed * 101) % 61
        codes.append("2" if roll < 5 else "3" if roll == 7 else "0" if roll in (11, 12) else "1")
        if n % 29 == 17:
            codes[-1] = "4"
    return "".join(codes) + "2" * ends_absent


def class_shares(count: int) -> list[float | None]:
    """The share of a made-up class that came each day: one bad week, a few days not taken."""
    shares: list[float | None] = []
    for n in range(count):
        share = 0.93 - ((n * 17) % 11) / 60 - (0.45 if 20 <= n < 24 else 0)
        shares.append(None if n % 19 == 13 else round(share, 2))
    return shares


def visit_form(words: dict[str, Any], *, sent: bool) -> forms.Form:
    """A form with every kind of field; `sent` with most of it wrong."""
    label = words["fields"]

    class VisitForm(forms.Form):
        finding = forms.ChoiceField(
            label=words["finding"],
            choices=words["findings"],
            widget=forms.RadioSelect,
            error_messages={"required": words["missing"]},
        )
        met = forms.MultipleChoiceField(
            label=words["met"][0],
            choices=list(enumerate(words["met"][1])),
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        age = forms.IntegerField(label=label[0], error_messages={"invalid": words["wrong"]})
        again = forms.DateField(
            label=label[1], widget=forms.DateInput(attrs={"type": "date"}), required=False
        )
        school = forms.ChoiceField(
            label=label[4],
            choices=[("", "…"), ("1", "UMS Basbaria Tola Paschim (Urdu), Benipatti")],
        )
        story = forms.CharField(
            label=label[2], help_text=words["hint"], widget=forms.Textarea, required=False
        )
        register = forms.FileField(label=label[3], required=False)
        seen = forms.BooleanField(label=words["seen"], required=False)

    return VisitForm(
        {"age": "fourteen", "school": "1"} if sent else None,
        auto_id="sent_%s" if sent else "new_%s",
    )


def gallery() -> dict[str, Any]:
    """The context of `gallery.html`, in the active language."""
    language = (get_language() or "en").split("-")[0]
    words = WORDS.get(language, WORDS["en"])
    columns = [{"label": label, "number": 0 < n < 4} for n, label in enumerate(words["columns"])]

    def state(level: str, n: int) -> str:
        return format_html('<span class="tag {}">{}</span>', level, words["states"][n])

    areas = (
        ("Hingalganj", 14, 11, "2.5", state("soon", 0)),
        ("সন্দেশখালি", 22, 20, "1.8", state("done", 1)),
        ("Minakhan", 9, 4, "6.0", state("now", 2)),
        (f"{LONG_NAME} Nagar", 12345, 1000, "2.0", state("soon", 3)),
        ("", 0, 0, "", ""),
    )
    pupils = ("गुड़िया", "অঞ্জলি", LONG_NAME, "Ravi")
    return {
        "words": words,
        "reasons": [format_html(reason) for reason in words["reasons"]],
        "long_name": LONG_NAME,
        "where": words["where"],
        "role": words["role"],
        "signed_in": True,
        "nav": [
            {"label": label, "href": f"#{n}", "current": n == 0, "count": 12 if n == 1 else None}
            for n, label in enumerate(words["nav"])
        ],
        "helplines": [
            {"number": number, "label": label}
            for number, label in zip(("1098", "112"), words["lines"], strict=True)
        ],
        "quick_exit_url": "#left",
        "days": school_days(60),
        "marks": marks(60),
        "shares": class_shares(60),
        "year_days": school_days(220),
        "year_marks": marks(220, ends_absent=0),
        "columns": columns,
        "rows": [
            (name, flags, visited, f"{lag} {words['days']}" if lag else "", tag)
            for name, flags, visited, lag, tag in areas
        ],
        "pupils": [
            (n + 1, name, row, percent(row.count("1"), row.count("1") + row.count("2")))
            for n, name in enumerate(pupils)
            for row in [marks(30, seed=n, ends_absent=n)]
        ],
        "percents": [
            percent(41, 51),
            percent(2, 3),
            percent(0, 0),
            percent(999, 1000),
            percent(1, 123456),
        ],
        "tasks": [
            {
                "title": title,
                "status": status,
                "level": level,
                "href": "#" if level != "done" else "",
            }
            for title, status, level in zip(
                words["tasks"], words["task_states"], ("done", "soon", "plain"), strict=True
            )
        ],
        "answers": [
            {"label": words["finding"], "value": words["findings"][1][1][4][1], "href": "#"},
            {"label": words["met"][0], "value": words["met"][1][0], "href": "#"},
            {"label": words["fields"][2], "value": words["hint"] * 3, "href": "#"},
        ],
        "story": [
            {"when": "19 Nov 14:30", "title": words["story"][0], "text": words["story"][1]},
            {
                "when": "18 Nov 23:10",
                "title": LONG_NAME,
                "text": words["hint"],
                "href": "#",
                "action": "R-17",
            },
        ],
        "crumbs": [
            {"label": words["nav"][0], "href": "#"},
            {"label": words["where"], "href": "#"},
            {"label": "K-0412"},
        ],
        "page": Paginator(range(173_412), 20).page(4),
        "sent_form": visit_form(words, sent=True),
        "new_form": visit_form(words, sent=False),
    }


def draw_gallery(request: HttpRequest) -> str:
    """The page with every component, in the active language."""
    text = Path(__file__).with_name("gallery.html").read_text("utf-8")
    return str(engines["django"].from_string(text).render(gallery(), request))
