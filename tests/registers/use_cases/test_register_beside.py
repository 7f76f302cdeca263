"""A register beside its class's past and the other classes: what would be silent, and what is turned round."""

import io
from datetime import date

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel.errors import WrongState
from aanchal.lib.marks import Mark
from aanchal.registers.actions import answer_questions, read_register, take_register
from aanchal.registers.beside import ClassMonth, usual_of
from aanchal.registers.models import RegisterPage
from aanchal.registers.rules.pages import unpack_marks
from aanchal.registers.rules.shares import Share
from tests.factories import (
    JULY,
    NAMES,
    NOW,
    a_class,
    a_given_register,
    a_page,
    a_register_xlsx,
    an_actor,
)
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
AWAY = "APAA.AAAAAA.AAAAAA.AAAAPA.AAAAA"


def sent(section, marks, *, rows=6):
    sheet = [(str(i + 1), NAMES[i], marks) for i in range(rows)]
    return a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))


def questions(held):
    return [q for page in held.understood["pages"] for q in page["questions"]]


def answered(held, choice):
    [question] = questions(held)
    held = answer_questions(an_actor(), register=held, answers={question["key"]: choice}, at=NOW)
    return read_register(an_actor(), register=held, at=NOW)


def take(held):
    return take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)


def test_a_share_turned_round_against_the_past_waits_for_an_answer():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    held = sent(section, AWAY)

    [question] = questions(held)
    assert question["params"] | {"share": 93, "usual": 0} == question["params"]
    with pytest.raises(WrongState):
        take(held)
    assert not RegisterPage.objects.filter(month=JULY).exists()


@pytest.mark.parametrize(
    "choice, first, second",
    [("as read", "ABSENT", "PRESENT"), ("turned round", "PRESENT", "ABSENT")],
)
def test_each_answer_is_kept_to_and_nothing_is_asked_again(choice, first, second):
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)

    held = answered(sent(section, AWAY), choice)

    assert not questions(held)
    take(held)
    page = RegisterPage.objects.get(month=JULY)
    marks = unpack_marks(page.marks, 6)
    assert marks[0, :2].tolist() == [Mark[first], Mark[second]]
    assert held.understood["pages"][0]["beside"]["past"] == 0


def test_beside_the_other_classes_it_is_asked_where_the_class_has_no_past():
    section, _children = a_class()
    for grade in ("7", "8"):
        other, others = a_class(section.school, grade=grade)
        a_page(other, others, [FULL] * 6)
        is_last = grade == "8"
        assert bool(questions(sent(section, AWAY + " " * is_last))) is is_last


def test_what_is_usual_asks_nothing():
    section, children = a_class()
    a_page(section, children, [AWAY] * 5 + [FULL], JUNE)

    assert not questions(sent(section, AWAY))


def test_last_years_class_below_is_the_past_of_a_new_class():
    section, children = a_class(grade="5")
    section.year = 2025
    section.save()
    a_page(section, children, [JUNE_FULL] * 6, date(2026, 3, 1))
    now = ClassMonth(section.school.pk, 2026, "6", "A", date(2026, 4, 1))

    [usual] = usual_of([(now, Share(90, 100))])

    assert usual.past == Share(0, 6 * 26)


def test_the_months_of_one_file_stand_beside_each_other(django_assert_num_queries):
    section, _children = a_class()
    months = [ClassMonth(section.school.pk, 2026, "6", "A", date(2026, m, 1)) for m in (4, 5, 6)]
    classes = [
        ClassMonth(section.school.pk, 2026, grade, "A", JULY) for grade in ("7", "8", "9", "10")
    ]
    shares = [Share(90, 100), Share(8, 100), Share(8, 100)]

    with django_assert_num_queries(1):
        found = usual_of([*zip(months, shares, strict=True), *((c, Share(5, 50)) for c in classes)])

    assert found[0].past == Share(16, 200)
    assert found[3].neighbours == Share(15, 150)
    with django_assert_num_queries(1):
        usual_of([(months[0], shares[0])])


