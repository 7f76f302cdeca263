"""What the demonstration tells of flags that were already worked."""

from datetime import timedelta

import pytest

from aanchal.demo.attendance import PRESENT, Registers
from aanchal.demo.stories import UNASSIGNED_DAYS, Work, Worked, _told
from aanchal.watch.findings import vocabulary


def all_work(registers: Registers, *, days_after: int = 9) -> dict[str, Work | None]:
    worked = Worked(registers)
    return {
        story.child: worked.work_on(
            story.child, story.began_on + timedelta(days=days_after), is_urgent=True
        )
        for story in registers.stories
    }


def test_the_same_flags_get_the_same_work(registers: Registers):
    assert all_work(registers) == all_work(registers)


def test_nothing_happens_after_today_or_before_the_flag(registers: Registers):
    for child, work in all_work(registers).items():
        raised_on = next(s for s in registers.stories if s.child == child).began_on
        raised_on += timedelta(days=9)
        if work is None:
            assert (registers.district.today - raised_on).days < UNASSIGNED_DAYS
            continue
        assert raised_on <= work.assigned_on <= registers.district.today
        if work.visited_on:
            assert work.assigned_on <= work.visited_on <= registers.district.today
        if work.outcome_on:
            assert work.visited_on <= work.outcome_on <= registers.district.today


def test_findings_are_of_many_kinds_and_dangers_few(registers: Registers):
    told = [w.told for w in all_work(registers).values() if w and w.told]

    assert len({t.finding for t in told}) >= 8
    assert 1 <= sum(bool(t.concern) for t in told) <= 3
    assert {t.outcome for t in told} >= {"back", "left", "explained", "concern", ""}


def test_a_child_said_to_be_back_is_present_in_the_register(registers: Registers):
    rows = {child.key: row for row, child in enumerate(registers.district.children)}
    for child, work in all_work(registers).items():
        if work and work.outcome_on and work.told and work.told.outcome == "back":
            column = registers.days.index(work.outcome_on)
            assert registers.marks[rows[child], column] == PRESENT


@pytest.mark.parametrize("story", sorted(_told()))
def test_every_visit_is_told_in_three_languages(story):
    for told in _told()[story]:
        assert set(told.notes) == {"en", "hi", "bn"}
        assert all(told.notes.values())
        assert told.notes["hi"] != told.notes["bn"]


def test_a_flag_behind_which_nothing_was_planted_is_told_as_ordinary(registers: Registers):
    planted = {story.child for story in registers.stories}
    worked = Worked(registers)
    plain = [c.key for c in registers.district.children if c.key not in planted][:80]
    raised_on = registers.first + timedelta(days=60)
    works = [worked.work_on(child, raised_on, is_urgent=False) for child in plain]
    visits = [visit for work in works if work for visit in (work, work.again) if visit]
    told = [visit.told for visit in visits if visit.told]

    assert told
    assert not any(t.concern for t in told)
    assert {t.finding for t in told} == {t.finding for t in _told()["ordinary"]}


def test_every_answer_is_in_the_vocabulary_of_visits():
    words = vocabulary()
    for rows in _told().values():
        for told in rows:
            assert words.findings[told.finding].concern == told.concern
            assert told.whom_met in words.met
            assert told.next_step in words.next_steps
            assert told.outcome in ("", "back", "left", "explained", "concern")


def test_where_nobody_was_at_home_somebody_goes_again(registers: Registers):
    works = [w for w in all_work(registers).values() if w and w.told]
    locked = [w for w in works if w.told.finding == "not_home"]

    assert locked
    for work in locked:
        assert work.outcome_on is None
        assert work.again and work.again.told and work.again.told.finding != "not_home"
        assert work.visited_on < work.again.visited_on <= registers.district.today
