"""The preview of a register: a photograph, a file understood wrongly, a class that others sent."""

import ast
import io
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from aanchal.access.roles import Role
from aanchal.registers import formats
from aanchal.registers.beside import AS_READ, TURNED
from aanchal.registers.formats.marks import CHOICES
from aanchal.registers.models import RegisterFile, RegisterPage
from aanchal.web.registers.presenters.pages import _CHOICES, alike_together, told
from tests.factories import NAMES, a_class, a_page, a_register_xlsx
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"


@pytest.fixture
def teacher():
    section, children = a_class()
    person = a_person(Role.TEACHER, section.school, grade="6", section="A")
    return signed_in(Client(), person), section, children


def send(client, data, name, **more):
    file = io.BytesIO(data)
    file.name = name
    return client.post(
        reverse("register_send"), {"file": file, **more}, follow=True
    ).content.decode()


def own(section):
    return f"{section.school.pk}/{section.grade}/{section.section}"


def test_a_class_teacher_says_that_it_is_her_class_and_it_is_not_chosen_for_her(teacher):
    client, section, _children = teacher
    rows = [(str(i + 1), NAMES[i], FULL) for i in range(6)]
    data = a_register_xlsx(rows, title="Attendance, July 2026")

    form = client.get(reverse("register_send")).content.decode()
    assert "Is this the register of your class?" in form
    assert f'value="{own(section)}"' in form
    assert "checked" not in form
    assert 'name="grade"' not in form
    asked = send(client, data, "july.xlsx")
    assert "Say which class this register is of." in asked
    foreign = own(section).replace("/6/", "/7/")
    send(client, data, "july.xlsx", own_class=foreign)
    assert not RegisterFile.objects.exists()

    assert "Class VI A" in send(client, data, "july.xlsx", own_class=own(section))
    assert RegisterFile.objects.get().hints["grade"] == "6"


def test_a_photograph_is_refused_with_what_to_send_and_asks_for_no_class(teacher):
    client, section, _children = teacher

    page = send(client, b"\xff\xd8\xff\xe0" + b"\0" * 500, "register.jpg", own_class=own(section))

    assert "This is a photograph or a scan" in page
    assert "Which register is this?" not in page
    assert "Send another file" in page


def test_no_this_is_wrong_takes_nothing_in_and_keeps_the_file(teacher):
    client, section, _children = teacher
    rows = [(str(i + 1), NAMES[i], FULL) for i in range(6)]
    page = send(
        client,
        a_register_xlsx(rows, udise=section.school.school.udise),
        "july.xlsx",
        own_class=own(section),
    )
    assert "No, this is wrong" in page
    held = RegisterFile.objects.get()

    answer = client.post(reverse("register_file", args=[held.pk]), {"step": "refuse"}, follow=True)

    held.refresh_from_db()
    assert held.state == "refused"
    assert not RegisterPage.objects.exists()
    assert "The file is kept" in answer.content.decode()
    assert "july.xlsx" in client.get(reverse("register_files")).content.decode()


def test_beside_a_complete_class_nobody_is_told_that_no_register_was_sent(teacher):
    client, section, children = teacher
    assert "No register was sent yet." in client.get(reverse("register_files")).content.decode()

    a_page(section, children, [FULL] * 6)

    page = client.get(reverse("register_files")).content.decode()
    assert "No register was sent yet." not in page
    assert "You have sent no file yourself." in page


def test_what_can_be_read_two_ways_is_asked_before_anything_goes_in(teacher):
    client, section, _children = teacher
    noughts = "1000.000000.000000.000000.00000"
    rows = [(str(i + 1), NAMES[i], noughts) for i in range(6)]

    data = a_register_xlsx(rows, udise=section.school.school.udise)
    page = send(client, data, "july.xlsx", own_class=own(section))

    assert "Before it can be taken in" in page
    assert "Yes, take it in" not in page
    assert "checked" not in page
    held = RegisterFile.objects.get()
    url = reverse("register_file", args=[held.pk])
    refused = client.post(url, {"step": "answer"}, follow=True).content.decode()
    assert "Choose an answer to at least one question." in refused
    answer = {"step": "answer", "answer-ones_or_noughts:1": "present"}
    page = client.post(url, answer, follow=True).content.decode()
    assert "Before it can be taken in" not in page
    assert "Yes, take it in" in page


def test_what_was_read_without_certainty_is_shown(teacher):
    client, section, _children = teacher
    rows = [(str(i + 1), NAMES[i], "L" + FULL[1:]) for i in range(6)]

    data = a_register_xlsx(rows, udise=section.school.school.udise)
    page = send(client, data, "july.xlsx", own_class=own(section))

    assert "Read so, without certainty" in page
    assert "was read as leave" in page


def test_a_day_in_a_readers_sentence_is_written_as_one_writes_it():
    said = {"template": "It ends on %(day)s (%(what)s).", "row": 3, "column": None}

    [one] = told([said | {"params": {"day": "2026-09-10", "what": "2026-99-99"}}])

    assert one["reason"] == "It ends on 10 Sep 2026 (2026-99-99)."
    [one] = told([said | {"params": {"day": "2026-12", "what": "2026-13"}}])
    assert one["reason"] == "It ends on December 2026 (2026-13)."
    with translation.override("hi"):
        [one] = told([said | {"params": {"day": "2026-03-10", "what": 1}}])
    assert "10 मार्च 2026" in one["reason"]


def test_one_sentence_about_many_rows_is_said_once_and_names_them_all():
    rows = [
        {"reason": reason, "row": row, "column": None, "sheet": sheet}
        for reason, row, sheet in (
            ("sums", 4, "I-A"), ("sums", 5, "I-A"), ("other", None, ""), ("sums", 6, ""),
            ("sums", 7, "II-A"),
        )
    ]  # fmt: skip

    first, other = alike_together(rows)

    assert first["where"] + first["further"] == ["I-A row 4", "I-A row 5", "row 6", "II-A row 7"]
    assert first["further"] == ["II-A row 7"]
    assert (other["where"], other["further"]) == ([], [])


def test_every_choice_that_a_reader_offers_is_said_in_the_language_of_the_page():
    offered = {AS_READ, TURNED, *CHOICES}
    for path in Path(formats.__path__[0]).glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "choose":
                for words in (a for a in call.args if isinstance(a, ast.Tuple)):
                    offered |= {w.value for w in words.elts if isinstance(w, ast.Constant)}

    offered -= {"left", "here"}  # of lists of pupils, which are asked about on the command line
    assert "leave out" in offered
    assert offered <= set(_CHOICES), offered - set(_CHOICES)
