"""Finding a child by her name as somebody spells it, or by her code.

The buckets of what was typed give candidates; those the actor may see are opened and ranked in
memory. Each step looks further than the one before, and only when too few good answers are there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from aanchal.kernel.access import within
from aanchal.kernel.authz import Actor, granted_areas
from aanchal.lib.indic.names import words
from aanchal.lib.indic.ranking import alike, query_words
from aanchal.lib.indic.search_keys import KEY_VERSION, coarse_key, nearby_keys

from .models import Child, NameBucket, NameIndex
from .name_index import NAME_FIELDS, Row, buckets_of, open_names
from .permissions import PeoplePermission
from .queries import visible_children

MAX_FOUND = 10
# One such answer, or ten a little less good, and no wider look is needed.
SURE, GOOD = 92.0, 82.0
# Below, it is not shown: a list of strangers looks like an answer.
LEAST = 55.0
# Opened in one step; a bucket of the commonest name holds more children than anybody can look through.
MAX_OPENED = 4000
MAX_DISTRICTS = 40

_CODE = re.compile(r"\s*(?:[kK]\s*[-–—\u2010\u2011 ]?\s*)?0*(\d{1,9})\s*")


@dataclass(frozen=True)
class Found:
    """A child who may be meant, and how well her name answers, 0 to 100."""

    child: Child
    score: float


def find_children(actor: Actor, *, text: str) -> list[Found]:
    """Children the actor may see whose code or name may be meant, best first; at most ten.

    A code is found in any case, with or without its K, dash and leading zeros. A name may be
    written in Latin, Devanagari or Bengali letters, misspelt, in either order, in part or with
    initials. Nothing found says nothing about children elsewhere: it looks the same.

    A constant number of queries.
    """
    code = code_asked(text)
    if code is not None:
        return [Found(c, 100.0) for c in with_code(visible_children(actor), code)[:MAX_FOUND]]
    asked = query_words(text[:80])
    if not asked:
        return []
    scores: dict[UUID, float] = {}
    for candidates in _steps(actor, asked):
        rows = candidates.order_by("pk").values_list("pk", *NAME_FIELDS)[:MAX_OPENED]
        for pk, name in _names([row for row in rows if row[0] not in scores], asked).items():
            scores[pk] = alike(asked, words(name))
        best_now = max(scores.values(), default=0.0)
        good = sum(score >= GOOD for score in scores.values())
        if good >= MAX_FOUND or best_now >= SURE:
            break
    best = sorted(
        ((score, pk) for pk, score in scores.items() if score >= LEAST),
        key=lambda pair: (-pair[0], pair[1]),
    )[:MAX_FOUND]
    loaded = visible_children(actor).in_bulk([pk for _score, pk in best])
    return [Found(loaded[pk], score) for score, pk in best if pk in loaded]


def _names(rows: list[Row], asked: Sequence[str]) -> dict[UUID, str]:
    """Child → her name, in the letters that were typed when it is known in them."""
    fields = (2,) if any(not w.isascii() for w in asked) else (0, 1)
    others = tuple(at for at in range(len(NAME_FIELDS)) if at not in fields)
    found = open_names(rows, fields)
    found |= open_names([row for row in rows if not found[row[0]]], others)
    return found


def code_asked(text: str) -> int | None:
    """The number of a code such as K-0412, k412, "412"; None when the text is no code."""
    found = _CODE.fullmatch(text)
    return int(found[1]) if found else None


def with_code(children: QuerySet[Child], number: int) -> QuerySet[Child]:
    """The children with this code number, one a district."""
    return children.filter(code=f"K-{number:04d}")


def child_with_code(actor: Actor, number: int, *, district: str = "") -> Child | None:
    """The child with this code number whom the actor may see, with her household; None without one.

    Args:
        district: of this district; else of the first that has one.
    """
    found = with_code(visible_children(actor), number).select_related("household")
    return (found.filter(district=district) if district else found).first()


def _steps(actor: Actor, asked: Sequence[str]) -> list[QuerySet[Child]]:
    """Children to look at, nearest first; each step holds those of the steps before."""
    children = visible_children(actor).select_related(None)
    indexes = _indexes(actor)
    if indexes is None:
        return [children]
    # A single letter stands for any name that begins with it: it sorts, it does not find.
    keyed = [w for w in asked if len(w) > 1 and coarse_key(w)] or list(asked)
    same = [{coarse_key(w)} - {""} for w in keyed]
    near = [{*nearby_keys(w), *own} for w, own in zip(keyed, same, strict=True)]
    joined = {coarse_key("".join(asked))} if len(asked) > 1 else set()
    steps = [_in_all(children, indexes, same), _in_all(children, indexes, near)]
    if len(keyed) > 1:
        # One word may be spelt beyond its key, or be missing: the rarer one is enough.
        steps.append(children.filter(_rarest(indexes, same, joined)))
    return steps


def _in_all(
    children: QuerySet[Child], indexes: Sequence[NameIndex], words_keys: Sequence[set[str]]
) -> QuerySet[Child]:
    """Children who stand in a bucket of each word."""
    for keys in words_keys:
        children = children.filter(_in_buckets(indexes, keys))
    return children


def _in_buckets(indexes: Sequence[NameIndex], keys: set[str]) -> Q:
    buckets = [bucket for index in indexes for bucket in buckets_of(index, keys)]
    return Q(pk__in=NameBucket.objects.filter(bucket__in=buckets).values("child"))


def _rarest(indexes: Sequence[NameIndex], same: Sequence[set[str]], joined: set[str]) -> Q:
    """A condition for the word of which fewest children have the sound, or the words as one."""
    sizes = [
        (
            NameBucket.objects.filter(
                bucket__in=[b for index in indexes for b in buckets_of(index, keys)]
            ).count(),
            at,
        )
        for at, keys in enumerate(same)
    ]
    return _in_buckets(indexes, same[min(sizes)[1]] | joined)


def _indexes(actor: Actor) -> list[NameIndex] | None:
    """The indexes of the districts the actor may see children of; None if one cannot be used."""
    paths = granted_areas(actor, PeoplePermission.CHILD_VIEW)
    keys = {parts[2] for path in paths if len(parts := path.split("/")) > 2}
    if any(len(path.split("/")) < 3 for path in paths):
        keys |= set(
            Child.objects.filter(within(paths, "area__path"))
            .order_by()
            .values_list("district", flat=True)
            .distinct()[: MAX_DISTRICTS + 1]
        )
    held = [i for i in NameIndex.objects.filter(district__in=keys).order_by("district")]
    if len(held) > MAX_DISTRICTS or any(
        not i.is_whole or i.key_version != KEY_VERSION for i in held
    ):
        return None
    return held
