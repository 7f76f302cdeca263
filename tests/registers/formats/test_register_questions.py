"""What a register is asked about, the rows a question names, and what it leaves out meanwhile."""

import pytest

from tests.registers.formats.register_samples import as_csv
from tests.registers.formats.test_hard_registers import TITLE, asked, counts, read, table, wide
from tests.registers.formats.test_register_sums import long, one_day

FOUR = [["P", "L", "P"], ["P", "P", "A"], ["L", "P", "P"], ["P", "P", "P"]]
UNEXPLAINED = "letter_unexplained:L"


# What L stands for.


@pytest.mark.parametrize(
    "rows",
    [
        [["P = Present, A = Absent"], *table([1, 2, 3], *FOUR)],
        [["Late comers are sent to the head teacher"], *table([1, 2, 3], *FOUR)],
        [["विद्यालय में देर से आना लिखें"], *table([1, 2, 3], *FOUR)],
        [[""], *table([1, 2, 3], *FOUR[:3], ["P", "ML", "P"])],
    ],
    ids=["the key goes on", "late comers", "late, in Hindi", "another sign for leave"],
)
def test_l_is_asked_about_where_the_file_gives_a_reason_to_take_it_for_late(rows):
    told = read(as_csv(rows))

    assert asked(told) == [UNEXPLAINED]
    (question,) = told["questions"]
    assert (question["choices"], question["rows"]) == (["leave", "late"], [4, 6])
    assert sum(counts(told)) == 10  # no L goes in before it is answered
    assert not told["held"]
    assert read(as_csv(rows), answers={UNEXPLAINED: "late"})["late"] == 2
    told = read(as_csv(rows), answers={UNEXPLAINED: "leave"})
    assert (told["late"], asked(told)) == (0, [])


def test_l_is_asked_about_where_the_key_below_was_cut_off_before_it():
    rows = [*table([1, 2, 3], *FOUR), ["P = Present"], ["A = Absent"]]

    assert asked(read(as_csv(rows))) == [UNEXPLAINED]
    told = read(as_csv([*rows, ["L = Late"]]))
    assert (asked(told), told["late"]) == ([], 2)


@pytest.mark.parametrize(
    "rows",
    [
        [["P = Present, A = Absent, T = Late"], *table([1, 2, 3], *FOUR)],
        [["Late Ram Prasad Memorial School"], *table([1, 2, 3], *FOUR)],
        [[""], *table([1, 2, 3], *FOUR[:3], ["P", "Late", "ML"])],
    ],
    ids=["another sign for late in the key", "the name of a school", "another sign for late"],
)
def test_l_is_leave_where_nothing_tells_of_late_or_another_sign_does(rows):
    told = read(as_csv(rows))

    assert asked(told) == []
    assert counts(told)[2] >= 2


def test_the_sums_say_what_l_is_before_anybody_is_asked():
    def with_sums(present: str) -> bytes:
        rows = table([1, 2, 3, "Present", "Absent"], *FOUR)
        for row in rows[2:]:
            marks = row[2:5]
            row += [sum(mark in present for mark in marks), marks.count("A")]
        return as_csv([["P = Present, A = Absent"], *rows])

    late, leave = read(with_sums("PL")), read(with_sums("P"))

    assert (late["late"], asked(late)) == (2, [])
    assert (leave["late"], counts(leave)[2], asked(leave)) == (0, 2, [])


def test_what_a_person_said_of_l_holds_for_the_next_register_of_the_form():
    remembered = {"letter_late_or_leave:L": "late"}

    told = read(wide([1, 2, 3], *FOUR), answers=remembered)

    assert (told["late"], told["assumed"]) == (2, [])
    keyed = [["P = Present, A = Absent, L = Leave"], *table([1, 2, 3], *FOUR)]
    assert read(as_csv(keyed), answers=remembered)["late"] == 0  # the file's own word stands


def test_a_list_is_asked_what_l_is_as_a_register_is():
    rows = long()
    rows[3][3] = rows[5][3] = "L"

    assert asked(read(as_csv(rows))) == []
    told = read(as_csv([["P = Present, A = Absent"], *rows]))
    assert asked(told) == [UNEXPLAINED]
    assert told["questions"][0]["rows"] == [5, 7]
    assert counts(told)[2] == 0


def test_a_class_without_an_l_is_not_asked_about_that_of_another_on_the_sheet():
    first = [["P = Present, A = Absent"], *table([1, 2, 3], *FOUR)]
    second = table([1, 2, 3], *[["P", "A", "P"]] * 4, title="Class VII A July 2026")

    told = read(as_csv([*first, [], *second]))

    assert [question["rows"] for question in told["questions"]] == [[4, 6]]


# The rows a question about a sign names.


@pytest.mark.parametrize(
    ("marks", "code", "rows"),
    [
        ([["x", "x", ""], ["x", "", "x"], ["", "", ""]], "sign_unclear", [3, 4]),
        ([["A", "x", "A"], ["A", "A", "A"], ["x", "", "A"]], "cross_beside_absent", [3, 5]),
        ([[0, 0, 1], [0, 0, 0], [0, "", ""]], "ones_or_noughts", [3, 4, 5]),
        ([[0, 0, ""], ["", "", ""], [0, "", ""]], "zero_alone", [3, 5]),
        ([["Q", "P", "P"], ["P", "P", "P"], ["P", "Q", "A"]], "what_is_mark", [3, 5]),
        ([["P", "H", "P"], ["P", "P", "P"], ["P", "P", "A"]], "holiday_beside_marks", [3]),
    ],
)
def test_a_question_about_a_sign_names_the_rows_where_it_stands(marks, code, rows):
    (question,) = read(wide([1, 2, 3], *marks))["questions"]

    assert question["key"].startswith(code)
    assert question["rows"] == rows


