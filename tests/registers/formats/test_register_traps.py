"""Registers that were read wrong without a word, found by damaging made-up ones: a test for each kind."""

import io
from datetime import date

import pytest

from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.registers.formats.dry_run import dry_run_json
from aanchal.registers.formats.grades import class_label
from aanchal.registers.formats.labels import field_of
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats.register_samples import as_csv, as_xlsx, as_xlsx_by_another_hand

TODAY = date(2026, 11, 28)
TITLE = "Class VI A July 2026"
CHILDREN = ["Sunita Devi", "Mohan Lal", "Asha Kumari", "Ravi Das", "Birsa Munda", "Salma Khatun"]
DAYS = range(1, 32)
SUNDAYS = (5, 12, 19, 26)


def read(data: bytes) -> dict:
    pages = read_registers(
        io.BytesIO(data), filename="register", hints=Hints(), limits=Limits(), today=TODAY
    )
    return dry_run_json(pages)


def pages_of(data: bytes) -> list:
    return list(
        read_registers(
            io.BytesIO(data), filename="register", hints=Hints(), limits=Limits(), today=TODAY
        )
    )


def answered(data: bytes, answers: dict[str, str]) -> list:
    return list(
        read_registers(
            io.BytesIO(data),
            filename="register",
            hints=Hints(answers=answers),
            limits=Limits(),
            today=TODAY,
        )
    )


def rows_of(marks: list[list], head=("Roll No", "Name"), days=DAYS, title=TITLE) -> list[list]:
    """A register of the children with these marks, a list a child."""
    rows: list[list] = [[title], [*head, *days]]
    for number, line in enumerate(marks):
        rows.append([*([number + 1] * (len(head) - 1)), CHILDREN[number], *line])
    return rows


def present(children=6, days=DAYS) -> list[list]:
    return [["" if day in SUNDAYS else "P" for day in days] for _ in range(children)]


def codes(page) -> set[str]:
    return {word.code for word in [*page.problems, *page.asks, *page.questions]}


def noted(page) -> set[str]:
    return {word.code for word in page.assumed}


def test_american_dates_in_columns_out_of_their_order_are_days_of_one_month():
    heads: list = [date(2026, day, 7) if day <= 12 else f"{day}/07/2026" for day in DAYS]
    heads[2], heads[27] = heads[27], heads[2]
    marks = present()
    marks[0][2], marks[0][27] = "P", "A"  # hers of the 3rd, moved with its head

    (page,) = pages_of(as_xlsx(rows_of(marks, days=heads)))

    assert page.month == "2026-07"
    assert page.pupils[0].marks[2] == 2
    assert len(page.days) == 27
    assert "dates_turned" in codes(page)


def test_dates_out_of_their_order_that_fit_no_month_are_not_taken_in_silence():
    heads = ["06/07/2026", "07/06/2026", "05/07/2026"]  # no month has all of them
    marks = [["P", "A", "P"], ["A", "P", "P"], ["P", "P", "P"]]
    rows = as_csv(rows_of(marks, days=heads, title="Class VI A"))

    told = read(rows)

    (question,) = told["questions"]
    assert question["choices"] == ["C", "D"]
    assert told["held"] == 1
    assert told["days"] == ["2026-07-05"]
    for choice, of_the_sixth in (("C", [1, 2, 1]), ("D", [2, 1, 1])):
        (page,) = answered(rows, {question["key"]: choice})
        assert [row.marks[5] for row in page.pupils] == of_the_sixth
        assert not page.questions


def test_a_childs_rising_sums_of_weeks_are_no_new_head():
    days = ["1", "2", "Week 1 total", "3", "4", "Week 2 total", "5", "6", "Week 3 total",
            "7", "8", "Week 4 total", "9", "10", "Total"]  # fmt: skip
    marks = [
        ["", "A", 3, "", "", 4, "", "", 5, "", "", 6, "", "", 25],
        ["", "", 2, "", "", 2, "A", "", 1, "", "", 2, "", "", 7],
        ["", "", 3, "A", "", 4, "", "A", 5, "", "", 6, "", "", 24],
        ["A", "", 2, "", "A", 2, "", "", 1, "", "A", 2, "A", "A", 7],
    ]
    rows = rows_of(marks, head=("Name",), days=days)
    rows.insert(1, ["Only absence is marked (A). Blank = Present"])

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == CHILDREN[:4]
    assert [row.marks[:10].count(2) for row in page.pupils] == [1, 1, 2, 5]


