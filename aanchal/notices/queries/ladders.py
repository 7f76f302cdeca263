"""Reads of how far things were passed on."""

from dataclasses import dataclass

from aanchal.kernel.authz import Actor

from ..models import Ladder
from ..rules.hand_overs import NEUTRAL

# Recipients that are no person of ours.
OUTSIDE, OPERATOR = "outside", "operator"


def name_of(kind: str, key: str) -> str:
    """What a ladder is kept under: the kind of thing and its key."""
    return f"{kind}|{key}"


def ladder_of(kind: str, key: str, *, district: str, lock: bool = False) -> Ladder | None:
    """The ladder of a thing, locked on request; None when nobody was told of it yet."""
    rows = Ladder.objects.select_for_update() if lock else Ladder.objects.all()
    tag = Ladder.tag_of(district, name_of(kind, key))
    return rows.filter(district=district, thing_tag=tag).first()


def is_news_to(actor: Actor, *, kind: str, key: str, district: str) -> bool:
    """Whether the actor was told of a thing and has not opened it yet. One query."""
    ladder = ladder_of(kind, key, district=district)
    if ladder is None:
        return False
    return actor.user_id in ladder.story["told"] and actor.user_id not in ladder.story["opened"]


@dataclass(frozen=True)
class ToldNeutrally:
    """A thing of which a person only knows that it waits."""

    kind: str
    key: str
    district: str
    reference: str


def told_neutrally(actor: Actor) -> list[ToldNeutrally]:
    """Things of which the actor was told only that they wait. One query."""
    found = []
    for ladder in Ladder.objects.filter(is_above=True):
        if ladder.story["told"].get(actor.user_id) in NEUTRAL:
            kind, _, key = ladder.thing.partition("|")
            found.append(ToldNeutrally(kind, key, ladder.district, reference_of(ladder)))
    return found


def reference_of(ladder: Ladder) -> str:
    """A short reference by which an office outside can ask for a thing; it tells nothing."""
    return ladder.thing_tag[:6].upper()
