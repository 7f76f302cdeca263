"""Use case → which records it changes, so that no new one is written without the question.

A use case that takes a record from somewhere, moves it or writes over it stands in `SCENES`: a
function that makes an actor who may touch the destination only, and returns the call and the
records of the source. `ONE_RECORD` are those that change nothing but the record they are given or
make themselves, and ask about that.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from django.db import models

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.models import ImportProblem
from aanchal.people.actions import (
    agree_to_move,
    enrol_pupils,
    join_households,
    part_households,
    promote_pupil,
    refuse_move,
    take_move_back,
    undo_move,
)
from aanchal.people.models import Child, ClassMove, ClassSection, Enrolment
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.actions.joins import confirm_join, confirm_joins, refuse_join, separate_join
from aanchal.places.models import AreaJoin
from aanchal.registers.actions import (
    confirm_promoted,
    give_register,
    record_page,
    repair_row,
    take_register,
)
from aanchal.registers.actions.registers import choose_school
from aanchal.registers.models import RegisterPage
from aanchal.watch.actions import (
    agree_family_move,
    ask_family_move,
    assign_visit,
    take_family_move_back,
)
from aanchal.watch.actions.family_moves import move_family
from tests.factories import (
    NAMES,
    NOW,
    OTHER_DISTRICT,
    OTHER_VILLAGE,
    VILLAGE,
    a_class,
    a_flag,
    a_given_register,
    a_page,
    a_register_xlsx,
    an_actor,
)
from tests.signing_in import a_person, a_school, an_area

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
Scene = Callable[[], tuple[Callable[[], Any], list[models.Model]]]


def _two_classes() -> tuple[Any, Any, Any]:
    """VI A, and VII A of the same school whose pupil has the admission number S-1."""
    mine, _children = a_class()
    done = enrol_pupils(
        system_actor("imports"),
        school=mine.school,
        pupils=[_pupil("7")],
        on=date(2026, 4, 1),
        at=NOW,
    )
    theirs = Enrolment.objects.get(child=done.children[0])
    a_page(theirs.class_section, [theirs.child], [FULL])
    teacher = an_actor(Role.TEACHER, body_id=str(mine.school.pk), grade="6", section="A")
    return teacher, mine, theirs


def _pupil(grade: str) -> NewPupil:
    return NewPupil(
        grade=grade, section="A", roll="77", given_name="Secret", admission_no="S-1", row=2
    )


def _source(theirs: Any) -> list[models.Model]:
    page = RegisterPage.objects.get(class_section=theirs.class_section)
    return [theirs, theirs.child, page, theirs.child.identifiers.get()]


def _enrols() -> Any:
    teacher, mine, theirs = _two_classes()
    return (
        lambda: enrol_pupils(
            teacher, school=mine.school, pupils=[_pupil("6")], on=date(2026, 7, 1), at=NOW
        ),
        _source(theirs),
    )


def _asked_move() -> tuple[Any, Any, list[models.Model]]:
    call, source = _enrols()
    call()
    move = ClassMove.objects.get()
    mine = move.to_section
    teacher = an_actor(Role.TEACHER, body_id=str(mine.school_id), grade="6", section="A")
    return teacher, move, source


def _two_families() -> tuple[Any, Any, Any]:
    """A child of one village, another of the next, and an actor of the first village alone."""
    _mine, [child] = a_class(pupils=1)
    _theirs, [other] = a_class(a_school(OTHER_VILLAGE), pupils=1)
    return an_actor(where=VILLAGE), child, other


def _family_of(other: Any) -> list[models.Model]:
    return [other, other.household, *other.household.guardians.all()]


def _fetches_a_family() -> Any:
    actor, child, other = _two_families()
    return lambda: move_family(actor, child=other, to=child.area, at=NOW), _family_of(other)


def _asked_family() -> tuple[Any, Any, list[models.Model]]:
    """A family that is said to live in another village, and the coordinator there."""
    _actor, child, other = _two_families()
    there = an_actor(where=child.area.path)
    asker = replace(an_actor(where=OTHER_VILLAGE), user_id="worker-2")
    move = ask_family_move(asker, child=other, to=child.area, why="The aunt says so", at=NOW)
    return there, move, [*_family_of(other), move]


def _takes_family_back() -> Any:
    there, move, source = _asked_family()
    return lambda: take_family_move_back(there, move=move, at=NOW), source


def _agrees_to_a_family() -> Any:
    """Somebody lives with them since, of whom nobody was asked."""
    there, move, source = _asked_family()
    _class, [third] = a_class(a_school(OTHER_VILLAGE), grade="8", pupils=1)
    Child.objects.filter(pk=third.pk).update(household=move.child.household)
    return lambda: agree_family_move(there, move=move, at=NOW), [*source, third]


def _joins_households() -> Any:
    near, child, other = _two_families()
    return lambda: join_households(near, child=child, other=other, at=NOW), _family_of(other)


def _parts_households() -> Any:
    near, child, other = _two_families()
    join = join_households(an_actor(), child=child, other=other, at=NOW)
    other = Child.objects.get(pk=other.pk)
    return lambda: part_households(near, join=join, at=NOW), [join, *_family_of(other)]


def _agrees() -> Any:
    teacher, move, source = _asked_move()
    return lambda: agree_to_move(teacher, move=move, at=NOW), source


def _refuses() -> Any:
    teacher, move, source = _asked_move()
    return lambda: refuse_move(teacher, move=move, answer="No", at=NOW), [*source, move]


def _takes_back() -> Any:
    teacher, move, source = _asked_move()
    other = replace(teacher, user_id="worker-2")
    return lambda: take_move_back(other, move=move, at=NOW), [*source, move]


def _undoes() -> Any:
    teacher, move, source = _asked_move()
    agree_to_move(an_actor(), move=move, at=NOW)
    return lambda: undo_move(teacher, move=move, at=NOW), [*source, move]


def _register(number: str = "S-1") -> tuple[Any, Any, Any]:
    teacher, mine, theirs = _two_classes()
    marks = ",".join(m if m != "." else "" for m in FULL)
    head = "Roll,Name,Admission No," + ",".join(str(d) for d in range(1, 32))
    text = f"Class: VI  Section: A   Month: July 2026\n{head}\n88,Guess,{number},{marks}\n"
    held = a_given_register(
        teacher, text.encode(), school=mine.school, name="r.csv", grade="6", section="A"
    )
    return teacher, held, theirs


def _takes_register() -> Any:
    teacher, held, theirs = _register()
    return (
        lambda: take_register(teacher, register=held, enrol_unknown=True, confirmed=True, at=NOW),
        _source(theirs),
    )


def _repairs() -> Any:
    teacher, held, theirs = _register()
    take_register(teacher, register=held, enrol_unknown=False, confirmed=True, at=NOW)
    problem = ImportProblem.objects.get(code="row_unmatched")

    def both() -> None:
        repair_row(teacher, problem=problem, choice="enrol", at=NOW)
        repair_row(teacher, problem=problem, choice=str(theirs.child_id), at=NOW)

    return both, _source(theirs)


def _new_session() -> tuple[Any, Any, list[models.Model]]:
    """A teacher of VII A, last year's VI A of the same school, and of its pupil what there is."""
    former, [child] = a_class(pupils=1)
    ClassSection.objects.filter(pk=former.pk).update(year=2025)
    teacher = an_actor(Role.TEACHER, body_id=str(former.school.pk), grade="7", section="A")
    return teacher, former, [child.enrolments.get(), child]


