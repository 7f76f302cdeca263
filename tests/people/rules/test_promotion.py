"""Who of last year's classes a new register's row may be: proposed with a reason, never decided."""

from aanchal.people.rules.matching import Known
from aanchal.people.rules.promotion import Former, Newcomer, Reason, propose


def former(*names, is_below=True, sex="girl", number=""):
    return [Former(Known(n, "", (n,), number), sex, is_below) for n in names]


def one(row, pupils, **more):
    return propose([Newcomer(row, **more)], pupils)[0]


def test_a_name_written_alike_that_nobody_else_bears_is_certain():
    found = one("Sunita  devi", former("Sunita Devi", "Asha Kumari"))

    assert found.is_certain and found.keys == ("Sunita Devi",)


def test_a_name_spelled_otherwise_is_asked_about():
    found = one("Suneeta Devi", former("Sunita Devi"))

    assert found.reason is Reason.SPELLED_OTHERWISE and not found.is_certain


def test_another_surname_is_another_child():
    assert one("Sunita Patil", former("Sunita Devi")).keys == ()


def test_two_children_of_one_name_are_always_asked_about():
    twice = [Former(Known(key, "", ("Asha Kumari",)), "girl", True) for key in "ab"]

    assert one("Asha Kumari", twice).reason is Reason.SAME_NAMES
    rows = propose([Newcomer("Asha Kumari")] * 2, former("Asha Kumari"))
    assert [r.reason for r in rows] == [Reason.SAME_NAMES] * 2


def test_a_pupil_of_the_same_class_is_asked_about():
    found = one("Asha Kumari", former("Asha Kumari", is_below=False))

    assert found.reason is Reason.SAME_CLASS


def test_a_given_name_alone_a_boy_and_another_number_are_asked_about():
    assert one("Asha", former("Asha")).reason is Reason.ONE_WORD
    assert one("Asha Das", former("Asha Das"), sex="boy").reason is Reason.OTHER_SEX
    other = one("Asha Das", former("Asha Das", number="7"), admission_no="8")
    assert other.reason is Reason.OTHER_NUMBER


def test_who_is_found_by_her_admission_number_is_proposed_for_no_row():
    rows = [Newcomer("Asha Das", admission_no="7"), Newcomer("Asha Das")]

    assert [p.keys for p in propose(rows, former("Asha Das", number="7"))] == [(), ()]


def test_a_row_without_a_name_is_nobody():
    assert one("", former("Asha Das")).keys == ()
