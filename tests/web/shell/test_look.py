"""The look's promises: every state is said in words, no style attribute, contrast for sunlight."""

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info

from aanchal.web.shell.look import numbers, strips
from tests.gallery import WORDS, draw_gallery

pytestmark = pytest.mark.once

WEB = Path(__file__).parents[3] / "aanchal" / "web"
ERRORS = ["400", "403", "404", "405", "413", "429", "500", "503", "refused"]
MONDAY = date(2026, 11, 2)


def draw(source, **context):
    return Template("{% load look %}" + source).render(Context(context))


def page(template, **context):
    request = RequestFactory().get("/")
    return render_to_string(template, context, request=request)


# ---- numbers ----


@pytest.mark.parametrize(
    "part, of, text, why",
    [
        (41, 51, "80% (41 of 51)", "a share stands with its denominator"),
        (2, 3, "2 of 3", "too few for a percentage"),
        (9, 10, "90% (9 of 10)", "exactly enough for one"),
        (0, 0, "none yet", "a share of nothing is no number"),
        (0, 40, "0% (0 of 40)", "none is 0%"),
        (40, 40, "100% (40 of 40)", "all is 100%"),
        (999, 1000, "99% (999 of 1,000)", "not all is not 100%"),
        (1, 1000, "1% (1 of 1,000)", "not none is not 0%"),
        (1, 123456, "1% (1 of 1,23,456)", "digits grouped as India reads them"),
    ],
)
def test_percent(part, of, text, why):
    assert numbers.percent(part, of) == text, why


@pytest.mark.parametrize(
    "value, language, text, why",
    [
        ("K-0412", "hi", "K-०४१२", "letters stay"),
        (2026, "bn", "২০২৬", "a number is taken as it is written"),
        ("2026", "en", "2026", "a language of 0-9 changes nothing"),
        ("১২", "hi", "১২", "digits already native are left"),
        ("", "hi", "", "nothing"),
    ],
)
def test_native_digits(value, language, text, why):
    assert numbers.native_digits(value, language) == text, why


def test_native_digits_follow_the_reader_when_no_language_is_named():
    with translation.override("bn"):
        assert numbers.native_digits("14") == "১৪"


def test_native_digits_leave_tags_and_entities_of_safe_markup_whole():
    markup = mark_safe('<h2 id="s1">5 &#39;6&#39;</h2>')

    text = numbers.native_digits(markup, "hi")

    assert text == '<h2 id="s1">५ &#39;६&#39;</h2>'
    assert isinstance(text, SafeString)


def test_native_digits_do_not_make_foreign_markup_safe():
    assert "<b>" not in draw('{{ text|native_digits:"hi" }}', text="<b>1</b>")


@pytest.mark.parametrize(
    "name, markup",
    [
        ("गुड़िया", '<bdi class="name" lang="hi">गुड़िया</bdi>'),
        ("অঞ্জলি", '<bdi class="name" lang="bn">অঞ্জলি</bdi>'),
        ("Ravi", '<bdi class="name">Ravi</bdi>'),
        ("<b>", '<bdi class="name">&lt;b&gt;</bdi>'),
    ],
)
def test_a_name_carries_the_language_of_its_script(name, markup):
    assert numbers.in_script(name) == markup


# ---- figures, strips ----


def test_a_figure_shows_its_of_and_no_percentage_of_few():
    markup = draw('{% figure 2 "Empty visits" of=3 %}')

    assert "of 3" in markup
    assert "%" not in markup


def test_an_unknown_figure_says_so():
    assert "no figure yet" in draw('{% figure none_yet "Visited" %}', none_yet=None)


@pytest.mark.parametrize(
    "codes, run, why",
    [
        ("1222", 3, "a run to the end"),
        ("12202", 3, "a day not taken does not end it"),
        ("123242", 3, "nor leave, nor a holiday"),
        ("221", 0, "came back"),
        ("", 0, "no days"),
        ("222", 3, "never came"),
    ],
)
def test_latest_run_of_absence(codes, run, why):
    assert strips.latest_run_of_absence([int(c) for c in codes]) == run, why


def test_a_strip_says_in_words_what_it_shows():
    markup = draw('{% strip "1103422" caption="her 7 days" %}')

    assert 'role="img"' in markup
    assert (
        'aria-label="her 7 days. Present 2, absent 2, leave 1, holiday 1, '
        'register not taken 1. Absent 2 school days running."'
    ) in markup


