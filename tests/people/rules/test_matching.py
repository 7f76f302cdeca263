"""Whose row a row is: another surname is another child until a person says so."""

import pytest

from aanchal.lib.indic.names import contradicts
from aanchal.people.rules.matching import Known, Match, Row, match_rows


def known(key, roll, name, *, own_script="", admission_no=""):
    """A pupil as `as_known` gives her: the whole name, her own script, her given name."""
    names = tuple(n for n in (name, own_script, name.split()[0]) if n)
    return Known(key, roll, names, admission_no)


CLASS = [
    known("sunita", "1", "Sunita Devi"),
    known("mohan", "2", "Mohan Lal", own_script="मोहन लाल"),
    known("asha", "3", "Asha Kumari", admission_no="77"),
    known("rukhsana", "4", "Rukhsana Khatun"),
]


def of(roll, name, admission_no="", among=CLASS):
    (found,) = match_rows([Row(roll, name, admission_no)], among)
    return found


@pytest.mark.parametrize(
    "roll, name, key, why",
    [
        ("1", "Sunita Devi", "sunita", "the very same"),
        ("01", "SUNITA DEVI", "sunita", "another hand"),
        ("1", "Suneeta Debi", "sunita", "spelled by ear"),
        ("1", "Sunita", "sunita", "her given name says nothing against her"),
        ("1", "Smt. Sunita Devi", "sunita", "a title before the name"),
        ("1", "", "sunita", "a register of roll numbers alone"),
        ("2", "मोहन लाल", "mohan", "her own script"),
        ("2", "Mohan Lall", "mohan", "a letter more"),
        ("4", "Rukhsana Khatoon", "rukhsana", "a vowel"),
        ("9", "Rukhsana Khatun", "rukhsana", "a new roll number, and nobody like her"),
    ],
)
def test_a_row_that_nothing_speaks_against_is_hers(roll, name, key, why):
    assert (of(roll, name).state, of(roll, name).key) == (Match.SURE, key), why


@pytest.mark.parametrize(
    "roll, name, suggested, why",
    [
        ("1", "Sunita Patil", "sunita", "another surname"),
        ("2", "Mohan Roy", "mohan", "another surname"),
        ("3", "Asha Khatun", "asha", "another surname of another faith"),
        ("3", "Asha Devi", "asha", "Devi is a surname too"),
        ("2", "मोहन रॉय", "mohan", "in another script"),
    ],
)
def test_the_same_roll_with_another_surname_is_asked_about(roll, name, suggested, why):
    found = of(roll, name)

    assert found.state is Match.UNSURE, why
    assert suggested in found.suggestions
    assert found.key == ""


def test_a_roll_number_used_again_for_a_child_of_no_like_name_is_a_child_unknown():
    assert of("1", "Farhan Ansari").state is Match.UNKNOWN


def test_an_admission_number_decides_whatever_the_surname():
    assert of("3", "Asha Devi", "77").key == "asha"


def test_two_pupils_of_one_roll_number_are_told_apart_by_their_whole_names():
    both = [*CLASS, known("patil", "1", "Sunita Patil")]

    assert of("1", "Sunita Patil", among=both).key == "patil"
    assert of("1", "Sunita Devi", among=both).key == "sunita"
    assert of("1", "Sunita", among=both).state is Match.UNSURE


@pytest.mark.parametrize(
    "one, other, is_another",
    [
        ("Sunita Patil", "Sunita Devi", True),
        ("Md Salim Ansari", "Mohammad Salim Ansari", False),
        ("Salim", "Md Salim", False),
        ("Ram Kumar", "Ramkumar", False),
        ("A. Khan", "Asha Khan", False),
        ("Kumari Asha", "Asha Kumari", False),
        ("Asha Kumari Singh", "Asha Singh", False),
        ("Sunita Patil", "Sunita Patel", False),
        ("सुनीता देवी", "Sunita Devi", False),
        ("সুনিতা রায়", "Sunita Roy", False),
        ("সুনিতা রায়", "Sunita Das", True),
        ("", "Sunita", False),
    ],
)
def test_what_contradicts_a_name(one, other, is_another):
    assert contradicts(one, other) is is_another
    assert contradicts(other, one) is is_another
