"""Registers from files: every layout, language and mark a school may use, and what is said of each."""

import io

import pytest

from aanchal.lib.tabular.problems import Limits
from aanchal.registers.formats.dry_run import dry_run_json
from aanchal.registers.formats.pages import Page
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats import register_samples as samples


def read(sample) -> list[Page]:
    return list(
        read_registers(
            io.BytesIO(sample.data),
            filename=sample.filename,
            hints=sample.hints,
            limits=Limits(),
            today=samples.TODAY,
        )
    )


SAID = ("two_sessions", "month_from_sheet_name")  # assumed, and part of what a sample expects


def said(pages: list[Page]) -> list[tuple[str, int | None, str | None]]:
    told = [(p.code, p.row, p.column) for page in pages for p in (*page.problems, *page.asks)]
    # An unreadable mark is a problem where it stands, and one question for all its places.
    asked = [
        (q.code, None, None) for page in pages for q in page.questions if q.code != "what_is_mark"
    ]
    said = [(a.code, a.row, a.column) for page in pages for a in page.assumed if a.code in SAID]
    return told + asked + said


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda s: s.why)
def test_register_is_understood(sample):
    pages = read(sample)

    whole = dry_run_json(pages)
    assert tuple(whole["marks"].values()) == sample.marks, sample.why
    assert whole["pupils"] == sample.pupils, sample.why
    assert sorted(int(day[-2:]) for day in whole["days"]) == sorted(sample.days), sample.why
    assert whole["month"] == sample.month, sample.why
    assert whole["school"] == sample.school, sample.why
    grades = {page.grade for page in pages}
    assert (grades.pop() if len(grades) == 1 else None) == sample.grade, sample.why
    assert whole["section"] == sample.section, sample.why


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda s: s.why)
def test_only_what_is_doubtful_is_said_and_where(sample):
    pages = read(sample)

    assert {code for code, _, _ in said(pages)} == sample.problems, sample.why
    for place in sample.places:
        assert place in said(pages), sample.why
    if sample.names:
        assert tuple(row.name for row in pages[0].pupils) == sample.names
