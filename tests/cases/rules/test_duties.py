"""Duties of the law: each clock by its own words, and what holds of all of them."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.cases.duties import duty_table
from aanchal.cases.rules.duties import (
    Within,
    WrongDuties,
    duties_from,
    falls_due,
    read_duties,
    read_within,
)

INDIA = ZoneInfo("Asia/Kolkata")
JOURNEY = timedelta(hours=6)
EVERY = {duty.id: duty for duty in duty_table().duties}
TIMED = [
    duty for duty in duty_table().duties if duty.time and duty.time.number and not duty.time.before
]
MOMENTS = st.datetimes(datetime(2024, 7, 1), datetime(2040, 1, 1), timezones=st.just(INDIA))


def moment(text):
    return datetime.fromisoformat(text)


def due(name, since, excluded=timedelta()):
    return falls_due(EVERY[name], since=moment(since), zone=INDIA, excluded=excluded)


@pytest.mark.parametrize(
    ("name", "since", "excluded", "at"),
    [
        # JJ Act s. 31(1), proviso: 24 hours, excluding the time necessary for the journey.
        ("jj-31-produce", "2026-11-22T23:30+05:30", 0, "2026-11-23T23:30+05:30"),
        ("jj-31-produce", "2026-11-22T23:30+05:30", 6, "2026-11-24T05:30+05:30"),
        ("jj-31-produce", "2026-11-22T18:00+00:00", 6, "2026-11-24T05:30+05:30"),
        # s. 32(1): the same exclusion.
        ("jj-32-inform", "2026-02-28T22:00+05:30", 3, "2026-03-02T01:00+05:30"),
        # s. 10(1), and r. 92 for a missing child who is found.
        ("jj-10-board", "2026-12-31T23:59+05:30", 1, "2027-01-02T00:59+05:30"),
        ("missing-found-produce", "2026-11-22T12:00+05:30", 6, "2026-11-23T18:00+05:30"),
        # POCSO Act s. 19(5) and (6), Rules r. 4(4): 24 hours, and no journey is excluded.
        ("pocso-19-5-protect", "2026-11-22T23:30+05:30", 6, "2026-11-23T23:30+05:30"),
        ("pocso-19-6-tell-cwc-and-court", "2026-11-22T23:30+05:30", 6, "2026-11-23T23:30+05:30"),
        ("pocso-r4-4-produce", "2026-11-22T23:30+05:30", 6, "2026-11-23T23:30+05:30"),
        ("pocso-r4-form-b", "2026-11-22T23:30+05:30", 6, "2026-11-23T23:30+05:30"),
        # s. 19(1) names no time: at once.
        ("pocso-19-1-report", "2026-11-22T23:30+05:30", 6, "2026-11-22T23:30+05:30"),
        # Rules r. 4(5): three days; r. 8: one week; r. 9(5): thirty days; r. 4(12): monthly.
        ("pocso-r4-5-custody", "2026-11-29T10:00+05:30", 0, "2026-12-02T10:00+05:30"),
        ("pocso-r8-special-relief", "2026-11-29T10:00+05:30", 0, "2026-12-06T10:00+05:30"),
        ("pocso-r9-pay", "2026-11-29T10:00+05:30", 0, "2026-12-29T10:00+05:30"),
        ("pocso-r4-12-monthly", "2027-01-31T10:00+05:30", 0, "2027-02-28T10:00+05:30"),
        # s. 35: thirty days and one year from cognizance.
        ("pocso-35-evidence", "2027-02-01T10:00+05:30", 0, "2027-03-03T10:00+05:30"),
        ("pocso-35-trial", "2028-02-29T10:00+05:30", 0, "2029-02-28T10:00+05:30"),
        # JJ Act s. 36(2): fifteen days; four calendar months; in a leap year too.
        ("jj-36-investigate", "2026-11-22T23:30+05:30", 0, "2026-12-07T23:30+05:30"),
        ("jj-36-final-order", "2026-10-31T11:00+05:30", 0, "2027-02-28T11:00+05:30"),
        ("jj-36-final-order", "2027-10-31T11:00+05:30", 0, "2028-02-29T11:00+05:30"),
        # Twenty past midnight in India is still the day before in Greenwich.
        ("jj-36-final-order", "2026-10-31T18:50+00:00", 0, "2027-03-01T00:20+05:30"),
        # s. 38: two and four months. s. 54(3): a week. s. 95: fifteen days. s. 101: thirty days.
        ("jj-38-free-up-to-two", "2026-12-31T11:00+05:30", 0, "2027-02-28T11:00+05:30"),
        ("jj-38-free-above-two", "2026-11-30T11:00+05:30", 0, "2027-03-30T11:00+05:30"),
        ("jj-54-report", "2026-12-28T11:00+05:30", 0, "2027-01-04T11:00+05:30"),
        ("jj-95-escort", "2026-12-20T11:00+05:30", 0, "2027-01-04T11:00+05:30"),
        ("jj-101-appeal", "2026-12-20T11:00+05:30", 0, "2027-01-19T11:00+05:30"),
        # s. 13(1)(ii): two weeks. s. 14(2): four months.
        ("jj-13-background", "2026-12-20T11:00+05:30", 0, "2027-01-03T11:00+05:30"),
        ("jj-14-inquiry", "2026-10-30T11:00+05:30", 0, "2027-02-28T11:00+05:30"),
        # A missing child, r. 92: four calendar months, which are not 120 days.
        ("missing-ahtu", "2026-03-15T09:00+05:30", 0, "2026-07-15T09:00+05:30"),
        # Form 7, part C: fifteen days before the release.
        ("jj-rules-pre-release", "2026-12-10T09:00+05:30", 0, "2026-11-25T09:00+05:30"),
        # BNSS ss. 173(1), 173(3), 184, 193(2), 193(3), 396(5).
        ("bnss-173-sign", "2026-11-29T09:00+05:30", 0, "2026-12-02T09:00+05:30"),
        ("bnss-173-preliminary", "2026-11-29T09:00+05:30", 0, "2026-12-13T09:00+05:30"),
        ("bnss-184-report", "2026-11-29T09:00+05:30", 0, "2026-12-06T09:00+05:30"),
        ("bnss-193-investigate", "2026-12-31T09:00+05:30", 0, "2027-02-28T09:00+05:30"),
        ("bnss-193-inform", "2026-11-29T09:00+05:30", 0, "2027-02-27T09:00+05:30"),
        ("bnss-396-compensation", "2026-11-29T09:00+05:30", 0, "2027-01-29T09:00+05:30"),
        # RTE Act s. 32(2): three months.
        ("rte-32-grievance", "2026-11-30T09:00+05:30", 0, "2027-02-28T09:00+05:30"),
    ],
)
def test_each_clock_runs_as_the_law_says(name, since, excluded, at):
    found = due(name, since, timedelta(hours=excluded))

    assert found.at == moment(at)
    assert found.at.utcoffset() == timedelta(hours=5, minutes=30)
    assert EVERY[name].source in found.why


def test_what_was_left_out_is_said():
    journey = due("jj-31-produce", "2026-11-22T23:30+05:30", JOURNEY)
    none = due("pocso-19-6-tell-cwc-and-court", "2026-11-22T23:30+05:30", JOURNEY)

    assert (journey.excluded, none.excluded) == (JOURNEY, timedelta())
    assert "leaving out 6 hours of journey" in journey.why
    assert "nothing is left out" in none.why


def test_where_the_law_states_no_time_none_is_made_up():
    found = due("pcma-13-injunction", "2026-11-22T23:30+05:30", JOURNEY)

    assert found.at is None
    assert "states no time" in found.why


def test_a_child_at_risk_at_home_is_not_hurried_before_the_committee():
    """The clock of s. 31 begins when a child is taken into charge, not with her being in need."""
    assert [
        duty.id
        for duty in duty_table().duties
        if "31(1)" in duty.source and duty.id.startswith("jj")
    ] == ["jj-31-produce"]
    assert EVERY["jj-31-produce"].trigger == "child_taken_into_charge"


@pytest.mark.parametrize(
    ("trigger", "on", "state", "wanted", "other"),
    [
        # The district magistrate orders adoption since 1 September 2022 (Act 23 of 2021).
        ("adoption_application_made", "2022-08-31", "", "jj-61-adoption-order-court", "jj-61-adoption-order"),
        ("adoption_application_made", "2022-09-01", "", "jj-61-adoption-order", "jj-61-adoption-order-court"),
        # BNSS since 1 July 2024.
        ("sexual_offence_reported", "2024-06-30", "", "pocso-27-examine", "pocso-27-examine-bnss"),
        ("sexual_offence_reported", "2024-07-01", "", "pocso-27-examine-bnss", "pocso-27-examine"),
        # A support person is mandatory by the judgment of 2023; before it she might be provided.
        ("committee_and_court_told", "2023-08-17", "", "pocso-r4-8-may-support", "pocso-r4-8-support-person"),
        ("committee_and_court_told", "2023-08-18", "", "pocso-r4-8-support-person", "pocso-r4-8-may-support"),
        # Each State appoints its own officers.
        ("marriage_of_child_planned", "2026-11-22", "BR", "pcma-16-bihar", "pcma-16-west-bengal"),
        ("marriage_of_child_planned", "2026-11-22", "WB", "pcma-16-west-bengal", "pcma-16-bihar"),
        ("marriage_of_child_planned", "2026-11-22", "", "pcma-13-injunction", "pcma-16-bihar"),
    ],
)  # fmt: skip
def test_the_law_of_the_day_and_the_state_counts(trigger, on, state, wanted, other):
    found = [
        d.id
        for d in duties_from(duty_table().duties, trigger, on=date.fromisoformat(on), state=state)
    ]

    assert wanted in found
    assert other not in found


def test_a_missing_child_who_came_home_by_herself_is_fetched_by_nobody():
    came_back = [d.id for d in duty_table().duties if d.trigger == "missing_child_came_back"]
    ended = {
        d.id for d in duty_table().duties if "missing_child_came_back" in (*d.met_by, *d.ends_with)
    }

    assert came_back == []
    assert ended == {"missing-publish", "missing-ahtu", "missing-ahtu-quarterly"}


def test_the_file_has_what_binds_toward_a_child():
    law = [duty for duty in duty_table().duties if duty.is_shown_as_law]

    assert len(law) >= 40
    assert {duty.trigger for duty in duty_table().duties} == set(duty_table().triggers)
    for act in ("JJ Act", "POCSO", "PCMA", "CALPRA", "BLSA", "r. 92", "Legal Services", "RTE"):
        assert any(act in duty.source for duty in law), act


@pytest.mark.parametrize("duty", TIMED, ids=lambda duty: duty.id)
@given(since=MOMENTS, less=st.integers(0, 100), more=st.integers(0, 100))
def test_no_clock_shortens_by_an_exclusion(duty, since, less, more):
    first, last = sorted([timedelta(hours=less), timedelta(hours=more)])

    shorter = falls_due(duty, since=since, zone=INDIA, excluded=first)
    longer = falls_due(duty, since=since, zone=INDIA, excluded=last)

    assert since < shorter.at <= longer.at
    assert shorter.at - since <= timedelta(days=366) + first


@given(since=MOMENTS, excluded=st.integers(0, 48))
def test_the_same_event_gives_the_same_times_whatever_zone_it_is_told_in(since, excluded):
    left_out = timedelta(hours=excluded)

    for duty in TIMED:
        here = falls_due(duty, since=since, zone=INDIA, excluded=left_out)
        there = falls_due(duty, since=since.astimezone(UTC), zone=INDIA, excluded=left_out)
        assert here == there


@given(first=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=400)))
def test_what_happened_later_falls_due_no_earlier(first, later):
    for duty in TIMED:
        one = falls_due(duty, since=first, zone=INDIA)
        other = falls_due(duty, since=first + later, zone=INDIA)
        assert one.at <= other.at


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("24 hours", Within(24, "hours")),
        ("1 week", Within(1, "weeks")),
        ("every 3 months", Within(3, "months", repeats=True)),
        ("15 days before", Within(15, "days", before=True)),
        ("at once", Within(0)),
        ("none stated", None),
    ],
)
def test_a_time_is_read(text, time):
    assert read_within(text) == time


@pytest.mark.parametrize("text", ["soon", "0 days", "a month", "24", "every at once", "every 2 days before", ""])  # fmt: skip
def test_no_time_is_guessed(text):
    with pytest.raises(WrongDuties):
        read_within(text)


FILE = Path(__file__).resolve().parents[3] / "aanchal" / "cases" / "data" / "duties.toml"


def broken(change):
    table = tomllib.loads(FILE.read_text("utf-8"))
    change(table)
    return table


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t["duty"][0].pop("source"), "jj-31-produce: source is missing"),
        (lambda t: t["duty"][0].update(trigger="rain"), "rain is no trigger"),
        (lambda t: t["duty"][0].update(excludes=["holidays"]), "cannot be left out"),
        (lambda t: t["duty"][0].update(whitin="1 day"), "whitin is not known"),
        (lambda t: t["duty"][0].update(in_force_until=date(2001, 1, 1)), "ends before"),
        (lambda t: t["duty"].append(dict(t["duty"][0])), "two rows have this id"),
        (lambda t: t["meta"]["triggers"].update(rain="It rained"), "no duty follows"),
        (lambda t: t["meta"]["acts"].update(rain="It rained"), "no duty is met"),
        (lambda t: t["duty"][0].update(met_by=["rain"]), "rain is no event"),
        (lambda t: t["duty"][0].update(ends_with=["fir_registered"]), "does not repeat"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(change, said):
    with pytest.raises(WrongDuties, match=said):
        read_duties(broken(change))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        falls_due(EVERY["jj-31-produce"], since=datetime(2026, 11, 22), zone=INDIA)
    with pytest.raises(ValueError, match="left out"):
        due("jj-31-produce", "2026-11-22T23:30+05:30", timedelta(hours=-1))
