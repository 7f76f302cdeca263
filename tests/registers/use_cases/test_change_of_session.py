"""Pupils without admission numbers at the change of session: proposed, asked about, never guessed."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.people.actions import promote_pupil
from aanchal.people.models import Child, ClassMove, ClassSection, Enrolment
from aanchal.people.rules.pupils import NewPupil
from aanchal.registers.actions import (
    ENROL,
    SET_ASIDE,
    confirm_promoted,
    repair_row,
    repairs,
    set_problem_aside,
    take_problem_up_again,
    take_register,
    undo_repair,
)
from aanchal.registers.actions.left_over import ask_after_left_over, ask_no_more_after
from aanchal.registers.models import MissingPupil, RegisterPage, RowDecision
from aanchal.registers.page_store import page_marks
from aanchal.registers.queries.promotions import classes_beside_last_year, rows_of_last_year
from aanchal.registers.shown_pages import ShownRow
from tests.at_once import at_once
from tests.audited import audited
from tests.factories import (
    JULY,
    NAMES,
    NOW,
    OTHER_VILLAGE,
    VILLAGE,
    a_class,
    a_given_register,
    a_register_xlsx,
    a_school,
    an_actor,
    kin_of,
)
from tests.signing_in import a_person, acting

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
TITLE = "Class: VII  Section: A   Month: July 2026"
SAME = TITLE.replace("VII", "VI")
OTHERWISE = NAMES[4].replace("a", "aa", 1) if "a" in NAMES[4] else NAMES[4] + "h"


def last_year(pupils=6):
    section, children = a_class(pupils=pupils)
    ClassSection.objects.filter(pk=section.pk).update(year=2025)
    section.refresh_from_db()
    return section, children


def sent(section, names, *, enrol=True, name="vii.xlsx", title=TITLE, first=FULL):
    rows = [(str(i + 1), n, FULL if i else first) for i, n in enumerate(names)]
    data = a_register_xlsx(rows, udise=section.school.school.udise, title=title)
    held = a_given_register(an_actor(), data, school=section.school, name=name)
    take_register(an_actor(), register=held, enrol_unknown=enrol, confirmed=True, at=NOW)
    held.refresh_from_db()
    return held


def waiting(held):
    return list(
        ImportProblem.objects.filter(
            source_id=str(held.pk), state="open", code="row_unmatched"
        ).order_by("row")
    )


def certain(held):
    return [p.pk for p in waiting(held) if p.raw["promoted"] == "name_equal"]


def snapshot():
    return (
        sorted(
            Enrolment.objects.exclude(ended_by="mistake").values_list(
                "child", "class_section", "ends_on", "ended_by"
            )
        ),
        sorted(MissingPupil.objects.values_list("child", "state")),
    )


def told(verb):
    return sum(e.verb == verb for e in audited())


def now_in(child):
    return Enrolment.objects.get(child=child, ends_on__isnull=True).class_section


def test_nobody_is_enrolled_moved_or_marked_before_a_person_said_who_she_is():
    section, _children = last_year(pupils=5)
    before = snapshot()

    held = sent(section, NAMES[:5])

    assert len(waiting(held)) == 5
    assert snapshot() == before
    assert not RegisterPage.objects.exists()
    assert Child.objects.count() == 5
    assert rows_of_last_year(ImportProblem.objects.filter(source_id=str(held.pk))) == 5


def test_whoever_a_row_may_be_is_not_asked_after_as_one_who_is_missing():
    section, children = last_year()
    ClassSection.objects.create(
        district=section.district, school=section.school, year=2026, grade="7", section="A"
    )

    held = sent(section, NAMES[:5])

    assert held.understood["pages"][0]["missing"] == [str(children[5].pk)]
    assert [m.child_id for m in MissingPupil.objects.all()] == [children[5].pk]


def test_a_boy_of_a_girls_name_and_who_may_repeat_the_class_are_asked_about_one_by_one():
    section, _children = last_year()
    days = ",".join(str(day) for day in range(1, 32))
    marks = ",".join(FULL.replace(".", " "))
    for grade in ("VII", "VI"):
        lines = [f"Class: {grade}  Section: A  Month: July 2026", f"Roll,Name,Gender,{days}"]
        lines += [f"{n},{NAMES[n]},{sex},{marks}" for n, sex in enumerate("MFF", 1)]
        data = "\n".join(lines).encode()
        held = a_given_register(an_actor(), data, school=section.school, name=f"{grade}.csv")
        take_register(an_actor(), register=held, enrol_unknown=True, confirmed=True, at=NOW)

        reasons = [p.raw["promoted"] for p in waiting(held)]
        if grade == "VII":
            assert reasons == ["other_sex", "name_equal", "name_equal"]
        else:
            assert reasons == ["same_class"] * 3


def test_all_certain_ones_are_promoted_in_one_step_and_have_their_days():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])

    done = confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)

    assert (done.same, done.asked, done.waiting) == (4, 0, 0)
    assert {now_in(c).grade for c in children[:4]} == {"7"}
    ended = Enrolment.objects.filter(child__in=children[:4], class_section=section)
    assert set(ended.values_list("ended_by", flat=True)) == {"promoted"}
    assert now_in(children[4]).pk == section.pk
    assert Child.objects.count() == 6
    [left] = waiting(held)
    assert left.raw["promoted"] == "spelled_otherwise"
    assert told("register.repaired") == 4
    assert told("child.moved") == 4


def test_a_row_that_would_replace_marks_is_asked_about_and_stops_none_of_the_others():
    section, children = last_year()
    one = sent(section, NAMES[:3])
    other = sent(section, NAMES[:4], name="again.xlsx", first=FULL.replace("P", "A", 3))
    confirm_promoted(an_actor(), register=one, problems=certain(one), at=NOW)

    done = confirm_promoted(an_actor(), register=other, problems=certain(other), at=NOW)

    # Rows two and three are settled already: they say the same as in the first file.
    assert (done.same, done.asked, done.waiting) == (1, 0, 1)
    [left] = waiting(other)
    assert left.raw["suggestions"][0] == str(children[0].pk)
    assert now_in(children[3]).grade == "7"


def test_a_promotion_is_taken_back_exactly():
    section, _children = last_year()
    held = sent(section, NAMES[:5])
    before = snapshot()
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)

    for problem in ImportProblem.objects.filter(source_id=str(held.pk), state="repaired"):
        undo_repair(an_actor(), problem=problem, at=NOW)

    assert snapshot() == before
    assert len(waiting(held)) == 5


def test_a_row_that_is_another_child_is_enrolled_and_the_one_left_over_is_asked_after():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    before = snapshot()
    [problem] = waiting(held)

    repair_row(an_actor(), problem=problem, choice=ENROL, at=NOW)

    assert Child.objects.count() == 7
    missing = MissingPupil.objects.filter(state="waiting")
    assert children[4].pk in set(missing.values_list("child_id", flat=True))

    problem.refresh_from_db()
    undo_repair(an_actor(), problem=problem, at=NOW)
    assert [m for m in snapshot()[1]] == before[1]


def test_a_row_that_is_nobody_leaves_the_pupil_to_be_asked_after_until_it_is_taken_up_again():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    before = snapshot()
    [problem] = waiting(held)

    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)
    assert MissingPupil.objects.filter(child=children[4], state="waiting").exists()

    problem.refresh_from_db()
    take_problem_up_again(an_actor(), problem=problem, at=NOW)
    assert snapshot() == before


def test_only_rows_that_were_shown_as_certain_are_said_in_one_step():
    section, _children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    before = snapshot()

    with pytest.raises(NotFound):
        confirm_promoted(an_actor(), register=held, problems=[p.pk for p in waiting(held)], at=NOW)
    assert snapshot() == before


def test_whoever_has_another_class_says_nothing():
    section, _children = last_year()
    held = sent(section, NAMES[:5])
    before = snapshot()
    other = an_actor(Role.VOLUNTEER)

    with pytest.raises(NotAllowed):
        confirm_promoted(other, register=held, problems=certain(held), at=NOW)
    assert snapshot() == before


def test_the_teacher_of_the_new_class_asks_for_a_pupil_whose_class_is_not_hers():
    section, children = last_year()
    held = sent(section, NAMES[:5])
    teacher = acting(a_person(Role.TEACHER, section.school, grade="7", section="A"))

    done = confirm_promoted(teacher, register=held, problems=certain(held), at=NOW)

    assert (done.same, done.asked) == (0, 5)
    assert ClassMove.objects.filter(state="waiting").count() == 5
    assert {now_in(c).pk for c in children} == {section.pk}
    assert len(waiting(held)) == 5


def test_a_pupil_is_promoted_only_by_whoever_may_enrol_in_the_new_class():
    section, children = last_year()
    pupil = NewPupil(grade="7", section="A", roll="1", given_name="A", family_name="B", row=1)

    with pytest.raises(NotAllowed):
        promote_pupil(
            an_actor(Role.VOLUNTEER),
            school=section.school,
            child_id=children[0].pk,
            pupil=pupil,
            on=JULY,
            at=NOW,
        )
    assert now_in(children[0]).pk == section.pk

    promote_pupil(
        an_actor(), school=section.school, child_id=children[0].pk, pupil=pupil, on=JULY, at=NOW
    )
    assert now_in(children[0]).grade == "7"
    assert told("child.moved") == 1


def test_asking_after_who_is_left_over_and_taking_it_back_are_for_whoever_repairs_the_class():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    [problem] = waiting(held)
    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)
    before = snapshot()
    decision = RowDecision.objects.get(problem=problem)
    stranger = an_actor(Role.VOLUNTEER)

    with pytest.raises(NotAllowed):
        ask_no_more_after(stranger, decision=decision, at=NOW)
    asked = {
        "problem": problem,
        "row": ShownRow(**{k: v for k, v in problem.raw.items() if k != "page"}),
        "school": section.school,
        "grade": "7",
        "section_name": "A",
        "month": JULY,
        "at": NOW,
    }
    with pytest.raises(NotAllowed):
        ask_after_left_over(stranger, **asked)
    assert snapshot() == before

    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=NOW - timedelta(days=30))
    kin_of(kin, children[4])
    assert ask_no_more_after(acting(kin), decision=decision, at=NOW) == 0
    assert MissingPupil.objects.filter(child=children[4], state="waiting").exists()

    assert ask_no_more_after(an_actor(), decision=decision, at=NOW) == 1
    assert not MissingPupil.objects.filter(child=children[4]).exists()
    assert ask_after_left_over(an_actor(), **asked) == 1
    assert MissingPupil.objects.filter(child=children[4], state="waiting").count() == 1


def waits_for(child):
    return MissingPupil.objects.filter(child=child, state="waiting").count()


def test_a_pupil_whom_no_row_may_be_is_asked_after_while_every_row_still_waits():
    section, children = last_year()

    held = sent(section, NAMES[:5])

    assert waits_for(children[5]) == 1
    assert not any(waits_for(child) for child in children[:5])
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    assert waits_for(children[5]) == 1


def test_a_row_that_is_nobody_before_the_class_has_a_pupil_leaves_her_to_be_asked_after():
    section, children = last_year(pupils=5)
    held = sent(section, [*NAMES[:4], OTHERWISE])
    assert not any(waits_for(child) for child in children)
    [problem] = [p for p in waiting(held) if p.raw["promoted"] != "name_equal"]

    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)

    assert waits_for(children[4]) == 1
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    assert waits_for(children[4]) == 1


def held_by_a_question(held):
    """The file as it is read again once something is asked of its only page."""
    pages = held.understood["pages"]
    pages[0]["questions"] = [
        {"key": "k", "about": "share", "choices": ["as_read", "turned"], "template": "?",
         "params": {}, "rows": [], "lasting": False, "holds": "page", "sheet": ""}
    ]  # fmt: skip
    held.understood = {**held.understood, "pages": pages}
    held.save(update_fields=["understood"])


@pytest.mark.parametrize("way", [repair_row, set_problem_aside])
def test_a_row_of_a_page_that_a_question_holds_leaves_her_to_be_asked_after_at_once(way):
    section, children = last_year(pupils=5)
    held = sent(section, [*NAMES[:4], OTHERWISE])
    held_by_a_question(held)
    [problem] = [p for p in waiting(held) if p.raw["promoted"] != "name_equal"]
    before = snapshot()

    given = {"choice": SET_ASIDE} if way is repair_row else {}
    way(an_actor(), problem=problem, at=NOW, **given)

    assert waits_for(children[4]) == 1
    problem.refresh_from_db()
    take_problem_up_again(an_actor(), problem=problem, at=NOW)
    assert snapshot() == before and problem.pk in [p.pk for p in waiting(held)]
    with pytest.raises(Invalid):
        repair_row(an_actor(), problem=problem, choice=str(children[4].pk), at=NOW)


def test_a_row_of_a_held_page_is_set_aside_only_by_whoever_repairs_the_class():
    section, children = last_year(pupils=5)
    held = sent(section, [*NAMES[:4], OTHERWISE])
    held_by_a_question(held)
    [problem] = [p for p in waiting(held) if p.raw["promoted"] != "name_equal"]

    for way, given in ((repair_row, {"choice": SET_ASIDE}), (set_problem_aside, {})):
        with pytest.raises(NotAllowed):
            way(an_actor(Role.VOLUNTEER), problem=problem, at=NOW, **given)
    assert not waits_for(children[4])


def test_a_pupil_who_might_have_stayed_is_asked_after_when_the_class_above_has_already_sent():
    section, children = last_year(pupils=5)
    above = sent(section, [*NAMES[:4], OTHERWISE])
    confirm_promoted(an_actor(), register=above, problems=certain(above), at=NOW)
    same = sent(section, [OTHERWISE], name="vi.xlsx", title=SAME)
    [once_more] = waiting(same)
    assert once_more.raw["promoted"] == "same_class"
    [problem] = waiting(above)
    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)
    assert not waits_for(children[4])  # the row of the same class may be she

    repair_row(an_actor(), problem=once_more, choice=ENROL, at=NOW)
    assert waits_for(children[4]) == 1

    once_more.refresh_from_db()
    undo_repair(an_actor(), problem=once_more, at=NOW)
    assert not waits_for(children[4])


def test_a_pupil_who_might_have_stayed_is_expected_in_the_class_above_until_it_sends():
    section, children = last_year(pupils=5)
    same = sent(section, [OTHERWISE], name="vi.xlsx", title=SAME)
    [once_more] = waiting(same)

    repair_row(an_actor(), problem=once_more, choice=ENROL, at=NOW)
    assert not waits_for(children[4])

    sent(section, NAMES[:4])
    assert waits_for(children[4]) == 1


def test_rows_whose_pupil_moved_on_meanwhile_are_asked_about_one_by_one():
    section, children = last_year(pupils=5)
    held = sent(section, NAMES[:5])
    elsewhere, _others = a_class(a_school(OTHER_VILLAGE), pupils=1)
    Enrolment.objects.filter(child=children[0]).update(class_section=elsewhere)

    [shown] = classes_beside_last_year(an_actor(), held)

    assert len(shown.certain) == 4
    [asked] = shown.doubtful
    assert asked.name == NAMES[0]
    assert asked.former == ()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("said", [(SET_ASIDE, SET_ASIDE), (ENROL, ENROL), (SET_ASIDE, ENROL)])
def test_of_two_answers_at_once_the_later_one_asks_after_whom_both_leave_over(said, monkeypatch):
    section, children = last_year(pupils=5)
    held = sent(section, [*NAMES[:4], OTHERWISE, OTHERWISE + "h"])
    confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    answers = [(p, c) for p, c in zip(waiting(held), said, strict=True)]
    assert all(str(children[4].pk) in p.raw["suggestions"] for p, _c in answers)

    def slowly(*args, **kwargs):
        found = ask_after_left_over(*args, **kwargs)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(repairs, "ask_after_left_over", slowly)

    def answer():
        problem, choice = answers.pop()
        repair_row(an_actor(), problem=problem, choice=choice, at=NOW)

    at_once(answer, 2)

    assert not waiting(held)
    assert waits_for(children[4]) == 1


def test_a_pupil_whose_move_was_asked_for_is_asked_after_when_her_row_is_nobody():
    section, children = last_year(pupils=5)
    held = sent(section, [*NAMES[:4], OTHERWISE])
    teacher = acting(a_person(Role.TEACHER, section.school, grade="7", section="A"))
    [problem] = [p for p in waiting(held) if p.raw["promoted"] != "name_equal"]
    repair_row(teacher, problem=problem, choice=str(children[4].pk), at=NOW)
    assert ClassMove.objects.filter(child=children[4], state="waiting").exists()

    repair_row(teacher, problem=problem, choice=SET_ASIDE, at=NOW)

    assert waits_for(children[4]) == 1


def asked_by_pressing(pupils):
    section, children = last_year(pupils)
    held = sent(section, NAMES[:pupils], name=f"press-{pupils}.xlsx")
    with CaptureQueriesContext(connection) as queries:
        done = confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)
    assert done.same == pupils
    assert {now_in(c).grade for c in children} == {"7"}
    return len(queries)


def test_one_press_asks_no_more_queries_for_more_children():
    assert asked_by_pressing(2) == asked_by_pressing(6)


def test_the_same_rows_of_another_month_go_in_with_them_and_each_is_undone_alone():
    section, _children = last_year(pupils=3)
    july = sent(section, NAMES[:3])
    august = sent(section, NAMES[:3], name="august.xlsx", title=TITLE.replace("July", "August"))
    before = snapshot()

    done = confirm_promoted(an_actor(), register=july, problems=certain(july), at=NOW)

    assert (done.same, done.asked, done.waiting) == (3, 0, 0)
    # The same rows of the other month are settled with them.
    assert not waiting(july) and not waiting(august)
    pages = RegisterPage.objects.order_by("month")
    assert [len(page_marks(page).children) for page in pages] == [3, 3]
    assert RowDecision.objects.filter(enrolled=True).count() == 3
    assert RowDecision.objects.filter(is_remembered=True).count() == 3
    assert told("child.moved") == 3 and told("register.repaired") == 6

    first, *rest = ImportProblem.objects.filter(source_id=str(august.pk), state="repaired")
    undo_repair(an_actor(), problem=first, at=NOW)
    assert [len(page_marks(page).children) for page in pages.all()] == [3, 2]
    for problem in rest:
        undo_repair(an_actor(), problem=problem, at=NOW)
    for problem in ImportProblem.objects.filter(source_id=str(july.pk), state="repaired"):
        undo_repair(an_actor(), problem=problem, at=NOW)
    assert snapshot() == before


def test_pressed_twice_the_second_press_finds_nothing_to_do():
    section, _children = last_year(pupils=3)
    held = sent(section, NAMES[:3])
    shown = certain(held)
    confirm_promoted(an_actor(), register=held, problems=shown, at=NOW)
    before = snapshot()

    done = confirm_promoted(an_actor(), register=held, problems=shown, at=NOW)

    assert (done.same, done.asked, done.waiting) == (0, 0, 3)
    assert snapshot() == before


def test_a_pupil_who_has_moved_on_meanwhile_stops_none_of_the_others():
    section, children = last_year(pupils=3)
    held = sent(section, NAMES[:3])
    elsewhere, _others = a_class(a_school(OTHER_VILLAGE), pupils=1)
    Enrolment.objects.filter(child=children[0]).update(class_section=elsewhere)

    done = confirm_promoted(an_actor(), register=held, problems=certain(held), at=NOW)

    assert (done.same, done.asked, done.waiting) == (2, 0, 1)
    assert now_in(children[0]) == elsewhere
