"""Exports of forms and portals, lists of other matters, and titles of several months."""

import pytest

from tests.registers.formats.register_samples import as_csv
from tests.registers.formats.test_hard_registers import asked, counts, days, read, table

FOUR = [["P", "P", "A", "P"], ["P", "A", "P", "P"], ["A", "P", "P", "P"]]


def titled(title: str) -> bytes:
    return as_csv(table([1, 2, 3, 4], *FOUR, title=title))


# Titles of several months.


@pytest.mark.parametrize(
    ("title", "months"),
    [
        ("Class VI A July-August 2026", ["2026-07", "2026-08"]),
        ("Class VI A Jul/Aug 2026", ["2026-07", "2026-08"]),
        ("Class VI A July & August 2026", ["2026-07", "2026-08"]),
        ("Class VI A Month: July-2026 to Aug-2026", ["2026-07", "2026-08"]),
        ("Class VI A Q2 (Jul-Sep 2026)", ["2026-07", "2026-08", "2026-09"]),
        ("Class VI A December 2025 to January 2026", ["2025-12", "2026-01"]),
        ("Class VI A Dec-Jan 2026", ["2025-12", "2026-01"]),
        ("कक्षा VI A जुलाई से अगस्त 2026", ["2026-07", "2026-08"]),
        ("শ্রেণি ষষ্ঠ আষাঢ় ১৪৩৩ (জুন-জুলাই ২০২৬)", ["2026-06", "2026-07"]),
    ],
)
def test_bare_days_under_a_title_of_several_months_are_asked_about(title, months):
    told = read(titled(title))

    (question,) = told["questions"]
    assert question["choices"] == months
    assert (told["held"], told["days"]) == (1, [])
    answered = read(titled(title), answers={question["key"]: months[1]})
    assert (answered["month"], asked(answered)) == (months[1], [])


@pytest.mark.parametrize(
    "title",
    [
        "Class VI A July 2026 (Session April-March)",
        "Class VI A, Session: April 2026 - March 2027, Month: July 2026",
        "Class VI A July/जुलाई 2026",
        "শ্রেণি VI A জুলাই ২০২৬ (আষাঢ়-শ্রাবণ)",
        "Class VI A July 2026. Vacation May-June 2026",
    ],
)
def test_a_session_or_a_vacation_over_several_months_is_none_of_the_registers(title):
    told = read(titled(title))

    assert (told["month"], asked(told)) == ("2026-07", [])


def test_days_that_begin_anew_under_two_months_are_of_both():
    head = [29, 30, 31, 1, 2, 3]
    rows = table(head, *[["P"] * 6] * 3, title="Class VI A July-August 2026")

    told = read(as_csv(rows))

    assert asked(told) == []
    assert told["days"][2:4] == ["2026-07-31", "2026-08-01"]


# Lists of another matter.


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("Mid-day meal beneficiaries Class VI A July 2026", "mid-day meal"),
        ("Class VI A July 2026 MDM register", "mdm"),
        ("Homework checked, Class VI A July 2026", "homework"),
        ("Iron tablets (WIFS) Class VI A July 2026", "iron tablets"),
        ("Unit test Class VI A July 2026", "unit test"),
        ("Teachers' Attendance July 2026", "teachers' attendance"),
        ("Attendance register of staff, July 2026", "attendance register of staff"),
        ("मध्याह्न भोजन कक्षा VI A जुलाई 2026", "मध्याह्न भोजन"),
        ("শিক্ষকদের হাজিরা জুলাই 2026", "শিক্ষকদের হাজিরা"),
    ],
)
def test_a_list_whose_title_names_another_matter_is_asked_about(title, about):
    told = read(titled(title))

    (question,) = told["questions"]
    assert question["choices"] == ["attendance", "something else"]
    assert (question["key"].split(":")[0], told["held"]) == ("another_matter", 1)
    assert asked(read(titled(title), answers={question["key"]: "attendance"})) == []
    left = read(titled(title), answers={question["key"]: "something else"})
    assert (left["days"], sum(counts(left))) == ([], 0)


@pytest.mark.parametrize(
    "title",
    [
        "Class VI A July 2026 Attendance and MDM register",
        "Class VI A July 2026 Class Teacher Attendance Register",
        "Class VI A July 2026, Class teacher: S. Das",
        "Monthly attendance of pupils, Class VI A July 2026, Scholarship scheme school",
    ],
)
def test_a_register_of_attendance_that_names_more_is_asked_nothing(title):
    assert asked(read(titled(title))) == []


def test_a_long_list_of_another_matter_is_asked_about():
    rows = [["Mid day meals, Class VI A"], ["Date", "Name", "Status"]]
    rows += [[f"{day}-07-2026", "Asha", "P"] for day in (13, 14)]

    told = read(as_csv(rows))

    assert (asked(told), told["held"]) == (["another_matter:mid day meals"], 1)
    left = read(as_csv(rows), answers={"another_matter:mid day meals": "something else"})
    assert left["days"] == []