def test_a_question_about_a_sign_in_a_list_names_its_rows():
    rows = [["Date", "Name", "Status"]]
    rows += [
        ["13-07-2026", name, sign] for name, sign in [("Asha", "x"), ("Ravi", ""), ("Mohan", "x")]
    ]
    flags = [["Date", "Name", "Absent"], ["13-07-2026", "Asha", "Yes"], ["13-07-2026", "Ravi", ""]]

    assert [q["rows"] for q in read(as_csv(rows))["questions"]] == [[2, 4]]
    assert [q["rows"] for q in read(as_csv(flags))["questions"]] == [[3]]


# The sums of a list, while something else waits.


def test_the_sums_of_a_list_are_held_against_it_although_some_marks_wait_for_another_answer():
    rows = long(sums="PA")
    rows[2][3] = "Q"
    assert asked(read(as_csv(rows))) == ["what_is_mark:Q"]  # hers may be what is missing
    for row in rows[2:]:
        row[-2] += 3
    assert [key.split(":")[0] for key in asked(read(as_csv(rows)))] == [
        "what_is_mark",
        "sums_differ",
    ]

    turned = long(sums="AP")
    turned[2][3] = "Q"
    assert [key.split(":")[0] for key in asked(read(as_csv(turned)))] == [
        "what_is_mark",
        "sums_turned",
    ]


def test_sums_below_a_list_wait_while_one_of_its_marks_does():
    rows = one_day(["", "Total Present", 4], ["", "Total Absent", 2])
    rows[3][2] = "Q"

    assert asked(read(as_csv(rows))) == ["what_is_mark:Q"]


def test_sums_of_months_wait_while_the_dates_do():
    rows = long(sums="PA")
    rows = [row for row in rows if row[0] in (TITLE, "Date", "01-07-2026")]
    for row in rows[2:]:
        row[0] = "05/07/2026"
        row[-2] += 3
    rows[0] = ["Class VI A"]

    assert [key.split(":")[0] for key in asked(read(as_csv(rows)))] == ["order_of_dates"]


# Dates that contradict the title.


def dated(*heads: str, title: str = "Class VI A June 2026", marks=("P", "A", "P")) -> bytes:
    rows = table(heads, *[list(marks[: len(heads)])] * 3, title=title)
    return as_csv(rows)


JULY = ("01-07-2026", "02-07-2026", "03-07-2026")


def test_dates_above_the_columns_of_another_month_than_the_title_are_asked_about():
    told = read(dated(*JULY))

    (question,) = told["questions"]
    assert question["choices"] == ["2026-07", "2026-06"]
    assert question["rows"] == [1, 2]
    assert (told["held"], told["days"]) == (1, [])
    key = question["key"]
    for month in question["choices"]:
        told = read(dated(*JULY), answers={key: month})
        assert (asked(told), told["month"]) == ([], month)
        assert told["days"] == [f"{month}-0{day}" for day in (1, 2, 3)]


def test_dates_of_another_year_than_the_titles_are_asked_about():
    told = read(dated(*JULY, title="Class VI A July 2025"))

    assert told["questions"][0]["choices"] == ["2026-07", "2025-07"]
    session = read(dated(*JULY, title="Class VI A, Month: March, Session 2025-26"))
    assert session["questions"][0]["choices"] == ["2026-07", "2026-03"]


@pytest.mark.parametrize(
    ("data", "month"),
    [
        (dated("30-07-2026", "31-07-2026"), "2026-07"),  # June has no 31st
        (dated("01-12-2026", "02-12-2026"), "2026-06"),  # December is still to come
        (dated("Wed 1 Jul 2026", "Thu 2 Jul 2026", "Fri 3 Jul 2026", "Sat 4 Jul 2026"), "2026-07"),
        (dated("30-07-2026", "01-08-2026"), None),  # two months, of which the title names neither
    ],
    ids=["no such day", "still to come", "weekdays", "two months"],
)
def test_of_dates_and_title_the_one_that_can_be_is_taken_and_that_is_said(data, month):
    told = read(data)

    assert asked(told) == []
    assert told["month"] == month
    assert told["days"]
    (said,) = [p["reason"] for p in told["problems"] if "the title says" in p["reason"]]
    assert f"{month or '2026-07'} was taken" in said


def test_dates_and_title_of_which_neither_can_be_take_nothing_in():
    told = read(dated("30-12-2026", "31-12-2026", title="Class VI A November 2027"))

    assert (asked(told), told["month"], told["days"]) == ([], None, [])
    assert any("neither fits" in problem["reason"] for problem in told["problems"])


def test_what_the_sender_says_settles_which_of_dates_and_title_is_right():
    for month in ("2026-06", "2026-07"):
        told = read(dated(*JULY), month=month)
        assert (asked(told), told["month"]) == ([], month)


def test_dates_of_a_list_of_another_month_than_its_title_are_asked_about():
    rows = [["Class VI A June 2026"], ["Date", "Name", "Status"]]
    rows += [[day, "Asha", "P"] for day in (*JULY, "30-07-2026")]

    told = read(as_csv(rows))

    (question,) = told["questions"]
    assert (question["choices"], told["held"]) == (["2026-07", "2026-06"], 1)
    told = read(as_csv(rows), answers={question["key"]: "2026-06"})
    assert told["days"] == ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-30"]
    assert asked(read(as_csv([["Class VI A July 2026"], *rows[1:]]))) == []
    assert (
        asked(read(as_csv([["Class VI A June 2026"], *rows[1:], ["30-06-2026", "Asha", "P"]])))
        == []
    )
