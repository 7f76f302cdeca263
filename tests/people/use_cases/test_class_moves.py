"""A child leaves a class only with the yes of who answers for it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.people.actions import (
    agree_to_move,
    enrol_pupils,
    refuse_move,
    take_move_back,
    undo_move,
)
from aanchal.people.models import ClassMove, Enrolment, SchoolIdentifier
from aanchal.people.queries import class_moves_agreed, class_moves_to_answer, my_class_moves
from aanchal.people.rules.moves import first_day
from aanchal.people.rules.pupils import NewPupil
from aanchal.registers.actions import ENROL, repair_row, take_register, undo_class_move, undo_repair
from aanchal.registers.models import RegisterPage
from aanchal.registers.page_store import page_marks
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_given_register, a_page, an_actor, kin_of
from tests.signing_in import a_person, a_school, acting

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"


def a_pupil(section, number, *, roll="1", name="Gudiya"):
    return NewPupil(
        grade="4", section=section, roll=roll, given_name=name, family_name="Kumari",
        admission_no=number, row=2,
    )  # fmt: skip


def enrol(actor, school, *pupils, on=date(2026, 4, 1)):
    return enrol_pupils(actor, school=school, pupils=pupils, on=on, at=NOW)


@pytest.fixture
def two_classes():
    """IV A with one pupil; IV B with three, whose admission numbers are easily guessed."""
    school = a_school(VILLAGE)
    system = system_actor("imports")
    enrol(system, school, a_pupil("A", "A-1", name="Anjali"))
    others = enrol(
        system,
        school,
        *[a_pupil("B", f"B-{n}", roll=str(n), name=f"Secret{n}") for n in (1, 2, 3)],
    )
    return school, others.children


def a_teacher(school, section="A"):
    return an_actor(Role.TEACHER, body_id=str(school.pk), grade="4", section=section)


def a_head(school):
    return replace(an_actor(Role.TEACHER, body_id=str(school.pk)), user_id="head-1")


def classes_of(children):
    return {
        e.child_id: e.class_section.section
        for e in Enrolment.objects.filter(child__in=children, ends_on__isnull=True)
    }


def asked(school, number="B-1", **pupil):
    enrol(a_teacher(school), school, a_pupil("A", number, roll="9", **pupil), on=date(2026, 7, 1))
    return ClassMove.objects.get()


def register_with_numbers(numbers):
    lines = ["Class: IV  Section: A   Month: July 2026"]
    lines.append("Roll,Name,Admission No," + ",".join(str(d) for d in range(1, 32)))
    marks = ",".join(m if m != "." else "" for m in FULL)
    lines += [f"{i + 20},Guess {i},{n},{marks}" for i, n in enumerate(numbers)]
    return "\n".join(lines).encode()


def test_guessed_admission_numbers_move_nobody_and_each_child_is_asked_about(two_classes):
    school, others = two_classes
    teacher = a_teacher(school)

    done = enrol(
        teacher,
        school,
        *[a_pupil("A", f"B-{n}", roll=str(n + 20), name="Guess") for n in (1, 2, 3)],
        on=date(2026, 7, 1),
    )

    assert set(classes_of(others).values()) == {"B"}
    assert (done.known, done.moved, done.waiting, done.children) == (0, 0, 3, [None] * 3)
    assert {p.code for p in done.problems} == {"move_waits"}
    assert audited().filter(verb="class_move.asked").count() == 3
    assert not audited().filter(verb="child.moved").exists()


def test_a_register_with_guessed_numbers_keeps_its_rows_for_repair_and_shows_no_name(two_classes):
    school, others = two_classes
    teacher = a_teacher(school)
    held = a_given_register(
        teacher,
        register_with_numbers(["B-1", "B-2", "B-3"]),
        school=school,
        name="r.csv",
        grade="4",
        section="A",
    )

    taken = take_register(teacher, register=held, enrol_unknown=True, confirmed=True, at=NOW)

    assert set(classes_of(others).values()) == {"B"}
    assert (taken.enrolled, taken.pages) == (0, 0)
    waiting = ImportProblem.objects.filter(code="row_unmatched")
    assert waiting.count() == 3
    held.refresh_from_db()
    assert "Secret" not in str(held.understood) + str([p.raw for p in waiting])


def test_asked_again_it_is_the_one_question(two_classes):
    school, _others = two_classes
    asked(school)

    asked(school)

    assert audited().filter(verb="class_move.asked").count() == 1


def test_an_admission_number_of_another_school_is_another_childs(two_classes):
    """Admission numbers are the school's own: 17 of one school is not 17 of the next."""
    _school, others = two_classes
    elsewhere = a_school("IN/S10/D206/B1851/P900/V902")

    done = enrol(an_actor(Role.TEACHER, body_id=str(elsewhere.pk)), elsewhere, a_pupil("A", "B-1"))

    assert (done.new, done.waiting, done.moved) == (1, 0, 0)
    assert done.children[0] not in others
    assert set(classes_of(others).values()) == {"B"}


