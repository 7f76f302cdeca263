"""Registers that a quick reader misreads: each read right, or asked about, never silently wrong.

The inputs are made up here, one of each kind. A folder of further cases, with what a careful reader
finds in each, is read too where it lies on this computer.
"""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.registers.formats.dry_run import dry_run_json
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats.register_samples import as_csv, as_xlsx, as_xlsx_by_another_hand

TODAY = date(2026, 11, 28)
TITLE = "Class VI A July 2026"
PUPILS = ["Sunita Devi", "Mohan Lal", "Asha Kumari", "Ravi Das"]
CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / "registers"


def read(data: bytes, **hints) -> dict:
    return dry_run_json(
        read_registers(
            io.BytesIO(data),
            filename="register.csv",
            hints=Hints(**hints),
            limits=Limits(),
            today=TODAY,
        )
    )


def table(head, *marks, title=TITLE, rolls=True):
    rows = [[title], ["Roll No", "Name", *head] if rolls else ["Name", *head]]
    for number, line in enumerate(marks, 1):
        rows.append([number, PUPILS[number - 1], *line] if rolls else [PUPILS[number - 1], *line])
    return rows


def wide(head, *marks, title=TITLE) -> bytes:
    return as_csv(table(head, *marks, title=title))


def days(told) -> list[int]:
    return [int(day[-2:]) for day in told["days"]]


def counts(told) -> tuple[int, int, int, int]:
    return tuple(told["marks"].values())


def asked(told) -> list[str]:
    return [question["key"] for question in told["questions"]]


# Turned round.


def test_a_flag_of_absence_says_who_was_absent():
    rows = [
        ["Date", "Name", "Absent"],
        ["13-07-2026", "Sunita Devi", "No"],
        ["13-07-2026", "Ravi Das", "Yes"],
    ]

    assert counts(read(as_csv(rows))) == (1, 1, 0, 0)


def test_flags_of_each_mark_are_read_together():
    head = ["Student", "Date", "Present", "Absent", "Excused", "Late"]
    rows = [
        head,
        *[
            ["Child " + "ABCD"[n], "2026-07-01", *["yes" if n == k else "no" for k in range(4)]]
            for n in range(4)
        ],
    ]

    told = read(as_csv(rows))

    assert counts(told) == (2, 1, 1, 0)
    assert told["late"] == 1


def test_an_empty_flag_is_asked_about_and_an_answer_settles_it():
    rows = [
        ["Date", "Name", "Absent"],
        ["13-07-2026", "Sunita Devi", ""],
        ["13-07-2026", "Ravi Das", "x"],
    ]

    told = read(as_csv(rows))

    assert counts(told) == (0, 1, 0, 0)
    assert asked(told) == ["flag_left_empty:Absent"]
    answered = read(as_csv(rows), answers={"flag_left_empty:Absent": "present"})
    assert counts(answered) == (1, 1, 0, 0)
    assert not answered["questions"]


def test_a_register_of_absences_has_its_ones_for_who_did_not_come():
    told = read(wide([1, 2], [0, 1], [0, 0], [1, 0], title=f"Absentee register {TITLE}"))

    assert counts(told) == (4, 2, 0, 0)
    assert told["assumed"]


def test_more_noughts_than_ones_are_asked_about():
    data = wide([1, 2, 3], [0, 1, 0], [0, 0, 0], [1, 0, 0])

    told = read(data)

    assert asked(told) == ["ones_or_noughts:1"]
    assert counts(told) == (0, 0, 0, 0)
    assert counts(read(data, answers={"ones_or_noughts:1": "absent"})) == (7, 2, 0, 0)
    assert counts(read(data, answers={"ones_or_noughts:1": "present"})) == (2, 7, 0, 0)


@pytest.mark.parametrize("sign", ["x", "✗"])
def test_a_cross_alone_is_asked_about(sign):
    data = wide([1, 2, 3], [sign, sign, ""], [sign, "", sign], [sign, sign, sign])

    told = read(data)

    assert asked(told) == [f"sign_unclear:{sign}"]
    assert counts(told) == (0, 0, 0, 0)
    assert counts(read(data, answers={f"sign_unclear:{sign}": "present"})) == (7, 0, 0, 0)