@pytest.mark.parametrize("nothing", ["-", ""])
@pytest.mark.parametrize("halves", [False, True])
def test_sunday_spelled_downwards_is_no_absence_where_other_cells_hold_a_dash(nothing, halves):
    marks = present()
    for day in SUNDAYS:
        for child, line in enumerate(marks):
            line[day - 1] = "SUNDAY"[child] if child < 6 else nothing
    children = rows_of([*marks])
    rows = children[:2] + children[2:]
    for child in range(6, 8):
        rows.append(
            [child + 1, f"Pupil {child}", *[nothing if d in SUNDAYS else "P" for d in DAYS]]
        )
    rows.insert(1, ["Legend: P = Present, A = Absent, L = Leave, - = Not Marked"])
    if halves:
        rows.insert(6, rows[2])  # the head printed again in the middle

    (page,) = pages_of(as_csv(rows))

    assert page.marks.absent == 0
    assert not [day for day in page.days if day.day in SUNDAYS]
    assert not page.questions


def test_exchanged_headings_at_the_beginning_are_asked_about_and_lose_no_day():
    days = [1, 2, 4, 3, *range(5, 32)]

    (page,) = pages_of(as_csv(rows_of(present(), days=days)))

    assert "order_of_days" in codes(page)


def test_days_that_fall_and_two_out_of_their_order_are_asked_about():
    days = [*range(31, 0, -1)]
    days[1], days[10] = days[10], days[1]

    (page,) = pages_of(as_csv(rows_of(present(), days=days)))

    assert "order_of_days" in codes(page)
    assert len(page.days) + len(page.questions) > 27


@pytest.mark.parametrize("mark", ["P", "/"])
def test_a_heading_with_a_letter_for_a_digit_loses_no_day_in_silence(mark):
    days = [str(day) for day in range(1, 16)]
    days[11], days[14] = "l2", "l5"
    rows = rows_of([[mark] * 15 for _ in range(4)], days=days)
    rows.insert(1, ["/ = Present, P = Present, A = Absent"])

    (page,) = pages_of(as_csv(rows))

    assert date(2026, 7, 12) in page.days
    assert "no_heading" in codes(page)


def test_the_last_child_without_an_absence_is_a_child_in_a_register_of_absences():
    marks = [["A" if day % 7 == child + 1 else "" for day in DAYS] for child in range(5)]
    rows = [[TITLE], ["Only absence is marked (A). Blank = Present"], ["Name", "Phone", *DAYS]]
    for child, line in enumerate(marks):
        rows.append([CHILDREN[child], f"98300{child}2345", *line])
    rows.append([CHILDREN[5], "9830052345", *[""] * 31])

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == CHILDREN
    assert page.pupils[5].marks.count(2) == 0


def test_a_bare_name_below_the_last_child_is_said():
    marks = [["A" if day % 7 == child + 1 else "" for day in DAYS] for child in range(5)]
    rows = [[TITLE], ["Only absence is marked (A). Blank = Present"], ["Name", *DAYS]]
    rows += [[CHILDREN[child], *line] for child, line in enumerate(marks)]
    rows.append([CHILDREN[5], *[""] * 31])

    (page,) = pages_of(as_csv(rows))

    assert len(page.pupils) == 5
    assert "name_alone" in codes(page)


def test_a_key_below_blocks_of_persons_is_read():
    rows: list[list] = [[TITLE], ["Days", *DAYS]]
    for child in range(3):
        rows.append(["Roll No:", child + 1, "Name:", CHILDREN[child]])
        rows.append(["Status", *["L" if day == 8 else "P" for day in DAYS]])
        rows.append(["InTime", *["08:01" for _ in DAYS]])
    rows += [["P = Present"], ["L = Late"]]

    (page,) = pages_of(as_csv(rows))

    assert page.marks.late == 3
    assert page.marks.leave == 0


