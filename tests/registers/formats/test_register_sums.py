"""Sums that a register prints, held against the marks that were read: a contradiction is a question."""

import pytest

from aanchal.registers.formats.sums import day_sums
from tests.registers.formats.register_samples import as_csv
from tests.registers.formats.test_register_traps import (
    CHILDREN,
    TITLE,
    answered,
    codes,
    pages_of,
    rows_of,
)

DAYS = range(1, 11)
MARKS = [["A" if (2 * child + day) % 5 == 0 else "P" for day in DAYS] for child in range(6)]
ABSENCES = [["A" if day == child + 1 else "" for day in DAYS] for child in range(6)]
ONLY_ABSENCES = "Only absence is marked (A). Blank = Present"


def with_day_sums(marks, *lines, title=TITLE) -> list[list]:
    """A register with lines of sums below: (words, mark counted, children counted) each."""
    rows = rows_of(marks, days=DAYS, title=title)
    for words, mark, children in lines:
        counts = [sum(marks[c][place] == mark for c in children) for place in range(len(DAYS))]
        rows.append(["", words, *counts])
    return rows


def asked(rows: list[list]) -> list[str]:
    return [question.code for page in pages_of(as_csv(rows)) for question in page.questions]


ALL, BOYS, GIRLS = range(6), range(3), range(3, 6)


@pytest.mark.parametrize(
    "lines",
    [
        [("Total Present", "P", ALL), ("Total Absent", "A", ALL)],
        [("Boys present", "P", BOYS), ("Girls present", "P", GIRLS)],
        [("उपस्थित बालक", "P", BOYS), ("उपस्थित बालिका", "P", GIRLS)],
        [("উপস্থিত বালক", "P", BOYS), ("উপস্থিত বালিকা", "P", GIRLS)],
        [("Total on roll", "P", BOYS)],
    ],
)
def test_sums_of_the_days_that_agree_ask_nothing(lines):
    assert asked(with_day_sums(MARKS, *lines)) == []


@pytest.mark.parametrize(
    "lines",
    [
        [("Total Present", "P", ALL)],
        [("Total Absent", "A", ALL)],
        [("Boys present", "P", BOYS), ("Girls present", "P", GIRLS)],
    ],
)
def test_sums_of_the_days_that_count_a_child_who_is_not_there_are_asked_about(lines):
    rows = with_day_sums(MARKS[:6], *lines)
    del rows[5]  # the fourth child, cut out of the table
    if lines[0][0] == "Total Absent":
        rows = with_day_sums(
            [["A" if mark == "P" else "P" for mark in line] for line in MARKS], *lines
        )
        del rows[5]

    (page,) = pages_of(as_csv(rows))

    (question,) = page.questions
    assert (question.code, question.holds) == ("sums_differ", "page")
    (page,) = answered(as_csv(rows), {question.key: "as read"})
    assert len(page.days) == 10 and not page.questions
    (page,) = answered(as_csv(rows), {question.key: "leave out"})
    assert not page.days


def test_marks_that_are_left_out_leave_empty_cells_out_whatever_the_key_says_of_them():
    marks = [["" if mark == "P" else "A" for mark in line] for line in MARKS]
    rows = with_day_sums(marks, ("Total Absent", "A", ALL), title=f"{TITLE}  {ONLY_ABSENCES}")
    rows[-1][2:] = [count + 1 for count in rows[-1][2:]]

    (page,) = pages_of(as_csv(rows))

    (question,) = page.questions
    assert question.code == "sums_differ"
    (page,) = answered(as_csv(rows), {question.key: "leave out"})
    assert not page.days and page.marks.present == 0


def test_sums_are_held_against_the_marks_although_some_cells_wait_for_another_answer():
    marks = [list(line) for line in MARKS]
    marks[0][4], marks[1][4] = "H", "H"  # half a day, or a holiday beside marks
    rows = with_day_sums(marks, ("Total Present", "P", ALL))
    assert asked(rows) == ["holiday_beside_marks"]

    rows[-1][2:] = [count + 2 for count in rows[-1][2:]]

    assert sorted(asked(rows)) == ["holiday_beside_marks", "sums_differ"]


def test_sums_of_the_days_that_fit_only_the_opposite_are_asked_about():
    marks = [["1" if mark == "A" else "0" for mark in line] for line in MARKS]
    rows = with_day_sums(marks, ("Total Present", "1", ALL), title=f"Register of absences, {TITLE}")

    assert asked(rows) == ["sums_turned"]


def test_each_line_of_sums_counts_its_own_part_of_the_class_or_all():
    first, second = range(3), range(3, 6)
    rows = with_day_sums(
        MARKS, ("Present", "P", first), ("Present", "P", second), ("Total Present", "P", ALL)
    )
    page_sum = rows.pop(8)
    rows.insert(5, page_sum)

    assert asked(rows) == []


