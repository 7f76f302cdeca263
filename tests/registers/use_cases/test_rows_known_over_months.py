"""Who a row is was said once: it holds for the months that follow, on the page and on the command line."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from aanchal.access.roles import Role
from aanchal.cli.imports import app
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import Child, ClassSection
from aanchal.registers.actions import ENROL, SET_ASIDE, repair_row, take_register, undo_repair
from aanchal.registers.actions.pages import page_marks
from aanchal.registers.models import MissingPupil, RegisterPage
from tests.factories import NAMES, NOW, a_class, a_given_register, a_register_xlsx, an_actor
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

MONTHS = {
    "April": "PPP.PPPPPP.PPPPPP.PPPPPP.PPPPP",
    "May": "P.PPPPPP.PPPPPP.PPPPPP.PPPPPP.P",
    "June": "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP",
}
ASKED = "1 row may be one of two pupils; it is kept for repair."
OTHERWISE = f"{NAMES[3].split()[0]} Hembram"


def register(section, month, *strange, also=()):
    """A month of the class in which the fourth pupil's row is another; the rest are as known."""
    marks = MONTHS[month]
    rows = [*((roll, name, marks) for roll, name in strange)]
    rows += [(roll, name, marks) for roll, name in also]
    rows += [(str(i + 1), NAMES[i], marks) for i in (0, 1, 2, 4, 5)]
    title = f"Class: VI  Section: A   Month: {month} 2026"
    udise = section.school.school.udise
    return a_register_xlsx(rows, udise=udise, title=title, days=len(marks))


def sent(section, month, *strange, also=()):
    data = register(section, month, *strange, also=also)
    held = a_given_register(an_actor(), data, name=f"{month}.xlsx")
    take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    held.refresh_from_db()
    return held


def waiting(held):
    return ImportProblem.objects.filter(
        source_id=str(held.pk), state="open", code="row_unmatched"
    ).order_by("row")


def say(held, choice):
    return repair_row(an_actor(), problem=waiting(held).get(), choice=str(choice), at=NOW)


def days_of(section, child, month):
    number = {"April": 4, "May": 5, "June": 6}[month]
    held = RegisterPage.objects.filter(class_section=section, month__month=number).first()
    page = page_marks(held) if held else None
    if page is None or child.pk not in page.children:
        return None
    marks = page.marks[page.children.index(child.pk)]
    return "".join(".PALH"[code] for code in marks)[: len(MONTHS[month])]


def on_the_page(section, month, *strange, also=()):
    """What the preview of a month's file says, as its coordinator sees it."""
    person = a_person(Role.COORDINATOR, "IN/S10/D206")
    data = register(section, month, *strange, also=also)
    held = a_given_register(acting(person), data, name=f"{month}-page.xlsx")
    page = signed_in(Client(), person).get(reverse("register_file", args=[held.pk]))
    return page.content.decode()