def test_a_register_that_calls_itself_one_of_absences_below_its_table_is_one():
    marks = [[1 if day == child + 1 else 0 for day in DAYS] for child in range(4)]
    rows = [*rows_of(marks), [], ["Register of absences"]]

    (page,) = pages_of(as_csv(rows))

    assert page.marks.absent == 4
    assert "ones_are_absences" in noted(page)


def test_a_stroke_is_what_the_key_says_even_among_many_absences():
    marks = [["/" if (day + child) % 2 else "A" for day in DAYS] for child in range(4)]

    (page,) = pages_of(as_csv([*rows_of(marks), ["/ = Present; A = Absent"]]))

    assert page.marks.present == sum(line.count("/") for line in marks)
    assert not page.questions


def test_a_column_of_castes_is_no_class_in_a_list_nor_in_a_later_table():
    rows = [
        ["Class VI A, 1 July 2026"],
        ["Date: 01-07-2026"],
        ["Roll No", "Name", "श्रेणी", "Status"],
    ]
    rows += [[n + 1, name, ("SC", "OBC", "GEN")[n % 3], "P"] for n, name in enumerate(CHILDREN)]
    (page,) = pages_of(as_csv(rows))
    assert page.grade == "6"
    assert "bad_class" not in codes(page)

    two: list[list] = []
    for grade in ("VI", "VII"):
        two += [[f"Class {grade} A July 2026"], ["Roll No", "Name", "श्रेणी", *DAYS]]
        two += [
            [n + 1, f"{name} {grade}", ("SC", "OBC", "GEN")[n % 3], *["P"] * 31]
            for n, name in enumerate(CHILDREN)
        ]
    pages = pages_of(as_csv(two))
    assert [page.grade for page in pages] == ["6", "7"]
    assert not any("bad_class" in codes(page) for page in pages)


def test_sheets_named_by_days_take_the_year_from_the_session():
    def day_list(mark):
        return [
            ["Class X B, Session 2026-27, Month: July"],
            ["Roll No", "Name", "Status"],
            *[[n + 1, name, mark] for n, name in enumerate(CHILDREN)],
        ]

    (page,) = pages_of(as_xlsx(day_list("Present"), name="14", more={"15": day_list("Absent")}))

    assert page.days == [date(2026, 7, 14), date(2026, 7, 15)]


def test_a_child_whose_marks_end_while_the_class_goes_on_is_named():
    marks = present()
    marks[2][14:] = [""] * 17

    (page,) = pages_of(as_csv(rows_of(marks)))

    (word,) = [p for p in page.problems if p.code == "marks_end"]
    assert word.row == 5
    assert word.params["day"] == "2026-07-14"
    assert "marks_end" not in codes(pages_of(as_csv(rows_of(present())))[0])


def test_many_days_empty_for_all_are_said_where_empty_is_a_mark():
    marks = [["A" if day == 2 * child + 1 else "" for day in DAYS] for child in range(4)]
    rows = rows_of(marks)
    rows.insert(1, ["Only absence is marked (A). Blank = Present"])

    (page,) = pages_of(as_csv(rows))

    assert "empty_days" in codes(page)


def test_a_title_lost_from_the_file_leaves_school_class_and_month_open():
    rows = rows_of(present(), title="")

    (page,) = pages_of(as_csv(rows))

    assert (page.school, page.grade, page.month) == (None, None, None)
    assert "no_month" in codes(page)


def test_names_lost_among_english_words_refuse_the_file():
    rows = [["???????? ???: 10050100102"], ["?????? VI A July 2026"]]
    days = [
        day
        for week in range(4)
        for day in (*range(week * 7 + 1, week * 7 + 8), f"Week {week + 1} total")
    ]
    rows.append(["??? ??", "??????? ???", *days])
    rows += [
        [n, "????? ????", *["P" if isinstance(d, int) else 6 for d in days]] for n in range(1, 5)
    ]
    rows += [["P = Present"], ["A = Absent"], ["L = Late"], ["H = Holiday"]]

    with pytest.raises(Unreadable) as refused:
        pages_of(as_csv(rows))

    assert refused.value.code == "lost_letters"


def with_sums(marks: list[list], present: str, absent: str, *, title=TITLE) -> list[list]:
    """A register whose rows end in the sums of the marks named."""
    rows = rows_of(marks, title=title)
    rows[1] += ["Total Present", "Total Absent"]
    for line, row in zip(marks, rows[2:], strict=True):
        row += [sum(line.count(m) for m in present), sum(line.count(m) for m in absent)]
    return rows


