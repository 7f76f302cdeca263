"""Promise 10: a canary in every sensitive field; no page says one to a role without the right.

Each role walks every address with every record, follows every link, sends every form. What it
heard of the canaries must be exactly what the table below grants: a word more is a leak, a word
less is a line of this table that nobody needs.
"""

import re

import pytest

from aanchal.watch.findings import vocabulary
from tests.security.crawl import canaries, walked
from tests.two_districts import SIX, canary

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.together("walks")]


def of(fields, whose):
    return {canary(field, one) for field in fields.split() for one in whose.split()}


LATIN = "given middle family"
SCRIPT = "script scriptfamily"
IN_CLASS = "left_house visited ended handed_back told kin"  # own class, known in Latin letters
FILE = "filename rowname cell"
HOUSE = "place guardian phone"
FAMILY = "place guardian phone born disability"

MAY_HEAR = {
    # The first name of a child whose visit is in her hands, or whom she visited lately; how to find the
    # house of a visit in her hands, and whom to ask for.
    "volunteer": of("script " + HOUSE, "own") | of("given", "left_house visited"),
    # The names in her own class's register, in files she sent for it, and the houses of its pupils.
    "teacher": of(SCRIPT, "own") | of(LATIN, IN_CLASS) | of(FILE, "own unplaced") | of(HOUSE, "own"),
    "head": of(SCRIPT, "own") | of(LATIN, IN_CLASS + " next_class")
    | of(FILE, "own next_class ended") | of(HOUSE, "own next_class"),
    # Children's files in the block, registers, and what visits found; no concern, and nothing of
    # a finding that is sealed.
    "coordinator": of(SCRIPT, "own sibling")
    | of(LATIN, IN_CLASS + " own next_class sibling")
    | of(FAMILY, "own next_class sibling")
    | of("note", "visited ended")
    | of(FILE, "own next_class ended sibling")
    # And the name of a volunteer who is invited to her block, to whose coming she agrees.
    | of("invited", "own"),
    # Children's files in the block, and concerns that are hers to see; no finding.
    "case_worker": of(SCRIPT, "own sibling")
    | of(LATIN, "own next_class sibling left_house visited ended handed_back told")
    | of(FAMILY, "own next_class sibling")
    | of("told", "own sibling closed sealed_for_her"),
    # Names of people who were invited to work here. Nothing of a child.
    "administrator": of("invited", "own block") | of("placefile", "own sibling parent block"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "bn"])
@pytest.mark.parametrize("who", SIX)
def test_a_role_hears_exactly_what_is_hers_to_hear(who, language):
    walk = walked(who, language=language)

    heard = {}
    for one in walk.heard:
        for word in canaries(one.body) | canaries(one.outside()):
            heard.setdefault(word, f"{one.method} {one.asked} {one.status}")
    leaked = {word: where for word, where in heard.items() if word not in MAY_HEAR[who]}
    assert not leaked
    unsaid = sorted(MAY_HEAR[who] - set(heard))
    assert not unsaid, "the table grants what no page shows"
    # Nobody, whatever her right, finds a name in an address, a title, a header or a cookie.
    outside = {w: one.asked for one in walk.heard for w in canaries(one.outside())}
    assert not outside
    assert not [f"{one.asked} {one.status}" for one in walk.heard if one.status >= 500]


@pytest.mark.parametrize("who", ["teacher", "head"])
def test_a_school_sees_visited_back_or_left_and_never_a_finding(who):
    """Of an irregular pupil it learns where it stands, in four words; the one who harms may teach."""
    labels = {found.label for found in vocabulary().findings.values()}
    walk = walked(who)

    pages = [one for one in walk.pages_read() if "/classes/" in one.asked and one.status == 200]
    texts = [_cells(one.body) for one in pages]
    said = {text for page in texts for text in page}
    assert not said & labels
    asked_after = {s for s in said if s in {"visited", "back", "left", "not yet visited"}}
    assert asked_after == {"visited", "back", "not yet visited"}


def test_what_kind_of_danger_a_visit_found_is_the_case_workers_alone():
    """The concern may be sealed; the question it came from must not say what it is about."""
    label = vocabulary().findings["sexual_abuse_told"].label
    # Forms offer every kind there is to whoever fills them in.
    forms = ("/finding/", "/concerns/new/")
    for who in ("teacher", "head", "coordinator", "other_volunteer", "administrator"):
        pages = [x for x in walked(who).pages_read() if label in x.body]
        said = [x.asked for x in pages if not x.asked.split("?")[0].endswith(forms)]
        assert not said, who


def _cells(body):
    """Every piece of text on a page that stands by itself."""
    return {text.strip() for text in re.split(r"<[^>]+>", body)}
