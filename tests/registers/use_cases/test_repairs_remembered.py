"""A repair is seen before it overwrites, remembered for the class, and can be undone."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import Grant
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, SecondPerson, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import Child, Enrolment
from aanchal.registers.actions import (
    ENROL,
    SET_ASIDE,
    correct_mark,
    record_page,
    repair_row,
    set_problem_aside,
    take_problem_up_again,
    take_register,
    undo_repair,
)
from aanchal.registers.actions.pages import page_marks
from aanchal.registers.models import (
    Correction,
    MissingPupil,
    RegisterFile,
    RegisterPage,
    RowDecision,
)
from aanchal.registers.queries.books import shown_pages
from aanchal.registers.queries.repairs import classes_to_match
from aanchal.registers.rules.corrections import unpack_cells
from aanchal.registers.rules.pages import PageMarks
from aanchal.registers.shown_pages import ShownRow
from tests.audited import audited
from tests.factories import (
    NAMES,
    NOW,
    VILLAGE,
    a_class,
    a_given_register,
    a_page,
    a_register_xlsx,
    an_actor,
    kin_of,
    marks_of,
)
from tests.signing_in import a_person, acting

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.PPPPPP.PPPPPA.AAAAAA.AAAAA"
STRANGER = ("99", "Somebody Else Entirely", GONE)
JULY = "Class: VI  Section: A   Month: July 2026"


JUNE = "Class: VI  Section: A   Month: June 2026"
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
JUNE_STRANGER = ("99", "Somebody Else Entirely", "PPPPPP.PPPPPP.PPPPPP.AAAAAA.AA")


def rows(count=5, marks=FULL):
    return [(str(i + 1), NAMES[i], marks) for i in range(count)]


def sent(section, sheet, title=JULY, name="r.xlsx", enrol_unknown=False):
    days = 30 if "June" in title else 31
    data = a_register_xlsx(sheet, udise=section.school.school.udise, title=title, days=days)
    held = a_given_register(an_actor(), data, name=name)
    take_register(an_actor(), register=held, enrol_unknown=enrol_unknown, confirmed=True, at=NOW)
    held.refresh_from_db()
    return held


def waiting(held, code="row_unmatched"):
    return ImportProblem.objects.filter(source_id=str(held.pk), state="open", code=code)


def days_of(section, child, month=7):
    held = RegisterPage.objects.filter(class_section=section, month__month=month).first()
    page = page_marks(held) if held else None
    if page is None or child.pk not in page.children:
        return None
    return "".join(".PALH"[code] for code in page.marks[page.children.index(child.pk)])


@pytest.fixture
def asked():
    """A class of six; five are named, one row is a stranger's."""
    section, children = a_class()
    return section, children, sent(section, [*rows(), STRANGER])


def settle(held, child, **more):
    choice = child if isinstance(child, str) else str(child.pk)
    return repair_row(an_actor(), problem=waiting(held).get(), choice=choice, at=NOW, **more)


# --- nobody overwrites unseen ---


def test_other_marks_that_are_in_are_replaced_only_when_both_were_seen(asked):
    section, children, held = asked
    a_page(section, [children[5]], [FULL])

    with pytest.raises(Invalid) as refusal:
        settle(held, children[5])
    assert refusal.value.details["field"] == "overwrite"
    assert days_of(section, children[5]) == FULL

    settle(held, children[5], overwrite=True)
    assert days_of(section, children[5]) == GONE


def test_marks_that_say_the_same_are_no_conflict(asked):
    section, children, held = asked
    a_page(section, [children[5]], [GONE[:10]])

    settle(held, children[5])

    assert days_of(section, children[5]) == GONE