def noughts_and_ones() -> list[list]:
    return [["1" if (day + child) % 9 == 0 else "0" for day in DAYS] for child in range(4)]


def test_ones_among_many_noughts_are_what_the_sums_say():
    (page,) = pages_of(as_csv(with_sums(noughts_and_ones(), present="0", absent="1")))
    assert page.marks.absent == sum(line.count("1") for line in noughts_and_ones())
    assert "ones_absent_by_sums" in noted(page)
    assert not page.questions

    (page,) = pages_of(as_csv(rows_of(noughts_and_ones())))
    assert "ones_or_noughts" in codes(page)


def test_sums_that_fit_only_the_opposite_reading_are_asked_about():
    title = f"Register of absences, {TITLE}"
    rows = with_sums(noughts_and_ones(), present="1", absent="0", title=title)

    (page,) = pages_of(as_csv(rows))

    (question,) = [q for q in page.questions if q.code == "sums_turned"]
    assert question.holds == "page"
    answers = {question.key: "as the sums say"}
    (page,) = answered(as_csv(rows), answers)
    assert page.marks.present == sum(line.count("1") for line in noughts_and_ones())
    agree = with_sums(noughts_and_ones(), present="0", absent="1", title=title)
    assert not pages_of(as_csv(agree))[0].questions


def test_l_is_late_where_the_sums_count_it_among_the_present():
    marks = [
        ["L" if day == child + 7 else "A" if day == 20 + child else "P" for day in DAYS]
        for child in range(4)
    ]

    (late,) = pages_of(as_csv(with_sums(marks, present="PL", absent="A")))
    (leave,) = pages_of(as_csv(with_sums(marks, present="P", absent="A")))

    assert (late.marks.late, late.marks.leave) == (4, 0)
    assert (leave.marks.late, leave.marks.leave) == (0, 4)
    assert "letter_as_late" in noted(late)

    rows = with_sums(marks, present="PL", absent="A")
    for row in rows[3:]:
        row[-2] -= 7  # of another month: what fits one child fits her by chance
    assert pages_of(as_csv(rows))[0].marks.late == 0


def test_a_sum_beside_a_mark_that_is_not_known_does_not_say_what_l_is():
    marks = [["A" if day == 20 + child else "P" for day in DAYS] for child in range(4)]
    rows = with_sums(marks, present="P", absent="A")
    # The register counts the unknown mark as present, and the leave beside it not.
    rows[3][2 + 7], rows[3][2 + 8] = "L", "Q"
    rows[3][-2] -= 1

    (page,) = pages_of(as_csv(rows))

    assert (page.marks.late, page.marks.leave) == (0, 1)
    assert "letter_as_late" not in noted(page)


@pytest.mark.parametrize("unseen", ["\u200b", "\u200e", "\ufeff"])
@pytest.mark.parametrize(
    "label", ["स्थिति / Status{}", "{}स्थिति / Status", "তারিখ{} / Date", "Roll / {}रोल नं."]
)
def test_a_heading_in_two_languages_is_known_with_unseen_signs_in_it(label, unseen):
    assert field_of(label.format(unseen)) is field_of(label.format("")) is not None


def test_nobody_is_late_on_more_days_than_she_comes_in_time_whatever_the_sums_say():
    marks = [["L" if day == child + 7 else "P" for day in DAYS] for child in range(6)]
    marks[5] = ["P" if day < 9 else "L" for day in DAYS]

    (page,) = pages_of(as_csv(with_sums(marks, present="PL", absent="A")))

    assert page.marks.late == 0
    assert page.marks.leave == 5 + 23
    assert "letter_as_late" not in noted(page)


def test_a_child_of_a_name_that_is_a_word_for_a_sum_is_read_between_others():
    marks = [["1", "0", "1", "1", "0"] * 6 + ["1"] for _ in range(5)]
    rows = rows_of(marks, head=("Name",))
    rows[2][0] = rows[4][0] = "হাজিরা"
    (page,) = pages_of(as_csv(rows))
    assert len(page.pupils) == 5

    rows[6][0] = "হাজিরা"
    (page,) = pages_of(as_csv(rows))
    assert len(page.pupils) == 4
    assert "sum_or_child" in codes(page)


