"""The policy is data with a source, read whole or refused with the row that is wrong."""

import re
import tomllib
from dataclasses import fields, replace
from datetime import date
from importlib.resources import files

import pytest

from aanchal.lib.early_warning.policy import Policy, policy_from_rows, policy_to_toml
from aanchal.watch.policy_file import default_policy, load_policy

TEXT = files("aanchal.lib.early_warning").joinpath("data/early_warning.toml").read_text("utf-8")


def test_every_default_says_its_source():
    policy = policy_from_rows(tomllib.loads(TEXT))

    assert policy == default_policy()
    assert TEXT.count("source = ") == len(fields(Policy)) - 2


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda t: t.replace("[away_extra]", "[more]"), "no value for away_extra"),
        (lambda t: t.replace("source", "origin", 1), "does not say its source"),
        (
            lambda t: re.sub(r"\[threshold\]\nvalue = .*", "[threshold]\nvalue = 'x'", t),
            "threshold",
        ),
        (
            lambda t: re.sub(r"\[threshold\]\nvalue = .*", "[threshold]\nvalue = nan", t),
            "threshold",
        ),
        (lambda t: t.replace("watch-4", "watch-1"), "rule watch-1"),
        (
            lambda t: re.sub(r"\[enter_gone\]\nvalue = .*", "[enter_gone]\nvalue = 0", t),
            "enter_gone must be more than 0",
        ),
        (
            lambda t: re.sub(r"\[leave_ill\]\nvalue = .*", "[leave_ill]\nvalue = 1.5", t),
            "leave_ill is a chance",
        ),
        (lambda t: t.replace('"low"', '"calibrated"', 1), "confidence that is none of"),
        (lambda t: t + "\n[caste]\nvalue = 1\n", "does not know: caste"),
    ],
)
def test_a_policy_that_is_not_whole_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        policy_from_rows(tomllib.loads(change(TEXT)))


def test_a_calibrated_policy_is_written_and_read_back(tmp_path):
    policy = replace(default_policy(), threshold=2.25, block_thresholds={"IN/S10/D203/B1": 4.5})
    path = tmp_path / "policy.toml"
    path.write_text(
        policy_to_toml(
            policy,
            source='Calibrated on "our" registers',
            as_of=date(2026, 3, 31),
            review_on=date(2027, 3, 31),
        ),
        "utf-8",
    )

    again = load_policy(path)

    assert replace(again, block_thresholds={}) == replace(policy, block_thresholds={})
    assert dict(again.block_thresholds) == dict(policy.block_thresholds)
    assert again.threshold_for("IN/S10/D203/B1") == 4.5
    assert again.threshold_for("elsewhere") == again.threshold_for(None) == 2.25


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ValueError, match="not a policy"):
        load_policy(path)


def test_forbidden_inputs_appear_nowhere_in_the_rule():
    rules = files("aanchal.lib").joinpath("early_warning")
    for path in rules.iterdir():
        if path.name.endswith(".py"):
            text = path.read_text("utf-8").lower()
            for line in text.splitlines():
                if re.search(r"\b(caste|religion|income)\b", line):
                    assert "never" in line, path.name
