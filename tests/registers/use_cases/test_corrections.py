"""A correction never silences: absences are taken away, and flags withdrawn, by the coordinator."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, SecondPerson, WrongState
from aanchal.registers.actions import (
    agree_to_correction,
    record_page,
    refuse_correction,
    take_correction_back,
)
from aanchal.registers.actions.pages import page_marks
from aanchal.registers.models import Correction, PageRevision, RegisterPage
from aanchal.registers.queries.corrections import (
    corrections_agreed,
    corrections_to_answer,
    my_corrections,
)
from aanchal.registers.rules.corrections import (
    absent_to_present,
    grown,
    hold_back,
    pack_cells,
    unpack_cells,
)
from aanchal.registers.rules.pages import PageMarks
from aanchal.watch.actions import assign_visit, keep_flag, run_watch, undo_correction, withdraw_flag
from aanchal.watch.models import Flag, Visit, Withdrawal
from aanchal.watch.queries.withdrawals import withdrawals_to_answer
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, a_page, an_actor, kin_of, marks_of
from tests.signing_in import a_person, a_school, acting
from tests.two_districts import a_finding

pytestmark = pytest.mark.django_db

WATCH = system_actor("watch")
JUNE, JULY, END = date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 31)
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.AAAAAA.AAAAAA.AAAAAA.AAAAA"


def a_teacher(section):
    school = str(section.school.pk)
    return replace(
        an_actor(Role.TEACHER, body_id=school, grade="6", section="A"), user_id="teacher-1"
    )


def send(actor, section, children, lines, month=JULY):
    return record_page(
        actor,
        class_section=section,
        month=month,
        page=PageMarks(tuple(c.pk for c in children), marks_of(lines)),
        register=None,
        received_at=NOW,
        at=NOW,
    )


def days_of(section, child, month=JULY):
    page = page_marks(RegisterPage.objects.get(class_section=section, month=month))
    return "".join(".PALH"[code] for code in page.marks[page.children.index(child.pk)])


@pytest.fixture
def missing():
    """A class of ten whose last pupil has been gone for nearly a month; the flag is raised."""
    section, children = a_class(pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(section, children, [*[FULL] * 9, GONE], JULY)
    run_watch(WATCH, on=END, at=NOW)
    return section, children


def changed(letter, days):
    """The gone child's July with some of her absences (0-based days) made another mark."""
    return "".join(letter if d in days else "." for d in range(31))


ABSENT_DAYS = [d for d, letter in enumerate(GONE) if letter == "A"]


# --- the rule ---


def test_whatever_an_absence_becomes_and_by_how_many_steps_it_counts():
    child = date  # any hashable key will do for the pure rule
    a, leave, present = (PageMarks((child,), marks_of([x])) for x in ("AAAA", "LLAA", "PHPA"))

    assert absent_to_present([a], leave)[0, :4].tolist() == [True, True, False, False]
    assert absent_to_present([a, leave], present)[0, :4].tolist() == [True, True, True, False]
    assert not absent_to_present([present], present).any()


def test_a_mark_that_was_first_a_presence_then_an_absence_counts_when_it_is_taken_away():
    child = date
    first, then, last = (PageMarks((child,), marks_of([x])) for x in ("P", "A", "P"))

    assert absent_to_present([first, then], last).sum() == 1


def test_what_is_held_back_and_what_goes_in_are_together_what_was_sent():
    one, two = object(), object()
    new = PageMarks((two, one), marks_of(["PPL", "AAP"]))
    held = np.zeros((2, 31), bool)
    held[1, 1:3] = True  # of `two`, by the order given

    now, waits = hold_back(new, held, (one, two))

    assert now.marks[0, :3].tolist() == [1, 0, 0]
    assert waits.children == (two,)
    assert waits.marks[0, :3].tolist() == [0, 1, 3]
    assert now.marks[1].tolist() == new.marks[1].tolist()


def test_cells_are_packed_and_grow_with_the_page():
    cells = np.zeros((3, 31), bool)
    cells[2, 30] = cells[0, 0] = True

    assert unpack_cells(pack_cells(cells), 3).tolist() == cells.tolist()
    assert unpack_cells(pack_cells(cells), 5).tolist() == grown(cells, 5).tolist()
    assert not unpack_cells(None, 2).any()


# --- what a teacher may do alone ---


@pytest.mark.parametrize("letter", "PLH")
def test_a_slip_of_three_is_mended_alone_and_the_fourth_waits(missing, letter):
    section, children = missing
    teacher, gone = a_teacher(section), children[9:]

    done = send(teacher, section, gone, [changed(letter, ABSENT_DAYS[:3])])
    assert (done.changed, done.waiting) == (3, 0)
    done = send(teacher, section, gone, [changed(letter, ABSENT_DAYS[3:4])])

    assert (done.changed, done.waiting) == (0, 1)
    assert days_of(section, children[9]).count("A") == len(ABSENT_DAYS) - 3