def test_only_a_choice_that_was_offered_is_an_answer():
    data = wide([1, 2, 3], ["x", "x", ""], ["x", "", "x"], ["x", "x", "x"])

    assert asked(read(data, answers={"sign_unclear:x": "maybe"})) == ["sign_unclear:x"]


# Marks and their key.


def test_a_key_on_another_sheet_is_the_books_key():
    data = as_xlsx(
        table([1, 2], ["P", "L"], ["L", "A"]),
        name="VI A",
        more={"Key": [["Code", "Meaning"], ["P", "Present"], ["A", "Absent"], ["L", "Late"]]},
    )

    told = read(data)

    assert counts(told) == (3, 1, 0, 0)
    assert told["late"] == 2


def test_a_key_beside_the_rows_is_read():
    rows = table([1, 2], ["P", "L", "", "L", "Late"], ["L", "A", "", "A", "Absent"])

    assert read(as_csv(rows))["late"] == 2


def test_without_a_key_l_is_leave_and_that_is_said():
    told = read(wide([1, 2], ["P", "L"], ["P", "A"]))

    assert counts(told) == (2, 1, 1, 0)
    assert any("leave" in note["reason"] for note in told["assumed"])


def test_sums_of_late_and_leave_ask_what_l_is():
    head = [1, 2, "Total Late", "Total Leave"]
    data = wide(head, ["P", "L", 1, 0], ["P", "A", 0, 0])

    assert asked(read(data)) == ["letter_late_or_leave:L"]
    assert read(data, answers={"letter_late_or_leave:L": "late"})["late"] == 1


def test_excused_is_leave():
    rows = [
        ["Date", "Name", "Status"],
        ["13-07-2026", "Asha", "Absent (excused)"],
        ["13-07-2026", "Ravi", "Present"],
    ]

    assert counts(read(as_csv(rows))) == (1, 0, 1, 0)


@pytest.mark.parametrize("letter", ["O", "S", "F", "W"])
def test_a_letter_near_the_weekend_never_vanishes(letter):
    data = wide([2, 3, 4], ["A", "P", letter], ["P", letter, "P"], ["P", "P", "P"])

    told = read(data)

    assert f"what_is_mark:{letter}" in asked(told)
    answered = read(data, answers={f"what_is_mark:{letter}": "absent"})
    assert counts(answered) == (6, 3, 0, 0)


# The month.


@pytest.mark.parametrize(
    "line",
    [
        "Report generated on 02-Aug-2026 10:15 AM",
        "Printed: 05/08/2026",
        "Holidays in this month: 5",
        "RTE Act 2009",
        "Timings from 1 April 2026",
        "Estd. 2004",
        "मुद्रण तिथि 02-08-2026",
    ],
)
def test_other_dates_are_no_month(line):
    rows = [[line], *table([1, 2], ["P", "A"], ["P", "P"])]

    assert read(as_csv(rows))["month"] == "2026-07"
    below = [[TITLE], [line], *table([1, 2], ["P", "A"], ["P", "P"])[1:]]
    assert read(as_csv(below))["month"] == "2026-07"


def test_a_law_gives_no_year():
    told = read(wide([1, 2], ["P", "A"], ["P", "P"], title="RTE Act 2009  Class VI A  Month: July"))

    assert told["month"] is None
    assert told["days"] == []


def test_a_month_with_its_label_wins_over_any_other():
    title = "Class VI A  June 2026"
    rows = [[title], ["Month: July 2026"], *table([1, 2], ["P", "A"], ["P", "P"])[1:]]

    assert read(as_csv(rows))["month"] == "2026-07"


def test_two_months_of_one_weight_are_asked_about():
    rows = [["June 2026"], ["July 2026"], *table([1, 2], ["P", "A"], ["P", "P"])[1:]]

    told = read(as_csv(rows))

    assert told["days"] == []
    assert told["questions"][0]["choices"] == ["2026-06", "2026-07"]
    assert (
        read(as_csv(rows), answers={told["questions"][0]["key"]: "2026-07"})["month"] == "2026-07"
    )


