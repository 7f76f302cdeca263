"""A pupil whom the next register no longer names is not lost: she waits until it is known where she is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.kernel.models import CountedEvent
from aanchal.kernel.statistics import pseudonym_of
from aanchal.people.models import ClassSection, Enrolment
from aanchal.registers.actions import (
    note_missing,
    reopen_missing,
    say_missing,
    settle_missing,
    take_register,
)
from aanchal.registers.models import MissingPupil
from aanchal.registers.queries.missing import missing_pupils
from tests.carried import carried
from tests.factories import (
    JULY,
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
KNOWN = {
    "ground": "enrolled_there",
    "answer": "In Hariharpur, says its head",
    "confirmed": True,
    "at": NOW,
}


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
        an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW, missing=missing
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


def test_an_enrolled_pupil_left_out_of_the_very_first_register_is_missing_and_one_who_left_is_not():
    section, children = a_class()
    Enrolment.objects.filter(child=children[4]).update(ends_on=JULY, ended_by="left")
    sheet = [(str(i + 1), NAMES[i], FULL) for i in range(4)]
    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))

    assert held.understood["pages"][0]["missing"] == [str(children[5].pk)]
    assert take(held).missing == 1


def test_it_is_settled_with_a_word_by_the_coordinator_and_taken_back(struck_off):
    _section, _children, held = struck_off
    take(held)
    waits = MissingPupil.objects.get()

    with pytest.raises(Invalid):
        settle_missing(an_actor(), missing=waits, **(KNOWN | {"answer": " "}))
    settle_missing(an_actor(), missing=waits, **KNOWN)
    assert not missing_pupils(an_actor()).exists()
    with pytest.raises(WrongState):
        settle_missing(an_actor(), missing=waits, **KNOWN)

    reopen_missing(an_actor(), missing=waits, at=NOW)
    assert missing_pupils(an_actor()).count() == 1
    with pytest.raises(WrongState):
        reopen_missing(an_actor(), missing=waits, at=NOW)


@pytest.mark.parametrize("said, is_counted", [("name_cut", True), ("left_out", False)])
def test_a_pupil_whose_name_was_cut_is_counted_as_left_once_it_is_known(
    struck_off, said, is_counted
):
    _section, children, held = struck_off
    take(held, **{str(children[5].pk): said})
    waits = MissingPupil.objects.get()

    def told():
        rows = [row.facts for row in CountedEvent.objects.all()]
        return sorted(
            (r["what"], r["detail"], r["child"]) for r in rows if r["what"].startswith("child_left")
        )

    assert not told()
    settle_missing(an_actor(), missing=waits, **KNOWN)
    reopen_missing(an_actor(), missing=waits, at=NOW)

    child = pseudonym_of(children[5].pk)
    left = [("child_left", said, child), ("child_left_undone", said, child)]
    assert told() == (left if is_counted else [])


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
            settle_missing(actor, missing=waits, **KNOWN)
        with pytest.raises((NotAllowed, NotFound)):
            reopen_missing(actor, missing=waits, at=NOW)
    with pytest.raises((NotAllowed, NotFound)):
        note_missing(others[0], class_section=section, month=JUNE, children=[], said={}, at=NOW)
    settle_missing(an_actor(), missing=waits, **KNOWN)
    with pytest.raises(WrongState):
        say_missing(teacher, missing=waits, said="left_out", at=NOW)


def test_kin_say_nothing_of_her_by_sending_a_register_either(struck_off):
    section, children, held = struck_off
    where = {"body_id": str(section.school.pk), "grade": "6", "section": "A"}
    kin = a_person(Role.TEACHER, section.school, grade="6", section="A")
    kin_of(kin, children[5])
    by_kin = an_actor(Role.TEACHER, **where)
    by_kin = replace(by_kin, user_id=str(kin.pk))
    said = {str(children[5].pk): "transferred"}

    def note(actor):
        note_missing(
            actor, class_section=section, month=JULY, children=[children[5].pk], said=said, at=NOW
        )
        return MissingPupil.objects.get().said

    assert note(by_kin) == ""  # she waits all the same
    assert note(an_actor(Role.TEACHER, **where)) == "transferred"
    MissingPupil.objects.get().delete()
    take(held)
    assert note(by_kin) == ""


def test_both_homes_and_the_page_show_her(struck_off):
    section, children, held = struck_off
    take(held, **{str(children[5].pk): "name_cut"})
    teacher = signed_in(Client(), a_person(Role.TEACHER, section.school, grade="6", section="A"))
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))

    said = "1 pupil missing from the class register: the school has said what it knows"
    assert said in teacher.get(reverse("classes")).content.decode()
    assert "1 pupil is missing" in coordinator.get(reverse("watch")).content.decode()
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


def test_a_row_that_goes_blank_does_not_name_her_and_a_mark_among_the_last_days_does():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)

    assert take(sent_with_a_blank_row(section, BLANK[:28] + "A..")).missing == 0
    assert take(sent_with_a_blank_row(section, "PPPP" + BLANK[4:])).missing == 0  # has the A still


def test_a_row_that_goes_blank_after_four_days_is_asked_about():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)

    assert take(sent_with_a_blank_row(section, "PPPP" + BLANK[4:])).missing == 1


def rows_of(names, marks):
    return [(str(i + 1), NAMES[i], marks) for i in names]


def sent(section, rows, *, actor=None, **sheet):
    data = a_register_xlsx(rows, udise=section.school.school.udise, **sheet)
    return a_given_register(actor or an_actor(), data)


def test_a_second_file_of_the_month_cannot_leave_out_whom_the_first_named():
    """Days 1 to 10 with her, then the whole month without her."""
    section, children = a_class()
    take(sent(section, rows_of(range(6), FULL[:10]), days=10))
    assert not MissingPupil.objects.exists()

    second = sent(section, rows_of(range(5), FULL))

    assert second.understood["pages"][0]["missing"] == [str(children[5].pk)]
    assert take(second).missing == 1
    assert take(second).missing == 0


def test_a_month_cut_into_files_by_days_leaves_nobody_out_unasked():
    section, children = a_class()
    take(sent(section, rows_of(range(6), FULL[:10]), days=10))

    rest = take(sent(section, rows_of(range(5), "." * 10 + FULL[10:])))

    assert rest.missing == 1
    assert MissingPupil.objects.get().child == children[5]


def test_a_class_sent_in_two_halves_waits_for_the_second_and_ends_by_itself():
    section, _children = a_class()

    assert take(sent(section, rows_of(range(3), FULL))).missing == 3
    assert take(sent(section, rows_of(range(3, 6), FULL))).missing == 0
    assert not missing_pupils(an_actor()).exists()
    assert take(sent(section, rows_of(range(3), FULL.replace("P", "A", 1)))).missing == 0


def test_rows_of_nobody_do_not_hide_that_the_whole_class_is_left_out():
    """The sender says yes to "is this another school's register?": the class is asked after."""
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    junk = sent(section, [(str(90 + i), f"Zzq Xww{i}", FULL) for i in range(8)])

    page = junk.understood["pages"][0]
    assert [ask["code"] for ask in page["asks"]] == ["another_school"]
    assert set(page["missing"]) == {str(c.pk) for c in children}
    assert take(junk).missing == 6


def test_one_known_row_among_rows_of_nobody_names_one_pupil_only():
    section, _children = a_class()
    junk = [(str(90 + i), f"Zzq Xww{i}", FULL) for i in range(8)]

    assert take(sent(section, [*rows_of([0], FULL), *junk])).missing == 5


APRIL = "Class: VII  Section: A   Month: April 2026"
APRIL_FULL = "PPPPPPP.PPPPPP.PPPPPP.PPPPPP.P"


def test_the_first_register_of_a_year_asks_after_the_class_of_last_year():
    """Five of VI A of 2025 are promoted into VII A by their numbers; the sixth is asked after."""
    section, children = a_class()
    ClassSection.objects.filter(pk=section.pk).update(year=2025)
    new = ClassSection.objects.create(
        district=section.district, school=section.school, year=2026, grade="7", section="A"
    )
    for child in children[:5]:
        old = child.enrolments.get()
        Enrolment.objects.create(
            district=child.district, child=child, class_section=new, roll_no=old.roll_no,
            starts_on=date(2026, 4, 1),
        )  # fmt: skip
        Enrolment.objects.filter(pk=old.pk).update(ends_on=JULY, ended_by="promoted")
    first = sent(new, rows_of(range(5), APRIL_FULL), title=APRIL, days=30)

    assert first.understood["pages"][0]["missing"] == [str(children[5].pk)]
    assert take(first, **{str(children[5].pk): "name_cut"}).missing == 1
    waits = missing_pupils(an_actor()).get()
    assert (waits.child, waits.class_section, waits.said) == (children[5], new, "name_cut")
    later = sent(new, rows_of(range(5), FULL), title=APRIL.replace("April", "May"))
    assert take(later).missing == 0
    assert missing_pupils(an_actor()).count() == 1


def test_who_was_settled_in_one_class_is_asked_after_again_in_another(struck_off):
    section, children, held = struck_off
    take(held)
    settle_missing(an_actor(), missing=MissingPupil.objects.get(), **KNOWN)
    again = sent(section, rows_of(range(5), FULL.replace("P", "A", 1)))
    assert again.understood["pages"][0]["missing"] == []
    other, _others = a_class(section.school, section="B", pupils=1)
    Enrolment.objects.filter(child=children[5]).update(class_section=other)

    first = sent(other, rows_of([0], FULL), title="Class: VI  Section: B   Month: July 2026")

    assert first.understood["pages"][0]["missing"] == [str(children[5].pk)]


def test_what_is_said_later_is_kept_beside_her(struck_off):
    _section, children, held = struck_off
    take(held)

    take(held, **{str(children[5].pk): "other_name"})

    assert missing_pupils(an_actor()).get().said == "other_name"


def test_the_preview_names_each_pupil_left_out_with_nothing_chosen():
    section, children = a_class()
    teacher = a_person(Role.TEACHER, section.school, grade="6", section="A")
    junk = [(str(90 + i), f"Zzq Xww{i}", FULL) for i in range(8)]
    held = sent(section, junk, actor=acting(teacher))
    client = signed_in(Client(), teacher)

    page = client.get(reverse("register_file", args=[held.pk])).content.decode()

    assert "6 pupils of the class are left out of this file" in page
    for child in children:
        assert f'name="missing-{child.pk}"' in page
    assert "selected" not in page
    client.post(
        reverse("register_file", args=[held.pk]),
        {"step": "take", "confirmed": "yes", f"missing-{children[0].pk}": "transferred"},
    )
    assert sorted(m.said for m in MissingPupil.objects.all()) == [""] * 5 + ["transferred"]


def test_marks_of_another_pupil_do_not_bring_her_back():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    a_page(section, [children[5]], ["PPPP" + BLANK[4:]])
    take(sent_with_a_blank_row(section, BLANK))

    a_page(section, [children[0]], [FULL.replace("P", "A", 1)])
    assert MissingPupil.objects.get().state == "waiting"

    a_page(section, [children[5]], ["....." + FULL[5:]])
    assert MissingPupil.objects.get().state == "back"


def test_holidays_written_for_her_alone_neither_name_her_nor_bring_her_back():
    """No absence, so the watch is silent; no mark of hers, so she is asked about."""
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    alone = FULL.replace("P", "H")
    sheet = [(str(i + 1), NAMES[i], alone if i == 5 else FULL) for i in range(6)]
    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))

    take(held)

    missing = MissingPupil.objects.get()
    assert (missing.child_id, missing.state) == (children[5].pk, "waiting")
    a_page(section, [children[5]], ["." * 24 + "P"], JULY)
    missing.refresh_from_db()
    assert missing.state == "back"


# --- how it is known, and for how long ---


@pytest.mark.parametrize(
    "given, field",
    [
        ({"ground": ""}, "ground"),
        ({"ground": "somebody_said"}, "ground"),
        ({"answer": ""}, "answer"),
        ({"answer": "   gone   "}, "answer"),
        ({"confirmed": False}, "confirmed"),
    ],
)
def test_any_word_does_not_settle_it(struck_off, given, field):
    _section, _children, held = struck_off
    take(held)

    with pytest.raises(Invalid) as refused:
        settle_missing(an_actor(), missing=MissingPupil.objects.get(), **(KNOWN | given))

    assert refused.value.details["field"] == field
    assert MissingPupil.objects.get().state == "waiting"


@pytest.mark.parametrize(
    "ground, until",
    [
        ("enrolled_there", date(2027, 3, 31)),
        ("met_child", date(2026, 8, 24)),
        ("seen_in_school", date(2026, 8, 24)),
    ],
)
def test_an_answer_speaks_until_a_day_and_a_register_after_it_asks_again(struck_off, ground, until):
    section, children, held = struck_off
    take(held)
    settle_missing(an_actor(), missing=MissingPupil.objects.get(), **(KNOWN | {"ground": ground}))
    assert MissingPupil.objects.get().covered_until_on == until

    left = {}
    for name, last in (("August", 22), ("September", 10)):
        line = ("P" * last).ljust(31, ".")
        sent_now = sent(section, rows_of(range(5), line), title=AUGUST.replace("August", name))
        left[name] = sent_now.understood["pages"][0]["missing"]

    assert left["August"] == []
    assert left["September"] == ([] if ground == "enrolled_there" else [str(children[5].pk)])


AUGUST = "Class: VI  Section: A   Month: August 2026"


def test_an_answer_without_a_day_speaks_for_none(struck_off):
    section, children, held = struck_off
    take(held)
    settle_missing(an_actor(), missing=MissingPupil.objects.get(), **KNOWN)
    MissingPupil.objects.update(covered_until_on=None)

    again = sent(section, rows_of(range(5), FULL.replace("P", "A", 1)))

    assert again.understood["pages"][0]["missing"] == [str(children[5].pk)]


def test_the_page_asks_how_it_is_known_and_once_more_and_says_until_when(struck_off):
    _section, _children, held = struck_off
    take(held)
    waits = MissingPupil.objects.get()
    coordinator = a_person(Role.COORDINATOR, "IN/S10/D206")
    client, at = signed_in(Client(), coordinator), reverse("missing_pupils")
    given = {"pupil": str(waits.pk), "step": "settle", "answer": "In Hariharpur, says its head"}

    refused = client.post(at, given)
    assert refused.status_code == 400
    assert "Say how it is known where the pupil is." in refused.content.decode()
    assert "In Hariharpur, says its head" in refused.content.decode(), "what was typed is kept"

    asked = client.post(at, given | {"ground": "met_child"})
    assert "Is it known where this pupil is?" in asked.content.decode()
    assert MissingPupil.objects.get().state == "waiting"

    page = client.post(at, carried(asked), follow=True).content.decode()
    assert "Somebody met the child and spoke with her" in page
    assert "The answer speaks until" in page
    settled = MissingPupil.objects.get()
    assert (settled.state, settled.ground) == ("settled", "met_child")
    assert settled.answer == "In Hariharpur, says its head"
