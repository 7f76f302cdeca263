"""What the watch asks, and what it must not ask."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from aanchal.lib.early_warning.class_states import open_questions
from aanchal.lib.early_warning.rule import run_days, start_state, step_day
from tests.lib.rules.watch_registers import POLICY, class_of, marks_of, of_child, school_days, watch

REGULAR = "PPPPPPPPPPPPPPPPPPPAPPPPPPPPPP"  # 30 days, one missed


def test_a_regular_child_who_vanishes_is_asked_after_once_and_soon():
    signals = of_child(watch(class_of(REGULAR + "A" * 40)), 0)

    assert len(signals) == 1
    assert 4 <= signals[0]["run"] <= 8
    assert signals[0]["usual_absent"] == 1
    assert signals[0]["usual_marked"] == 30
    assert signals[0]["others_marked"] == 24 * signals[0]["run"]


@pytest.mark.parametrize(
    "row, why",
    [
        (REGULAR * 3, "she comes"),
        (REGULAR + "AAA" + "P" * 30, "three days of fever"),
        (REGULAR + "L" * 40, "leave was asked for and given"),
        (REGULAR + "H" * 40, "the school was closed to her"),
        (REGULAR + "." * 40, "her name stood without a mark"),
        (REGULAR + "AAAA.LH.LH.LH.LH.LH", "days without a mark do not lengthen a run"),
    ],
)
def test_no_question_where_there_is_none(row, why):
    assert of_child(watch(class_of(row)), 0) == [], why


def test_days_not_taken_and_leave_neither_break_nor_lengthen_a_run():
    plain = of_child(watch(class_of(REGULAR + "A" * 12)), 0)
    gappy = of_child(watch(class_of(REGULAR + "ALA.AHALALALA.ALALALALALALAL")), 0)

    assert [s["run"] for s in plain] == [s["run"] for s in gappy]


def test_a_class_that_stays_away_together_asks_nothing():
    rows = [REGULAR + "A" * 12 + "P" * 10 for _ in range(25)]

    assert len(watch(marks_of(*rows))) == 0


def test_the_same_absence_says_less_on_days_when_many_are_away():
    alone = class_of(REGULAR + "A" * 20)
    flood = alone.copy()
    flood[1:13, 30:50] = 2  # half of her classmates stay away as well

    assert of_child(watch(alone), 0)[0]["run"] < of_child(watch(flood), 0)[0]["run"]


def test_a_child_who_often_misses_school_is_asked_after_later_than_a_regular_one():
    often = "PAPPAPPPAPPAPPPAPPAPPPAPPAPPPA"
    signals = watch(class_of(REGULAR + "A" * 30, often + "A" * 30))

    assert of_child(signals, 0)[0]["run"] < of_child(signals, 1)[0]["run"]


def test_half_the_week_at_work_is_noticed_though_no_run_is_long():
    signals = of_child(watch(class_of(REGULAR + "AAPPAPAPAAPPAPAPAAPAPAPAAPPAPAAPAPAAPAPA")), 0)

    assert len(signals) == 1
    assert signals[0]["run"] < 4
    assert signals[0]["channel"] == 0
    assert signals[0]["recent_absent"] >= 6


def test_a_long_run_is_urgent_and_a_short_one_is_not():
    urgent = replace(POLICY, threshold=6.0)
    ordinary = replace(POLICY, threshold=0.5)

    assert [s["channel"] for s in of_child(watch(class_of(REGULAR + "A" * 30), urgent), 0)] == [1]
    found = of_child(watch(class_of(REGULAR + "A" * 6), ordinary), 0)
    assert [s["channel"] for s in found] == [0]


def test_a_question_is_not_asked_again_until_she_has_come_back():
    gone = REGULAR + "A" * 60
    slip = REGULAR + "A" * 12 + "P" + "A" * 47  # one day present, perhaps a slip of the pen
    back = REGULAR + "A" * 12 + "P" * 20 + "A" * 28

    signals = watch(class_of(gone, slip, back))

    assert len(of_child(signals, 0)) == 1
    assert len(of_child(signals, 1)) <= 2
    assert len(of_child(signals, 2)) == 2


def test_the_state_says_which_questions_are_open():
    marks = class_of(REGULAR + "A" * 12 + "P" * 20, REGULAR + "A" * 32, REGULAR + "P" * 32)
    state = start_state([len(marks)])
    run_days(state, marks, POLICY, days=school_days(marks.shape[1]))

    assert open_questions(state)[:3].tolist() == [False, True, False]


def test_a_known_departure_is_not_asked_about():
    marks = class_of(REGULAR + "A" * 40)
    away = np.zeros(marks.shape, bool)
    away[0, 30:] = True

    assert of_child(watch(marks, away=away), 0) == []


def test_who_does_not_return_from_a_departure_is_asked_about_then():
    marks = class_of(REGULAR + "A" * 40)
    away = np.zeros(marks.shape, bool)
    away[0, 30:50] = True  # expected back on the 51st day

    signals = of_child(watch(marks, away=away), 0)

    assert [s["run"] for s in signals] == [s["day"] - 49 for s in signals] != []


def test_who_does_not_return_after_a_vacation_is_known_by_the_break():
    days = school_days(30) + school_days(20, first=date(2026, 6, 15))
    marks = class_of(REGULAR + "A" * 20, REGULAR[:-2] + "AA" + "A" * 20)

    signals = watch(marks, days=days)

    assert [s["after_break"] for s in of_child(signals, 0)] == [True]
    assert [s["since"] for s in of_child(signals, 0)] == [date(2026, 6, 15).toordinal()]
    assert [s["after_break"] for s in of_child(signals, 1)] == [False]


def test_a_lower_threshold_never_asks_later():
    marks = class_of(REGULAR + "A" * 40)
    asked = [
        of_child(watch(marks, replace(POLICY, threshold=t)), 0)[0]["day"] for t in (-1, 2, 5, 8)
    ]

    assert asked == sorted(asked)


def test_a_block_has_its_own_threshold():
    marks = class_of(REGULAR + "A" * 40)
    policy = replace(POLICY, block_thresholds={"B7": 9.0})

    own = of_child(watch(marks, policy, blocks=["B7"]), 0)
    other = of_child(watch(marks, policy, blocks=["B8"]), 0)

    assert own[0]["run"] > other[0]["run"]


def test_children_of_whom_little_is_known_are_left_in_peace_at_first():
    signals = watch(class_of("PPPAPAPAAP" + "P" * 20, "AAPA" + "P" * 26))

    assert all(s["year_marked"] >= POLICY.least_days for s in of_child(signals, 0))
    assert of_child(signals, 1) == []


def test_a_child_who_stops_coming_after_the_first_week_is_still_asked_after():
    signals = of_child(watch(class_of("PPPPP" + "A" * 25)), 0)

    assert len(signals) == 1
    assert signals[0]["run"] <= 12


def test_a_school_year_change_carries_the_habit_on():
    last_year = school_days(60, first=date(2026, 1, 5))
    this_year = school_days(15, first=date(2026, 4, 20))
    rows = class_of(REGULAR * 2 + "A" * 15)
    state = start_state([len(rows)])

    run_days(state, rows[:, :60], POLICY, days=last_year)
    signals = run_days(state, rows[:, 60:], POLICY, days=this_year)

    found = of_child(signals, 0)
    assert [s["usual_marked"] for s in found] == [60]
    assert [s["after_break"] for s in found] == [True]


def test_more_days_than_a_year_holds_are_refused_in_one_call_and_right_in_two():
    marks = np.ones((4, 300), np.uint8)
    marks[0, 270:] = 2
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(300)]
    state = start_state([4])

    with pytest.raises(ValueError, match="256"):
        run_days(state, marks, POLICY, days=days)
    run_days(state, marks[:, :250], POLICY, days=days[:250])
    signals = run_days(state, marks[:, 250:], POLICY, days=days[250:])

    assert [s["usual_marked"] for s in of_child(signals, 0)] == [270]


@pytest.mark.parametrize(
    "marks, on, sentence",
    [
        (np.ones(2, np.uint8), date(2026, 4, 2), "one row for each child"),
        (np.full(3, 9, np.uint8), date(2026, 4, 2), "0 to 4"),
        (np.ones(3, np.uint8), date(2026, 4, 1), "already been scored"),
    ],
)
def test_input_that_cannot_be_is_refused_and_changes_nothing(marks, on, sentence):
    state = start_state([3])
    step_day(state, np.ones(3, np.uint8), POLICY, on=date(2026, 4, 1))
    before = state.to_bytes()

    with pytest.raises(ValueError, match=sentence):
        step_day(state, marks, POLICY, on=on)

    assert state.to_bytes() == before


def test_days_out_of_order_are_refused():
    with pytest.raises(ValueError, match="rise"):
        watch(np.ones((3, 2), np.uint8), days=[date(2026, 4, 2), date(2026, 4, 1)])


def test_a_day_nobody_was_marked_changes_nothing():
    state = start_state([3])
    step_day(state, np.ones(3, np.uint8), POLICY, on=date(2026, 4, 1))
    before = state.to_bytes()

    for marks in ([0, 0, 0], [3, 4, 0]):
        step_day(state, np.array(marks, np.uint8), POLICY, on=date(2026, 4, 2))

    assert state.to_bytes()[: len(before)] == before


def test_no_children_and_no_days_are_no_error():
    assert (
        len(run_days(start_state([]), np.zeros((0, 5), np.uint8), POLICY, days=school_days(5))) == 0
    )
    assert len(run_days(start_state([4]), np.zeros((4, 0), np.uint8), POLICY, days=[])) == 0