def test_april_of_a_session_is_asked_about():
    data = wide([1, 2], ["P", "A"], ["P", "P"], title="Session 2025-26  Class VI A  Month: April")

    told = read(data)

    assert told["questions"][0]["choices"] == ["2025-04", "2026-04"]
    assert told["held"] == 1
    assert read(data, answers={told["questions"][0]["key"]: "2026-04"})["month"] == "2026-04"


def test_april_of_a_session_whose_end_is_to_come_is_its_first():
    told = read(
        wide([1, 2], ["P", "A"], ["P", "P"], title="Session 2026-27  Class VI A  Month: April")
    )

    assert told["month"] == "2026-04"
    assert not told["questions"]


def test_a_span_of_dates_is_no_year_of_two_digits():
    told = read(wide([1, 2], ["P", "A"], ["P", "P"], title="Jul 01 2026 To Jul 31 2026"))

    assert told["month"] == "2026-07"


# The days.


def test_days_from_the_last_to_the_first():
    head = list(range(31, 0, -1))
    told = read(wide(head, ["A", *"P" * 30], ["P"] * 31))

    assert days(told) == list(range(1, 32))
    assert counts(told) == (61, 1, 0, 0)


@pytest.mark.parametrize("slip", [17, 1, 8])
def test_one_wrong_day_in_the_head_is_read_and_said(slip):
    head = [*range(1, 7), slip, *range(8, 32)]
    told = read(wide(head, ["P"] * 31, ["P"] * 31))

    assert days(told) == list(range(1, 32))
    assert any(note["column"] == "I" for note in told["assumed"])


def test_a_day_twice_with_none_missing_is_asked_about():
    data = wide([9, 10, 11, 11, 12], *[["P", "P", "A", "P", "P"]] * 3)

    told = read(data)

    assert days(told) == [9, 10, 12]
    assert told["questions"][0]["choices"] == ["E", "F"]
    assert counts(read(data, answers={"which_column:11": "E"})) == (9, 3, 0, 0)
    assert counts(read(data, answers={"which_column:11": "F"})) == (12, 0, 0, 0)


def test_a_head_left_blank_is_the_day_between():
    told = read(wide([1, 2, "", 4], *["PPAP"] * 3))

    assert days(told) == [1, 2, 3, 4]
    assert told["assumed"]


def test_marks_under_no_day_are_said():
    told = read(wide([1, 2, "", 3], *["PPAP"] * 3))

    assert days(told) == [1, 2, 3]
    assert any(p["column"] == "E" for p in told["problems"])


def test_two_months_side_by_side():
    rows = [
        ["Class VI A"],
        ["", "", "June 2026", "", "", "July 2026"],
        ["Roll No", "Name", 28, 29, 30, 1, 2, 3],
    ]
    rows += [[n, name, *"PPAPPA"] for n, name in enumerate(PUPILS, 1)]

    told = read(as_csv(rows))

    assert told["days"] == [
        "2026-06-28",
        "2026-06-29",
        "2026-06-30",
        "2026-07-01",
        "2026-07-02",
        "2026-07-03",
    ]


def test_a_cycle_is_placed_by_its_first_and_last_day():
    head = [*range(26, 31), *range(1, 26)]
    told = read(wide(head, ["P"] * 30, ["P"] * 30, title="Class VI A 26-06-2026 to 25-07-2026"))

    assert told["days"][0] == "2026-06-26"
    assert told["days"][-1] == "2026-07-25"


def test_a_cycle_under_one_month_is_asked_about():
    head = [*range(26, 31), *range(1, 26)]
    data = wide(head, ["P"] * 30, ["P"] * 30)

    told = read(data)

    assert told["days"] == []
    assert len(told["questions"][0]["choices"]) == 2
    answers = {told["questions"][0]["key"]: told["questions"][0]["choices"][0]}
    assert read(data, answers=answers)["days"][0] == "2026-06-26"


