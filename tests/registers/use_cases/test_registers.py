"""Registers in: kept, shown, taken page by page, once."""

import io
from datetime import UTC, datetime

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.files import path_of, read_file
from aanchal.kernel.models import ImportProblem, StoredFile
from aanchal.people.models import Child
from aanchal.registers.actions import choose_school, give_register, refuse_register, take_register
from aanchal.registers.models import PageRevision, RegisterFile, RegisterPage
from aanchal.registers.page_store import page_marks
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
)
from tests.signing_in import a_school

pytestmark = pytest.mark.django_db

# July 2026: 1 is a Wednesday; 5, 12, 19, 26 are Sundays.
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.PPPPPP.PPPPPA.AAAAAA.AAAAA"


def rows(count=6, marks=FULL):
    return [(str(i + 1), NAMES[i], marks) for i in range(count)]


def test_a_register_of_known_pupils_goes_in_and_says_the_same_as_the_file():
    section, children = a_class()
    udise = section.school.school.udise
    sheet = [*rows(5), ("6", NAMES[5], GONE)]

    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=udise))
    taken = take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)

    page = page_marks(RegisterPage.objects.get(class_section=section))
    letters = "".join(".PALH"[code] for code in page.marks[page.children.index(children[5].pk)])
    assert (taken.pages, taken.rows_left) == (1, 0)
    assert letters == GONE
    assert read_file(held.file) == a_register_xlsx(sheet, udise=udise) or held.file.size_bytes


def test_the_same_file_twice_is_one_record_and_changes_nothing():
    section, _children = a_class()
    data = a_register_xlsx(rows(), udise=section.school.school.udise)
    first = a_given_register(an_actor(), data)
    take_register(an_actor(), register=first, enrol_unknown=False, at=NOW)
    before = audited().count()

    second = a_given_register(an_actor(), data)
    again = take_register(an_actor(), register=second, enrol_unknown=False, at=NOW)

    assert second.pk == first.pk
    assert (again.marks_added, again.marks_changed) == (0, 0)
    assert RegisterFile.objects.count() == StoredFile.objects.count() == 1
    assert path_of(first.file).exists()
    assert audited().filter(verb__startswith="register.recorded").count() == 1
    assert audited().count() >= before


def test_unknown_pupils_are_enrolled_in_one_step_only_when_confirmed():
    school = a_school(VILLAGE)
    data = a_register_xlsx(rows(), udise=school.school.udise)
    held = a_given_register(an_actor(), data)

    without = take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    assert (without.pages, Child.objects.count()) == (0, 0)

    taken = take_register(an_actor(), register=held, enrol_unknown=True, at=NOW)

    assert taken.enrolled == 6
    assert RegisterPage.objects.get().children
    assert all(c.area_is_assumed for c in Child.objects.all())


def test_the_words_of_a_register_for_girl_and_boy_are_understood_and_others_not_guessed():
    school = a_school(VILLAGE)
    days = ",".join(str(day) for day in range(1, 32))
    marks = ",".join(FULL.replace(".", " "))
    lines = ["Class: VI  Section: A  Month: July 2026", f"Roll,Name,Gender,{days}"]
    said = ("F", "M", "छात्रा", "?")
    lines += [f"{n},{NAMES[n]},{sex},{marks}" for n, sex in enumerate(said, 1)]

    held = a_given_register(
        an_actor(), "\n".join(lines).encode(), school=school, name="register.csv"
    )
    take_register(an_actor(), register=held, enrol_unknown=True, at=NOW)

    sexes = {c.enrolments.get().roll_no: c.sex for c in Child.objects.all()}
    assert sexes == {"1": "girl", "2": "boy", "3": "girl", "4": ""}


def test_rows_that_match_nobody_wait_for_repair():
    section, _children = a_class()
    sheet = [*rows(5), ("99", "Somebody Else Entirely", FULL)]

    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))
    taken = take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)

    waiting = ImportProblem.objects.get(code="row_unmatched")
    assert taken.rows_left == 1
    assert waiting.raw["name"] == "Somebody Else Entirely"


def test_a_teacher_sends_only_her_own_class():
    section, _children = a_class()
    other, _others = a_class(section.school, grade="7")
    school = section.school
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk), grade="6", section="A")
    title = "Class: VII  Section: A   Month: July 2026"
    data = a_register_xlsx(rows(), udise=school.school.udise, title=title)

    held = a_given_register(teacher, data, school=school, grade="6", section="A")

    assert other.grade == "7"
    [page] = held.understood["pages"]
    assert page["rows"] == []
    assert "not_yours" in [p["code"] for p in page["problems"]]