def test_who_has_a_row_already_is_not_offered_and_the_most_alike_come_first():
    section, children = a_class(pupils=8)
    held = sent(section, [*rows(4), ("78", "Zzz", FULL)])
    [page] = shown_pages(an_actor(), held)
    held_class = classes_to_match(held, [page])[page.number]
    row = ShownRow(row=9, roll="77", name="Manju Sahani", marks=FULL)

    near, others = held_class.candidates(row)

    offered = [c.enrolment.child_id for c in near + others]
    assert not set(offered) & {c.pk for c in children[:4]}
    assert offered[0] == children[6].pk  # Manoj Sahni, though others have smaller roll numbers
    likes = [c.likeness for c in near + others]
    assert likes == sorted(likes, reverse=True)


def test_who_was_chosen_for_one_row_is_not_offered_for_the_next():
    section, children = a_class()
    held = sent(section, [*rows(3), STRANGER, ("98", "Another Stranger", FULL)])
    repair_row(an_actor(), problem=waiting(held).first(), choice=str(children[5].pk), at=NOW)

    [page] = shown_pages(an_actor(), held)
    free = classes_to_match(held, [page])[page.number].pupils

    assert {e.child_id for e in free} == {children[3].pk, children[4].pk}


# --- remembered ---


def test_the_same_row_of_the_next_month_is_not_asked_about(asked):
    section, children, held = asked
    settle(held, children[5])

    other = sent(section, [*rows(marks=JUNE_FULL), JUNE_STRANGER], title=JUNE, name="jun.xlsx")

    assert not waiting(other).exists()
    assert days_of(section, children[5], 6) is not None
    assert other.counts["rows_left"] == 0


def test_the_same_row_that_waits_in_another_file_is_settled_with_it(asked):
    section, children, held = asked
    other = sent(section, [*rows(marks=JUNE_FULL), JUNE_STRANGER], title=JUNE, name="jun.xlsx")
    assert waiting(other).count() == 1

    settle(held, children[5])

    other.refresh_from_db()
    assert not waiting(other).exists()
    assert other.counts["rows_left"] == 0
    assert days_of(section, children[5], 6) is not None


def test_in_another_file_nothing_is_overwritten_unseen(asked):
    section, children, held = asked
    other = sent(section, [*rows(marks=JUNE_FULL), JUNE_STRANGER], title=JUNE, name="jun.xlsx")
    a_page(section, [children[5]], [JUNE_FULL], NOW.date().replace(month=6, day=1))

    settle(held, children[5])

    assert waiting(other).count() == 1


def test_a_row_that_is_nobody_is_not_asked_about_again_until_it_is_taken_up(asked):
    section, _children, held = asked
    settle(held, SET_ASIDE)
    other = sent(section, [*rows(marks=JUNE_FULL), JUNE_STRANGER], title=JUNE, name="jun.xlsx")
    assert not waiting(other).exists()

    problem = ImportProblem.objects.get(source_id=str(held.pk), state="set_aside")
    take_problem_up_again(an_actor(), problem=problem, at=NOW)
    again = sent(section, [*rows(4, JUNE_FULL), JUNE_STRANGER], title=JUNE, name="jun2.xlsx")
    assert waiting(again).count() == 1


OCTOBER = "Class: VI  Section: A   Month: October 2026"


@pytest.mark.parametrize(
    "marks, waits",
    [
        ("PPP.AAAAAA.AAAAAA.AAAAAA.AAAAAA", 1),  # a child who comes no more
        ("HHH.HHHHHH.HHHHHH.HHHHHH.HHHHHH", 0),  # a line of the form: it says nothing of anybody
    ],
)
def test_that_a_row_is_nobody_is_believed_for_two_months_where_it_tells_of_a_child(
    asked, marks, waits
):
    section, _children, held = asked
    settle(held, SET_ASIDE)
    given = [*rows(marks=FULL), ("99", "Somebody Else Entirely", marks)]
    pupils = Child.objects.count()

    other = sent(section, given, title=OCTOBER, name="oct.xlsx", enrol_unknown=True)

    assert waiting(other).count() == waits
    assert Child.objects.count() == pupils