# Exports of forms.


def form(*heads: str, days=((1, 4), (2, 4), (3, 4))) -> bytes:
    """Lines written on a day and sent on another, as a telephone without a network does."""
    values = {
        "today": "2026-07-{0:02}",
        "start": "2026-07-{0:02}T09:00:00.000+05:30",
        "_submission_time": "2026-07-{1:02}T10:00:00",
        "For what date?": "2026-07-{0:02}",
        "When was it?": "2026-07-{0:02}",
        "Date of birth": "2014-01-{0:02}",
    }
    rows = [[*heads, "class", "student_name", "status"]]
    for of, sent in days:
        rows.append([*(values[h].format(of, sent) for h in heads), "6A", "Asha", "present"])
    return as_csv(rows)


@pytest.mark.parametrize(
    "heads", [("_submission_time", "today"), ("start", "_submission_time"), ("start", "today")]
)
def test_the_day_of_a_form_is_not_that_on_which_it_was_sent(heads):
    told = read(form(*heads))

    assert (days(told), asked(told)) == ([1, 2, 3], [])


def test_a_day_under_an_unknown_head_that_is_not_that_of_the_writing_is_asked_about():
    told = read(form("_submission_time", "When was it?"))

    (question,) = told["questions"]
    assert question["choices"] == ["_submission_time", "When was it?"]
    assert told["held"] == 1
    answered = read(
        form("_submission_time", "When was it?"), answers={question["key"]: "When was it?"}
    )
    assert (days(answered), answered["held"]) == ([1, 2, 3], 0)
    assert asked(read(form("_submission_time", "When was it?", days=((1, 1), (2, 2))))) == []
    assert asked(read(form("_submission_time", "Date of birth", days=((1, 1), (2, 2))))) == []


@pytest.mark.parametrize(
    "key",
    [
        [["P = Present, A = Absent, L = Late, H = Half day"]],
        [["P = Present"], ["A = Absent"], ["L = Late"], ["H = Half day"]],
        [["", "", "", "L = Late; H = Half day"]],
        [["L", "Late", "H", "Half day"]],
    ],
)
def test_a_key_below_a_list_is_read(key):
    rows = [["Date", "Name", "Class", "Status"], ["13-07-2026", "Asha", "VI A", "P"]]
    rows += [["14-07-2026", "Asha", "VI A", "L"], ["15-07-2026", "Asha", "VI A", "H"]]

    told = read(as_csv([*rows, [], *key]))

    assert (counts(told), told["late"]) == ((3, 0, 0, 0), 1)


def test_a_key_below_a_list_of_noughts_and_ones_turns_them():
    rows = [["Date", "Name", "Class", "Status"]]
    rows += [[f"{day}-07-2026", "Asha", "VI A", mark] for day, mark in ((13, 0), (14, 1), (15, 0))]

    told = read(as_csv([*rows, [], ["1 = Absent, 0 = Present"]]))

    assert (counts(told), asked(told)) == ((2, 1, 0, 0), [])


def test_the_heads_of_assamese_are_known():
    rows = [["শ্ৰেণী: ষষ্ঠ  শাখা: ক  মাহ: জুলাই ২০২৬"], ["ৰোল নং", "নাম", "১", "২", "৩", "৪"]]
    rows += [["১", "সুনীতা দেৱী", *"উউঅউ"], ["২", "মোহন লাল", *"অউউউ"]]

    told = read(as_csv(rows))

    assert (told["class"], told["section"], told["month"]) == ("VI", "ক", "2026-07")


# Weeks, months in the rows, tables side by side, dates with the year first.


@pytest.mark.parametrize(
    ("title", "choices", "first"),
    [
        ("Class VI A 06-07-2026 to 11-07-2026", ["1–4", "6–9"], 6),
        ("Class VI A Week from 06-07-2026 to 11-07-2026", ["1–4", "6–9"], 6),
        ("Class VI A July 2026 Week 2", ["1–4", "no days"], None),
        ("Class VI A July 2026, third week", ["1–4", "no days"], None),
        ("कक्षा VI A जुलाई 2026 दूसरा सप्ताह", ["1–4", "no days"], None),
    ],
)
def test_columns_numbered_from_one_under_a_title_of_some_days_are_asked_about(
    title, choices, first
):
    told = read(titled(title))

    (question,) = told["questions"]
    assert (question["choices"], told["held"]) == (choices, 1)
    assert days(read(titled(title), answers={question["key"]: choices[0]})) == [1, 2, 3, 4]
    other = days(read(titled(title), answers={question["key"]: choices[1]}))
    assert other == (list(range(first, first + 4)) if first else [])


