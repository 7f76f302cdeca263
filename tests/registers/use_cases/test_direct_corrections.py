"""What a coordinator corrects herself goes in at once, and is undone exactly."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.notices.queries.inbox import inbox
from aanchal.registers.actions import record_page, repair_row, take_register
from aanchal.registers.actions.pages import page_marks
from aanchal.registers.models import Correction, MissingPupil, PageRevision, RegisterPage
from aanchal.registers.queries.corrections import corrections_agreed, my_corrections
from aanchal.registers.rules.pages import PageMarks
from aanchal.watch.actions import assign_visit, run_watch, undo_correction, withdraw_flag
from aanchal.watch.models import Flag, Withdrawal
from tests.audited import audited
from tests.factories import (
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
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

WATCH = system_actor("watch")
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
LATER = datetime(2026, 8, 2, 9, tzinfo=UTC)
JUNE, JULY, END = date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 31)
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.AAAAAA.AAAAAA.AAAAAA.AAAAA"


def a_teacher(section):
    school = str(section.school.pk)
    teacher = an_actor(Role.TEACHER, body_id=school, grade="6", section="A")
    return replace(teacher, user_id="teacher-1")


def send(actor, section, children, lines, *, at=NOW):
    return record_page(
        actor,
        class_section=section,
        month=JULY,
        page=PageMarks(tuple(c.pk for c in children), marks_of(lines)),
        register=None,
        received_at=at,
        at=at,
    )


def page_of(section):
    return RegisterPage.objects.get(class_section=section, month=JULY)


def stands(section):
    """Everything of the page that a correction may change."""
    held = page_of(section)
    return (held.input_hash, bytes(held.children), held.agreed, held.days_taken, held.source_id,
            held.received_at)  # fmt: skip


def days_of(section, child):
    page = page_marks(page_of(section))
    return "".join(".PALH"[code] for code in page.marks[page.children.index(child.pk)])


def made():
    return Correction.objects.get(state="made")


@pytest.fixture
def gone():
    """A class of ten whose last pupil has been gone for nearly a month; the flag is raised."""
    section, children = a_class(pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(section, children, [*[FULL] * 9, GONE], JULY)
    run_watch(WATCH, on=END, at=NOW)
    return section, children


@pytest.mark.parametrize("row", [FULL, "L" * 31, "PPPP.AAAAAA.AAAPPP.LLLLLL.AAAAA"])
def test_undone_the_former_marks_come_back_exactly_and_it_is_audited(gone, row):
    section, children = gone
    before = stands(section)

    assert send(an_actor(), section, children[9:], [row.replace("L" * 31, FULL)], at=LATER).changed
    assert stands(section) != before
    undo_correction(an_actor(), correction=made(), at=LATER)

    assert stands(section) == before
    assert days_of(section, children[9]) == GONE
    assert audited().filter(verb="correction.made").count() == 1
    assert audited().filter(verb="correction.undone").count() == 1
    assert Correction.objects.get().state == "undone"
    with pytest.raises(WrongState):
        undo_correction(an_actor(), correction=Correction.objects.get(), at=LATER)


def test_marks_that_filled_a_blank_stay_and_those_that_were_replaced_come_back(gone):
    section, children = gone

    send(an_actor(), section, children[9:], ["P" * 31])
    undo_correction(an_actor(), correction=made(), at=LATER)

    assert days_of(section, children[9]) == GONE.replace(".", "P")


def test_an_absence_that_was_let_go_is_let_go_again_and_one_made_by_mistake_is_not_counted(gone):
    section, children = gone
    send(an_actor(), section, children[9:], [FULL])  # every absence is let go
    Correction.objects.all().delete()
    before = stands(section)

    send(an_actor(), section, children[9:], [GONE])
    undo_correction(an_actor(), correction=made(), at=LATER)

    assert stands(section) == before


@pytest.mark.parametrize("is_undone", [True, False])
@pytest.mark.parametrize("between", [True, False])
def test_absences_that_stood_by_a_mistake_use_up_nobodys_small_limit(gone, is_undone, between):
    section, children = gone
    send(an_actor(), section, children[9:], ["AAAA"])
    mistake = made()
    if between:
        send(a_teacher(section), section, children[:1], ["L"])
    if is_undone:
        undo_correction(an_actor(), correction=mistake, at=LATER)
    else:
        send(an_actor(), section, children[9:], ["PPPP"])
        page = page_of(section)
        page.agreed = None
        page.save()

    done = send(a_teacher(section), section, children[9:], [".....P"])

    # The class sent one absence of these five, or all of them.
    assert (done.changed, done.waiting) == ((1, 0) if is_undone else (0, 1))


def test_a_repair_keeps_its_own_way_back(gone):
    section, children = gone
    row = ("99", "Somebody Else Entirely", FULL)
    data = a_register_xlsx([row], udise=section.school.school.udise)
    held = a_given_register(an_actor(), data)
    take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    problem = ImportProblem.objects.get(code="row_unmatched")

    repair_row(an_actor(), problem=problem, choice=str(children[9].pk), at=NOW, overwrite=True)

    assert days_of(section, children[9]) == FULL
    assert not Correction.objects.exists()


def test_days_changed_since_are_not_undone_and_nothing_is_written(gone):
    section, children = gone
    send(an_actor(), section, children[9:], [FULL])
    first = made()
    send(a_teacher(section), section, children[9:], [".....L"])
    before = stands(section)
    revisions = PageRevision.objects.count()

    with pytest.raises(WrongState, match="changed since"):
        undo_correction(an_actor(), correction=first, at=LATER)

    assert stands(section) == before and PageRevision.objects.count() == revisions
    first.refresh_from_db()
    assert first.state == "made"


def test_of_other_days_changed_since_only_the_corrected_ones_come_back(gone):
    section, children = gone
    send(an_actor(), section, children[9:], [FULL.replace("PPPP.", ".....", 1)])
    first = made()
    send(a_teacher(section), section, children[:1], ["L"])

    undo_correction(an_actor(), correction=first, at=LATER)

    assert days_of(section, children[9]) == GONE
    assert days_of(section, children[0]) == FULL.replace("P", "L", 1)


def test_teachers_others_and_kin_undo_nothing_and_do_not_see_it(gone):
    section, children = gone
    send(an_actor(), section, children[9:], [FULL])
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=APRIL)
    kin_of(kin, children[9])

    for actor in (a_teacher(section), an_actor(where="IN/S10/D206/B1852"), acting(kin)):
        with pytest.raises(NotAllowed):
            undo_correction(actor, correction=made(), at=LATER)
        assert corrections_agreed(actor, since=NOW) == []

    assert corrections_agreed(an_actor(), since=NOW) == [made()]
    assert not my_corrections(an_actor()).exists()


def test_what_a_teacher_mends_herself_and_what_fills_blanks_is_no_correction_of_the_coordinator(
    gone,
):
    section, children = gone
    send(a_teacher(section), section, children[9:], [GONE.replace("A", "P", 2)])
    send(an_actor(), section, children[9:], ["....P"])

    assert not Correction.objects.exists()


def test_a_question_withdrawn_on_it_is_open_again_and_the_coordinator_is_told_again(gone):
    section, children = gone
    me = acting(a_person(Role.COORDINATOR, "IN/S10/D206/B1851", starts_at=APRIL))
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    visit = assign_visit(me, flag=Flag.objects.get(), volunteer=volunteer, at=NOW)
    send(me, section, children[9:], [FULL], at=LATER)
    run_watch(WATCH, on=END, at=LATER)
    withdraw_flag(me, withdrawal=Withdrawal.objects.get(), at=LATER)
    assert not [t for t in inbox(me, at=LATER).things if t.kind == "flag.open"]

    undo_correction(me, correction=made(), at=LATER)
    run_watch(WATCH, on=END, at=LATER)

    assert (Flag.objects.get().state, Withdrawal.objects.get().state) == ("open", "lapsed")
    assert [t.kind for t in inbox(me, at=LATER).things if t.kind == "flag.open"] == ["flag.open"]
    assert audited().filter(verb="flag.asked_again").count() == 1
    visit.refresh_from_db()
    assert visit.state == "cancelled"
    send(me, section, children[9:], [FULL], at=LATER)
    run_watch(WATCH, on=END, at=LATER)
    assert Withdrawal.objects.filter(state="waiting").count() == 1


def test_a_question_withdrawn_before_it_or_of_another_child_stays_withdrawn(gone):
    section, children = gone
    Flag.objects.update(state="withdrawn", withdrawn_at=NOW)
    send(an_actor(), section, children[9:], [FULL], at=LATER)
    undo_correction(an_actor(), correction=made(), at=LATER)
    assert Flag.objects.get().state == "withdrawn"

    send(an_actor(), section, children[:1], ["A"], at=LATER)
    Flag.objects.update(withdrawn_at=LATER)
    undo_correction(an_actor(), correction=made(), at=LATER)
    assert Flag.objects.get().state == "withdrawn"


def test_who_was_found_by_the_correction_alone_is_missing_again(gone):
    section, children = gone
    missing = [
        MissingPupil.objects.create(
            district=section.district, class_section=section, child=child, month=JULY,
            noted_by="x", noted_at=NOW,
        )
        for child in children[:2]
    ]  # fmt: skip

    send(an_actor(), section, children[:2], ["L", "L...P"])
    assert not MissingPupil.objects.filter(state="waiting").exists()
    undo_correction(an_actor(), correction=made(), at=LATER)

    waiting = MissingPupil.objects.filter(state="waiting")
    assert [m.pk for m in waiting] == [missing[0].pk]  # of the other a mark was added besides


def test_the_page_shows_it_with_a_way_back_and_says_what_is_undone(gone):
    section, children = gone
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206/B1851"))
    send(an_actor(), section, children[9:], [FULL], at=timezone.now())
    where = reverse("corrections")
    page = client.get(where).content.decode()
    assert "without asking" in page and "Undo: the former marks stand again" in page

    done = client.post(where, {"correction": made().pk, "step": "undo"}, follow=True)

    assert "Undone. The former marks stand again." in done.content.decode()
    assert days_of(section, children[9]) == GONE