def test_who_answers_for_both_classes_moves_at_once_with_an_event_for_each_child(two_classes):
    school, others = two_classes

    done = enrol(
        a_head(school),
        school,
        *[a_pupil("A", f"B-{n}", roll=str(n + 20)) for n in (1, 2)],
        on=date(2026, 7, 1),
    )

    assert done.moved == 2
    assert sorted(classes_of(others).values()) == ["A", "A", "B"]
    assert audited().filter(verb="child.moved").count() == 2


def test_the_heads_yes_moves_her_from_the_day_claimed_and_her_old_marks_stay(two_classes):
    school, others = two_classes
    old = Enrolment.objects.get(child=others[0]).class_section
    child = Enrolment.objects.get(child=others[0]).child
    a_page(old, [child], ["PPPPAA"])
    move = asked(school)

    agree_to_move(a_head(school), move=move, at=NOW)

    assert classes_of(others)[others[0]] == "A"
    ended = Enrolment.objects.get(child=others[0], class_section=old)
    assert (ended.ends_on, ended.ended_by) == (date(2026, 7, 1), "moved")
    assert page_marks(RegisterPage.objects.get(class_section=old)).children == (others[0],)
    verbs = audited().filter(verb__in=("child.moved", "class_move.agreed"))
    assert verbs.count() == 2
    with pytest.raises(WrongState):
        agree_to_move(a_head(school), move=move, at=NOW)


@pytest.mark.parametrize(
    ("claimed", "began", "starts"),
    [
        (date(2026, 7, 1), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2024, 4, 1), date(2026, 4, 1), date(2026, 4, 1)),
        (date(2030, 1, 1), date(2026, 4, 1), date(2026, 7, 31)),
        (date(2030, 1, 1), date(2026, 9, 1), date(2026, 9, 1)),
        (date(2024, 4, 1), None, date(2024, 4, 1)),
    ],
)
def test_a_move_begins_neither_before_what_is_left_nor_after_today(claimed, began, starts):
    assert first_day(claimed, began=began, today=date(2026, 7, 31)) == starts


def test_only_who_answers_for_the_school_or_block_says_yes_or_no(two_classes):
    school, others = two_classes
    move = asked(school)

    for actor in (
        a_teacher(school),
        a_teacher(school, "B"),
        an_actor(Role.TEACHER, body_id=str(a_school("IN/S10/D206/B1851/P900/V902").pk)),
        an_actor(where="IN/S10/D206/B1852"),
        an_actor(Role.VOLUNTEER, VILLAGE),
        an_actor(Role.ADMINISTRATOR),
    ):
        with pytest.raises(NotAllowed):
            agree_to_move(actor, move=move, at=NOW)
        with pytest.raises(NotAllowed):
            refuse_move(actor, move=move, answer="No", at=NOW)
        assert not class_moves_to_answer(actor).exists()

    assert set(classes_of(others).values()) == {"B"}
    assert list(class_moves_to_answer(a_head(school))) == [move]
    assert list(class_moves_to_answer(an_actor())) == [move]


def test_kin_of_the_child_do_not_say_yes(two_classes):
    school, others = two_classes
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    move = asked(school)
    kin_of(kin, move.child)

    with pytest.raises(NotAllowed):
        agree_to_move(acting(kin), move=move, at=NOW)

    assert set(classes_of(others).values()) == {"B"}
    assert not class_moves_to_answer(acting(kin)).exists()


def test_a_refusal_says_a_word_and_moves_nobody(two_classes):
    school, others = two_classes
    move = asked(school)

    with pytest.raises(Invalid):
        refuse_move(a_head(school), move=move, answer="  ", at=NOW)
    refuse_move(a_head(school), move=move, answer="She is in B.", at=NOW)

    assert set(classes_of(others).values()) == {"B"}
    assert my_class_moves(a_teacher(school)).get().answer == "She is in B."
    assert audited().filter(verb="class_move.refused").count() == 1
    with pytest.raises(WrongState):
        refuse_move(a_head(school), move=move, answer="Again", at=NOW)


def test_the_asker_takes_her_own_question_back(two_classes):
    school, _others = two_classes
    move = asked(school)

    with pytest.raises(NotAllowed):
        take_move_back(a_head(school), move=move, at=NOW)
    take_move_back(a_teacher(school), move=move, at=NOW)

    assert not class_moves_to_answer(a_head(school)).exists()
    assert audited().filter(verb="class_move.taken_back").count() == 1
    with pytest.raises(WrongState):
        take_move_back(a_teacher(school), move=move, at=NOW)


def test_a_yes_to_a_child_who_is_elsewhere_by_now_moves_nobody(two_classes):
    school, others = two_classes
    move = asked(school)
    enrol(a_head(school), school, replace(a_pupil("C", "B-1"), grade="5"), on=date(2026, 7, 5))

    with pytest.raises(WrongState):
        agree_to_move(a_head(school), move=move, at=NOW)

    assert classes_of(others)[others[0]] == "C"