def _promotes() -> Any:
    teacher, former, source = _new_session()
    pupil = NewPupil(grade="7", section="A", roll="1", given_name="Secret", row=2)
    return (
        lambda: promote_pupil(
            teacher,
            school=former.school,
            child_id=source[1].pk,
            pupil=pupil,
            on=date(2026, 7, 1),
            at=NOW,
        ),
        source,
    )


def _promotes_together() -> Any:
    teacher, former, source = _new_session()
    data = a_register_xlsx([("1", NAMES[0], FULL)], title="Class: VII  Section: A   July 2026")
    held = a_given_register(teacher, data, school=former.school, grade="7", section="A")
    take_register(teacher, register=held, enrol_unknown=True, confirmed=True, at=NOW)
    problem = ImportProblem.objects.get(code="row_unmatched")
    return (
        lambda: confirm_promoted(teacher, register=held, problems=[problem.pk], at=NOW),
        source,
    )


def _writes_page() -> Any:
    from aanchal.registers.rules.pages import PageMarks

    teacher, mine, theirs = _two_classes()
    marks = np.ones((1, 31), np.uint8)
    return (
        lambda: record_page(
            teacher,
            class_section=mine,
            month=date(2026, 7, 1),
            page=PageMarks((theirs.child_id,), marks),
            register=None,
            received_at=NOW,
            at=NOW,
        ),
        _source(theirs),
    )


def _places_file() -> Any:
    """A file of no known school is in its sender's hands; another places it with her school."""
    school = a_school(VILLAGE)
    data = a_register_xlsx([("1", NAMES[0], FULL)])
    held = a_given_register(replace(an_actor(), user_id="worker-9"), data)
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk))
    return (
        lambda: choose_school(teacher, register=held, school=school, hints={}, at=NOW),
        [held],
    )


