"""A class that sends no register is told of by name, though its school sends others."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import NotAllowed, NotFound, WrongState
from aanchal.notices.actions import pass_on
from aanchal.notices.health import waiting_too_long
from aanchal.notices.queries.inbox import inbox
from aanchal.people.models import ClassSection, Enrolment
from aanchal.registers.actions import ask_after_class
from aanchal.registers.models import MissingPupil, RegisterPage
from aanchal.registers.queries.silent import every_silent_class, silent_among
from aanchal.watch.queries.silent import silent_classes
from tests.audited import audited
from tests.factories import OTHER_VILLAGE, VILLAGE, a_class, a_page, an_actor
from tests.signing_in import a_person, a_school, acting, signed_in

pytestmark = pytest.mark.django_db

JULY_LAST = date(2026, 7, 31)  # a Friday
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
UNTIL_25 = "PPPP.PPPPPP.PPPPPP.PPPPPP"
ON_31 = datetime(2026, 7, 31, 20, tzinfo=UTC)


def named(found):
    return [(str(s.class_section), s.last_on, s.open_days) for s in found]


@pytest.fixture
def two_classes():
    """VI A sent until the 31st; VI B of the same school until the 25th only."""
    section, children = a_class()
    a_page(section, children, [FULL] * 6)
    other, others = a_class(section.school, section="B", pupils=3)
    a_page(other, others, [UNTIL_25] * 3)
    return section, other, others


def test_a_class_is_silent_though_its_school_sends_another(two_classes):
    _section, other, _others = two_classes

    [held] = silent_classes(an_actor(), on=JULY_LAST)

    assert held.class_section == other
    assert (held.last_on, held.open_days) == (date(2026, 7, 25), 5)
    assert held.since == JULY_LAST  # the fifth open day after it: Sunday is none
    assert named(every_silent_class(on=JULY_LAST)) == named([held])
    assert silent_classes(an_actor(), on=date(2026, 7, 30)) == []
    assert silent_classes(an_actor(where="IN/S10/D207"), on=JULY_LAST) == []


def test_a_class_without_pupils_is_not_silent(two_classes):
    _section, other, _others = two_classes
    Enrolment.objects.filter(class_section=other).update(ends_on=JULY_LAST, ended_by="left")

    assert silent_classes(an_actor(), on=JULY_LAST) == []


def test_a_class_that_never_sent_owes_its_register_once_its_school_has_begun(two_classes):
    section, _other, _others = two_classes
    a_class(section.school, section="C", pupils=1)

    assert ("6C", None, 27) in named(silent_classes(an_actor(), on=JULY_LAST))


def test_a_school_that_never_sent_has_not_begun_until_it_holds_a_child_of_a_class_that_sent(
    two_classes,
):
    section, _other, _others = two_classes
    new, pupils = a_class(a_school(OTHER_VILLAGE), section="Z", pupils=2)
    assert new not in silent_among([new], on=JULY_LAST)

    watched = Enrolment.objects.filter(class_section=section).first()
    Enrolment.objects.filter(pk=watched.pk).update(ends_on=date(2026, 7, 20), ended_by="moved")
    Enrolment.objects.create(
        district=new.district, child=watched.child, class_section=new, roll_no="9",
        starts_on=date(2026, 7, 20),
    )  # fmt: skip

    held = silent_among([new], on=JULY_LAST)[new]
    assert (held.last_on, held.open_days) == (None, 11)  # from the 20th on
    assert pupils


def test_last_years_class_is_silent_while_children_are_still_in_it(two_classes):
    _section, other, _others = two_classes
    ClassSection.objects.filter(pk=other.pk).update(year=2025)

    assert named(silent_classes(an_actor(), on=JULY_LAST)) == [("6B", date(2026, 7, 25), 5)]


def test_many_classes_take_as_many_queries_as_one(two_classes, django_assert_num_queries):
    section, _other, _others = two_classes
    for letter in "CDEFGH":
        a_class(section.school, section=letter, pupils=2)

    with django_assert_num_queries(7):
        assert len(silent_classes(an_actor(), on=JULY_LAST)) == 7


# --- who is told, and what ends it ---


def test_the_coordinator_is_told_of_the_class_by_name_and_after_a_week_the_district(two_classes):
    _section, other, _others = two_classes
    block = a_person(Role.COORDINATOR, "IN/S10/D206/B1851", starts_at=ON_31 - timedelta(days=90))
    district = a_person(Role.COORDINATOR, "IN/S10/D206", starts_at=ON_31 - timedelta(days=90))
    system = system_actor("notices")

    [thing] = [t for t in inbox(acting(block), at=ON_31).things if t.kind.startswith("class_")]
    assert (thing.key, thing.name, thing.scope.body_id) == (
        str(other.pk), "VI B", str(other.school_id),
    )  # fmt: skip
    assert pass_on(system, at=ON_31).told == 1
    assert pass_on(system, at=ON_31 + timedelta(hours=1)).told == 0
    assert not any(c.state == "bad" for c in waiting_too_long(ON_31))
    pass_on(system, at=ON_31 + timedelta(days=8))
    [check] = [c for c in waiting_too_long(ON_31 + timedelta(days=8)) if "silent" in str(c)]
    assert check
    assert district


def test_where_no_register_will_come_each_pupil_is_asked_after_and_the_class_no_longer(two_classes):
    section, other, others = two_classes

    assert ask_after_class(an_actor(), class_section=other, at=ON_31) == 3

    assert {m.child for m in MissingPupil.objects.all()} == set(others)
    assert silent_classes(an_actor(), on=JULY_LAST) == []
    assert audited().filter(verb="pupil.missing").count() == 3
    with pytest.raises(WrongState):
        ask_after_class(an_actor(), class_section=other, at=ON_31)
    with pytest.raises(WrongState):
        ask_after_class(an_actor(), class_section=section, at=ON_31)
    # A register that comes after all names them; when it stops again the class is silent again.
    a_page(other, others, ["PPPPP"] * 3, date(2026, 8, 1))
    assert set(MissingPupil.objects.values_list("state", flat=True)) == {"back"}
    silent = silent_classes(an_actor(), on=date(2026, 8, 31))
    assert {s.class_section for s in silent} == {section, other}


def test_a_pupil_settled_long_ago_does_not_make_her_class_quiet(two_classes):
    _section, other, others = two_classes
    Enrolment.objects.filter(class_section=other).exclude(child=others[0]).update(
        ends_on=JULY_LAST, ended_by="left"
    )
    MissingPupil.objects.create(
        district=other.district, class_section=other, child=others[0], month=date(2026, 6, 1),
        state="settled", noted_by="x", noted_at=ON_31, covered_until_on=date(2027, 3, 31),
    )  # fmt: skip

    assert [s.class_section for s in silent_classes(an_actor(), on=JULY_LAST)] == [other]


@pytest.mark.parametrize(
    "until, is_silent", [(JULY_LAST, False), (date(2026, 7, 30), True), (None, True)]
)
def test_an_answer_keeps_a_class_quiet_only_for_the_time_it_speaks(two_classes, until, is_silent):
    _section, other, others = two_classes
    for child in others:
        MissingPupil.objects.create(
            district=other.district, class_section=other, child=child, month=date(2026, 7, 1),
            state="settled", noted_by="x", noted_at=ON_31, covered_until_on=until,
        )  # fmt: skip

    silent = silent_classes(an_actor(), on=JULY_LAST)

    assert [s.class_section for s in silent] == ([other] if is_silent else [])
    if is_silent:
        assert ask_after_class(an_actor(), class_section=other, at=ON_31) == len(others)


def test_only_who_corrects_registers_asks_after_a_class(two_classes):
    _section, other, _others = two_classes
    school = str(other.school_id)

    for actor in (
        an_actor(Role.TEACHER, body_id=school),
        an_actor(Role.TEACHER, body_id=school, grade="6", section="B"),
        an_actor(where="IN/S10/D207"),
        an_actor(Role.VOLUNTEER, VILLAGE),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            ask_after_class(actor, class_section=other, at=ON_31)

    assert not MissingPupil.objects.exists()


# --- the pages ---


def test_the_coordinators_day_the_school_and_the_class_say_it_by_name():
    section, children = a_class()
    other, others = a_class(section.school, section="B", pupils=3)
    day = timezone.localdate()
    month = day.replace(day=1)
    a_page(section, children, ["." * (day.day - 1) + "P"] * 6, month)
    a_page(other, others, ["P"] * 3, (month - timedelta(days=20)).replace(day=1))
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    head = signed_in(Client(), a_person(Role.TEACHER, section.school))

    week = coordinator.get(reverse("watch")).content.decode()
    assert "1 class has fallen silent." in week
    assert reverse("class", args=[other.pk]) in week
    assert "Class VI B" in week
    assert reverse("class", args=[section.pk]) not in week
    assert "Class VI B" in coordinator.get(reverse("notices")).content.decode()
    own = head.get(reverse("classes")).content.decode()
    assert "silent for" in own
    only = head.get(reverse("classes") + "?show=silent").content.decode()
    assert "Class VI B" in only
    assert "Class VI A" not in only
    page = head.get(reverse("class", args=[other.pk])).content.decode()
    assert "This class is silent" in page
    assert "Ask after" not in page

    page = coordinator.get(reverse("class", args=[other.pk])).content.decode()
    assert "Ask after 3 pupils by name" in page
    head.post(reverse("class", args=[other.pk]), {"step": "ask_after"})
    assert not MissingPupil.objects.exists()
    coordinator.post(reverse("class", args=[other.pk]), {"step": "ask_after"})
    assert MissingPupil.objects.filter(state="waiting").count() == 3
    assert (
        "This class is silent" not in head.get(reverse("class", args=[other.pk])).content.decode()
    )


@pytest.mark.parametrize("years", [1, 2])
def test_a_class_of_former_years_that_still_has_pupils_stands_in_the_list_of_classes(
    two_classes, years
):
    section, other, _others = two_classes
    this_year = timezone.localdate().year
    ClassSection.objects.filter(pk=section.pk).update(year=this_year)
    ClassSection.objects.filter(pk=other.pk).update(year=this_year - years)
    RegisterPage.objects.filter(class_section=other).delete()  # it never sent one
    coordinator = a_person(Role.COORDINATOR)

    page = signed_in(Client(), coordinator).get(reverse("classes"))

    assert reverse("class", args=[other.pk]) in [x["href"] for x in page.context["items"]]