def test_a_child_with_a_telephone_is_no_line_of_sums_whatever_she_is_called():
    marks = [["0", "0", "1", "0", "0"] * 6 + ["0"] for _ in range(5)]
    rows = rows_of(marks, head=("Name", "Phone"), title=f"Register of absences, {TITLE}")
    for number, row in enumerate(rows[2:]):
        row[:2] = CHILDREN[number], f"0984376685{number}"
    rows[4][0] = "Total Ram"

    (page,) = pages_of(as_csv(rows))

    assert "Total Ram" in [pupil.name for pupil in page.pupils]
    assert len(page.pupils) == 5

    rows[4][1] = "49218834285"  # the sum of a column
    (page,) = pages_of(as_csv(rows))
    assert len(page.pupils) == 4


def test_a_letter_of_sunday_beside_the_last_child_does_not_make_the_next_a_line_of_counts():
    marks = [["" if day in SUNDAYS else "1" for day in DAYS] for _ in range(6)]
    for child in range(5):
        for day in SUNDAYS:
            marks[child][day - 1] = "SUNDA"[child]
    marks[4][4] = "Y"
    rows = rows_of(marks, head=("Name",))

    (page,) = pages_of(as_csv(rows))

    assert len(page.pupils) == 6


def test_headings_as_formulas_are_asked_about_over_few_marks_too():
    marks = [["1", "SUNDAY"[child], *["1"] * 12, *[""] * 17] for child in range(6)]
    rows = rows_of(marks)
    rows[1][3:] = [f"=C2+{n}" for n in range(1, 31)]

    (page,) = pages_of(as_xlsx_by_another_hand(rows))

    assert "no_heading_calculated" in codes(page)


def test_a_head_printed_again_keeps_the_headings_that_were_corrected_above():
    days = [str(day) for day in DAYS]
    days[11] = "l2"
    rows = rows_of([["P"] * 31 for _ in range(5)], days=days)
    rows += [[TITLE], rows[1], [6, CHILDREN[5], *["P"] * 31]]

    (page,) = pages_of(as_csv(rows))

    assert page.pupils[5].marks == page.pupils[0].marks


def test_a_childs_numbers_and_one_odd_mark_are_no_new_head():
    rows = with_sums([["P"] * 31 for _ in range(5)], present="P", absent="A")
    rows[4] = [5, "Asha Kumari", "P", "P", "P", "P", "7", *["P"] * 4, "11", *["P"] * 21, 22, 25]

    (page,) = pages_of(as_csv(rows))

    assert len(page.pupils) == 5


def test_a_day_of_printing_below_a_list_of_one_day_is_no_child():
    rows = [[TITLE], ["Date: 01-07-2026"], ["Student ID", "Name", "Status"]]
    rows += [[f"EDU-STU-2026-0000{n}", name, "Present"] for n, name in enumerate(CHILDREN)]
    rows += [[], ["Printed on 10/10/2026"], ["Date: 10.09.2026"]]

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == CHILDREN


def test_a_mark_merged_down_over_the_class_is_said():
    marks = [["/" if day not in (8,) else "" for day in DAYS] for _ in range(6)]
    marks[0][7] = "/"
    rows = [*rows_of(marks), ["/ = Present; A = Absent"]]

    (page,) = pages_of(as_xlsx(rows, merge=[(2, 9, 7, 9)]))

    assert "note_in_column" in codes(page)


def test_lines_of_sums_and_sheets_without_a_register_are_named():
    rows = [*rows_of(present()), ["", "Total present", *[6] * 31], ["", "Boys present", *[3] * 31]]

    (page,) = pages_of(as_xlsx(rows, name="VI A", more={"Notes": [["Made by the school office"]]}))

    sums = [note.row for note in page.assumed if note.code == "line_of_sums"]
    assert sums == [9, 10]
    assert [n.sheet for n in page.assumed if n.code == "sheet_passed_over"] == ["Notes"]


