"""The law's duties on the command line: every row, and what falls due after an event."""

import json

import pytest
from typer.testing import CliRunner

from aanchal.cases.duties import duty_table
from aanchal.cli.duties import app

ROW = "id trigger duty holder within excludes met_by source confidence in_force_from in_force_until state"


def run(*words, code=0):
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done.output


def due(trigger, at, *words):
    return json.loads(run("due", "--trigger", trigger, "--at", at, "--json", *words))


def test_the_list_has_every_row_with_its_source():
    rows = json.loads(run("list", "--json"))

    assert [row["id"] for row in rows] == [duty.id for duty in duty_table().duties]
    assert all(set(row) == set(ROW.split()) for row in rows)
    assert all(row["source"] and row["holder"] and row["in_force_from"] for row in rows)


def test_what_falls_due_is_said_with_zone_and_reason():
    [row] = due("child_taken_into_charge", "2026-11-22T23:30+05:30", "--excluded-hours", "6")

    assert row["id"] == "jj-31-produce"
    assert row["due_at"] == "2026-11-24T05:30:00+05:30"
    assert row["excluded"] == 6.0
    assert "s. 31(1) proviso" in row["why"]


def test_the_first_due_comes_first_and_what_has_no_time_last():
    rows = due("sexual_offence_fir", "2026-11-22T23:30+05:30")
    times = [row["due_at"] for row in rows]

    assert None in times
    assert times == sorted(times, key=lambda at: (at is None, at or ""))


def test_a_row_that_is_not_certain_is_called_guidance():
    rows = due("bonded_labour_found", "2026-11-22T23:30+05:30")

    certain = {row["id"]: "Guidance" not in row["why"] for row in rows}
    assert certain == {"bonded-certificate": False, "bonded-rehabilitate": True}
    assert "to be checked before it is called the law" in run("list")


def test_duties_of_a_state_are_added_for_that_state():
    everywhere = due("marriage_of_child_planned", "2026-11-22T23:30+05:30")
    bihar = due("marriage_of_child_planned", "2026-11-22T23:30+05:30", "--state", "br")

    assert {row["id"] for row in bihar} - {row["id"] for row in everywhere} == {"pcma-16-bihar"}


def test_before_the_law_was_in_force_nothing_follows():
    assert due("child_taken_into_charge", "2015-11-22T23:30+05:30") == []
    assert "nothing follows" in run(
        "due", "--trigger", "child_taken_into_charge", "--at", "2015-11-22T23:30+05:30"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["--trigger", "rain", "--at", "2026-11-22T23:30+05:30"],
        ["--trigger", "fir_refused", "--at", "2026-11-22T23:30"],
        ["--trigger", "fir_refused", "--at", "yesterday"],
        ["--trigger", "fir_refused", "--at", "2026-11-22T23:30Z", "--state", "BIHAR"],
        ["--trigger", "child_taken_into_charge", "--at", "2026-11-22T23:30Z", "--excluded-hours", "-1"],
        ["--trigger", "child_taken_into_charge", "--at", "2026-11-22T23:30Z", "--excluded-hours", "1e12"],
        ["--trigger", "child_taken_into_charge", "--at", "2026-11-22T23:30Z", "--excluded-hours", "nan"],
        ["--trigger", "child_taken_into_charge", "--at", "9999-12-31T23:30Z"],
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_a_sentence(words):
    assert "Invalid value" in run("due", *words, code=2)