def test_three_files_of_three_are_counted_together(missing):
    section, children = missing
    teacher = a_teacher(section)

    done = [
        send(teacher, section, children[9:], [changed("P", ABSENT_DAYS[i : i + 3])])
        for i in (0, 3, 6)
    ]

    assert [d.waiting for d in done] == [0, 3, 3]
    assert days_of(section, children[9]).count("A") == len(ABSENT_DAYS) - 3
    [line] = corrections_to_answer(an_actor())
    assert line.absences == 6


def test_a_coordinator_of_the_school_alone_finds_what_waits_for_her(missing):
    section, children = missing
    send(a_teacher(section), section, children[9:], [changed("P", ABSENT_DAYS)])
    other = a_school("IN/S10/D206/B1852/P910/V911")

    here = an_actor(Role.COORDINATOR, body_id=str(section.school_id))
    there = an_actor(Role.COORDINATOR, body_id=str(other.pk))

    assert len(corrections_to_answer(here)) == 1
    assert not corrections_to_answer(there)


def test_by_way_of_leave_no_absence_becomes_a_presence(missing):
    section, children = missing
    teacher = a_teacher(section)

    send(teacher, section, children[9:], [changed("L", ABSENT_DAYS)])
    send(teacher, section, children[9:], [changed("P", ABSENT_DAYS)])

    assert days_of(section, children[9]) == GONE
    assert audited().filter(verb="correction.asked").count() == 2


def test_the_other_marks_of_the_file_go_in_at_once(missing):
    section, children = missing
    row = "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"  # Sundays too: those cells were blank

    done = send(a_teacher(section), section, children, [*[FULL] * 9, row])

    assert done.added == 4
    assert done.waiting == len(ABSENT_DAYS)
    assert days_of(section, children[9]) == GONE.replace(".", "P")


def test_the_same_file_twice_asks_once(missing):
    section, children = missing
    for _time in range(2):
        send(a_teacher(section), section, children[9:], [FULL])

    assert audited().filter(verb="correction.asked").count() == 1
    assert Correction.objects.count() == 1


# --- the second person ---


@pytest.fixture
def asked(missing):
    section, children = missing
    send(a_teacher(section), section, children[9:], [FULL])
    return section, children, Correction.objects.get()


def test_the_coordinators_yes_takes_the_absences_away_and_keeps_what_was(asked):
    section, children, correction = asked

    done = agree_to_correction(an_actor(), correction=correction, at=NOW)

    assert done.changed == len(ABSENT_DAYS)
    assert days_of(section, children[9]) == FULL
    assert PageRevision.objects.get().changed_marks == len(ABSENT_DAYS)
    assert audited().filter(verb="correction.agreed").count() == 1
    with pytest.raises(WrongState):
        agree_to_correction(an_actor(), correction=correction, at=NOW)


def test_what_the_coordinator_let_go_is_not_counted_again(asked):
    section, children, correction = asked
    agree_to_correction(an_actor(), correction=correction, at=NOW)

    done = send(a_teacher(section), section, children[9:], [changed("L", ABSENT_DAYS[:5])])

    assert (done.changed, done.waiting) == (5, 0)


def test_a_yes_is_taken_back_and_everything_stands_as_before_it(asked):
    section, children, correction = asked
    held = RegisterPage.objects.get(class_section=section, month=JULY)
    before = (held.input_hash, held.agreed, held.days_taken)
    agree_to_correction(an_actor(), correction=correction, at=NOW)

    undo_correction(an_actor(), correction=correction, at=NOW)

    held.refresh_from_db()
    assert days_of(section, children[9]) == GONE
    assert (held.input_hash, held.agreed, held.days_taken) == before
    assert [line.correction for line in corrections_to_answer(an_actor())] == [correction]
    assert audited().filter(verb="correction.undone").count() == 1
    with pytest.raises(WrongState):
        undo_correction(an_actor(), correction=correction, at=NOW)
    again = send(a_teacher(section), section, children[9:], [FULL])
    assert (again.changed, again.waiting) == (0, len(ABSENT_DAYS))  # no yes is left over
    agree_to_correction(an_actor(), correction=correction, at=NOW)
    assert days_of(section, children[9]) == FULL