@pytest.mark.parametrize("hints", [{}, {"month": "2026-07"}, {"grade": "6"}])
def test_a_class_teacher_is_asked_which_class_it_is_and_hers_is_never_assumed(hints):
    """A file without a class, taken for hers, would lay another class's marks over her pupils'."""
    section, _children = a_class()
    school = section.school
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk), grade="6", section="A")
    data = a_register_xlsx(rows(), title="Attendance, July 2026")

    with pytest.raises(Invalid) as refusal:
        a_given_register(teacher, data, school=school, **hints)

    assert refusal.value.details["field"] == "own_class"
    assert not StoredFile.objects.exists()
    held = a_given_register(teacher, data, school=school, grade="6", section="A")
    [page] = held.understood["pages"]
    assert (page["grade"], page["section"], len(page["rows"])) == ("6", "A", 6)


def test_a_file_of_no_class_is_of_the_whole_school_and_no_class_teacher_acts_on_it():
    section, _children = a_class()
    school = section.school
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk), grade="6", section="A")
    held = a_given_register(an_actor(), a_register_xlsx(rows()), school=school)

    with pytest.raises(NotAllowed):
        take_register(teacher, register=held, enrol_unknown=True, confirmed=True, at=NOW)
    with pytest.raises(NotAllowed):
        refuse_register(teacher, register=held, template="x", params={}, at=NOW)
    with pytest.raises(NotAllowed):
        choose_school(teacher, register=held, school=school, hints={}, at=NOW)

    held.refresh_from_db()
    assert not RegisterPage.objects.exists()


def test_another_districts_coordinator_may_not_send_and_nothing_is_kept():
    school = a_school(VILLAGE)

    with pytest.raises(NotAllowed):
        give_register(
            an_actor(where="IN/S10/D207"),
            source=io.BytesIO(b"x"),
            filename="x.csv",
            school=school,
            hints={},
            via="site",
            at=NOW,
        )

    assert not StoredFile.objects.exists()
    assert not RegisterFile.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_kept():
    school = a_school(VILLAGE)

    held = a_given_register(an_actor(), b"\x00\x01garbage" * 40, school=school, name="a.xlsx")

    assert held.state == RegisterFile.State.REFUSED
    assert held.refusal
    with pytest.raises(WrongState):
        take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)


def test_turning_many_absences_into_presences_waits_for_the_coordinator():
    """It once refused the whole file; now the other marks go in and these wait, see corrections."""
    section, children = a_class()
    a_page(section, children, [GONE] * 6)
    school = section.school
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk), grade="6", section="A")
    held = a_given_register(
        teacher,
        a_register_xlsx(rows(), udise=school.school.udise),
        school=school,
        grade="6",
        section="A",
    )

    taken = take_register(teacher, register=held, enrol_unknown=False, confirmed=True, at=NOW)

    assert (taken.marks_changed, taken.marks_waiting) == (0, 6 * 12)
    assert not PageRevision.objects.exists()
    taken = take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    assert taken.marks_changed == 6 * 12
    assert PageRevision.objects.get().changed_marks == 6 * 12


def test_a_correction_waits_until_the_sender_says_yes():
    section, children = a_class()
    a_page(section, children, [FULL] * 6)
    sheet = [*rows(5), ("6", NAMES[5], "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPA")]

    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))
    waiting = take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    assert (waiting.waiting, waiting.marks_changed) == (1, 0)

    taken = take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    assert taken.marks_changed == 1


@pytest.mark.parametrize("hour, is_to_come", [(17, True), (20, False)])
def test_what_is_still_to_come_is_reckoned_by_the_day_here(hour, is_to_come):
    """At 20:00 in London it is the ninth already where the school is."""
    school = a_school(VILLAGE)
    a_class(school)
    data = a_register_xlsx([("1", NAMES[0], "PPPP.PPPP")], udise=school.school.udise)

    held = a_given_register(
        an_actor(), data, school=school, at=datetime(2026, 7, 8, hour, tzinfo=UTC)
    )

    [page] = held.understood["pages"]
    assert any(ask["code"] == "marks_in_future" for ask in page["asks"]) == is_to_come