def test_a_strip_draws_one_cell_a_mark_in_order():
    markup = draw('{% strip "01234" %}')

    assert re.findall(r'<i class="(\w)">', markup) == ["n", "p", "a", "l", "h"]


def test_a_dated_strip_stands_month_by_month_and_lists_the_days_of_absence():
    days = [date(2026, 10, 30) + timedelta(days=n) for n in range(4)]

    markup = draw(
        "{% strip '2112' days=days class_shares=shares %}", days=days, shares=[1, 0.5, None, 0]
    )

    # Each month with the first and the last of its days that stand in the strip.
    assert re.findall(r"<span>(.+?)</span>", markup) == ["October 30–31", "November 1–2"]
    assert "30 Oct, 2 Nov" in markup
    assert re.findall(r'<i class="(c\d+|n)">', markup) == ["c10", "c5", "n", "c0"]


@pytest.mark.parametrize(
    "arguments",
    [{"marks": "16"}, {"marks": "11", "days": [MONDAY]}, {"marks": "11", "class_shares": [1.0]}],
)
def test_a_strip_refuses_what_is_not_mark_by_mark(arguments):
    with pytest.raises(ValueError):
        strips.strip(**arguments)


# ---- forms ----


class VisitForm(forms.Form):
    finding = forms.ChoiceField(
        choices=[
            ("At home", [("sick", "Ill")]),
            ("Elsewhere", [("away", "Away"), ("moved", "Moved")]),
        ],
        widget=forms.RadioSelect,
    )
    age = forms.IntegerField(help_text="In years.")
    seen = forms.BooleanField(required=False)

    def clean(self):
        raise forms.ValidationError("One visit a day.")


def test_every_link_of_the_error_summary_leads_to_an_input_of_the_page():
    form = VisitForm({"age": "fourteen"})

    markup = draw(
        "{% error_summary form %}{% field form.finding %}{% field form.age %}{% field form.seen %}",
        form=form,
    )

    targets = re.findall(r'href="#([^"]+)"', markup)
    assert targets == ["id_finding_0_0", "id_age"]
    assert all(f'id="{target}"' in markup for target in targets)
    assert "One visit a day." in markup


def test_no_error_no_summary():
    assert draw("{% error_summary form %}", form=VisitForm()).strip() == ""


def test_an_input_is_described_by_its_hint_and_its_error():
    markup = draw("{% field form.age %}", form=VisitForm({"age": "fourteen"}))

    assert 'aria-describedby="id_age_hint id_age_error"' in markup
    assert 'aria-invalid="true"' in markup
    assert 'id="id_age_hint"' in markup and 'id="id_age_error"' in markup


def test_what_was_typed_comes_back_even_when_it_is_no_number():
    markup = draw("{% field form.age %}", form=VisitForm({"age": "fourteen"}))

    assert 'value="fourteen"' in markup
    assert 'type="text"' in markup and 'inputmode="numeric"' in markup


def test_choices_keep_their_groups_their_hints_and_what_was_chosen():
    markup = draw(
        "{% field form.finding hints=hints %}",
        form=VisitForm({"finding": "away"}),
        hints={"moved": "She goes there."},
    )

    assert re.findall(r'<p class="group"[^>]*>([^<]+)', markup) == ["At home", "Elsewhere"]
    assert re.findall(r'value="(\w+)"[^>]* checked', markup) == ["away"]
    assert 'id="id_finding_1_1_hint">She goes there.' in markup


def test_nothing_a_person_wrote_becomes_markup():
    evil = "<script>1</script>"

    markup = draw(
        "{% flag_card evil reason=evil name=evil where=evil due=evil %}{% notice evil %}"
        "{% empty evil evil %}{% task_list tasks %}{% answers rows %}",
        evil=evil,
        tasks=[{"title": evil, "status": evil}],
        rows=[{"label": evil, "value": evil}],
    )

    assert "<script" not in markup


# ---- lists ----


def test_the_pager_keeps_the_question_and_hides_for_one_page():
    request = RequestFactory().get("/schools?silent=1&page=2")
    many, few = Paginator(range(50), 20), Paginator(range(5), 20)

    markup = draw("{% pager page %}", page=many.page(2), request=request)

    assert 'href="?silent=1&amp;page=1"' in markup and 'href="?silent=1&amp;page=3"' in markup
    assert "21–40 of 50" in markup
    assert draw("{% pager page %}", page=few.page(1)).strip() == ""


