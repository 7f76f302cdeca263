"""When a thing is passed on and to whom, and when a message may go: the pure rules of notices."""

from datetime import UTC, datetime, timedelta

import pytest

from aanchal.notices.rules.climbing import Around, climb, story_of
from aanchal.notices.rules.hand_overs import Circle, HandOver, Step, step_times, steps_reached
from aanchal.notices.rules.quiet import again_after, is_quiet, not_before, read_hours

START = datetime(2026, 7, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def steps(*rows):
    return tuple(Step(Circle(to), hours * HOUR) for to, hours in rows)


LADDER = steps(
    ("nearest", 0), ("another", 2), ("everyone", 4), ("coordinator", 8), ("outside", 48)
)  # fmt: skip


def told_after(hours, around, story=None, ladder=LADDER):
    row = HandOver("x.y", "a", "b", "c", permission="p", steps=ladder)
    story = story or story_of(None, since=START)
    times = step_times(row, urgent=False, since=START, due=None, opened=story.first_opened())
    at = START + hours * HOUR
    return story, climb(story, ladder, reached=steps_reached(times, at=at), around=around)


def test_one_is_told_then_another_then_all_then_those_above_then_outside():
    around = Around(may_act=["a", "b", "c"], coordinators=["k"])
    story = None
    heard = []
    for hours in (0, 1, 2, 4, 8, 48, 60):
        story, now = told_after(hours, around, story)
        heard.append(now)

    assert heard == [["a"], [], ["b"], ["c"], ["k"], [], []]
    assert story.outside


def test_the_same_moment_again_tells_nobody_twice():
    around = Around(may_act=["a", "b"], coordinators=["k"])
    story, first = told_after(9, around)
    _story, again = told_after(9, around, story)

    assert first == ["a", "b", "k"]
    assert again == []


@pytest.mark.parametrize(
    "around, told, outside",
    [
        (Around(), [], True),  # a sealed one whose team has left: the office outside, at once
        (Around(coordinators=["k"]), ["k"], False),
        (Around(may_act=["a"]), ["a"], False),
        (Around(district=["d"]), [], True),  # no such step in this ladder
    ],
)
def test_a_step_that_finds_nobody_is_passed_over_at_once(around, told, outside):
    story, now = told_after(0, around)

    assert now == told
    assert story.outside is outside


UP = steps(("holder", 0), ("nearest", 24), ("district", 120))


@pytest.mark.parametrize(
    "ladder, around, hours, outside",
    [
        (UP, Around(), 0, True),  # nobody sends visits there: at once
        (UP, Around(holder="h"), 24, False),  # it may still be hers
        (UP, Around(holder="h"), 120, True),
        (UP, Around(holder="h", district=["d"]), 120, False),
        (UP, Around(may_act=["a"]), 120, False),
        (UP[:2], Around(), 120, False),  # a register that waits for a yes tells of no child
    ],
)
def test_what_should_go_up_and_finds_nobody_goes_outside(ladder, around, hours, outside):
    story = None
    for hour in range(0, hours + 1, 12):
        story, _now = told_after(hour, around, story, ladder)

    assert story is not None and story.outside is outside


def test_whoever_comes_later_is_told_of_what_went_outside():
    story, _now = told_after(0, Around(), ladder=UP)

    _story, now = told_after(200, Around(may_act=["a"]), story, UP)

    assert now == ["a"]


def test_when_all_who_were_told_have_left_the_next_is_told():
    story, _now = told_after(0, Around(may_act=["a"]))
    story, now = told_after(1, Around(may_act=["b"]), story)

    assert now == ["b"]


def test_opening_puts_off_what_comes_next():
    row = HandOver("x.y", "a", "b", "c", permission="p", steps=LADDER, opened_gives=6 * HOUR)
    given = {"urgent": False, "since": START, "due": None}
    closed = step_times(row, opened=None, **given)
    opened = step_times(row, opened=START + HOUR, **given)

    assert closed[1] == START + 2 * HOUR
    assert opened == (START, *[START + 7 * HOUR] * 2, START + 8 * HOUR, START + 48 * HOUR)


def test_a_thing_that_waits_anew_begins_anew():
    story, _now = told_after(9, Around(may_act=["a", "b"]))
    later = story_of(story.as_plain(), since=START + timedelta(days=3))

    assert not later.told
    assert story_of(story.as_plain(), since=START).told


def test_steps_from_the_due_time_wait_for_it():
    ladder = (Step(Circle.HOLDER, 0 * HOUR), Step(Circle.NEAREST, 0 * HOUR, from_due=True))
    row = HandOver("visit.x", "a", "b", "c", permission="p", steps=ladder)

    times = step_times(row, urgent=False, since=START, due=START + 72 * HOUR, opened=None)

    assert times == (START, START + 72 * HOUR)


@pytest.mark.parametrize(
    "text, hours", [("", None), ("21-7", (21, 7)), (" 8 – 9 ", (8, 9)), ("5-5", None)]
)
def test_quiet_hours_are_read(text, hours):
    assert read_hours(text) == hours


@pytest.mark.parametrize("text", ["nine", "21", "21-25", "-1-4"])
def test_quiet_hours_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="Quiet hours"):
        read_hours(text)


@pytest.mark.parametrize(
    "hour, quiet", [(20, False), (21, True), (23, True), (0, True), (6, True), (7, False)]
)
def test_quiet_hours_pass_midnight(hour, quiet):
    assert is_quiet(hour, (21, 7)) is quiet


def test_what_is_urgent_goes_at_night_and_the_rest_in_the_morning():
    night = START.replace(hour=22)

    assert not_before(night, (21, 7), urgent=True) == night
    assert not_before(night, (21, 7), urgent=False) == (night + timedelta(days=1)).replace(hour=7)
    assert not_before(START.replace(hour=3), (21, 7), urgent=False) == START.replace(hour=7)
    assert not_before(START, (21, 7), urgent=False) == START


def test_a_failed_message_is_tried_again_more_and_more_seldom_and_then_given_up():
    waits = [again_after(n) for n in range(1, 8)]

    assert waits[-1] is None
    assert all(a < b for a, b in zip(waits[:-1], waits[1:-1], strict=False))