def test_a_yes_is_not_taken_back_once_the_days_were_changed_or_another_waits(asked):
    section, children, correction = asked
    agree_to_correction(an_actor(), correction=correction, at=NOW)
    a_page(section, children[8:9], [GONE])
    send(a_teacher(section), section, children[8:9], [FULL])

    with pytest.raises(WrongState, match="Another correction"):
        undo_correction(an_actor(), correction=correction, at=NOW)
    take_correction_back(
        a_teacher(section), correction=Correction.objects.get(state="waiting"), at=NOW
    )
    a_page(section, children[9:], [changed("L", ABSENT_DAYS[:1])])
    with pytest.raises(WrongState, match="changed since"):
        undo_correction(an_actor(), correction=correction, at=NOW)

    correction.refresh_from_db()
    assert correction.state == "agreed"


def test_others_and_kin_take_no_yes_back(asked):
    section, children, correction = asked
    agree_to_correction(an_actor(), correction=correction, at=NOW)
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[9])

    for actor in (a_teacher(section), an_actor(where="IN/S10/D206/B1852"), acting(kin)):
        with pytest.raises(NotAllowed):
            undo_correction(actor, correction=correction, at=NOW)
        assert corrections_agreed(actor, since=NOW) == []

    assert corrections_agreed(an_actor(), since=NOW) == [correction]
    assert days_of(section, children[9]) == FULL


def test_a_yes_holds_for_the_absence_it_was_said_of_and_for_no_later_one(asked):
    section, children, correction = asked
    agree_to_correction(an_actor(), correction=correction, at=NOW)
    send(a_teacher(section), section, children[9:], [GONE])

    done = send(a_teacher(section), section, children[9:], [FULL])

    assert (done.changed, done.waiting) == (0, len(ABSENT_DAYS))


def test_others_and_the_asker_say_neither_yes_nor_no(asked):
    section, children, correction = asked
    school = str(section.school.pk)

    for actor in (
        a_teacher(section),
        an_actor(Role.TEACHER, body_id=school),
        an_actor(where="IN/S10/D206/B1852"),
        an_actor(Role.VOLUNTEER, VILLAGE),
        an_actor(Role.ADMINISTRATOR),
    ):
        with pytest.raises(NotAllowed):
            agree_to_correction(actor, correction=correction, at=NOW)
        with pytest.raises(NotAllowed):
            refuse_correction(actor, correction=correction, answer="No", at=NOW)
        assert corrections_to_answer(actor) == []

    with pytest.raises(SecondPerson):
        agree_to_correction(replace(an_actor(), user_id="teacher-1"), correction=correction, at=NOW)
    assert days_of(section, children[9]) == GONE


def test_kin_of_a_child_of_it_do_not_answer(asked):
    section, children, correction = asked
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[9])

    with pytest.raises(NotAllowed):
        agree_to_correction(acting(kin), correction=correction, at=NOW)

    assert corrections_to_answer(acting(kin)) == []
    assert days_of(section, children[9]) == GONE


def test_a_no_needs_a_word_and_the_absences_stay(asked):
    section, children, correction = asked

    with pytest.raises(Invalid):
        refuse_correction(an_actor(), correction=correction, answer=" ", at=NOW)
    refuse_correction(an_actor(), correction=correction, answer="Her mother says no.", at=NOW)

    assert days_of(section, children[9]) == GONE
    assert my_corrections(a_teacher(section)).get().answer == "Her mother says no."
    assert audited().filter(verb="correction.refused").count() == 1


def test_the_asker_takes_it_back(asked):
    section, children, correction = asked

    with pytest.raises(NotAllowed):
        take_correction_back(an_actor(), correction=correction, at=NOW)
    take_correction_back(a_teacher(section), correction=correction, at=NOW)

    assert days_of(section, children[9]) == GONE
    assert corrections_to_answer(an_actor()) == []
    with pytest.raises(WrongState):
        take_correction_back(a_teacher(section), correction=correction, at=NOW)


def test_both_strips_are_shown_with_the_days(asked, django_assert_max_num_queries):
    _section, children, _correction = asked

    with django_assert_max_num_queries(6):
        [line] = corrections_to_answer(an_actor())

    [row] = line.rows
    assert row.child == children[9]
    assert len(line.days) == len(row.before) == len(row.after) == 27
    assert (row.before.count(2), row.after.count(2)) == (len(ABSENT_DAYS), 0)


# --- the flag ---


def test_no_correction_ends_a_live_flag_and_the_visit_stays_in_her_hands(missing):
    section, children = missing
    flag = Flag.objects.get()
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    visit = assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)

    a_page(section, children[9:], [FULL], JULY)  # even the coordinator's own
    done = run_watch(WATCH, on=END, at=NOW)
    run_watch(WATCH, on=END, at=NOW)

    flag.refresh_from_db()
    visit.refresh_from_db()
    assert (flag.state, visit.state) == ("assigned", "assigned")
    assert done.doubted == 1
    assert withdrawals_to_answer(an_actor()).get().flag == flag
    assert audited().filter(verb="withdrawal.asked").count() == 1