@pytest.mark.parametrize(
    "title",
    [
        "Class VI A July 2026 Week 1",
        "Class VI A 01-07-2026 to 31-07-2026",
        "Class VI A July 2026 Weekly off: Sunday",
    ],
)
def test_a_title_of_the_first_days_or_the_whole_month_is_asked_nothing(title):
    assert asked(read(titled(title))) == []


@pytest.mark.parametrize("turn", [False, True], ids=["month after month", "child after child"])
@pytest.mark.parametrize("year", [2026, ""], ids=["with its year", "year in the title"])
def test_rows_of_several_months_are_pages_of_their_own(turn, year):
    rows = [
        [number, name, month, year, *marks]
        for month, marks in (("June", "PPAP"), ("July", "AAPP"))
        for number, name in ((1, "Asha"), (2, "Mohan"))
    ]
    rows = sorted(rows, key=lambda row: row[0]) if turn else rows
    title = "Class VI A" if year else "Class VI A 2026"
    told = read(
        as_csv([[title], ["Roll", "Name", "Month", "Year", 1, 2, 3, 4], *rows]), month="2026-07"
    )

    assert told["days"] == [f"2026-0{month}-0{day}" for month in (6, 7) for day in (1, 2, 3, 4)]
    assert counts(told) == (10, 6, 0, 0)
    assert not any("another mark" in problem["reason"] for problem in told["problems"])


def test_a_second_table_beside_the_first_is_said_however_short():
    head = ["Roll", "Name", 1, 2, 3]
    rows = [["Class VI A July 2026"], [*head, "", *head]]
    rows += [
        [1, "Asha", *"PPA", "", 3, "Ravi", *"APP"],
        [2, "Mohan", *"PAP", "", 4, "Salma", *"PPP"],
    ]

    assert any("begin anew" in problem["reason"] for problem in read(as_csv(rows))["problems"])


def test_dates_with_a_short_year_first_are_days_of_one_month():
    rows = [["Date", "Name", "Class", "Status"]]
    rows += [[f"26-07-{day:02}", "Asha", "6A", "P"] for day in (1, 2, 3, 21)]

    told = read(as_csv(rows))

    assert (told["month"], days(told)) == ("2026-07", [1, 2, 3, 21])
    assert any("year first" in note["reason"] for note in told["assumed"])
    plain = [
        rows[0],
        *[[f"{day:02}-07-26", *row[1:]] for day, row in zip((1, 2, 3, 21), rows[1:], strict=True)],
    ]
    assert read(as_csv(plain))["month"] == "2026-07"


def test_marks_of_years_ago_are_asked_about():
    rows = [["Date", "Name", "Class", "Status"], ["26-07-13", "Asha", "6A", "P"]]

    for data in (as_csv(rows), titled("Class VI A July 2012")):
        told = read(data)
        assert any("years ago" in problem["reason"] for problem in told["problems"])


def test_the_numbers_of_a_child_in_a_list_of_one_day_are_no_days():
    rows = [["Class VI A"], ["Date: 13-07-2026"], ["Sl", "Roll", "Name", "Status"]]
    rows += [[n, 30 + n, name, "P"] for n, name in enumerate(("Asha", "Mohan", "Ravi"), 1)]

    assert counts(read(as_csv(rows)))[0] == 3


@pytest.mark.parametrize(
    ("teacher", "head"),
    [
        ("Class Teacher", "Head Teacher"),
        ("कक्षा शिक्षक", "प्रधानाध्यापक"),
        ("শ্রেণি শিক্ষক", "প্রধান শিক্ষক"),
    ],
)
def test_signatures_below_a_list_of_one_day_are_no_children(teacher, head):
    rows = [["Class VI A"], ["Date: 13-07-2026"], ["Sl", "Roll", "Name", "Status"]]
    rows += [[n, 30 + n, name, "P"] for n, name in enumerate(("Asha", "Mohan", "Ravi"), 1)]

    told = read(as_csv([*rows, [], [teacher, "", "", head]]))

    assert (counts(told)[0], told["problems"], asked(told)) == (3, [], [])
    told = read(as_csv([*rows, ["", "", "", "P"]]))
    assert any("names no child" in problem["reason"] for problem in told["problems"])


def test_heads_in_two_languages_of_flags_and_sections_are_known():
    heads = ["Class / कक्षा", "Section / वर्ग", "Date / दिनांक", "Name of Student / छात्र का नाम"]
    rows = [[*heads, "Present", "Absent", "Leave / छुट्टी", "Late / विलंब"]]
    flags = ("YNNN", "NNYN", "NNNY", "NYNN")
    rows += [["VI", "A", f"{day}-07-2026", "Asha", *said] for day, said in enumerate(flags, 13)]

    told = read(as_csv(rows))

    assert (told["section"], counts(told), told["late"]) == ("A", (2, 1, 1, 0), 1)