def test_the_section_in_a_line_of_its_own_above_a_later_table_is_read():
    rows: list[list] = []
    for grade, section in (("V", "ख"), ("VI", "अ")):
        rows += [
            [f"कक्षा: {grade}"],
            [f"वर्ग: {section}"],
            ["माह: जुलाई 2026"],
            ["Roll No", "Name", *DAYS],
        ]
        rows += [[n + 1, f"{name} {grade}", *["P"] * 31] for n, name in enumerate(CHILDREN)]

    assert [(page.grade, page.section) for page in pages_of(as_csv(rows))] == [
        ("5", "ख"),
        ("6", "अ"),
    ]


@pytest.mark.parametrize(
    ("title", "choices"),
    [
        ("Class VI & VII July 2026", ("VI", "VII")),
        ("Class 6 and 7, July 2026", ("VI", "VII")),
        ("Classes I, II & III  July 2026", ("I", "II", "III")),
        ("कक्षा 6 व 7 जुलाई 2026", ("VI", "VII")),
        ("ষষ্ঠ ও সপ্তম শ্রেণি জুলাই ২০২৬", ("VI", "VII")),
        ("Class VI A & B July 2026", ("VI A", "VI B")),
        ("Class VI A & VII B July 2026", ("VI A", "VII B")),
    ],
)
def test_two_classes_in_one_title_are_asked_about(title, choices):
    data = as_csv(rows_of(present(), title=title))

    (page,) = pages_of(data)

    (question,) = page.questions
    assert (question.code, question.choices, question.holds) == ("two_classes", choices, "page")
    assert (page.grade, page.section) == (None, None)
    (page,) = answered(data, {question.key: choices[1]})
    assert class_label(page.grade, page.section or "") == choices[1]
    assert not page.questions


def test_two_classes_on_two_lines_are_asked_about_unless_the_rows_say_theirs():
    rows = [["Class VI"], *rows_of(present(), title="Class VII July 2026")]
    (page,) = pages_of(as_csv(rows))
    assert [q.choices for q in page.questions] == [("VI", "VII")]

    rows = rows_of(present(), head=("Name",), title="Class VI & VII July 2026")
    rows = [
        rows[0],
        *[
            ["Class", *row] if n == 0 else ["VI" if n < 4 else "VII", *row]
            for n, row in enumerate(rows[1:])
        ],
    ]
    pages = pages_of(as_csv(rows))
    assert [(page.grade, len(page.pupils)) for page in pages] == [("6", 3), ("7", 3)]
    assert not any(page.questions for page in pages)


@pytest.mark.parametrize(
    ("title", "name", "choices"),
    [
        ("Class VI A July 2026", "VII A", ("VI A", "VII A")),
        ("Class VI July 2026", "Class VII", ("VI", "VII")),
        ("Class VI A July 2026", "VI B", ("VI A", "VI B")),
        ("Class VI A July 2026", "August 2026", ("2026-07", "2026-08")),
        ("Class VI A July 2026", "July 2025", ("2026-07", "2025-07")),
    ],
)
def test_a_title_and_a_sheets_name_that_differ_are_asked_about(title, name, choices):
    data = as_xlsx(rows_of(present(), title=title), name=name)

    (page,) = pages_of(data)

    (question,) = page.questions
    assert (question.code, question.choices, question.holds) == ("title_or_sheet", choices, "page")
    for choice in choices:
        (page,) = answered(data, {question.key: choice})
        assert choice in (page.month, class_label(page.grade, page.section or ""))
        assert not page.questions
    assert not pages_of(as_xlsx(rows_of(present()), name="VI A July 2026"))[0].questions


def test_two_schools_in_one_title_are_asked_about():
    codes_of = ("10050100101", "10050100102")
    rows = [[f"U-DISE: {code}"] for code in codes_of] + rows_of(present())

    (page,) = pages_of(as_csv(rows))

    (question,) = page.questions
    assert (question.code, question.choices, page.school) == ("two_schools", codes_of, None)
    assert answered(as_csv(rows), {question.key: codes_of[1]})[0].school == codes_of[1]


def test_sums_below_a_class_are_no_head_of_the_next_one():
    rows: list[list] = [["July 2026"]]
    for grade, boys, girls in (
        ("VI", "5566775677", "6567766675"),
        ("VII", "6666555566", "7676767676"),
    ):
        rows += [[f"Class {grade}"], ["Roll No", "Name", *range(1, 11)]]
        rows += [[n, name, *["P"] * 10] for n, name in enumerate(CHILDREN, 1)]
        rows += [["", "Boys present", *map(int, boys)], ["", "Girls present", *map(int, girls)], []]

    pages = pages_of(as_csv(rows))

    assert [(page.grade, len(page.pupils)) for page in pages] == [("6", 6), ("7", 6)]