def test_december_and_january_are_of_two_years():
    rows = [
        ["Class VI A 2025"],
        ["", "", "December", "", "January"],
        ["Roll No", "Name", 30, 31, 1, 2],
        *[[n, name, *"PPAP"] for n, name in enumerate(PUPILS, 1)],
    ]

    told = read(as_csv(rows))

    assert told["days"] == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]


def test_a_key_may_say_what_an_empty_cell_means():
    rows = table([1, 2, 3, 4], ["X", "", "", "X"], ["X", "X", "", ""], ["X", "X", "", "X"])
    rows += [["X = Present, blank = Absent"]]

    told = read(as_csv(rows))

    assert counts(told) == (7, 2, 0, 0)
    assert days(told) == [1, 2, 4]


def test_exchanged_headings_are_asked_about():
    data = wide([1, 2, 4, 3, 5, 6, 7, 8], *[["P", "P", "A", "P", "P", "P", "P", "P"]] * 2)

    told = read(data)

    assert told["questions"][0]["choices"] == ["as written", "in order"]
    assert told["held"] == 1


def test_a_list_of_absences_has_absences_only():
    rows = [
        ["Absentees"],
        ["Date", "Roll No", "Name"],
        ["13-07-2026", 1, "Asha"],
        ["14-07-2026", 2, "Ravi"],
    ]

    told = read(as_csv(rows))

    assert counts(told) == (0, 2, 0, 0)
    assert told["assumed"]


def test_two_columns_a_day_without_words_over_them():
    told = read(
        wide([1, "", 2, ""], ["A", "P", "P", "P"], ["A", "A", "P", "P"], ["P", "P", "P", "A"])
    )

    assert days(told) == [1, 2]
    assert counts(told) == (5, 1, 0, 0)


def test_periods_of_one_day():
    rows = [["Class IX A  Date: 1 July 2026"], ["", "", "Period"]]
    rows += table([1, 2, 3], ["P", "P", "P"], ["P", "A", "A"], ["A", "A", "A"])[1:]

    told = read(as_csv(rows))

    assert told["days"] == ["2026-07-01"]
    assert counts(told) == (2, 1, 0, 0)


def test_days_or_periods_are_asked_about_under_one_date():
    data = wide([1, 2, 3], ["P", "P", "P"], ["P", "A", "A"], title="Class IX A  Date: 1 July 2026")

    assert asked(read(data)) == ["days_or_periods:1–3"]
    assert read(data, answers={"days_or_periods:1–3": "periods"})["days"] == ["2026-07-01"]


def test_heads_that_were_never_calculated_are_asked_about():
    data = as_xlsx_by_another_hand(table([1, "=C2+1", "=D2+1"], "PAP", "PPA", "APP"))

    told = read(data)

    assert told["questions"][0]["choices"] == ["2–3", "no days"]
    assert days(read(data, answers={told["questions"][0]["key"]: "2–3"})) == [1, 2, 3]


def test_dates_of_a_program_set_to_america_become_one_month():
    head = [datetime(2026, n, 7, tzinfo=UTC) for n in range(1, 13)] + [
        f"{n}/7" for n in range(13, 32)
    ]
    told = read(as_xlsx(table(head, ["P"] * 31, ["A"] * 31)))

    assert told["month"] == "2026-07"
    assert len(told["days"]) == 31


# A day early.


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-06-30T18:30:00.000Z",
        "2026-06-30 18:30:00",
        "2026-06-30T23:59:50",
        "2026-07-01T09:10:00Z",
    ],
)
def test_midnight_in_india_is_the_day_that_begins(stamp):
    rows = [
        ["date", "name", "status"],
        [stamp, "Sunita Devi", "present"],
        [stamp, "Ravi Das", "absent"],
    ]

    assert read(as_csv(rows))["days"] == ["2026-07-01"]


def test_responses_have_the_day_of_their_time():
    rows = [["Class VI A attendance"], ["Timestamp", "Name", "Attendance"]]
    rows += [
        [f"{d}/07/2026 08:0{n}:11", name, "Present"]
        for d in (13, 14)
        for n, name in enumerate(PUPILS)
    ]

    told = read(as_csv(rows))

    assert told["days"] == ["2026-07-13", "2026-07-14"]
    assert counts(told) == (8, 0, 0, 0)