def by_command(tmp_path, data, *options):
    path = tmp_path / "r.xlsx"
    path.write_bytes(data)
    done = CliRunner().invoke(app, ["registers", str(path), "--json", "--no-watch", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def known():
    """In April a person says that the row with another surname is the class's fourth pupil."""
    section, children = a_class()
    held = sent(section, "April", ("4", OTHERWISE))
    assert waiting(held).get().raw["suggestions"] == [str(children[3].pk)]
    say(held, children[3].pk)
    return section, children, held


@pytest.mark.parametrize(
    "may, june",
    [
        (("4", OTHERWISE), ("4", OTHERWISE)),
        (("04", OTHERWISE.upper()), ("४", OTHERWISE)),  # her number written otherwise
        (("27", OTHERWISE), ("", OTHERWISE)),  # numbered anew, and without numbers
    ],
)
def test_the_known_child_of_another_surname_is_asked_about_once(known, tmp_path, may, june):
    section, children, _april = known

    held = sent(section, "May", may)
    assert not waiting(held).exists()
    page = on_the_page(section, "June", june)
    assert june[1] in page and ASKED not in page
    dry_code, dry = by_command(tmp_path, register(section, "June", june), "--dry-run")
    code, told = by_command(tmp_path, register(section, "June", june), "--yes")

    assert (dry_code, dry["questions"], dry["pupils"]) == (0, [], 6)
    assert (code, told["rows_left"], told["questions"]) == (0, 0, [])
    for month, marks in MONTHS.items():
        assert days_of(section, children[3], month) == marks
    assert Child.objects.count() == 6
    assert not MissingPupil.objects.filter(child=children[3]).exists()


def test_another_surname_that_was_not_said_is_asked_about_all_the_same(known, tmp_path):
    section, children, _april = known
    third = f"{NAMES[3].split()[0]} Murmu"

    page = on_the_page(section, "May", ("4", third))
    assert third in page and ASKED in page
    _code, told = by_command(tmp_path, register(section, "May", ("4", third)), "--yes")

    assert told["rows_left"] == 1
    assert days_of(section, children[3], "May") is None


def test_two_rows_of_that_name_are_asked_about_but_the_one_that_was_said(known):
    section, children, _april = known

    held = sent(section, "May", ("4", OTHERWISE), also=[("44", OTHERWISE)])

    assert [p.raw["roll"] for p in waiting(held)] == ["44"]
    assert days_of(section, children[3], "May") == MONTHS["May"]


def test_an_answer_that_was_undone_is_asked_for_again(known):
    section, _children, april = known
    undo_repair(
        an_actor(), problem=ImportProblem.objects.get(source_id=str(april.pk), code="row_unmatched"),
        at=NOW,
    )  # fmt: skip

    assert waiting(sent(section, "May", ("27", OTHERWISE))).count() == 1


def test_another_child_is_another_child_in_the_months_that_follow(tmp_path):
    section, children = a_class()
    both = [("31", NAMES[3])]
    say(sent(section, "April", ("4", OTHERWISE), also=both), ENROL)
    other = Child.objects.exclude(pk__in=[c.pk for c in children]).get()

    held = sent(section, "May", ("4", OTHERWISE), also=both)
    assert not waiting(held).exists()
    june = register(section, "June", ("4", OTHERWISE), also=both)
    assert by_command(tmp_path, june, "--dry-run")[1]["questions"] == []
    code, told = by_command(tmp_path, june, "--yes")

    assert (code, told["rows_left"], told["enrolled"]) == (0, 0, 0)
    for month, marks in MONTHS.items():
        assert days_of(section, other, month) == days_of(section, children[3], month) == marks
    assert Child.objects.count() == 7


def test_a_row_that_is_nobody_stays_nobody_though_a_pupil_is_known_under_its_name(known):
    section, children, _april = known
    held = sent(section, "May", ("4", NAMES[3]), ("44", f"{OTHERWISE} Soren"))
    say(held, SET_ASIDE)

    june = sent(section, "June", ("4", NAMES[3]), ("44", f"{OTHERWISE} Soren"))

    assert not waiting(june).exists()
    assert days_of(section, children[3], "June") == MONTHS["June"]


def test_at_the_change_of_session_she_is_looked_for_under_that_name_too():
    section, children = a_class(grade="5")
    held = sent_as(section, "V", "April", ("4", OTHERWISE))
    say(held, children[3].pk)
    ClassSection.objects.filter(pk=section.pk).update(year=2025)

    data = register_as(section, "VI", "June", ("4", OTHERWISE))
    new = a_given_register(an_actor(), data, name="new.xlsx")
    take_register(an_actor(), register=new, enrol_unknown=True, confirmed=True, at=NOW)

    row = waiting(new).get(row=waiting(new).first().row)
    assert row.raw["name"] == OTHERWISE
    assert row.raw["suggestions"][0] == str(children[3].pk)
    assert not Child.objects.exclude(pk__in=[c.pk for c in children]).exists()


def register_as(section, grade, month, *strange):
    marks = MONTHS[month]
    rows = [*((roll, name, marks) for roll, name in strange)]
    rows += [(str(i + 1), NAMES[i], marks) for i in (0, 1, 2, 4, 5)]
    title = f"Class: {grade}  Section: A   Month: {month} 2026"
    return a_register_xlsx(rows, udise=section.school.school.udise, title=title, days=len(marks))


def sent_as(section, grade, month, *strange):
    held = a_given_register(an_actor(), register_as(section, grade, month, *strange), name="v.xlsx")
    take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    held.refresh_from_db()
    return held
