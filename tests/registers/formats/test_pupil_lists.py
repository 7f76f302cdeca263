"""Lists of pupils: headings in three languages, and what is left out is said."""

import io
from datetime import date

import pytest

from aanchal.lib.tabular.problems import Unreadable
from aanchal.registers.formats.pupils import Pupil, PupilList, read_pupils
from tests.registers.formats import register_samples as samples

TODAY = date(2026, 11, 22)


HEAD = ["UDISE Code", "Class", "Section", "Roll No", "Name", "Sex", "Date of Birth", "Village"]
ROW = ["10050100102", "VI", "A", 1, "Sunita Devi", "F", "25/03/2014", "Kalpanapur"]


def read(rows, *, filename: str = "pupils.csv", school: str | None = None) -> PupilList:
    data = samples.as_csv(rows)
    return read_pupils(io.BytesIO(data), filename=filename, school=school, today=TODAY)


def codes(found: PupilList) -> list[tuple[str, int | None, str | None]]:
    return [(p.code, p.row, p.column) for p in found.problems]


def test_a_plain_list():
    found = read([HEAD, ROW])

    assert found.problems == []
    assert found.pupils == [
        Pupil(
            row=2, school="10050100102", grade="6", section="A", roll="1", name="Sunita Devi", sex="girl",
            born_on=date(2014, 3, 25), village="Kalpanapur",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        ["यू-डाइस कोड", "कक्षा", "खंड", "रोल नं.", "विद्यार्थी का नाम", "लिंग", "जन्म तिथि", "गाँव"],
        ["ইউ-ডাইস কোড", "শ্রেণি", "শাখা", "রোল নং", "ছাত্র/ছাত্রীর নাম", "লিঙ্গ", "জন্ম তারিখ", "গ্রাম"],
        ["udise_code", "class", "section", "roll_no", "student_name", "gender", "dob", "village"],
    ],
    ids=["Hindi", "Bengali", "a database"],
)
def test_headings_in_three_languages(head):
    assert read([head, ROW]).pupils == read([HEAD, ROW]).pupils


@pytest.mark.parametrize(
    ("text", "sex"),
    [("F", "girl"), ("महिला", "girl"), ("বালিকা", "girl"), ("Male", "boy"), ("बालक", "boy"), ("ছাত্র", "boy"),
     ("Transgender", "other"), ("2", "girl"), ("", None)],
)  # fmt: skip
def test_sex_as_lists_write_it(text: str, sex: str | None):
    found = read([HEAD, [*ROW[:5], text, *ROW[6:]]])

    assert found.pupils[0].sex == sex
    assert found.problems == []


def test_names_apart_and_in_their_own_script():
    found = read([
        ["Class", "Given Name", "Family Name", "Name in own script", "Roll"], ["VI", "Sunita", "Devi", "सुनीता देवी", 1]
    ], school="10050100102")  # fmt: skip

    pupil = found.pupils[0]
    assert (pupil.name, pupil.given_name, pupil.family_name) == ("Sunita Devi", "Sunita", "Devi")
    assert pupil.own_script_name == "सुनीता देवी"


def test_a_name_only_in_its_own_script_is_both():
    found = read([["कक्षा", "नाम"], ["६", "सुनीता देवी"]], school="10050100102")

    assert (found.pupils[0].name, found.pupils[0].own_script_name) == ("सुनीता देवी", "सुनीता देवी")
    assert found.pupils[0].given_name is None


def test_the_guardian_is_the_father_then_the_mother_then_whoever_is_named():
    head = [
        "Class",
        "Name",
        "Father's Name",
        "Mother's Name",
        "Guardian's Name",
        "Relation",
        "Mobile No.",
    ]
    found = read([
        head,
        ["VI", "Asha", "Ram", "Sita", "Hari", "uncle", "98765 43210"],
        ["VI", "Mina", "", "Sita", "Hari", "uncle", "+91-9876543210"],
        ["VI", "Rina", "", "", "Hari", "uncle", "12345"],
    ], school="10050100102")  # fmt: skip

    assert [(p.guardian_name, p.guardian_relation) for p in found.pupils] == [
        ("Ram", "father"), ("Sita", "mother"), ("Hari", "relative"),
    ]  # fmt: skip
    assert [p.guardian_phone for p in found.pupils] == ["9876543210", "9876543210", None]
    assert codes(found) == [("bad_phone", 4, "G")]


def test_age_where_no_birth_is_known():
    found = read([
        ["Class", "Name", "Age", "Age estimated on"], ["I", "Asha", "6+", "2026-04-01"], ["I", "Mina", "abc", ""]
    ], school="10050100102")  # fmt: skip

    assert (found.pupils[0].age_years, found.pupils[0].age_on) == (6, date(2026, 4, 1))
    assert found.pupils[1].age_years is None
    assert codes(found) == [("bad_age", 3, "C")]


