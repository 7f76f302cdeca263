"""Who is told next of a thing that waits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .hand_overs import NEUTRAL, Circle, Step

# A ladder that leads to one of these is about a child: somebody must know that she waits.
UPWARD = frozenset({Circle.DISTRICT, Circle.OUTSIDE})


@dataclass
class Story:
    """What happened to one thing since it began to wait.

    Args:
        since: when it began to wait; another time means that it waits anew.
        steps: how many steps of its ladder were done.
        told: user id → the circle by which she was told.
        opened: user id → when she opened it.
        outside: whether the office outside was told.
    """

    since: int
    steps: int = 0
    told: dict[str, str] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    outside: bool = False

    def as_plain(self) -> dict[str, Any]:
        """The story as it is kept, sealed."""
        return {
            "since": self.since,
            "steps": self.steps,
            "told": self.told,
            "opened": self.opened,
            "outside": self.outside,
        }

    def first_opened(self) -> datetime | None:
        """When somebody who was told first opened it."""
        return datetime.fromtimestamp(min(self.opened.values()), UTC) if self.opened else None

    def is_above(self) -> bool:
        """Whether somebody who may not read it knows that it waits."""
        return any(circle in NEUTRAL for circle in self.told.values())


def story_of(plain: Mapping[str, Any] | None, *, since: datetime) -> Story:
    """The story kept for a thing; a new one when none is kept, or when it waits anew."""
    began = int(since.timestamp())
    if not plain or plain.get("since") != began:
        return Story(began)
    return Story(
        began, plain["steps"], dict(plain["told"]), dict(plain["opened"]), plain["outside"]
    )


@dataclass(frozen=True)
class Around:
    """Who could be told of a thing now. Nobody who is excluded from it is in any of these.

    Args:
        holder: the one in whose hands it is, while she may still act; "" for nobody.
        may_act: those who may act, in the order in which they are asked.
        coordinators, district: those who are told neutrally; empty for a sealed thing.
    """

    holder: str = ""
    may_act: Sequence[str] = ()
    coordinators: Sequence[str] = ()
    district: Sequence[str] = ()


def climb(story: Story, steps: Sequence[Step], *, reached: int, around: Around) -> list[str]:
    """Carry out the steps that have fallen due; returns the user ids of those told now.

    A step that finds nobody is passed over at once: no thing waits for an empty chair. When
    everybody who was told can no longer act, the next who may is told. What should go up and finds
    nobody there but the one in whose hands it is goes to the office outside.
    """
    told_now: list[str] = []
    while story.steps < len(steps) and (
        story.steps < reached or (reached and not _anybody(story, around))
    ):
        circle = steps[story.steps].circle
        story.steps += 1
        if circle is Circle.OUTSIDE:
            story.outside = True
            break
        for user in _circle(circle, story, around):
            story.told[user] = circle
            told_now.append(user)
    in_charge = {around.holder, *around.may_act} & set(story.told)
    if reached and not in_charge and around.may_act:
        story.told[around.may_act[0]] = Circle.NEAREST
        told_now.append(around.may_act[0])
    above = {*around.may_act, *around.coordinators, *around.district} & set(story.told)
    goes_up = any(step.circle in UPWARD for step in steps)
    if reached and goes_up and story.steps >= len(steps) and not above:
        story.outside = True
    return told_now


def _anybody(story: Story, around: Around) -> bool:
    able = {around.holder, *around.may_act, *around.coordinators, *around.district} - {""}
    return bool(able & set(story.told))


def _circle(circle: Circle, story: Story, around: Around) -> list[str]:
    if circle is Circle.HOLDER:
        return [around.holder] if around.holder and around.holder not in story.told else []
    if circle is Circle.COORDINATOR:
        return [user for user in around.coordinators if user not in story.told]
    if circle is Circle.DISTRICT:
        return [user for user in around.district if user not in story.told]
    left = [user for user in around.may_act if user not in story.told]
    return left if circle is Circle.EVERYONE else left[:1]
