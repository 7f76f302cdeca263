"""The sentence is made of the signal's numbers, whole for each sex and kind, and fit for storage."""

import json
import string

import pytest

from aanchal.watch.rules.sentences import (
    TEMPLATES,
    Kind,
    Reason,
    Sex,
    Usual,
    reason_of,
    render,
    template_of,
)
from tests.lib.rules.watch_registers import class_of, watch

RUN = Reason(
    rule="watch-4",
    kind="run",
    channel="ordinary",
    score=3.9,
    on="2026-07-10",
    since="2026-07-03",
    run=6,
    others_present=167,
    others_marked=180,
    usual_absent=5,
    usual_marked=60,
    recent_absent=7,
    recent_marked=20,
)


def english(text):
    return text


def test_the_sentence_of_the_specification():
    assert render(RUN, english, sex=Sex.GIRL) == (
        "Absent 6 school days running while 93% of her class came; she usually misses 1 in 12."
    )


@pytest.mark.parametrize(
    "change, sex, sentence",
    [
        (
            {},
            Sex.BOY,
            "Absent 6 school days running while 93% of his class came; he usually misses 1 in 12.",
        ),
        (
            {},
            Sex.UNSAID,
            "Absent 6 school days running while 93% of the class came; usually misses 1 in 12.",
        ),
        (
            {"usual_absent": 0},
            Sex.GIRL,
            "Absent 6 school days running while 93% of her class came; "
            "she had missed none of the 60 days before.",
        ),
        (
            {"usual_absent": 24},
            Sex.GIRL,
            "Absent 6 school days running while 93% of her class came; "
            "she usually misses 4 days in 10.",
        ),
        (
            {"usual_absent": 1, "usual_marked": 3},
            Sex.GIRL,
            "Absent 6 school days running while 93% of her class came; "
            "what is usual for her is not known yet.",
        ),
        (
            {"kind": "alone"},
            Sex.BOY,
            "Absent 6 school days running; he usually misses 1 in 12.",
        ),
        (
            {"kind": "break"},
            Sex.GIRL,
            "Not back since the holidays: absent 6 school days while 93% of her class came; "
            "she usually misses 1 in 12.",
        ),
        (
            {"kind": "partial", "recent_absent": 9},
            Sex.GIRL,
            "Absent 9 of the last 20 school days; before that she missed 1 in 12.",
        ),
    ],
)
def test_each_kind_has_its_own_words(change, sex, sentence):
    assert render({**RUN, **change}, english, sex=sex) == sentence


@pytest.mark.parametrize(
    "present, marked, percent",
    [(0, 10, 0), (1, 1000, 1), (1, 8, 13), (199, 200, 99), (999, 1000, 99), (10, 10, 100)],
)
def test_nearly_all_is_never_said_as_all(present, marked, percent):
    _, numbers = template_of({**RUN, "others_present": present, "others_marked": marked}, Sex.GIRL)

    assert numbers["class_percent"] == percent


def test_there_is_a_whole_sentence_for_every_kind_sex_and_habit():
    assert set(TEMPLATES) == {(k, s, u) for k in Kind for s in Sex for u in Usual}
    assert len(set(TEMPLATES.values())) == len(TEMPLATES)


def test_templates_name_only_numbers_that_exist():
    known = {"run", "class_percent", "recent_absent", "recent_marked"}
    known |= {"usual_in", "usual_tenths", "usual_marked"}
    for template in TEMPLATES.values():
        sample = dict.fromkeys(known, 7)
        said = template % sample
        assert said[0] in string.ascii_uppercase
        assert said.endswith(".")
        assert "%(" not in said


def test_a_translation_is_asked_for_the_template_never_for_the_sentence():
    asked = []

    def hindi(text):
        asked.append(text)
        return "%(run)d दिन"

    assert render(RUN, hindi, sex=Sex.GIRL) == "6 दिन"
    assert asked == [TEMPLATES[Kind.RUN, Sex.GIRL, Usual.ONE_IN]]


def test_a_reason_survives_storage_as_json():
    signals = watch(class_of("P" * 30 + "A" * 20))
    reason = reason_of(signals, 0)

    assert json.loads(json.dumps(reason)) == reason


def test_short_runs_of_a_part_time_worker_are_told_as_part_time():
    worker = "P" * 30 + "AAPPAPAPAAPPAPAPAAPAPAPAAPPAPAAPAPAAPAPA"
    signals = watch(class_of(worker, "P" * 30 + "A" * 40))
    kinds = {int(signals.child[i]): reason_of(signals, i)["kind"] for i in range(len(signals))}

    assert kinds[0] == "partial"
    assert kinds[1] == "run"