def test_births_are_read_as_their_whole_column_shows():
    found = read([["Class", "Name", "DOB"], ["I", "Asha", "03/25/2019"], ["I", "Mina", "04/05/2019"]],
                 school="10050100102")  # fmt: skip

    assert [p.born_on for p in found.pupils] == [date(2019, 3, 25), date(2019, 4, 5)]


def test_births_that_cannot_be_are_left_out_and_said():
    found = read([["Class", "Name", "DOB"], ["I", "Asha", "31/02/2019"], ["I", "Mina", "13/05/2029"], ["I", "Rina", "?"]],
                 school="10050100102")  # fmt: skip

    assert [p.born_on for p in found.pupils] == [None, None, None]
    assert codes(found) == [("bad_birth", 2, "C"), ("bad_birth", 3, "C"), ("bad_birth", 4, "C")]


@pytest.mark.parametrize(
    ("row", "code", "column", "why"),
    [
        (["10050100102", "VI", "A", 2, "", "F", "", ""], "pupil_name_missing", "E", "no name"),
        (
            ["10050100102", "VI", "A", 2, "????? ???", "F", "", ""],
            "pupil_name_lost",
            "E",
            "letters lost",
        ),
        (["10050100102", "", "A", 2, "Asha", "F", "", ""], "no_class", "B", "no class"),
        (
            ["10050100102", "sixth form", "A", 2, "Asha", "F", "", ""],
            "bad_class",
            "B",
            "no such class",
        ),
        (["1.00501E+10", "VI", "A", 2, "Asha", "F", "", ""], "bad_school", "A", "digits lost"),
        (["", "VI", "A", 2, "Asha", "F", "", ""], "no_school", None, "no school"),
        (ROW, "pupil_twice", None, "listed twice"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_row_that_lacks_what_must_be_known_is_left_out_and_the_rest_go_in(row, code, column, why):
    found = read([HEAD, ROW, row, [*ROW[:3], 3, "Mohan Lal", "M", "", ""]])

    assert [p.name for p in found.pupils] == ["Sunita Devi", "Mohan Lal"], why
    assert codes(found) == [(code, 3, column)], why


def test_one_roll_number_for_two_children_is_said():
    found = read([HEAD, ROW, [*ROW[:4], "Asha Kumari", "F", "", ""]])

    assert len(found.pupils) == 2
    assert codes(found) == [("same_roll", 3, "D")]


def test_an_aadhaar_number_is_never_kept():
    found = read([["Class", "Name", "Student ID", "Aadhaar No"], ["VI", "Asha", "2345 6789 0124", "234567890124"]],
                 school="10050100102")  # fmt: skip

    assert found.pupils[0].state_id is None
    assert "234567890124" not in repr(found).replace(" ", "")
    assert codes(found) == [("aadhaar", 2, "C")]


def test_school_and_class_above_the_list():
    found = read(
        [["UDISE: 10050100102  Class: VI  Sec: B"], ["Roll", "Name", "Sex"], [1, "Asha", "F"]]
    )

    assert (found.pupils[0].school, found.pupils[0].grade, found.pupils[0].section) == (
        "10050100102",
        "6",
        "B",
    )


def test_another_school_than_the_user_said_is_reported_by_row():
    found = read([HEAD, ROW], school="19110100101")

    assert found.pupils[0].school == "10050100102"
    assert codes(found) == [("school_disagrees", 2, "A")]


def test_sums_and_signatures_are_no_children():
    found = read(
        [HEAD, ROW, ["", "", "", "", "Total", 1, "", ""], ["Head Master's signature", *[""] * 7]]
    )

    assert len(found.pupils) == 1
    assert found.problems == []


def test_names_in_an_old_font_are_refused():
    with pytest.raises(Unreadable, match="old font"):
        read([["d{kk", "Nk= dk uke", "jksy ua0"], ["6", "lquhrk", 1]])


def test_a_file_without_a_list_is_refused():
    with pytest.raises(Unreadable, match="No list of pupils"):
        read([["a", "b"], [1, 2]])


def test_every_sheet_of_a_workbook_is_read():
    data = samples.as_xlsx([["Class: VI"], ["Roll", "Name", "Sex"], [1, "Asha", "F"]], name="VI",
                           more={"VII": [["Class: VII"], ["Roll", "Name", "Sex"], [1, "Mina", "F"]]})  # fmt: skip

    found = read_pupils(io.BytesIO(data), filename="a.xlsx", school="10050100102")

    assert [(p.grade, p.name) for p in found.pupils] == [("6", "Asha"), ("7", "Mina")]


# --- names ---


def test_a_middle_name_is_kept():
    head = ["UDISE Code", "Class", "Roll No", "First Name", "Middle Name", "Last Name"]

    found = read([head, ["10050100102", "VI", 1, "Asha", "Rani", "Devi"]])

    (pupil,) = found.pupils
    assert (pupil.name, pupil.given_name, pupil.family_name) == (
        "Asha Rani Devi",
        "Asha Rani",
        "Devi",
    )


def test_whole_names_beside_a_column_of_surnames_are_not_doubled():
    head = ["UDISE Code", "Class", "Roll No", "Student Name", "Surname"]

    found = read([head, ["10050100102", "VI", 1, "Asha Rani Devi", "Devi"]])

    assert found.pupils[0].name == "Asha Rani Devi"


def test_a_column_of_numbers_headed_student_holds_no_names():
    head = ["UDISE Code", "Class", "Roll No", "Student", "Student Name"]
    rows = [["10050100102", "VI", n, f"EDU-STU-{n:05}", name] for n, name in
            enumerate(["Asha Devi", "Mohan Lal", "Rukhsana Khatun"], 1)]  # fmt: skip

    found = read([head, *rows])

    assert [p.name for p in found.pupils] == ["Asha Devi", "Mohan Lal", "Rukhsana Khatun"]
    assert found.pupils[0].state_id == "EDU-STU-00001"


def test_a_number_is_never_a_childs_name():
    found = read([HEAD, ROW, ["10050100102", "VI", "A", 2, "100347", "F", "", ""]])

    assert [p.name for p in found.pupils] == ["Sunita Devi"]
    assert codes(found) == [("pupil_name_number", 3, "E")]


def test_a_child_whose_name_is_also_the_word_for_a_sum_is_never_passed_over_unsaid():
    found = read([HEAD, ROW, ["10050100102", "VI", "A", 2, "Total", "F", "", ""]])

    assert len(found.pupils) == 1
    assert codes(found) == [("pupil_or_sum", 3, "E")]


# --- who is still here ---


STANDING = ["UDISE Code", "Class", "Roll No", "Name", "Status"]


def standing(*words, answers=None, heading="Status"):
    rows = [
        ["10050100102", "VI", n, f"Child {'ABCDEFGH'[n]}", word] for n, word in enumerate(words)
    ]
    data = samples.as_csv([[*STANDING[:4], heading], *rows])
    return read_pupils(io.BytesIO(data), filename="a.csv", today=TODAY, answers=answers)


def test_who_may_have_left_is_asked_about_and_not_enrolled():
    found = standing("Studying", "TC issued", "Dropout", "TC issued")

    assert [p.name for p in found.pupils] == ["Child A"]
    asked = {q.about: (q.choices, q.rows) for q in found.questions}
    assert asked == {
        "TC issued": (("left", "here"), (3, 5)),
        "Dropout": (("left", "here"), (4,)),
    }


@pytest.mark.parametrize("answer, enrolled", [("here", 2), ("left", 1)])
def test_an_answer_says_whether_they_are_here(answer, enrolled):
    (question,) = standing("Studying", "TC issued").questions

    found = standing("Studying", "TC issued", answers={question.key: answer})

    assert len(found.pupils) == enrolled
    assert found.questions == []


@pytest.mark.parametrize(
    "word, heading, is_asked",
    [
        ("Active", "Status", False),
        ("Continuing", "Student Status", False),
        ("", "Status", False),
        ("नियमित", "स्थिति", False),
        ("Left", "Status", True),
        ("Transferred", "Status", True),
        ("Inactive", "Status", True),
        ("Passed out", "Status", True),
        ("नाम कटा", "स्थिति", True),
        ("বদলি", "অবস্থা", True),
        ("XJ4", "Status", True),
        ("good at sums", "Remarks", False),
        ("TC taken in May", "Remarks", True),
        ("12-05-2026", "Date of leaving", True),
        ("No", "TC issued", False),
        ("Yes", "TC issued", True),
    ],
)
def test_words_for_standing(word, heading, is_asked):
    found = standing(word, heading=heading)

    assert len(found.questions) == is_asked
    assert len(found.pupils) == (not is_asked)


# --- births with a clock ---


def test_births_at_midnight_told_in_greenwichs_time_are_the_next_day():
    births = ["2014-04-10T18:30:00.000Z", "2014-05-11T18:30:00.000Z", "2014-06-12T23:59:50"]
    rows = [["10050100102", "VI", n, f"Child {'ABC'[n]}", born] for n, born in enumerate(births)]

    found = read([["UDISE Code", "Class", "Roll No", "Name", "dob"], *rows])

    assert [p.born_on for p in found.pupils] == [
        date(2014, 4, 11),
        date(2014, 5, 12),
        date(2014, 6, 13),
    ]
    assert found.problems == []


def test_a_hidden_list_and_a_stray_quotation_mark_are_said():
    data = samples.as_csv([HEAD, ROW, ROW]).replace(b"Sunita Devi", b'"Sunita Devi', 1)

    found = read_pupils(io.BytesIO(data), filename="a.csv", today=TODAY)

    assert [p.name for p in found.pupils] == ["Sunita Devi"]  # the same child twice
    assert ("stray_quote", 2, None) in codes(found)