def test_the_order_of_dates_is_asked_where_nothing_tells():
    rows = [
        ["Date", "Name", "Status"],
        ["05/07/2026", "Ravi Das", "P"],
        ["06/07/2026", "Ravi Das", "A"],
    ]

    told = read(as_csv(rows))

    assert told["held"] == 1
    assert told["questions"][0]["choices"] == ["2026-07-05", "2026-05-07"]


# Rows.


@pytest.mark.parametrize(
    "name", ["Ananya Seal", "Seal", "Sunil Date", "Rahul Male", "हाजिरा", "হাজিরা", "হাজিরা খাতুন"]
)
@pytest.mark.parametrize("rolls", [True, False])
def test_a_name_that_is_also_a_word_of_the_foot_is_a_child(name, rolls):
    rows = table([1, 2, 3], "PAP", "PPP", "PPA", rolls=rolls)
    rows.insert(3, [9, name, *"APP"] if rolls else [name, *"APP"])

    assert read(as_csv(rows))["pupils"] == 4


def test_lines_of_the_foot_stay_lines_of_the_foot():
    rows = table([1, 2, 3], "PAP", "PPP", "PPA")
    rows += [
        ["", "Total Present", 3, 2, 2],
        ["", "New admission", 0, 1, 0],
        ["", "Class teacher's sign", "AK", "AK", "AK"],
    ]

    told = read(as_csv(rows))

    assert told["pupils"] == 3
    assert counts(told) == (7, 2, 0, 0)


@pytest.mark.parametrize("again", [True, False])
def test_another_class_below_is_another_page(again):
    rows = table([1, 2, 3], "PAP", "PPP", title="Class 6  July 2026")
    rows += [
        [],
        ["Class 7"],
        *([rows[1]] if again else []),
        [31, "Meena Bai", *"APP"],
        [32, "Gopal Roy", *"AAP"],
    ]

    pages = list(
        read_registers(
            io.BytesIO(as_csv(rows)), filename="", hints=Hints(), limits=Limits(), today=TODAY
        )
    )

    assert [(page.grade, len(page.pupils)) for page in pages] == [("6", 2), ("7", 2)]
    # Without a head of its own, the rows below may as well be of the class above.
    assert bool(pages[0].questions) is not again
    assert {page.month for page in pages} == {"2026-07"}


# Which school.


def test_a_telephone_number_is_no_school():
    rows = [["Kalpanapur High School"], ["Tel: 03324567890"], *table([1, 2], "PA", "PP")]

    assert read(as_csv(rows))["school"] is None


def test_eleven_digits_are_a_code_only_where_called_one_or_named_by_the_sender():
    rows = [["Kalpanapur  10050100102"], *table([1, 2], "PA", "PP")]

    told = read(as_csv(rows))
    assert told["school"] is None
    assert told["assumed"]
    assert read(as_csv(rows), school="10050100102")["school"] == "10050100102"
    rows[0] = ["UDISE 10050100102"]
    assert read(as_csv(rows))["school"] == "10050100102"


# Sheets.


def test_a_sheet_for_each_day_is_no_class():
    sheets = {
        str(d): [
            [f"Date: {d} July 2026"],
            ["Roll No", "Name", "Attendance"],
            *[[n, c, "P"] for n, c in enumerate(PUPILS, 1)],
        ]
        for d in (1, 2, 3)
    }
    told = read(as_xlsx(sheets.pop("1"), name="1", more=sheets))

    assert (told["class"], told["pupils"], days(told)) == (None, 4, [1, 2, 3])


def test_two_sheets_that_differ_about_a_child_are_asked_about():
    data = as_xlsx(
        table([1, 2], "PA", "PP"), name="VI A", more={"VI A corrected": table([1, 2], "PP", "PP")}
    )

    told = read(data)

    assert told["held"] == 2
    key = asked(told)[0]
    assert told["questions"][0]["choices"] == ["VI A", "VI A corrected"]
    assert counts(read(data, answers={key: "VI A corrected"})) == (4, 0, 0, 0)
    assert counts(read(data, answers={key: "VI A"})) == (3, 1, 0, 0)