def _gives_again() -> Any:
    """The very bytes that another sent for the whole school."""
    school = a_school(VILLAGE)
    data = a_register_xlsx([("1", NAMES[0], FULL)])
    held = a_given_register(replace(an_actor(), user_id="worker-9"), data, school=school)
    teacher = an_actor(Role.TEACHER, body_id=str(school.pk), grade="6", section="A")
    return (
        lambda: give_register(
            teacher,
            source=io.BytesIO(data),
            filename="r.xlsx",
            school=school,
            hints={"grade": "6", "section": "A"},
            via="site",
            at=NOW,
        ),
        [held],
    )


def _sends_own_volunteer() -> Any:
    """A coordinator whose volunteer it is, and a question of another district."""
    section, children = a_class(a_school(OTHER_DISTRICT))
    flag = a_flag(children[0], section)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    return lambda: assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW), [flag]


def _join(call: Any, state: str) -> Scene:
    def scene() -> Any:
        target, source = an_area(VILLAGE), an_area(OTHER_DISTRICT)
        join = AreaJoin.objects.create(
            target=target, source=source, likeness=90.0, band="likely", state=state
        )
        given = {"joins": [join]} if call is confirm_joins else {"join": join}
        return lambda: call(an_actor(), at=NOW, **given), [source, join]

    return scene


SCENES: dict[str, Scene] = {
    "people.actions.enrolling.enrol_pupils": _enrols,
    "people.actions.households.join_households": _joins_households,
    "people.actions.households.part_households": _parts_households,
    "people.actions.moves.agree_to_move": _agrees,
    "people.actions.moves.refuse_move": _refuses,
    "people.actions.moves.take_move_back": _takes_back,
    "people.actions.moves.undo_move": _undoes,
    "registers.actions.taking._take_whole": _takes_register,
    "people.actions.promoting.promote_pupil": _promotes,
    "registers.actions.pages.record_page": _writes_page,
    "registers.actions.promotions.confirm_promoted": _promotes_together,
    "registers.actions.registers.choose_school": _places_file,
    "registers.actions.registers.give_register": _gives_again,
    "registers.actions.repairs.repair_row": _repairs,
    "watch.actions.visits.assign_visit": _sends_own_volunteer,
    "watch.actions.family_asks.agree_family_move": _agrees_to_a_family,
    "watch.actions.family_asks.take_family_move_back": _takes_family_back,
    "watch.actions.family_moves.move_family": _fetches_a_family,
    "places.actions.joins.confirm_join": _join(confirm_join, "proposed"),
    "places.actions.joins.confirm_joins": _join(confirm_joins, "proposed"),
    "places.actions.joins.refuse_join": _join(refuse_join, "proposed"),
    "places.actions.joins.separate_join": _join(separate_join, "confirmed"),
}