def test_sunday_spelled_down_over_a_head_printed_again_closes_its_days():
    marks = present()
    for day in SUNDAYS:
        for child in range(6):
            marks[child][day - 1] = "SUNDAY"[child]
    rows = rows_of(marks)
    rows[6:6] = [[], rows[0], rows[1]]

    (page,) = pages_of(as_csv(rows))

    assert not {day.day for day in page.days} & set(SUNDAYS)
    assert len(page.days) == 27


def test_two_marks_beside_each_other_in_a_wider_table_below_are_no_key():
    june = [["Present", "Late", "Present"] for _ in range(4)]
    rows = rows_of(june, days=range(1, 4), title="Class VI A June 2026")
    july = [["Present", "Present", "Present", "Late", "Absent"] for _ in range(4)]
    rows += [[], *rows_of(july, days=range(6, 11))]

    pages = pages_of(as_csv(rows))

    assert [(page.marks.late, page.marks.absent) for page in pages] == [(4, 0), (4, 4)]


def test_a_class_of_two_with_hardly_an_absence_is_said_to_have_many_empty_days():
    rows = rows_of([["A" if (day, child) == (20, 1) else "" for day in DAYS] for child in range(2)])
    rows.insert(1, ["Only absence is marked (A). Blank = Present"])

    assert "empty_days" in codes(pages_of(as_csv(rows))[0])


def test_one_absence_of_two_children_and_no_key_is_asked_about():
    rows = rows_of([["A" if (day, child) == (20, 1) else "" for day in DAYS] for child in range(2)])

    assert "only_absences" in codes(pages_of(as_csv(rows))[0])


def test_sums_of_weeks_beside_a_name_with_signs_for_its_vowels_are_no_head():
    days = [
        *range(1, 6),
        "Week 1 total",
        *range(6, 11),
        "Week 2 total",
        *range(11, 16),
        "Week 3 total",
        "16",
    ]
    days += ["Week 4 total", "Total"]
    line = [*"PPPPP", 2, *"PPPPP", 3, *"PPPPP", 5, "P", 6, 24]
    rows = rows_of([line for _ in range(3)], head=("Name",), days=days)
    rows[4][0] = "बिरसा देवी"

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == [*CHILDREN[:2], "बिरसा देवी"]


def test_heads_in_two_languages_of_a_list_are_known_and_its_numbers_are_no_days():
    head = ["শ্রেণি / Class", "তারিখ / Date", "রোল নং / Roll No", "ছাত্রের নাম / Name of Student"]
    lines = [["3", f"0{day}-07-2026", day + 4, CHILDREN[day % 6]] for day in range(1, 7)]

    (page,) = pages_of(as_csv([["অনুপস্থিত ছাত্র"], head, *lines]))
    assert (page.grade, page.month, page.marks.absent) == ("3", "2026-07", 6)

    head = ["", "Kl.", "Tag", "Roll No", "Name"]  # heads that nobody knows
    lines = [[n, "3", f"0{n}-07-2026", 2 * n + 4, CHILDREN[n % 6]] for n in range(1, 7)]
    with pytest.raises(Unreadable):
        pages_of(as_csv([["List"], head, *lines]))


def test_letters_lost_in_a_small_class_refuse_the_file():
    rows = rows_of([["P"] * 10 for _ in range(4)], head=("??? ?",), days=range(1, 11), title="2026")
    for row in rows[2:]:
        row[0] = "????? ????"

    with pytest.raises(Unreadable) as refused:
        pages_of(as_csv(rows))

    assert refused.value.code == "lost_letters"


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 6, 28), "month_in_future"), (date(2026, 7, 9), "marks_in_future")],
)
def test_days_still_to_come_go_in_after_a_yes_only(day, code):
    (page,) = read_registers(
        io.BytesIO(as_csv(rows_of(present()))),
        filename="register",
        hints=Hints(),
        limits=Limits(),
        today=day,
    )

    assert code in {word.code for word in page.asks}
