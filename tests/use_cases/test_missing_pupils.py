"""A pupil whom the next register no longer names is not lost: she waits until it is known where she is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.attendance.actions import (
    note_missing,
    reopen_missing,
    say_missing,
    settle_missing,
    take_register,
)
from aanchal.attendance.models import MissingPupil
from aanchal.attendance.queries.missing import missing_pupils
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.kernel.permissions import Role
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
)
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"


@pytest.fixture
def struck_off():
    """A class of six whose July register names five."""
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    sheet = [(str(i + 1), NAMES[i], FULL) for i in range(5)]
    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))
    return section, children, held


def take(held, **missing):
    return take_register(
        an_actor(), register=held, enrol_unknown=False, said_yes=True, at=NOW, missing=missing
    )


def test_the_preview_names_who_is_missing_and_taking_it_in_keeps_her(struck_off):
    _section, children, held = struck_off
    assert held.understood["pages"][0]["missing"] == [str(children[5].pk)]

    assert take(held).missing == 1

    [waits] = missing_pupils(an_actor())
    assert (waits.child, waits.state, waits.said) == (children[5], "waiting", "")
    assert take(held).missing == 0


def test_what_the_sender_said_is_kept_and_she_still_waits(struck_off):
    _section, children, held = struck_off

    take(held, **{str(children[5].pk): "name_cut"})

    assert missing_pupils(an_actor()).get().said == "name_cut"


def test_a_register_that_names_her_again_ends_it(struck_off):
    section, children, held = struck_off
    take(held)

    a_page(section, [children[5]], [FULL])

    assert not missing_pupils(an_actor()).exists()
    assert MissingPupil.objects.get().state == "back"


def test_a_first_register_and_a_pupil_who_left_the_class_are_missing_nobody():
    section, children = a_class()
    sheet = [(str(i + 1), NAMES[i], FULL) for i in range(5)]
    data = a_register_xlsx(sheet, udise=section.school.school.udise)

    first = a_given_register(an_actor(), data)
    assert first.understood["pages"][0]["missing"] == []
    assert children[5].enrolments.filter(ends_on__isnull=True).exists()


def test_it_is_settled_with_a_word_by_the_coordinator_and_taken_back(struck_off):
    _section, _children, held = struck_off
    take(held)
    waits = MissingPupil.objects.get()

    with pytest.raises(Invalid):
        settle_missing(an_actor(), missing=waits, answer=" ", at=NOW)
    settle_missing(an_actor(), missing=waits, answer="In Hariharpur, says its head", at=NOW)
    assert not missing_pupils(an_actor()).exists()
    with pytest.raises(WrongState):
        settle_missing(an_actor(), missing=waits, answer="again", at=NOW)

    reopen_missing(an_actor(), missing=waits, at=NOW)
    assert missing_pupils(an_actor()).count() == 1
    with pytest.raises(WrongState):
        reopen_missing(an_actor(), missing=waits, at=NOW)


def test_the_teacher_says_and_does_not_settle_and_others_do_neither(struck_off):
    section, children, held = struck_off
    take(held)
    waits = MissingPupil.objects.get()
    school = str(section.school.pk)
    teacher = an_actor(Role.TEACHER, body_id=school, grade="6", section="A")
    kin = a_person(Role.COORDINATOR, VILLAGE, starts_at=datetime(2026, 4, 1, tzinfo=UTC))
    kin_of(kin, children[5])

    with pytest.raises(Invalid):
        say_missing(teacher, missing=waits, said="nothing", at=NOW)
    say_missing(teacher, missing=waits, said="transferred", at=NOW)
    assert missing_pupils(teacher).get().said == "transferred"

    others = (
        an_actor(Role.TEACHER, body_id=school, grade="7", section="A"),
        an_actor(where="IN/S10/D207"),
        acting(kin),
    )
    for actor in others:
        with pytest.raises((NotAllowed, NotFound)):
            say_missing(actor, missing=waits, said="left_out", at=NOW)
        assert not missing_pupils(actor).exists()
    for actor in (teacher, *others):
        with pytest.raises((NotAllowed, NotFound)):
            settle_missing(actor, missing=waits, answer="here", at=NOW)
        with pytest.raises((NotAllowed, NotFound)):
            reopen_missing(actor, missing=waits, at=NOW)
    with pytest.raises((NotAllowed, NotFound)):
        note_missing(others[0], class_section=section, month=JUNE, children=[], said={}, at=NOW)
    settle_missing(an_actor(), missing=waits, answer="found", at=NOW)
    with pytest.raises(WrongState):
        say_missing(teacher, missing=waits, said="left_out", at=NOW)


def test_both_homes_and_the_page_show_her(struck_off):
    section, children, held = struck_off
    take(held, **{str(children[5].pk): "name_cut"})
    teacher = signed_in(Client(), a_person(Role.TEACHER, section.school, grade="6", section="A"))
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))

    for client, home in ((teacher, "classes"), (coordinator, "watch")):
        assert "1 pupil is missing" in client.get(reverse(home)).content.decode()
    page = coordinator.get(reverse("missing_pupils")).content.decode()
    assert children[5].code in page
    assert "The name was cut" in page
    own = teacher.get(reverse("missing_pupils")).content.decode()
    assert "It is known where the pupil is" not in own


def test_who_waits_too_long_says_so_and_leads_to_her_file(struck_off):
    _section, children, held = struck_off
    take(held)
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    MissingPupil.objects.update(noted_at=timezone.now())

    fresh = coordinator.get(reverse("missing_pupils")).content.decode()
    MissingPupil.objects.update(noted_at=timezone.now() - timedelta(days=4))
    page = coordinator.get(reverse("missing_pupils")).content.decode()

    assert "waits too long" not in fresh
    assert "waits too long" in page
    assert 'class="sheet now"' in page
    assert reverse("child", args=[children[5].pk]) in page


def test_her_days_are_not_drawn_as_a_register_that_was_not_taken(struck_off):
    section, _children, held = struck_off
    take(held)
    teacher = signed_in(Client(), a_person(Role.TEACHER, section.school, grade="6", section="A"))

    page = teacher.get(reverse("class", args=[section.pk])).content.decode()

    assert "Not in the register on 27 days." in page
    assert 'class="x"' in page


BLANK = FULL.replace("P", ".")


def sent_with_a_blank_row(section, marks):
    sheet = [*((str(i + 1), NAMES[i], FULL) for i in range(5)), ("6", NAMES[5], marks)]
    return a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))


@pytest.mark.parametrize("earlier", [None, "PPPP" + BLANK[4:]])
def test_a_pupil_whose_row_is_left_blank_is_missing(earlier):
    """No mark is no absence: a blank row would silence her as surely as no row."""
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    if earlier:
        a_page(section, [children[5]], [earlier])
    held = sent_with_a_blank_row(section, BLANK)

    assert held.understood["pages"][0]["missing"] == [str(children[5].pk)]
    assert take(held).missing == 1


def test_one_mark_in_her_row_names_her():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)

    assert take(sent_with_a_blank_row(section, "PPPP" + BLANK[4:])).missing == 0


def test_marks_of_another_pupil_do_not_bring_her_back():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    a_page(section, [children[5]], ["PPPP" + BLANK[4:]])
    take(sent_with_a_blank_row(section, BLANK))

    a_page(section, [children[0]], [FULL.replace("P", "A", 1)])
    assert MissingPupil.objects.get().state == "waiting"

    a_page(section, [children[5]], ["....." + FULL[5:]])
    assert MissingPupil.objects.get().state == "back"