def test_two_sheets_that_agree_are_not_asked_about():
    data = as_xlsx(table([1, 2], "PA", "PP"), name="VI A", more={"Copy": table([1, 2], "PA", "PP")})

    assert not read(data)["questions"]


# Other shapes.


def test_pupils_across_and_days_below():
    rows = [
        [TITLE],
        ["Date", *PUPILS],
        *[[f"{d:02}-07-2026", "P", "P", "A", "P"] for d in range(1, 9)],
    ]

    told = read(as_csv(rows))

    assert (told["pupils"], days(told)) == (4, list(range(1, 9)))
    assert counts(told) == (24, 8, 0, 0)


def test_rolls_and_names_across():
    rows = [
        [TITLE],
        ["Roll No", 1, 2, 3, 4],
        ["Name", *PUPILS],
        *[[d, "P", "P", "A", "P"] for d in range(1, 9)],
    ]

    told = read(as_csv(rows))

    assert (told["pupils"], days(told)) == (4, list(range(1, 9)))


def test_blocks_of_lines_for_each_person():
    rows = [
        ["Monthly Status Report"],
        ["01-Jul-2026 To 03-Jul-2026"],
        ["Department: Class VI"],
        ["Days", "1 W", "2 Th", "3 F"],
    ]
    for code, name in enumerate(PUPILS[:3], 1):
        rows += [
            ["Emp. Code:", code, "Emp. Name:", name],
            ["Status", "P", "A", "P"],
            ["InTime", "08:01", "", "08:02"],
        ]

    told = read(as_csv(rows))

    assert (told["pupils"], told["month"], counts(told)) == (3, "2026-07", (6, 3, 0, 0))


def test_sums_of_a_month_are_no_register():
    rows = [
        [TITLE],
        ["Roll", "Name", "Present Days", "Absent Days"],
        [1, "Sunita Devi", 20, 4],
        [2, "Ravi Das", 22, 2],
    ]

    with pytest.raises(Unreadable) as refusal:
        read(as_csv(rows))
    assert refusal.value.code == "only_counts"


def test_what_is_remembered_for_a_form_holds_for_its_next_month():
    data = wide([1, 2, 3], ["x", "x", ""], ["x", "", "x"], ["x", "x", "x"])
    (page, *_) = read_registers(
        io.BytesIO(data), filename="", hints=Hints(), limits=Limits(), today=TODAY
    )
    next_month = wide(
        [1, 2, 3, 4], ["x", "x", "", "x"], ["x", "", "x", "x"], title="Class VI A August 2026"
    )

    told = read(next_month, remembered={page.form: {"sign_unclear:x": "present"}})

    assert counts(told) == (6, 0, 0, 0)
    assert not told["questions"]
    other_form = as_csv(
        [["Class VI A August 2026"], ["Adm No", "Student", 1, 2, 3], [7, "Asha", "x", "x", ""]]
    )
    assert read(other_form, remembered={page.form: {"sign_unclear:x": "present"}})["questions"]


# The cases that were kept from a review.


def _expected() -> dict[str, dict]:
    listed = CASES / "expected.json"
    return json.loads(listed.read_text()) if listed.exists() else {}


@pytest.mark.skipif(
    not _expected(), reason="the folder shared/cases/registers is not beside the project"
)
@pytest.mark.parametrize("name", [n for n in _expected() if n.startswith("r")] or ["-"])
def test_a_case_of_the_folder(name):
    wanted = _expected()[name]
    note = wanted.pop("note", "")
    try:
        told = dry_run_json(
            read_registers(
                io.BytesIO((CASES / name).read_bytes()),
                filename=name,
                hints=Hints(),
                limits=Limits(),
                today=TODAY,
            )
        )
    except Unreadable:
        assert "or refuse" in note
        return
    wrong = {key: told[key] for key, value in wanted.items() if told[key] != value}
    if wrong:
        # What was not read as a careful reader would must at least be asked or said.
        assert "or " in note or "ask" in note
        assert told["questions"] or told["problems"], wrong
