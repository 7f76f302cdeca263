"""On a phone whatever is pressed by itself is 44 pixels high; a link inside a sentence is text."""

import pytest
from django.core.cache import cache

from tests.chromium import PHONE
from tests.security.test_p34_accessible_and_without_scripts import pages_of
from tests.two_districts import SIX, two_districts

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


@pytest.mark.once
@pytest.mark.parametrize("who", SIX)
def test_what_is_pressed_by_itself_is_44_pixels_high(transactional_db, browse, sign_in, who):
    cache.clear()
    office = two_districts()
    page = browse(viewport=PHONE)
    sign_in(page, office.people[who])
    low: dict[str, str] = {}
    seen = 0
    for address in pages_of(office, who):
        answer = page.goto(address)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        seen += 1
        for fault in page.evaluate(TOO_LOW, LOWEST):
            low.setdefault(fault, address)
    assert seen
    assert not low, "\n".join(f"{fault} on {address}" for fault, address in low.items())
