"""The made-up marks: like a register, with the planted truth in them."""

from collections import Counter
from datetime import timedelta

import numpy as np

from aanchal.demo.attendance import ABSENT, HOLIDAY, LEAVE, NOT_TAKEN, OPEN, PRESENT, Registers
from aanchal.demo.attendance import make_registers as simulate
from aanchal.demo.district import make_district


def test_the_same_district_has_the_same_marks(small: Registers):
    again = simulate(make_district(7, small.district.today, children=1200))

    assert np.array_equal(again.marks, small.marks)
    assert again.stories == small.stories


def test_absence_is_what_registers_show(registers: Registers):
    marks = registers.marks
    taken = np.isin(marks, (PRESENT, ABSENT, LEAVE))
    rate = (marks == ABSENT).sum(axis=1) / np.maximum(taken.sum(axis=1), 1)

    assert 0.08 <= rate.mean() <= 0.20
    assert np.median(rate) < rate.mean()  # a long tail
    assert 0.001 <= (marks == LEAVE).sum() / taken.sum() <= 0.03
    not_taken = (marks == NOT_TAKEN).sum() / (marks != HOLIDAY).sum()
    assert 0.005 <= not_taken <= 0.06


def test_brothers_and_sisters_are_away_together_more_than_others(registers: Registers):
    homes: dict[str, list[int]] = {}
    for row, child in enumerate(registers.district.children):
        homes.setdefault(child.household, []).append(row)
    away = registers.marks == ABSENT
    pairs = [(rows[0], rows[1]) for rows in homes.values() if len(rows) > 1]
    strangers = [(a, pairs[(n + 1) % len(pairs)][1]) for n, (a, _) in enumerate(pairs)]

    together = np.mean([(away[a] & away[b]).sum() for a, b in pairs])
    apart = np.mean([(away[a] & away[b]).sum() for a, b in strangers])

    assert together > 1.3 * apart


def test_closed_days_are_holidays_for_all(registers: Registers):
    schools = {s.udise: s for s in registers.district.schools}
    for row, child in enumerate(registers.district.children[:400]):
        school = schools[child.enrolments[-1].school]
        closed = registers.day_kinds[school.udise] != OPEN
        assert np.all(registers.marks[row, closed] == HOLIDAY)
        assert not np.any(registers.marks[row, ~closed] == HOLIDAY)


def test_there_is_a_story_of_every_kind_in_the_past_and_lately(registers: Registers):
    kinds = Counter((story.kind, story.is_recent) for story in registers.stories)

    for kind in (
        "gone_suddenly",
        "slide_into_labour",
        "marriage_talk",
        "family_migration",
        "part_time_work",
        "long_illness",
        "name_cut",
        "moved_school",
    ):
        assert kinds[kind, False] >= 1, kind
        assert kinds[kind, True] >= 1, kind


def test_a_child_has_one_story_at_most(registers: Registers):
    assert max(Counter(story.child for story in registers.stories).values()) == 1


def test_a_child_gone_suddenly_is_never_marked_present_again(registers: Registers):
    rows = {child.key: row for row, child in enumerate(registers.district.children)}
    for story in registers.stories:
        if story.kind == "gone_suddenly":
            since = registers.days.index(story.began_on)
            later = registers.marks[rows[story.child], since:]
            assert not np.any(later == PRESENT)
            assert np.any(later == ABSENT)


def test_recent_stories_show_in_the_last_weeks(registers: Registers):
    rows = {child.key: row for row, child in enumerate(registers.district.children)}
    recent = [story for story in registers.stories if story.is_recent]

    assert 12 <= len(recent) <= 22
    for story in recent:
        marks = registers.marks[rows[story.child], -30:]
        assert np.isin(marks, (ABSENT, LEAVE)).sum() >= 3, story


def test_pages_hold_every_mark_once(small: Registers):
    rows = {child.key: row for row, child in enumerate(small.district.children)}
    columns = {day: column for column, day in enumerate(small.days)}
    seen = np.zeros(small.marks.shape, int)
    for page in small.pages():
        for number, (_, child) in enumerate(page.pupils):
            for at, day in enumerate(page.days):
                assert page.marks[number, at] == small.marks[rows[child.key], columns[day]]
                seen[rows[child.key], columns[day]] += 1

    taken = np.isin(small.marks, (PRESENT, ABSENT, LEAVE))
    assert seen.max() == 1
    assert np.all(seen[taken] == 1)


def test_a_cut_name_leaves_the_register(registers: Registers):
    rows = {child.key: row for row, child in enumerate(registers.district.children)}
    for story in registers.stories:
        if story.kind == "name_cut" and not story.is_recent:
            after = registers.days.index(story.began_on + timedelta(days=16))
            assert np.all(np.isin(registers.marks[rows[story.child], after:], (NOT_TAKEN, HOLIDAY)))