def test_a_decision_is_of_its_class_alone(asked):
    section, children, held = asked
    settle(held, children[5])
    other, _pupils = a_class(section.school, grade="7")

    seven = sent(other, [*rows(), STRANGER], title=JULY.replace("VI", "VII"), name="7.xlsx")

    assert waiting(seven).count() == 1


# --- undone ---


def test_a_repair_is_undone_and_the_row_waits_again(asked):
    section, children, held = asked
    a_page(section, [children[5]], [FULL])
    problem = settle(held, children[5], overwrite=True)
    assert held.counts["rows_left"] == 1

    undo_repair(an_actor(), problem=problem, at=NOW)

    problem.refresh_from_db()
    held.refresh_from_db()
    assert days_of(section, children[5]) == FULL
    assert (problem.state, held.counts["rows_left"]) == ("open", 1)
    assert not RowDecision.objects.exists()
    with pytest.raises(WrongState):
        undo_repair(an_actor(), problem=problem, at=NOW)


def test_undone_where_she_had_no_days_she_has_none(asked):
    section, children, held = asked
    problem = settle(held, children[5])

    undo_repair(an_actor(), problem=problem, at=NOW)

    assert days_of(section, children[5]) is None


def stored(section):
    """All that is held of the class's month: who is on the page, marks, absences let go."""
    held = RegisterPage.objects.get(class_section=section)
    page = page_marks(held)
    agreed = unpack_cells(held.agreed, len(page.children))
    return page.children, page.marks.tolist(), agreed.tolist(), held.days_taken, held.input_hash


def a_teacher(section):
    school = str(section.school.pk)
    return replace(
        an_actor(Role.TEACHER, body_id=school, grade="6", section="A"), user_id="teacher-1"
    )


@pytest.mark.parametrize("earlier", [None, "PPPP.AAAP", FULL])
def test_undone_everything_stands_exactly_as_before(asked, earlier):
    section, children, held = asked
    if earlier:
        a_page(section, [children[5]], [earlier])
    before = stored(section)
    missing_before = list(MissingPupil.objects.values_list("child", "state", "settled_at"))

    problem = settle(held, children[5], overwrite=True)
    assert stored(section) != before
    undo_repair(an_actor(), problem=problem, at=NOW)

    assert stored(section) == before
    assert list(MissingPupil.objects.values_list("child", "state", "settled_at")) == missing_before


def test_a_repair_laid_and_undone_lets_no_absence_go(asked):
    """Absences sent afterwards for the same days need the second person as all others."""
    section, children, held = asked
    problem = settle(held, children[5])
    undo_repair(an_actor(), problem=problem, at=NOW)
    a_page(section, [children[5]], [GONE])

    done = record_page(
        a_teacher(section),
        class_section=section,
        month=date(2026, 7, 1),
        page=PageMarks((children[5].pk,), marks_of([FULL])),
        register=None,
        received_at=NOW,
        at=NOW,
    )

    assert (done.changed, done.waiting) == (0, GONE.count("A"))
    assert days_of(section, children[5]) == GONE


def test_absences_that_stood_by_a_mistake_use_up_nobodys_small_limit(asked):
    section, children, held = asked
    a_page(section, [children[5]], [FULL])
    undo_repair(an_actor(), problem=settle(held, children[5], overwrite=True), at=NOW)
    a_page(section, [children[0]], ["A"])

    done = record_page(
        a_teacher(section),
        class_section=section,
        month=date(2026, 7, 1),
        page=PageMarks((children[0].pk,), marks_of(["P"])),
        register=None,
        received_at=NOW,
        at=NOW,
    )

    assert (done.changed, done.waiting) == (1, 0)