def test_a_cell_of_a_table_names_its_column_for_the_phone():
    markup = draw(
        "{% calm_table columns rows %}",
        columns=[{"label": "Panchayat"}, {"label": "Flags", "number": True}],
        rows=[["Haroa", 123456]],
    )

    assert '<td role="cell" class="n" data-label="Flags">1,23,456</td>' in markup


def test_a_reason_keeps_only_the_emphasis_we_gave_it():
    reason = format_html("Absent <b>{} days</b>", "<6>")

    assert "<b>&lt;6&gt; days</b>" in draw('{% flag_card "K-1" reason=reason %}', reason=reason)


# ---- pages ----


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_the_gallery_is_drawn_whole_and_without_style_or_script_inside(language):
    with translation.override(language):
        markup = draw_gallery(RequestFactory().get("/"))

    assert f'<html lang="{language}" dir="ltr">' in markup
    assert escape(WORDS[language]["today"]) in markup
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", markup)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", markup))


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_is_drawn_with_nothing_around_it(code):
    """The worst moment: no request, no session, no database."""
    markup = render_to_string(f"errors/{code}.html", {})

    assert markup.count("<h1") == 1
    assert 'href="/"' in markup


def test_the_page_for_leaving_quickly_names_nothing_of_ours():
    markup = render_to_string("neutral.html", {})

    assert not re.search("aanchal(?!\\.css)|child|visit", markup, re.IGNORECASE)


def test_templates_hold_no_inline_style_or_script():
    for path in WEB.glob("*/templates/**/*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle\s*=|<style\b|\son\w+\s*=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path


def test_every_language_can_be_read_in_the_language_switch():
    """Its small font holds only the letters of the names; a new language needs its own."""
    libraries = tomllib.loads((WEB / "shell/static/vendor/VENDOR.toml").read_text())["library"]
    letters = set("".join(lib.get("names_of_languages", "") for lib in libraries))

    for code, _name in settings.LANGUAGES:
        name = get_language_info(code)["name_local"]
        assert {letter for letter in name if not letter.isascii()} <= letters, name


# ---- sunlight ----

CSS = (WEB / "shell/static/aanchal.css").read_text()


def tokens(dark):
    """The colour tokens of the light or dark page."""
    light_block, dark_block = re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,8})", light_block))
    if dark:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,8})", dark_block))
    return found


def luminance(colour):
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "front, back, least, why",
    [
        ("ink", "paper", 7, "body text, AAA"),
        ("ink", "card", 7, "body text, AAA"),
        ("ink-soft", "paper", 7, "small text is read in the sun too"),
        ("ink-soft", "card", 7, "the same"),
        ("link", "paper", 7, "links are text"),
        ("link", "card", 7, "the same"),
        ("link", "indigo-soft", 4.5, "a plain tag, a chosen row"),
        ("ink", "indigo-soft", 7, "a chosen row, a notice"),
        ("act-ink", "act", 7, "the one big button"),
        ("act-ink", "act-deep", 7, "the same, pressed"),
        ("mast-ink", "mast", 7, "the masthead"),
        ("madder", "madder-soft", 4.5, "the tag of now"),
        ("madder", "card", 4.5, "an error"),
        ("madder", "paper", 4.5, "an error"),
        ("madder-ink", "madder", 4.5, "the button that does harm"),
        ("turmeric", "turmeric-soft", 4.5, "the tag of soon"),
        ("leaf", "leaf-soft", 4.5, "the tag of done"),
        ("ink", "turmeric-soft", 7, "a notice"),
        ("ink", "leaf-soft", 7, "a notice"),
        ("ink", "madder-soft", 7, "a notice"),
        ("line-strong", "card", 3, "the edge of an input"),
        ("line-strong", "paper", 3, "the same"),
        ("turmeric-edge", "card", 3, "the edge of a sheet that is soon"),
        ("leaf-edge", "card", 3, "the edge of a sheet that is done"),
        ("madder", "mark-present", 3, "an absent day beside a present one"),
    ],
)
def test_contrast(dark, front, back, least, why):
    found = tokens(dark)

    assert contrast(found[front], found[back]) >= least, why