ONE_RECORD = frozenset(
    """
    cases.actions.holds.ask_to_lift_hold
    cases.actions.holds.keep_hold
    cases.actions.holds.lift_hold
    cases.actions.holds.place_hold
    kernel.backups.note_backup
    kernel.erasing_again.erase_batch_again
    kernel.sweeping.erase_batch
    kernel.backups.note_restore
    kernel.rotation.note_key_change
    kernel.upkeep.note_audit_check
    people.actions.readings.answer_reading
    people.actions.readings.count_readings
    people.actions.readings.open_readings
    access.actions.account.add_passkey
    access.actions.account.add_second_factor
    access.actions.account.change_passphrase
    access.actions.account.make_recovery_codes
    access.actions.account.note_seen
    access.actions.account.remove_passkey
    access.actions.account.set_language
    access.actions.devices.enrol_device
    access.actions.devices.offer_device
    access.actions.devices.revoke_device
    access.actions.founding.invite_administrators
    access.actions.grants.approve_grant
    access.actions.grants.give_grant
    access.actions.grants.revoke_grant
    access.actions.invitations.accept_invitation
    access.actions.invitations.approve_invitation
    access.actions.invitations.invite_person
    access.actions.invitations.renew_invitation
    access.actions.invitations.withdraw_invitation
    access.actions.resets.approve_credential_reset
    access.actions.resets.ask_credential_reset
    access.actions.resets.choose_passphrase
    access.actions.resets.drop_second_factor
    access.actions.resets.refuse_credential_reset
    access.actions.signing_in.enter_demo
    access.actions.signing_in.note_failed_sign_in
    access.actions.signing_in.note_sign_in
    access.actions.signing_in.note_sign_out
    access.actions.stopping.stop_account
    access.actions.upkeep.forget_ended
    access.actions.upkeep.lapse_waiting
    watch.actions.archives.begin_archive
    watch.actions.archives.hand_over_archive
    watch.actions.archives.note_archived
    watch.actions.archives.open_archive
    watch.actions.budgets.ask_budget_replay
    watch.actions.budgets.keep_budget_replay
    registers.actions.class_moves.undo_class_move
    registers.actions.corrections.agree_to_correction
    registers.actions.corrections.refuse_correction
    registers.actions.corrections.take_correction_back
    registers.actions.corrections.restore_corrected_marks
    watch.actions.undone_corrections.undo_correction
    registers.actions.left_over.ask_after_left_over
    registers.actions.left_over.ask_no_more_after
    watch.actions.late_findings.keep_late_finding
    watch.actions.late_findings.read_late_findings
    registers.actions.missing.ask_after_class
    registers.actions.missing.note_missing
    registers.actions.missing.reopen_missing
    registers.actions.missing.say_missing
    registers.actions.missing.settle_missing
    registers.actions.reading_questions.say_of_left_out
    registers.actions.several_registers._give_several
    registers.actions.taking._begin_alone
    registers.actions.taking._finish_alone
    registers.actions.taking._take_some
    registers.actions.taking_several._take_one
    registers.actions.taking_several.take_understood
    registers.actions.registers._show_register
    registers.actions.registers.refuse_register
    registers.actions.reading_questions.answer_questions
    registers.actions.registers.wait_for_answer
    registers.actions.repairs.correct_mark
    registers.actions.row_undo.put_row_back
    registers.actions.repairs_undone.undo_repair
    registers.actions.repairs.set_problem_aside
    registers.actions.repairs_undone.take_problem_up_again
    watch.actions.visits.cancel_visit
    cases.actions.moving.follow_children
    watch.actions.family_asks.ask_family_move
    watch.actions.family_asks.refuse_family_move
    watch.actions.findings.correct_finding
    watch.actions.visited_houses.describe_visited_house
    watch.actions.visits.hand_back_visit
    watch.actions.visits.leave_house
    watch.actions.visits.leave_pair
    watch.actions.visits.say_will_go
    watch.actions.findings.open_finding
    watch.actions.findings.read_put_right
    watch.actions.visited_houses.open_visited_house
    watch.actions.outcomes.record_outcome
    watch.actions.findings.record_visit
    watch.actions.outcomes.reopen_flag
    watch.actions.visits.return_to_house
    watch.actions.watch.raise_flags
    watch.actions.watch.set_visit_budget
    watch.actions.withdrawals.keep_flag
    watch.actions.withdrawals.withdraw_flag
    cases.actions.mistakes.agree_mistake
    cases.actions.mistakes.ask_mistake
    cases.actions.mistakes.lapse_mistake
    cases.actions.mistakes.refuse_mistake
    cases.actions.raising.name_team
    cases.actions.raising.raise_concern
    cases.actions.correcting.tell_correction
    cases.actions.correcting.name_kind
    cases.actions.correcting.read_correction
    cases.actions.working.add_note
    cases.actions.working.close_concern
    cases.actions.working.hand_over_concern
    cases.actions.working.leave_team
    cases.actions.working.name_implicated
    cases.actions.working.open_concern
    cases.actions.working.record_call
    cases.actions.working.release_concern
    cases.actions.working.reopen_concern
    cases.actions.working.take_up_concern
    people.actions.houses.describe_house
    people.actions.houses.open_child_file
    people.actions.houses.open_house
    people.actions.consents.record_agreement
    people.actions.consents.record_consent
    people.actions.kinship.ask_kinship_end
    people.actions.kinship.confirm_kinship
    people.actions.kinship.end_kinship
    people.actions.kinship.keep_kinship
    people.actions.kinship.lapse_kinships
    people.actions.kinship.record_kinship
    people.actions.kinship.record_own_kinship
    people.actions.kinship.read_unconfirmed
    people.actions.kinship.refuse_kinship
    people.actions.kinship.take_kinship_back
    cases.actions.colleagues.search_colleagues
    people.actions.enrolling.undo_enrolment
    people.actions.consents.withdraw_consent
    notices.actions.confirm_contact
    notices.actions.make_contact_code
    notices.actions.note_opened
    notices.actions.pass_on
    notices.actions.set_contact
    places.actions.areas._note_areas
    places.actions.calendars.change_closures
    places.actions.calendars.set_calendar
    places.actions.files.give_place_file
    places.actions.joins.confirm_subdistrict
    places.actions.joins.refuse_subdistrict
    places.actions.repairs.retry_waiting
    places.actions.repairs.set_place_problem_aside
    places.actions.repairs.set_place_problems_aside
    places.actions.schools._note_schools
    """.split()
)
