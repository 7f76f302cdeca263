"""Registers and lists of one class that come in at one moment wait for each other, and never both."""

import io
import itertools
import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError

from aanchal.kernel import audit
from aanchal.people.actions import enrol_pupils
from aanchal.people.actions.pupil_enroller import PupilEnroller
from aanchal.people.models import Child, ClassSection
from aanchal.people.rules.pupils import NewPupil
from aanchal.people.verbs import PeopleVerb
from aanchal.registers.actions import give_register, read_register, take_register, taking
from tests.at_once import at_once
from tests.factories import NOW, VILLAGE, a_class, an_actor
from tests.signing_in import a_school

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 31


class Meeting:
    """Two who come to a point wait there for each other, if the other comes so far."""

    def __init__(self):
        self.both = threading.Barrier(2)

    def wait(self):
        try:
            self.both.wait(1.5)
        except threading.BrokenBarrierError:
            pass


@pytest.fixture
def meeting():
    return Meeting()


def before(monkeypatch, owner, name, meeting):
    does = getattr(owner, name)

    def meets(*args, **kwargs):
        meeting.wait()
        return does(*args, **kwargs)

    monkeypatch.setattr(owner, name, meets)


def a_register(school, children, *, month="July", new=""):
    lines = [f"Class: 6 Section: A Month: {month} 2026"]
    lines.append("Roll,Name," + ",".join(map(str, range(1, DAYS + 1))))
    names = dict(enumerate([f"{c.given_name} {c.family_name}" for c in children], 1))
    names |= {60 + len(month): new} if new else {}
    lines += [f"{roll},{name}" + ",P" * DAYS for roll, name in names.items()]
    held = give_register(
        an_actor(), source=io.BytesIO("\n".join(lines).encode()), filename="f.csv", school=school,
        hints={}, via="command", at=NOW,
    )  # fmt: skip
    return read_register(an_actor(), register=held, at=NOW)


def a_list(school, name):
    pupil = NewPupil(grade="6", section="A", roll="40", given_name=name, family_name="Soren")
    return lambda: enrol_pupils(an_actor(), school=school, pupils=[pupil], on=NOW.date(), at=NOW)


def both(*whats):
    """What each of two got, done at one moment."""
    turn = itertools.count()
    return at_once(lambda: whats[next(turn)](), len(whats))


def taken(register, *, enrol):
    return lambda: take_register(an_actor(), register=register, enrol_unknown=enrol, at=NOW)


@pytest.fixture
def school_and_class():
    school = a_school(VILLAGE)
    return school, a_class(school, grade="6", pupils=3)[1]


def test_a_register_that_enrols_and_a_list_of_the_class_both_come_in(
    monkeypatch, meeting, school_and_class
):
    school, children = school_and_class
    register = a_register(school, children, new="Zubeda Qureshi")
    # The register has its class, and the list has the district's series.
    before(monkeypatch, taking, "enrol_pupils", meeting)
    before(monkeypatch, PupilEnroller, "_classes", meeting)

    done = both(taken(register, enrol=True), a_list(school, "Purnima"))

    assert len(done) == 2
    assert Child.objects.count() == len(children) + 2


def test_a_register_and_a_list_of_its_class_both_come_in(monkeypatch, meeting, school_and_class):
    school, children = school_and_class
    register = a_register(school, children)
    # The register has its class, and the list the end of the district's audit: it only has to be committed.
    write = audit.write_events

    def meets(events, **kwargs):
        is_list = any(e.verb == PeopleVerb.PUPILS_IMPORTED for e in events)
        if not is_list:
            meeting.wait()
        write(events, **kwargs)
        if is_list:
            meeting.wait()

    monkeypatch.setattr(audit, "write_events", meets)

    done = both(taken(register, enrol=False), a_list(school, "Purnima"))

    assert len(done) == 2
    assert Child.objects.count() == len(children) + 1


def test_two_registers_that_enrol_into_a_class_begun_meanwhile_both_come_in(
    monkeypatch, meeting, school_and_class
):
    """The one has the series and finds the class begun since it looked; the other has the class."""
    school, _children = school_and_class
    first, second = (
        a_register(school, [], month=month, new=name)
        for month, name in (("July", "Zubeda Qureshi"), ("May", "Mumtaz Hembrom"))
    )
    section = ClassSection.objects.filter(school=school)
    section.update(section="B")
    classes, enrol = PupilEnroller._classes, taking.enrol_pupils

    def looked(self, groups):
        meeting.wait()  # the class may begin
        meeting.wait()  # the other has it
        return classes(self, groups)

    def has_the_class(*args, **kwargs):
        if kwargs["on"].month == 5:
            meeting.wait()
        return enrol(*args, **kwargs)

    def begin_and_take():
        meeting.wait()
        with suppress(IntegrityError):  # one writer at a time: there the other began it
            section.update(section="A")
        return taken(second, enrol=True)()

    monkeypatch.setattr(PupilEnroller, "_classes", looked)
    monkeypatch.setattr(taking, "enrol_pupils", has_the_class)

    done = both(taken(first, enrol=True), begin_and_take)

    assert [t.enrolled for t in done] == [1, 1]
