"""A register that can be read two ways waits for an answer, which holds for the school's form."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.problems import Unreadable
from aanchal.registers import reading
from aanchal.registers.actions import answer_questions, read_register, take_register
from aanchal.registers.models import FormReading, RegisterFile, RegisterPage
from aanchal.registers.queries.books import shown_pages
from aanchal.registers.reading import show_together
from aanchal.registers.rules.pages import unpack_marks, unpack_written
from tests.audited import audited
from tests.factories import (
    NAMES,
    NOW,
    a_class,
    a_given_register,
    a_register_xlsx,
    a_school,
    an_actor,
)

pytestmark = pytest.mark.django_db

CROSSES = "xxxx.xxxxxx.xxxxxx..xxxx..xxxxx"
JULY = "Class: VI  Section: A   Month: July 2026"
AUGUST = "Class: VI  Section: A   Month: August 2026"


def sent(section, title=JULY, marks=CROSSES, name="r.xlsx", sheet=None):
    rows = sheet or [(str(i + 1), NAMES[i], marks) for i in range(5)]
    data = a_register_xlsx(rows, udise=section.school.school.udise, title=title, days=31)
    return a_given_register(an_actor(), data, name=name)


def noughts(section, **kwargs):
    return sent(section, marks="1000.000000.000000.000000.00000", **kwargs)


def answered(held, choice="present"):
    (question, *_others) = shown_pages(an_actor(), held)[0].questions
    held = answer_questions(an_actor(), register=held, answers={question["key"]: choice}, at=NOW)
    return read_register(an_actor(), register=held, at=NOW)


def test_marks_a_question_touches_do_not_go_in_before_the_answer():
    held = sent(a_class(pupils=5)[0])

    (page,) = shown_pages(an_actor(), held)

    assert page.questions[0]["about"] == "x"
    assert page.counts["present"] == page.counts["absent"] == 0
    assert not page.can_be_taken


def test_a_file_that_is_held_is_not_taken_in():
    held = noughts(a_class(pupils=5)[0])
    assert shown_pages(an_actor(), held)[0].is_held

    with pytest.raises(WrongState):
        take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)

    assert not RegisterPage.objects.exists()
    held.refresh_from_db()
    assert held.state == RegisterFile.State.SHOWN


def test_an_answer_is_kept_and_the_file_read_again_with_it():
    section, _children = a_class(pupils=5)

    held = answered(noughts(section), "absent")

    (page,) = shown_pages(an_actor(), held)
    assert not page.questions
    assert page.counts["absent"] == 5
    assert "answers" in str([e.content for e in audited().filter(verb="register.received")])
    taken = take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    assert taken.pages == 1


def test_the_answer_holds_for_the_next_register_of_the_form():
    section, _children = a_class(pupils=5)
    answered(sent(section))
    assert FormReading.objects.count() == 1

    (page,) = shown_pages(an_actor(), sent(section, title=AUGUST, name="next.xlsx"))

    assert not page.questions
    assert page.counts["present"] > 0


def test_a_file_that_cannot_be_read_again_with_the_answers_holds_up_no_other(monkeypatch):
    section, _children = a_class(pupils=5)
    answered(sent(section))
    bad = sent(section, title=AUGUST, name="next.xlsx")
    good = sent(a_class(pupils=5, school=a_school())[0], name="other.xlsx")
    parsed = reading.parsed

    def too_much(register, remembered, **given):
        if any(remembered.values()):
            raise Unreadable("too_much", "Reading this file takes too long.")
        return parsed(register, remembered, **given)

    monkeypatch.setattr(reading, "parsed", too_much)

    refused, shown = reading.show_together(an_actor(), registers=[bad, good], today=NOW.date())

    assert str(refused.refusal) == "Reading this file takes too long."
    assert shown.refusal is None and shown.pages


def test_the_answer_is_of_this_school_only():
    section, _children = a_class(pupils=5)
    answered(sent(section))
    other, _others = a_class(pupils=5, school=a_school())

    (page,) = shown_pages(an_actor(), sent(other, name="other.xlsx"))

    assert page.questions


def test_only_what_was_offered_is_an_answer():
    held = sent(a_class(pupils=5)[0])

    for answers in ({}, {"sign_unclear:x": "perhaps"}, {"another": "present"}):
        with pytest.raises(Invalid):
            answer_questions(an_actor(), register=held, answers=answers, at=NOW)


def test_only_who_may_send_registers_answers():
    held = sent(a_class(pupils=5)[0])

    with pytest.raises(NotAllowed):
        answer_questions(
            an_actor(Role.VOLUNTEER), register=held, answers={"sign_unclear:x": "present"}, at=NOW
        )


def test_late_is_kept_as_late_and_counts_as_present():
    section, _children = a_class(pupils=5)
    late = "TTPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
    rows = [(str(i + 1), NAMES[i], late) for i in range(5)]
    held = sent(section, title=JULY + "  T = Late", sheet=rows)
    taken = take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    assert taken.pages == 1

    page = RegisterPage.objects.get()
    assert (unpack_written(page.marks, 5)[:, 0] == Mark.LATE).all()
    assert (unpack_marks(page.marks, 5)[:, 0] == Mark.PRESENT).all()
    assert page.days_taken & 1
    again = take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    assert (again.marks_added, again.marks_changed) == (0, 0)


def test_what_a_teacher_of_one_class_answers_decides_no_other_classes_registers():
    """Else she could say that the crosses of the whole school are presences."""
    section, _children = a_class(pupils=5)
    other, _others = a_class(pupils=5, school=section.school, section="B")
    school = str(section.school.pk)
    teacher = an_actor(Role.TEACHER, body_id=school, grade="6", section="A")
    head = an_actor(Role.TEACHER, body_id=school)

    def of(title, by, class_section="A", name="r.xlsx"):
        rows = [(str(i + 1), NAMES[i], CROSSES) for i in range(5)]
        title = title.replace("Section: A", f"Section: {class_section}")
        data = a_register_xlsx(rows, udise=section.school.school.udise, title=title, days=31)
        return a_given_register(by, data, name=f"{class_section}{name}")

    def answer(held, by, choice):
        held = answer_questions(by, register=held, answers={"sign_unclear:x": choice}, at=NOW)
        return shown_pages(by, read_register(by, register=held, at=NOW))[0]

    assert not answer(of(JULY, teacher), teacher, "present").questions
    (hers,) = shown_pages(teacher, of(AUGUST, teacher, name="next.xlsx"))
    assert not hers.questions
    assert hers.counts["present"] > 0

    waits = of(JULY, head, class_section="B")
    (page,) = shown_pages(head, waits)
    assert (page.grade, page.section) == (other.grade, other.section)
    assert page.questions
    assert page.counts["present"] == 0

    # The head's own answer is for every class, and the later one.
    assert not answer(waits, head, "absent").questions
    (again,) = shown_pages(teacher, of(AUGUST + " ", teacher, name="third.xlsx"))
    assert not again.questions
    assert again.counts["absent"] > 0


@pytest.mark.parametrize(
    "written", ["Section: क", "Section: a", ""], ids=["in Hindi", "small", "none"]
)
def test_what_a_teacher_answered_holds_however_the_file_writes_her_section(written):
    section, _children = a_class(pupils=5)
    school = str(section.school.pk)
    teacher = an_actor(Role.TEACHER, body_id=school, grade="6", section="A")

    def of(title, name):
        rows = [(str(i + 1), NAMES[i], CROSSES) for i in range(5)]
        title = title.replace("Section: A", written)
        data = a_register_xlsx(rows, udise=section.school.school.udise, title=title, days=31)
        return a_given_register(teacher, data, name=name)

    held = answer_questions(
        teacher, register=of(JULY, "r.xlsx"), answers={"sign_unclear:x": "present"}, at=NOW
    )
    read_register(teacher, register=held, at=NOW)

    (page,) = shown_pages(teacher, of(AUGUST, "next.xlsx"))

    assert (page.section, page.questions) == ("A", [])
    assert page.counts["present"] > 0


def test_looking_up_what_was_answered_costs_no_more_queries_for_more_classes(
    django_assert_max_num_queries,
):
    section, _children = a_class(pupils=5)
    answered(sent(section))
    register = sent(section, title=AUGUST, name="next.xlsx")
    with CaptureQueriesContext(connection) as one:
        show_together(an_actor(), registers=[register], today=NOW.date())
    for letter in "BCDE":
        a_class(pupils=5, school=section.school, section=letter)

    with django_assert_max_num_queries(len(one)):
        show_together(an_actor(), registers=[register], today=NOW.date())