def test_sums_beside_the_second_half_of_a_cut_table_count_both_halves():
    first = rows_of([line[:5] for line in MARKS], days=DAYS[:5])
    second = rows_of([line[5:] for line in MARKS], days=DAYS[5:])
    second[1] += ["Total Present", "Total Absent"]
    for child, row in enumerate(second[2:]):
        marks = [mark for day, mark in zip(DAYS, MARKS[child], strict=True) if day != 5]
        marks += [MARKS[child][4]]
        row += [marks.count("P"), marks.count("A")]

    assert asked([*first, [], *second]) == []
    for row in second[2:]:
        row[-2] += 2
    assert asked([*first, [], *second]) == ["sums_differ"]
    for child, row in enumerate(second[2:]):
        row[-2:] = [MARKS[child].count("A"), MARKS[child].count("P")]
    assert asked([*first, [], *second]) == ["sums_turned"]


def test_days_that_the_sums_count_and_nothing_was_read_of_are_asked_about():
    rows = rows_of(ABSENCES, days=DAYS)
    rows.insert(1, [ONLY_ABSENCES])
    rows[2] += ["Total Present", "Total Absent"]
    for row in rows[3:]:
        row += [8, 1]  # nine days, of which four have no absence and were taken as shut

    (page,) = pages_of(as_csv(rows))

    assert "sums_differ" in codes(page)
    for row in rows[3:]:
        row[-2:] = [240, 12]  # of the whole year
    assert asked(rows) == []


def test_a_line_of_sums_says_what_it_counts():
    counted = day_sums("Girls absent", [1, 2, "", 0], [], 6)

    assert counted is not None
    assert (counted.is_absent, counted.half, counted.counts) == (True, "girls", {0: 1, 1: 2, 3: 0})
    assert day_sums("Total", [1, 2, 3, 4], [], 6) is None


def one_day(*foot: list) -> list[list]:
    rows = [[TITLE], ["Date: 01-07-2026"], ["Roll No", "Name", "Status"]]
    rows += [[n, name, "A" if n in (2, 5) else "P"] for n, name in enumerate(CHILDREN, 1)]
    return [*rows, *foot]


def long(*foot: list, sums=None) -> list[list]:
    rows: list[list] = [[TITLE], ["Date", "Roll No", "Name", "Status"]]
    rows[1] += ["Total Present", "Total Absent"] if sums else []
    for day in (1, 2, 3, 6):
        for child, name in enumerate(CHILDREN):
            mark = MARKS[child][day - 1]
            of_hers = [MARKS[child][d - 1] for d in (1, 2, 3, 6)]
            counts = [of_hers.count(letter) for letter in sums or ""]
            rows.append([f"0{day}-07-2026", child + 1, name, mark, *counts])
    return [*rows, *foot]


def test_sums_below_a_list_that_agree_ask_nothing():
    assert asked(one_day(["", "Total Present", 4], ["", "Total Absent", 2])) == []
    assert asked(one_day(["", "Present: 4"], ["", "Boys present", 1])) == []
    assert asked(one_day(["", "Total present", 0])) == ["sums_differ"]
    assert asked(long(sums="PA")) == []
    absent = sum(MARKS[child][day - 1] == "A" for child in range(6) for day in (1, 2, 3, 6))
    assert asked(long(["", "", "Total Absent", absent])) == []


def test_sums_below_a_list_that_are_of_other_marks_are_asked_about_and_an_answer_settles_it():
    rows = one_day(["", "Total Present", 7], ["", "Total Absent", 2])

    (page,) = pages_of(as_csv(rows))

    (question,) = page.questions
    assert (question.code, question.about, question.holds) == (
        "sums_differ",
        "7 + 2 / 4 + 2",
        "page",
    )
    assert not answered(as_csv(rows), {question.key: "as read"})[0].questions
    assert not answered(as_csv(rows), {question.key: "leave out"})[0].days


def test_a_list_whose_sums_fit_only_the_opposite_is_asked_about_and_turned_by_the_answer():
    for rows in (one_day(["", "Present", 2], ["", "Absent", 4]), long(sums="AP")):
        before = pages_of(as_csv(rows))[0]
        (question,) = before.questions
        assert question.code == "sums_turned"
        (page,) = answered(as_csv(rows), {question.key: "as the sums say"})
        assert (page.marks.present, page.marks.absent) == (
            before.marks.absent,
            before.marks.present,
        )


def test_sums_beside_each_line_of_a_list_that_differ_are_asked_about():
    rows = long(sums="PA")
    for row in rows[2:]:
        row[-2] += 3

    assert asked(rows) == ["sums_differ"]
