"""Promise 34: axe on every page of each role in every language, large letters, fingers, keys, no scripts.

The pages are those of `tests.security.pages`: whoever adds an address is looked at here by itself.
Each page is opened once a role and language, and everything about it is judged on it as it stands there.
RTL is not served yet: no language of the site is written from right to left.
"""

import re
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.urls import get_resolver, reverse

from aanchal.web.shell.routes import ROUTES
from tests.chromium import PHONE, settled
from tests.security.crawl import walked
from tests.security.pages import PAGES
from tests.two_districts import SIX, two_districts

assert get_resolver().url_patterns
LARGE = 175
FIRST = "administrator"
LOWEST = 44
# A link beside other words of its line is text; alone in its line or laid out as a box it is pressed.
# One that is stretched over its row by ::after is as high as the row.
TOO_LOW = """lowest => [...document.querySelectorAll('a[href], button, summary')].filter(e => {
  const box = e.getBoundingClientRect()
  if (!box.height || !box.width || box.bottom < 0 || e.matches('.skip, .visually-hidden')) return false
  const look = getComputedStyle(e), own = look.position
  if (e.tagName === 'A' && look.display === 'inline') {
    const others = [...e.parentElement.childNodes].filter(
      n => n !== e && n.nodeType === 3 && /[\\p{L}\\p{N}]/u.test(n.textContent))
    const siblings = [...e.parentElement.children].filter(
      n => n !== e && getComputedStyle(n).display.startsWith('inline') && n.textContent.trim())
    if (others.length || siblings.length) return false
  }
  const after = getComputedStyle(e, '::after')
  if (after.content !== 'none' && after.position === 'absolute' && after.inset === '0px') {
    return e.closest('li, tr, section, article').getBoundingClientRect().height < lowest
  }
  return box.height < lowest - .1
}).map(e => `${e.tagName.toLowerCase()}.${e.className} "${e.innerText.trim().slice(0, 40)}" `
  + `${Math.round(e.getBoundingClientRect().height)} px in ${e.parentElement.tagName.toLowerCase()}`
  + `.${e.parentElement.className}`)"""
ALL = frozenset(SIX)
# Files, redirects and what ends the session: no page of their own.
NO_PAGE = {"sign_out", "leave_quickly", "set_language", "health", "register_template"}


def pages_of(office, who):
    """One address a kind of page that this person opens with a page of its own."""
    found = []
    for name, page in PAGES.items():
        if name in NO_PAGE or "GET" not in ROUTES[name].methods:
            continue
        if (page.token or page.who == ALL) and who != FIRST:
            continue  # the same page for everybody: looked at once a language
        if page.token:
            found.append(reverse(name, args=["nothing"]))
        elif page.kind:
            own = [office.records[page.kind][label] for label in sorted(page.own.get(who, ()))][:1]
            found += [reverse(name, args=[record.pk]) + page.asked for record in own]
        elif who in page.who:
            found.append(reverse(name) + page.asked)
    return [*found, reverse("help")]  # which leads to the guide of her role


@pytest.fixture
def office(transactional_db):
    cache.clear()
    return two_districts()


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("who", SIX)
def test_every_page_is_accessible_fits_in_large_letters_and_is_reached_by_finger_and_key(
    office, browse, sign_in, axe, screenshot, who, language
):
    """Axe, widths; in English also: what is pressed by itself is 44 pixels high, and Tab walks from the
    skip link through every control once, in order, and each can be seen.
    """
    page = browse(viewport=PHONE, language=language)
    sign_in(page, office.people[who])
    faults, seen = [], set()
    for address in pages_of(office, who):
        answer = page.goto(address)
        kind = answer.headers.get("content-type", "") if answer else ""
        here = page.url.partition("?")[0]
        if here in seen or "html" not in kind:
            continue
        seen.add(here)
        assert page.locator("html").get_attribute("lang") == language
        if language == "en":
            low = page.evaluate(TOO_LOW, LOWEST)
            faults += [f"{address}: lower than {LOWEST} px: {fault}" for fault in low]
        try:
            axe(page)
        except AssertionError as fault:
            faults.append(str(fault))
        if language == "en":
            page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
            faults += [f"{address}: {fault}" for fault in walk(page)]
        widths = widths_of(page)
        if max(widths) > PHONE["width"]:
            faults.append(
                f"{address}: {widths[0]} px wide, {widths[1]} px at {LARGE} %: {too_wide(page)}"
            )
            screenshot(page, f"wide-{who}-{language}-{address}")
    assert seen
    assert not faults, "\n".join(faults)


