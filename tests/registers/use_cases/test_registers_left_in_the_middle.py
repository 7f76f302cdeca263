"""A register left in the middle is finished with the answers that were given, and no others."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel import locks
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Busy, NotAllowed, WrongState
from aanchal.kernel.worker import Worker
from aanchal.registers.actions import say_of_left_out, take_register, wait_for_answer
from aanchal.registers.models import MissingPupil, PageRevision, RegisterFile
from aanchal.watch.jobs import finish_registers, lock_of, take_file
from tests.factories import NAMES, NOW, a_class, a_given_register, a_page, a_register_xlsx, an_actor
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
LAST_ABSENT = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPA"


def a_correction(sender):
    """A file that would change one mark, which is asked about."""
    section, children = a_class()
    a_page(section, children, [FULL] * 6)
    sheet = [*[(str(i + 1), NAMES[i], FULL) for i in range(5)], ("6", NAMES[5], LAST_ABSENT)]
    return a_given_register(sender, a_register_xlsx(sheet, udise=section.school.school.udise))


def left(held, **answers):
    RegisterFile.objects.filter(pk=held.pk).update(state="taking", answers=answers)


def test_nobody_answers_for_the_sender():
    held = a_correction(an_actor())
    left(held)

    finish_registers()

    held.refresh_from_db()
    assert held.state == "shown"
    assert not PageRevision.objects.exists()


@pytest.mark.parametrize("confirmed, changed", [(True, 1), (False, 0)])
def test_it_is_finished_with_the_senders_own_answers(confirmed, changed):
    sender = a_person(Role.COORDINATOR, "IN/S10/D206")
    held = a_correction(acting(sender))
    left(held, by=str(sender.pk), enrol=False, confirmed=confirmed)

    finish_registers()

    held.refresh_from_db()
    assert PageRevision.objects.count() == changed
    assert held.state == ("taken" if confirmed else "shown")


def test_what_was_answered_is_kept_on_the_file():
    held = a_correction(an_actor())

    take_register(an_actor(), register=held, enrol_unknown=True, confirmed=True, at=NOW)

    held.refresh_from_db()
    assert (held.answers["by"], held.answers["confirmed"]) == ("worker-1", True)


def test_a_sender_who_may_no_longer_send_leaves_it_waiting_and_the_next_file_goes_on():
    gone = a_person(Role.VOLUNTEER, "IN/S10/D206")
    held = a_correction(an_actor())
    left(held, by=str(gone.pk), enrol=False, confirmed=True)

    finish_registers()

    held.refresh_from_db()
    assert held.state == "shown"


def test_only_who_may_take_it_in_lets_it_wait_and_only_in_the_middle():
    held = a_correction(an_actor())
    with pytest.raises(WrongState):
        wait_for_answer(system_actor("imports"), register=held, at=NOW)
    left(held)

    with pytest.raises(NotAllowed):
        wait_for_answer(an_actor(Role.VOLUNTEER), register=held, at=NOW)
    held.refresh_from_db()
    assert held.state == "taking"


@pytest.mark.parametrize(
    "head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"%PDF-1.7", b"\0\0\0 ftypheic"]
)
def test_a_photograph_or_a_scan_is_refused_with_what_to_send(head):
    held = a_given_register(an_actor(), head + b"\0" * 400, name="register.jpg")

    assert held.state == "refused"
    assert "spreadsheet" in held.refusal


def without_the_last_two(sender):
    """A July register of a class of six that names four."""
    section, children = a_class()
    sheet = [(str(i + 1), NAMES[i], FULL) for i in range(4)]
    data = a_register_xlsx(sheet, udise=section.school.school.udise)
    return children, a_given_register(sender, data)


def said_by_child():
    return {m.child: m.said for m in MissingPupil.objects.select_related("child")}


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_a_large_file_in_with_what_its_sender_said_of_each(monkeypatch):
    monkeypatch.setattr("aanchal.web.registers.pages.files.MAX_PAGES_PER_TRANSACTION", 0)
    monkeypatch.setattr("aanchal.registers.actions.taking.MAX_PAGES_PER_TRANSACTION", 0)
    sender = a_person(Role.COORDINATOR, "IN/S10/D206")
    children, held = without_the_last_two(acting(sender))
    asked = {f"missing-{children[4].pk}": "transferred", f"missing-{children[5].pk}": ""}
    other = {f"missing-{children[0].pk}": "name_cut"}

    signed_in(Client(), sender).post(
        reverse("register_file", args=[held.pk]), {"step": "take", **asked, **other}
    )
    held.refresh_from_db()
    assert held.said == {str(children[4].pk): "transferred"}
    assert not MissingPupil.objects.exists()
    Worker(poll_seconds=0.01).run(until_idle=True)

    assert said_by_child() == {children[4]: "transferred", children[5]: ""}


def test_a_crash_changes_nothing_of_what_was_said():
    sender = a_person(Role.COORDINATOR, "IN/S10/D206")
    children, held = without_the_last_two(acting(sender))
    say_of_left_out(acting(sender), register=held, said={str(children[5].pk): "left_out"}, at=NOW)
    left(held, by=str(sender.pk), enrol=False, confirmed=True)

    finish_registers()

    assert said_by_child() == {children[4]: "", children[5]: "left_out"}


def test_only_the_sender_of_a_shown_file_says_of_whom_it_leaves_out():
    children, held = without_the_last_two(an_actor())
    said = {str(children[5].pk): "left_out"}
    with pytest.raises(NotAllowed):
        say_of_left_out(an_actor(Role.VOLUNTEER), register=held, said=said, at=NOW)
    left(held)

    with pytest.raises(WrongState):
        say_of_left_out(an_actor(), register=held, said=said, at=NOW)


@contextmanager
def held_by_another(name):
    """A named lock in the hands of another connection: one's own would be let in again."""
    is_held, may_end = Event(), Event()

    def hold():
        with locks.held(name):
            is_held.set()
            may_end.wait(60)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert is_held.wait(60)
    try:
        yield
    finally:
        may_end.set()
        other.join()


def test_of_a_file_that_another_worker_takes_in_nothing_is_done_and_it_is_looked_at_again():
    sender = a_person(Role.COORDINATOR, "IN/S10/D206")
    held = a_correction(acting(sender))
    left(held, by=str(sender.pk), enrol=False, confirmed=True)

    with held_by_another(lock_of(held.pk)):
        with pytest.raises(Busy):
            finish_registers()
        with pytest.raises(Busy):
            take_file(register=held.pk, by=sender.pk, enrol=0, confirmed=1)

    held.refresh_from_db()
    assert held.state == "taking" and not PageRevision.objects.exists()
    finish_registers()
    held.refresh_from_db()
    assert held.state == "taken"


def test_sent_again_to_enrol_what_it_asked_when_it_was_taken_in_is_not_asked_again():
    section, children = a_class()
    a_page(section, children, [FULL] * 6)
    sheet = [*[(str(i + 1), NAMES[i], FULL) for i in range(5)], ("6", NAMES[5], LAST_ABSENT)]
    sheet.append(("99", "Somebody Else Entirely", FULL))
    data = a_register_xlsx(sheet, udise=section.school.school.udise)
    held = a_given_register(an_actor(), data, school=section.school)
    take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    held.refresh_from_db()
    assert held.state == "taken" and any(p["asks"] for p in held.understood["pages"])

    done = take_register(an_actor(), register=held, enrol_unknown=True, confirmed=False, at=NOW)

    held.refresh_from_db()
    assert (held.state, done.enrolled) == ("taken", 1)