def test_a_yes_is_taken_back_and_she_is_in_her_old_class_again(two_classes):
    school, others = two_classes
    before = Enrolment.objects.filter(child=others[0]).values_list("pk", "ends_on", "ended_by")[0]
    move = asked(school)
    agree_to_move(a_head(school), move=move, at=NOW)

    for actor in (a_teacher(school), an_actor(where="IN/S10/D207")):
        with pytest.raises((NotAllowed, NotFound)):
            undo_class_move(actor, move=move, at=NOW)
        with pytest.raises((NotAllowed, NotFound)):
            undo_move(actor, move=move, at=NOW)
        assert not class_moves_agreed(actor, since=NOW).exists()
    assert class_moves_agreed(a_head(school), since=NOW).get() == move
    undo_class_move(a_head(school), move=move, at=NOW)

    stands = Enrolment.objects.filter(child=others[0]).exclude(ended_by="mistake")
    assert list(stands.values_list("pk", "ends_on", "ended_by")) == [before]
    move.refresh_from_db()
    assert (move.state, move.settled_by, move.settled_at) == ("waiting", "", None)
    assert audited().filter(verb="class_move.undone").count() == 1
    with pytest.raises(WrongState):
        undo_class_move(a_head(school), move=move, at=NOW)
    agree_to_move(a_head(school), move=move, at=NOW)
    assert classes_of(others)[others[0]] == "A"


def test_a_yes_is_not_taken_back_where_marks_would_be_left_behind_or_she_has_gone_on(two_classes):
    school, others = two_classes
    move = asked(school)
    agree_to_move(a_head(school), move=move, at=NOW)
    child = Enrolment.objects.get(child=others[0], ends_on__isnull=True).child
    a_page(move.to_section, [child], ["PPPP"])

    with pytest.raises(WrongState, match="already has marks"):
        undo_class_move(a_head(school), move=move, at=NOW)
    RegisterPage.objects.all().delete()
    enrol(a_head(school), school, replace(a_pupil("C", "B-1"), grade="5"), on=date(2026, 7, 5))
    with pytest.raises(WrongState):
        undo_class_move(a_head(school), move=move, at=NOW)

    assert classes_of(others)[others[0]] == "C"


def test_a_child_who_had_left_comes_back_only_by_who_answers_for_where_she_was(two_classes):
    school, others = two_classes
    Enrolment.objects.filter(child=others[0]).update(ends_on=date(2026, 5, 1), ended_by="left")

    done = enrol(a_teacher(school), school, a_pupil("A", "B-1", roll="9"))

    assert (done.moved, done.waiting) == (0, 1)
    agree_to_move(an_actor(), move=ClassMove.objects.get(), at=NOW)
    assert classes_of(others)[others[0]] == "A"


def test_moving_many_takes_few_queries(two_classes, django_assert_max_num_queries):
    school, _others = two_classes
    pupils = [a_pupil("B", f"M-{n}", roll=str(n + 40), name=f"Many{n}") for n in range(40)]
    enrol(a_head(school), school, *pupils)

    with django_assert_max_num_queries(40):
        done = enrol(a_head(school), school, *[replace(p, section="A") for p in pupils])

    assert done.moved == 40


def test_an_enrolment_undone_puts_a_moved_child_back_where_she_was(two_classes):
    """Undone, she is in no class else: no register names her and nobody misses her."""
    school, others = two_classes
    head = a_head(school)
    held = a_given_register(head, register_with_numbers(["B-1"]), school=school, name="r.csv")
    take_register(head, register=held, enrol_unknown=False, confirmed=True, at=NOW)
    row = ImportProblem.objects.get(code="row_unmatched", state="open")
    repaired = repair_row(head, problem=row, choice=ENROL, at=NOW)
    assert classes_of(others)[others[0]] == "A"

    with pytest.raises(NotAllowed):
        undo_repair(a_teacher(school), problem=repaired, at=NOW)
    undo_repair(head, problem=repaired, at=NOW)

    assert set(classes_of(others).values()) == {"B"}


def test_undoing_a_row_of_a_pupil_of_the_class_leaves_her_in_it(two_classes):
    school, _others = two_classes
    head = a_head(school)
    [pupil] = Enrolment.objects.filter(class_section__section="A")
    held = a_given_register(head, register_with_numbers(["B-1"]), school=school, name="r.csv")
    take_register(head, register=held, enrol_unknown=False, confirmed=True, at=NOW)
    row = ImportProblem.objects.get(code="row_unmatched", state="open")
    SchoolIdentifier.objects.filter(child=pupil.child).delete()
    SchoolIdentifier.objects.update(child=pupil.child)

    undo_repair(head, problem=repair_row(head, problem=row, choice=ENROL, at=NOW), at=NOW)

    pupil.refresh_from_db()
    assert pupil.ends_on is None