def widths_of(page):
    """How wide the page is in usual letters and in large ones."""
    settled(page)
    return page.evaluate(
        """large => {
            const root = document.documentElement, widths = [root.scrollWidth];
            root.style.fontSize = large + '%';
            document.querySelectorAll('details.menu').forEach(menu => { menu.open = true; });
            widths.push(root.scrollWidth);
            return widths;
        }""",
        LARGE,
    )


def too_wide(page):
    """The innermost elements that reach beyond the screen, for whoever mends it."""
    return page.evaluate(
        """width => [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .filter(e => ![...e.children].some(c => c.getBoundingClientRect().right > width + 1))
            .slice(0, 4).map(e => e.outerHTML.slice(0, 120))""",
        PHONE["width"],
    )


class Working(HTMLParser):
    """What on a page does nothing unless a script runs."""

    def __init__(self):
        super().__init__()
        self.dead = []
        self.forms = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms += 1
        if tag == "button" and not self.forms and "form" not in given:
            self.dead.append(f"a button outside a form: {given}")
        if tag == "button" and given.get("type") == "button" and "data-needs-script" not in given:
            self.dead.append(f"a button that sends nothing: {given}")
        if tag == "a" and given.get("href", "#") in ("", "#"):
            self.dead.append(f"a link that leads nowhere: {given}")
        self.dead += [f"{tag} {name}" for name in given if name.startswith(("on", "hx-"))]

    def handle_endtag(self, tag):
        if tag == "form":
            self.forms -= 1


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", SIX)
def test_nothing_on_a_page_needs_a_script(who):
    pages = [
        one
        for one in walked(who).heard
        if one.status == 200 and "html" in one.headers.get("Content-Type", "")
    ]
    faults = []
    for one in pages:
        working = Working()
        working.feed(re.sub(r"(?s)<script.*?</script>", "", one.body))
        faults += [f"{one.asked}: {dead}" for dead in working.dead]
    assert pages
    assert not faults, "\n".join(faults)


@pytest.mark.once
@pytest.mark.parametrize("who", SIX)
def test_a_browser_without_scripts_shows_each_page_whole(office, browse, sign_in, who):
    """Nothing is drawn or uncovered by a script: the page's work stands there without one."""
    page = browse(viewport=PHONE, javascript=False)
    sign_in(page, office.people[who])
    empty = []
    for address in pages_of(office, who):
        page.goto(address)
        if page.locator("main h1:visible").count() != 1 and page.locator("main").count():
            empty.append(address)
    assert not empty


def walk(page, *, most=16):
    """Press Tab until the page is over (or `most` times); say where focus stuck or was unseen."""
    faults, before = [], ""
    for _press in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body) return null;
                const box = e.getBoundingClientRect(), style = getComputedStyle(e);
                const all = [...document.querySelectorAll('*')].indexOf(e);
                const ringed = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                    || (e.matches('input[type=radio], input[type=checkbox], input[type=file]'));
                // A day is written in parts, each a stop of its own inside one input.
                const in_parts = e.type === 'date' || e.type === 'month';
                return {key: String(all), in_parts, shown: box.width > 0 && box.height > 0, ringed,
                        html: e.outerHTML.slice(0, 90)};
            }"""
        )
        if here is None:
            break
        if here["key"] == before and not here["in_parts"]:
            faults.append(f"caught at {here['html']}")
            break
        before = here["key"]
        if not here["shown"]:
            faults.append(f"unseen focus on {here['html']}")
        elif not here["ringed"]:
            faults.append(f"no ring around {here['html']}")
    return faults