def test_undone_what_the_repair_asked_of_the_coordinator_waits_no_more(asked):
    """A row of presences over many absences: they wait, and the undoing takes the question away."""
    section, children = a_class(section="B")
    a_page(section, [children[5]], [GONE])
    stranger = ("99", "Somebody Else Entirely", FULL)
    held = sent(section, [*rows(), stranger], title="Class: VI  Section: B   Month: July 2026")
    teacher = replace(
        a_teacher(section), grants=(Grant(Role.TEACHER, body_id=str(section.school.pk)),)
    )
    problem = repair_row(
        teacher, problem=waiting(held).get(), choice=str(children[5].pk), at=NOW, overwrite=True
    )
    assert Correction.objects.get().state == "waiting"
    assert days_of(section, children[5]) == GONE

    undo_repair(teacher, problem=problem, at=NOW)

    assert Correction.objects.get().state == "taken_back"
    assert days_of(section, children[5]) == GONE


def test_a_repair_cannot_be_undone_once_her_days_changed(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    a_page(section, [children[5]], ["H"])

    with pytest.raises(WrongState):
        undo_repair(an_actor(), problem=problem, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "repaired"


def test_a_repair_that_a_second_equal_file_rests_on_is_not_undone(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    second = sent(section, [*rows(4), STRANGER], name="second.xlsx")
    assert second.pk != held.pk and not waiting(second).exists()
    before, decisions = stored(section), RowDecision.objects.count()

    with pytest.raises(WrongState, match="Another register has since given"):
        undo_repair(an_actor(), problem=problem, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "repaired" and RowDecision.objects.count() == decisions
    assert stored(section) == before


def test_of_two_files_repaired_together_the_later_is_undone_first_and_then_the_other(asked):
    section, children, held = asked
    second = sent(section, [*rows(4), STRANGER], name="second.xlsx")
    before = stored(section)
    problem = settle(held, children[5])
    other = ImportProblem.objects.get(source_id=str(second.pk), code="row_unmatched")
    assert other.state == "repaired"
    stands = stored(section)

    with pytest.raises(WrongState, match="Undo that one first"):
        undo_repair(an_actor(), problem=problem, at=NOW)
    assert stored(section) == stands
    undo_repair(an_actor(), problem=other, at=NOW)
    assert stored(section) == stands
    undo_repair(an_actor(), problem=problem, at=NOW)

    assert stored(section) == before
    assert waiting(held).count() == waiting(second).count() == 1


def test_a_file_that_says_other_days_of_her_does_not_hold_a_repair_back(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    sent(section, [*rows(), (str(6), NAMES[5], "." * 31)], name="blank.xlsx")

    undo_repair(an_actor(), problem=problem, at=NOW)

    assert waiting(held).count() == 1


def test_many_absences_that_another_laid_are_not_undone_by_a_teacher_alone(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    teacher = a_teacher(section)

    with pytest.raises(SecondPerson):
        undo_repair(teacher, problem=problem, at=NOW)
    assert days_of(section, children[5]) == GONE
    undo_repair(an_actor(), problem=problem, at=NOW)
    assert days_of(section, children[5]) is None

    # What she laid herself by mistake she undoes herself.
    mine = repair_row(teacher, problem=waiting(held).get(), choice=str(children[5].pk), at=NOW)
    undo_repair(teacher, problem=mine, at=NOW)
    assert days_of(section, children[5]) is None


def test_many_absences_that_another_laid_are_not_undone_by_kin_who_correct_registers(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[5])

    with pytest.raises(SecondPerson):
        undo_repair(acting(kin), problem=problem, at=NOW)
    assert days_of(section, children[5]) == GONE
    undo_repair(an_actor(), problem=problem, at=NOW)
    assert days_of(section, children[5]) is None


def test_an_enrolment_by_mistake_is_undone(asked):
    section, children, held = asked
    problem = settle(held, ENROL)
    new = Child.objects.exclude(pk__in=[c.pk for c in children]).get()

    undo_repair(an_actor(), problem=problem, at=NOW)

    ended = Enrolment.objects.get(child=new)
    assert ended.ended_by == "mistake"
    assert ended.class_section == section
    assert waiting(held).count() == 1


def test_others_undo_nothing_and_mend_no_mark(asked):
    section, children, held = asked
    problem = settle(held, children[5])
    school = str(section.school.pk)

    for actor in (
        an_actor(where="IN/S10/D207"),
        an_actor(Role.TEACHER, body_id=school, grade="7", section="A"),
        an_actor(Role.VOLUNTEER, "IN/S10/D206"),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            undo_repair(actor, problem=problem, at=NOW)

    assert days_of(section, children[5]) == GONE


# --- enrolling, and marks that could not be read ---


def test_a_row_like_two_pupils_is_enrolled_when_a_person_says_so():
    section, children = a_class()
    held = sent(section, [*rows(5), ("6", "Kavitaa Devi", FULL), ("61", "Kavita Dev", FULL)])
    before = Child.objects.count()

    for problem in waiting(held):
        repair_row(an_actor(), problem=problem, choice=ENROL, at=NOW)

    assert Child.objects.count() > before
    assert not waiting(held).exists()
    assert children[5].enrolments.get().class_section == section


@pytest.fixture
def unread():
    """The sixth pupil's 20th holds two question marks."""
    section, children = a_class()
    marks = FULL[:19] + "Z" + FULL[20:]
    return section, children, sent(section, [*rows(5), ("6", NAMES[5], marks)])


@pytest.mark.parametrize("mark", "PALH")
def test_a_mark_that_could_not_be_read_is_given_and_undone(unread, mark):
    section, children, held = unread
    assert days_of(section, children[5])[19] == "."
    problem = waiting(held, "unreadable_mark").get()

    correct_mark(an_actor(), problem=problem, mark=mark, at=NOW)

    held.refresh_from_db()
    assert days_of(section, children[5]) == FULL[:19] + mark + FULL[20:]
    assert held.counts["rows_left"] == 0
    assert audited().filter(verb="register.repaired").count() == 1
    with pytest.raises(WrongState):
        correct_mark(an_actor(), problem=problem, mark="P", at=NOW)
    problem.refresh_from_db()
    undo_repair(an_actor(), problem=problem, at=NOW)
    assert days_of(section, children[5])[19] == "."


def test_no_other_word_is_a_mark_and_others_give_none(unread):
    section, children, held = unread
    problem = waiting(held, "unreadable_mark").get()

    with pytest.raises(Invalid):
        correct_mark(an_actor(), problem=problem, mark="Z", at=NOW)
    with pytest.raises((NotAllowed, NotFound)):
        correct_mark(an_actor(Role.VOLUNTEER, "IN/S10/D206"), problem=problem, mark="P", at=NOW)

    assert days_of(section, children[5])[19] == "."


def test_a_mark_in_a_row_of_nobody_waits_for_the_row():
    section, children = a_class()
    strange = FULL[:19] + "Z" + FULL[20:]
    held = sent(section, [*rows(5), ("99", "Somebody Else Entirely", strange)])
    problem = waiting(held, "unreadable_mark").get()

    with pytest.raises(Invalid):
        correct_mark(an_actor(), problem=problem, mark="A", at=NOW)
    settle(held, children[5])
    correct_mark(an_actor(), problem=problem, mark="A", at=NOW)

    assert days_of(section, children[5])[19] == "A"


def test_the_count_falls_with_each_thing_settled():
    section, children = a_class()
    held = sent(section, [*rows(3), STRANGER, ("98", "Another Stranger", FULL)])
    assert held.counts["rows_left"] == 2

    repair_row(an_actor(), problem=waiting(held).first(), choice=str(children[5].pk), at=NOW)
    repair_row(an_actor(), problem=waiting(held).first(), choice=SET_ASIDE, at=NOW)

    assert RegisterFile.objects.get(pk=held.pk).counts["rows_left"] == 0


# --- the same roll number, another surname ---


def test_another_surname_on_a_pupils_roll_number_waits_until_a_person_says_who_it_is():
    section, children = a_class()
    given, family = NAMES[0].split()
    other = ("1", f"{given} Hembram", GONE)

    held = sent(section, [other, *rows()[1:]])

    assert waiting(held).get().raw["suggestions"] == [str(children[0].pk)]
    assert days_of(section, children[0]) is None
    settle(held, children[0])
    assert days_of(section, children[0]) == GONE
    june = sent(section, [("1", f"{given} Hembram", JUNE_FULL)], JUNE, name="june.xlsx")
    assert not waiting(june).exists(), "it was said, and is not asked again"
    assert family != "Hembram"


def test_a_child_of_another_surname_can_be_enrolled_under_the_same_roll_number():
    section, children = a_class()
    given = NAMES[0].split()[0]

    held = sent(section, [("1", f"{given} Hembram", GONE), *rows()])
    settle(held, ENROL)

    new = Child.objects.exclude(pk__in=[c.pk for c in children]).get()
    assert new.family_name == "Hembram"
    assert days_of(section, new) == GONE
    assert days_of(section, children[0]) == FULL


# --- two children of one roll number ---


def sharing(first="Tara Bano", second="Hina Parvin", marks=FULL):
    return [*rows(marks=marks), ("6", first, marks), ("6", second, marks)]


def told_of_one_roll(section, sheet, title, name):
    return waiting(sent(section, sheet, title=title, name=name, enrol_unknown=True), "same_roll")


@pytest.fixture
def let_stand():
    """A class whose register has two children under roll number 6, and somebody said that it is so."""
    section, _children = a_class(pupils=5)
    problem = told_of_one_roll(section, sharing(), JULY, "r.xlsx").get()
    return section, set_problem_aside(an_actor(), problem=problem, at=NOW)


def test_two_rows_of_one_roll_number_are_told_once(let_stand):
    section, problem = let_stand
    assert RowDecision.objects.get(problem=problem).is_remembered

    june = told_of_one_roll(section, sharing(marks=JUNE_FULL), JUNE, "jun.xlsx")

    assert not june.exists()
    assert not june.model.objects.filter(state="set_aside").exclude(pk=problem.pk).exists()


@pytest.mark.parametrize(
    "sheet",
    [
        sharing(second="Rehana Khatun", marks=JUNE_FULL),
        [*sharing(marks=JUNE_FULL), ("6", "Munni Devi", JUNE_FULL)],
        [
            *sharing(marks=JUNE_FULL)[:5],
            ("7", "Tara Bano", JUNE_FULL),
            ("7", "Hina Parvin", JUNE_FULL),
        ],
    ],
    ids=["another name", "a third child", "another number"],
)
def test_two_rows_of_one_roll_number_are_told_again_when_something_changed(let_stand, sheet):
    section, _problem = let_stand

    assert told_of_one_roll(section, sheet, JUNE, "jun.xlsx").count() == 1


def test_two_rows_of_one_roll_number_are_told_again_in_another_class(let_stand):
    section, _problem = let_stand
    other, _pupils = a_class(section.school, grade="7", pupils=5)

    seven = told_of_one_roll(other, sharing(), JULY.replace("VI", "VII"), "7.xlsx")

    assert seven.count() == 1


def test_two_rows_of_one_roll_number_that_were_taken_up_again_are_told_again(let_stand):
    section, problem = let_stand
    take_problem_up_again(an_actor(), problem=problem, at=NOW)

    assert told_of_one_roll(section, sharing(marks=JUNE_FULL), JUNE, "jun.xlsx").count() == 1


def test_only_who_repairs_registers_of_the_class_lets_one_roll_number_stand():
    section, _children = a_class(pupils=5)
    problem = told_of_one_roll(section, sharing(), JULY, "r.xlsx").get()

    with pytest.raises(NotAllowed):
        set_problem_aside(an_actor(Role.VOLUNTEER), problem=problem, at=NOW)
    assert not RowDecision.objects.filter(problem=problem).exists()