@pytest.fixture
def doubted(missing):
    section, children = missing
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    visit = assign_visit(an_actor(), flag=Flag.objects.get(), volunteer=volunteer, at=NOW)
    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=END, at=NOW)
    return section, children, visit, Withdrawal.objects.get()


def test_the_coordinator_withdraws_it_and_the_visit_is_called_off_and_audited(doubted):
    _section, _children, visit, withdrawal = doubted

    withdraw_flag(an_actor(), withdrawal=withdrawal, at=NOW)

    visit.refresh_from_db()
    assert (Flag.objects.get().state, visit.state) == ("withdrawn", "cancelled")
    assert audited().filter(verb="flag.withdrawn").count() == 1
    assert audited().filter(verb="visit.cancelled").count() == 1
    with pytest.raises(WrongState):
        withdraw_flag(an_actor(), withdrawal=withdrawal, at=NOW)


def test_a_flag_that_no_visit_was_sent_for_is_withdrawn_too(missing):
    section, children = missing
    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=END, at=NOW)

    withdraw_flag(an_actor(), withdrawal=Withdrawal.objects.get(), at=NOW)

    assert Flag.objects.get().state == "withdrawn"


def test_she_asks_all_the_same_and_is_not_asked_again(doubted):
    section, _children, visit, withdrawal = doubted

    keep_flag(an_actor(), withdrawal=withdrawal, at=NOW)
    a_page(section, _children[:1], [changed("A", [30])], JULY)
    run_watch(WATCH, on=END, at=NOW)

    visit.refresh_from_db()
    assert (Flag.objects.get().state, visit.state) == ("assigned", "assigned")
    assert Withdrawal.objects.get().state == "kept"
    assert audited().filter(verb="flag.kept").count() == 1
    with pytest.raises(WrongState):
        keep_flag(an_actor(), withdrawal=withdrawal, at=NOW)


@pytest.mark.parametrize("answer", [withdraw_flag, keep_flag])
def test_only_the_coordinator_of_the_place_answers(doubted, answer):
    section, children, visit, withdrawal = doubted
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[9])

    for actor in (
        a_teacher(section),
        an_actor(where="IN/S10/D206/B1852"),
        acting(visit.volunteer),
        an_actor(Role.ADMINISTRATOR),
        WATCH,
        acting(kin),
    ):
        with pytest.raises(NotAllowed):
            answer(actor, withdrawal=withdrawal, at=NOW)
        assert not withdrawals_to_answer(actor).exists()

    assert Flag.objects.get().state == "assigned"


def test_marks_corrected_back_take_the_question_away(doubted):
    section, children, _visit, withdrawal = doubted

    a_page(section, children[9:], [GONE], JULY)
    run_watch(WATCH, on=END, at=NOW)

    withdrawal.refresh_from_db()
    assert withdrawal.state == "lapsed"
    assert not withdrawals_to_answer(an_actor()).exists()
    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=END, at=NOW)
    assert withdrawals_to_answer(an_actor()).count() == 1


def test_once_somebody_visited_nothing_is_asked(doubted):
    _section, _children, _visit, withdrawal = doubted
    Flag.objects.update(state=Flag.State.VISITED)

    assert not withdrawals_to_answer(an_actor()).exists()
    with pytest.raises(WrongState):
        withdraw_flag(an_actor(), withdrawal=withdrawal, at=NOW)


def test_a_coordinator_of_the_family_takes_no_absences_away_by_sending_a_register(missing):
    section, children = missing
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[9])

    recorded = send(acting(kin), section, [children[9]], [changed("P", ABSENT_DAYS)])

    assert recorded.waiting == len(ABSENT_DAYS)
    assert days_of(section, children[9]) == GONE
    assert not corrections_to_answer(acting(kin))
    assert len(corrections_to_answer(an_actor())) == 1


def test_a_flag_that_somebody_visited_is_not_withdrawn_though_a_second_visit_is_on_its_way(doubted):
    _section, _children, visit, withdrawal = doubted
    Flag.objects.filter(pk=visit.flag_id).update(state="visited")
    Visit.objects.filter(pk=visit.pk).update(state="recorded", recorded_at=NOW)
    a_finding(Visit.objects.get(pk=visit.pk), "visited", kind="fears_school")
    assign_visit(an_actor(), flag=visit.flag, volunteer=visit.volunteer, at=NOW)

    with pytest.raises(WrongState):
        withdraw_flag(an_actor(), withdrawal=withdrawal, at=NOW)

    assert Flag.objects.get().state == "assigned"
    keep_flag(an_actor(), withdrawal=withdrawal, at=NOW)
    withdrawal.refresh_from_db()
    assert withdrawal.state == "kept"