def test_the_page_shows_what_would_be_silent_and_asks():
    section, children = a_class()
    a_page(section, children, [JUNE_FULL] * 6, JUNE)
    a_page(section, children[:1], ["AP"])
    rows = [*((str(i + 1), NAMES[i], AWAY[:10]) for i in range(5)), ("9", "Zzq Xww", AWAY[:10])]
    data = a_register_xlsx(rows, udise=section.school.school.udise)
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    held = a_given_register(acting(person), data)
    client = signed_in(Client(), person)

    page = client.get(reverse("register_file", args=[held.pk])).content.decode()

    for said in (
        "1 Jul – 10 Jul", "27 school days", "6 in the class", "0 in this class before",
        "Pupils of the class who are not in the file", "Which is right?",
        "the other way round",
    ):  # fmt: skip
        assert said in page, said
    assert "Yes, take it in" not in page
    assert "checked" not in page
    [question] = questions(held)
    answer = {"step": "answer", f"answer-{question['key']}": "turned round"}
    client.post(reverse("register_file", args=[held.pk]), answer)
    page = client.get(reverse("register_file", args=[held.pk])).content.decode()
    assert "Present and absent were exchanged, as it was answered." in page
    assert "2, 1 of them an absence" in page
    assert "Yes, take it in" in page


def test_a_hidden_sheet_is_named_as_passed_over_with_its_reason():
    section, _children = a_class()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in ("July", "Old copy"):
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, f"UDISE: {section.school.school.udise}")
        sheet.write(1, 0, "Class: VI  Section: A   Month: July 2026")
        sheet.write_row(3, 0, ["Roll", "Name", *range(1, 32)])
        for i in range(6):
            sheet.write_row(4 + i, 0, [i + 1, NAMES[i], *FULL.replace(".", "")])
    sheet.hide()
    book.close()
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    held = a_given_register(acting(person), out.getvalue())
    client = signed_in(Client(), person)

    page = client.get(reverse("register_file", args=[held.pk])).content.decode()

    place = page.index("Passed over, and why")
    assert "A hidden sheet holds a register" in page[place:]
    assert "Old copy" in page[place:]


def test_each_page_of_a_book_shows_what_would_be_silent():
    """June and July of one class: in July one is left out, one is new, and some marks would go."""
    section, children = a_class()
    a_page(section, children, ["PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"] * 6, date(2026, 5, 1))
    a_page(section, children[:1], ["AP"])
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for month, names, marks in (
        ("June", NAMES[:6], JUNE_FULL),
        ("July", (*NAMES[:5], "Zzq Xww"), FULL[:10]),
    ):
        sheet = book.add_worksheet(month)
        sheet.write(0, 0, f"UDISE: {section.school.school.udise}")
        sheet.write(1, 0, f"Class: VI  Section: A   Month: {month} 2026")
        sheet.write_row(3, 0, ["Roll", "Name", *range(1, len(marks) + 1)])
        for i, name in enumerate(names):
            roll = i + 1 if name in NAMES else 9
            sheet.write_row(4 + i, 0, [roll, name, *marks.replace(".", " ")])
    book.close()
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    held = a_given_register(acting(person), out.getvalue())

    page = signed_in(Client(), person).get(reverse("register_file", args=[held.pk]))

    june, july = ([str(cell) for cell in row[1:9]] for row in page.context["page_rows"])
    usual = "0 in this class before"
    assert june == ["1 Jun – 30 Jun", "26 of 26", "6 of 6", "0", "0", "0", usual, "0"]
    assert july[:5] == ["1 Jul – 10 Jul", "9 of 27", "6 of 6", "1", "1"]
    assert july[6:] == [usual, "1, 1 of them an absence"]
    said = page.content.decode()
    assert "1 pupil of the class is left out of this file" in said
    assert NAMES[5] in said
