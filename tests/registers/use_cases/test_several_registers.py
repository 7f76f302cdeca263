"""Registers that are given together go in as they would one after the other, for few queries."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.cli.register_take import take_some
from aanchal.kernel.models import AuditEvent, ImportProblem, StoredFile
from aanchal.lib.marks import Mark
from aanchal.people.models import Child, ClassSection
from aanchal.registers.actions import give_register, read_register, take_register, take_several
from aanchal.registers.actions.taking import MAX_PAGES_PER_TRANSACTION
from aanchal.registers.actions.taking_several import take_understood
from aanchal.registers.models import MissingPupil, RegisterFile, RegisterPage
from aanchal.registers.page_store import page_marks
from aanchal.registers.reading import show_together
from tests.factories import NOW, VILLAGE, a_class, an_actor
from tests.signing_in import a_school

pytestmark = pytest.mark.django_db
DAYS = ",".join(str(day) for day in range(1, 32))


def a_known_school(number):
    school = a_school(VILLAGE)
    school.school.udise = f"1005010010{number}"
    school.school.save()
    return school


def classes_of(school, grades):
    return {grade: a_class(school, grade=grade)[1] for grade in grades}


def a_file(grade, children, letters=None, *, leave_out=0):
    lines = [f"Class: {grade}  Section: A  Month: July 2026", f"Roll,Name,{DAYS}"]
    for roll, child in enumerate(children[: len(children) - leave_out], 1):
        marks = letters or "P" * roll + "A" + "P" * (30 - roll)
        lines.append(f"{roll},{child.given_name} {child.family_name}," + ",".join(marks))
    return io.BytesIO(("\n".join(lines) + "\n").encode()), f"{grade}.csv"


def files_of(classes, letters=None, **kind):
    return [a_file(grade, children, letters, **kind) for grade, children in classes.items()]


def together(school, given, **said):
    return take_several(
        an_actor(),
        given=given,
        school=school,
        hints={},
        via="command",
        confirmed=False,
        at=NOW,
        **said,
    )


def alone(school, given):
    for source, name in given:
        held = give_register(
            an_actor(), source=source, filename=name, school=school, hints={}, via="command", at=NOW
        )
        held = read_register(an_actor(), register=held, at=NOW)
        if held.state == RegisterFile.State.SHOWN:
            take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)


def what_is_in(school):
    """Everything a register leaves behind, without keys and hours."""
    registers = RegisterFile.objects.filter(school=school).select_related("file")
    pages = RegisterPage.objects.filter(class_section__school=school).select_related(
        "class_section"
    )
    rolls = {
        c.pk: c.enrolments.get().roll_no
        for c in Child.objects.filter(enrolments__class_section__school=school)
    }
    return (
        sorted((r.file.name, r.state, sorted(r.counts.items())) for r in registers),
        sorted(
            (p.class_section.grade, [rolls[c] for c in page_marks(p).children], page_marks(p).marks.tolist())
            for p in pages
        ),
        sorted((m.class_section.grade, rolls[m.child_id]) for m in MissingPupil.objects.filter(class_section__school=school)),
    )  # fmt: skip


def test_files_taken_together_leave_what_they_leave_one_after_the_other():
    one, other = a_known_school(1), a_known_school(2)
    grades = ("5", "6", "7")

    before = AuditEvent.objects.count
    started = before()
    done = together(one, files_of(classes_of(one, grades), leave_out=1))
    of_together = before() - started
    started = before()
    alone(other, files_of(classes_of(other, grades), leave_out=1))

    assert all(d is not None for d in done)
    assert what_is_in(one) == what_is_in(other)
    assert len(what_is_in(one)[2]) == 3  # the pupil whom each leaves out
    assert of_together == before() - started  # an event a file, and a pupil, as ever


def test_more_files_cost_only_their_own_writes():
    few, many = a_known_school(1), a_known_school(2)
    of_few = files_of(classes_of(few, ("5", "6")))
    of_many = files_of(classes_of(many, ("4", "5", "6", "7", "8", "9")))

    with CaptureQueriesContext(connection) as first:
        together(few, of_few)
    with CaptureQueriesContext(connection) as second:
        together(many, of_many)

    asked = [
        len([q for q in seen.captured_queries if q["sql"].startswith("SELECT")])
        for seen in (first, second)
    ]
    assert asked[0] == asked[1]
    assert len(second) - len(first) <= 4 * 3  # a file's page and its savepoint


def new_session(school, grades, *, leave_out=0):
    """Classes of last year, and what each sends first when its pupils are a class higher."""
    former = classes_of(school, grades)
    ClassSection.objects.filter(school=school).update(year=2025)
    above = {str(int(g) + 1): children for g, children in former.items()}
    return files_of(above, leave_out=leave_out)


def asked_of_last_year(school):
    rolls = {
        str(c.pk): c.enrolments.get().roll_no
        for c in Child.objects.filter(enrolments__class_section__school=school)
    }
    waiting = ImportProblem.objects.filter(body_id=school.pk, code="row_unmatched", state="open")
    return sorted(
        (p.raw["name"], p.raw["promoted"], [rolls[key] for key in p.raw["suggestions"]])
        for p in waiting
    )


def test_rows_of_a_new_session_wait_for_a_person_as_they_do_one_after_the_other():
    one, other = a_known_school(1), a_known_school(2)
    grades = ("4", "6")

    together(one, new_session(one, grades, leave_out=1))
    alone(other, new_session(other, grades, leave_out=1))

    assert what_is_in(one) == what_is_in(other)
    assert not RegisterPage.objects.exists()
    assert [grade for grade, _roll in what_is_in(one)[2]] == ["5", "7"]  # whom no row may be
    asked = asked_of_last_year(one)
    assert asked == asked_of_last_year(other)
    assert {reason for _name, reason, _who in asked} == {"name_equal"}
    assert len(asked) == 2 * 5


def test_last_years_pupils_are_loaded_once_for_all_files():
    few, many = a_known_school(1), a_known_school(2)
    of_few, of_many = new_session(few, ("2", "5")), new_session(many, ("1", "3", "5", "7", "9"))

    with CaptureQueriesContext(connection) as first:
        together(few, of_few)
    with CaptureQueriesContext(connection) as second:
        together(many, of_many)

    asked = [
        len([q for q in seen.captured_queries if 'FROM "people_' in q["sql"]])
        for seen in (first, second)
    ]
    assert asked[0] == asked[1]


def test_a_class_that_begins_because_somebody_is_left_out_loads_nothing_again():
    few, many = a_known_school(1), a_known_school(2)
    of_few = new_session(few, ("2", "5"), leave_out=1)
    of_many = new_session(many, ("1", "3", "5", "7", "9"), leave_out=1)

    with CaptureQueriesContext(connection) as first:
        together(few, of_few)
    with CaptureQueriesContext(connection) as second:
        together(many, of_many)

    asked = [
        len([q for q in seen.captured_queries if 'FROM "people_' in q["sql"]])
        for seen in (first, second)
    ]
    assert asked[1] - asked[0] == 5 - 2  # whether each class has begun


def test_two_files_of_one_class_do_not_go_together():
    school = a_known_school(1)
    [(grade, children)] = classes_of(school, ("6",)).items()
    given = [
        a_file(grade, children, "P" * 15 + " " * 16),
        a_file(grade, children, "A" * 15 + "P" * 16),
    ]

    first, second = together(school, given)

    assert first is not None and second is None  # the second would take marks of the first away
    kept = RegisterFile.objects.exclude(pk=first[0].pk).get()
    assert kept.state == RegisterFile.State.RECEIVED
    kept = read_register(an_actor(), register=kept, at=NOW)
    assert any(ask["code"] == "changes_marks" for ask in kept.understood["pages"][0]["asks"])


def test_a_file_that_is_known_or_cannot_be_read_goes_alone_and_keeps_no_other_back():
    school = a_known_school(1)
    files = files_of(classes_of(school, ("5", "6")))
    together(school, files[:1])

    files[0][0].seek(0)
    again, broken, plain = together(
        school, [files[0], (io.BytesIO(b"nothing\n"), "n.csv"), files[1]]
    )

    assert again is None and broken is None
    assert plain is not None and plain[0].state == RegisterFile.State.TAKEN
    assert StoredFile.objects.count() == 3  # no second copy of the one that is known


def test_a_file_of_many_pages_goes_alone():
    school = a_known_school(1)
    grades = [str(g) for g in range(1, 1 + MAX_PAGES_PER_TRANSACTION + 1)]
    many = b"\n\n".join(
        a_file(grade, children)[0].read() for grade, children in classes_of(school, grades).items()
    )

    [done] = together(school, [(io.BytesIO(many), "all.csv")])

    assert done is None and not RegisterPage.objects.exists()
    held = read_register(an_actor(), register=RegisterFile.objects.get(), at=NOW)
    assert len(held.understood["pages"]) == MAX_PAGES_PER_TRANSACTION + 1


def test_a_class_turned_round_beside_those_before_it_in_the_batch_waits():
    school = a_known_school(1)
    classes = classes_of(school, ("5", "6", "7", "8"))
    given = files_of({g: classes[g] for g in ("5", "6", "7")})
    given += files_of({"8": classes["8"]}, letters="A" * 30 + "P")

    done = together(school, given)

    assert [d is not None for d in done] == [True, True, True, False]
    assert RegisterPage.objects.filter(class_section__school=school).count() == 3


def written_to(folder, given):
    paths = []
    for number, (source, _name) in enumerate(given):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_bytes(source.getvalue())
    return paths


def sent(school, paths, *, confirmed=True, enrol=False):
    hints = {"school": school.school.udise, "grade": "", "section": "", "month": ""}
    return take_some(paths, hints=hints, answers={}, enrol=enrol, confirmed=confirmed)


def one_day_of_one_child(grade, children, letter):
    """A register in which one child has this mark on the first day, and everybody else is present."""
    lines = [f"Class: {grade}  Section: A  Month: July 2026", f"Roll,Name,{DAYS}"]
    for roll, child in enumerate(children, 1):
        first = letter if roll == 1 else "P"
        lines.append(f"{roll},{child.given_name} {child.family_name},{first}" + ",P" * 30)
    return io.BytesIO(("\n".join(lines) + "\n").encode()), "one.csv"


def marks_of_the_first_day(school):
    [(_grade, rolls, marks)] = what_is_in(school)[1]
    return {roll: row[0] for roll, row in zip(rolls, marks, strict=True)}


@pytest.fixture
def older_and_newer(tmp_path):
    school = a_known_school(1)
    [(grade, children)] = classes_of(school, ("6",)).items()
    return school, written_to(
        tmp_path, [one_day_of_one_child(grade, children, letter) for letter in "PA"]
    )


def test_a_file_that_is_in_is_not_laid_over_a_newer_one(older_and_newer):
    school, (older, newer) = older_and_newer
    sent(school, [older])
    sent(school, [newer])
    assert marks_of_the_first_day(school)["1"] == Mark.ABSENT

    told = sent(school, [older], confirmed=False)

    assert marks_of_the_first_day(school)["1"] == Mark.ABSENT
    assert (told[0]["state"], told[0]["changed"]) == ("taken", 0)


def test_rows_are_enrolled_afterwards_once(older_and_newer):
    school, (older, newer) = older_and_newer
    older.write_text(older.read_text() + "9,Purnima Soren" + ",P" * 31 + "\n")
    sent(school, [older])
    sent(school, [newer])
    [told] = sent(school, [older], enrol=True)
    assert told["enrolled"] == 1 and told["added"] == 31
    assert marks_of_the_first_day(school)["1"] == Mark.ABSENT
    held = what_is_in(school)[1]

    [told] = sent(school, [older], enrol=True)

    assert what_is_in(school)[1] == held and told["enrolled"] == 0


def test_a_newer_file_waits_for_an_older_one_that_a_crash_left_unread(older_and_newer):
    school, paths = older_and_newer
    with paths[0].open("rb") as source:
        give_register(
            an_actor(), source=source, filename="0.csv", school=school, hints={}, via="command", at=NOW
        )  # fmt: skip

    sent(school, paths)

    assert marks_of_the_first_day(school)["1"] == Mark.ABSENT


def test_marks_that_another_file_brought_since_it_was_shown_are_asked_about_first():
    school = a_known_school(1)
    classes = classes_of(school, ["6"])
    shown = []
    for letters in ("P" * 31, "A" * 2 + "P" * 29):
        source, name = a_file("6", classes["6"], letters)
        held = give_register(
            an_actor(),
            source=source,
            filename=name,
            school=school,
            hints={},
            via="command",
            at=NOW,
        )
        shown.append(read_register(an_actor(), register=held, at=NOW))
    first, second = shown

    assert take_register(an_actor(), register=first, enrol_unknown=False, at=NOW).waiting == 0
    before = page_marks(RegisterPage.objects.get()).marks.copy()
    for confirmed in (False, True):  # a yes to what was shown is no yes to what came since
        if confirmed:
            again = RegisterFile.objects.get(pk=second.pk)
            again.understood = second.understood
            again.save(update_fields=["understood"])
        taken = take_register(
            an_actor(), register=second, enrol_unknown=False, confirmed=confirmed, at=NOW
        )
        assert (taken.waiting, taken.marks_changed) == (1, 0)
        assert (page_marks(RegisterPage.objects.get()).marks == before).all()

    second = RegisterFile.objects.get(pk=second.pk)
    assert second.state == RegisterFile.State.SHOWN
    [page] = second.understood["pages"]
    asked = {a["code"]: a["params"] for a in page["asks"]}
    assert asked["changes_marks"]["changed"] == 2 * len(classes["6"])
    taken = take_register(an_actor(), register=second, enrol_unknown=False, confirmed=True, at=NOW)
    assert (taken.waiting, taken.marks_changed) == (0, 2 * len(classes["6"]))


def understood_of(school, held):
    [shown] = show_together(an_actor(), registers=[held], today=NOW.date())
    return [(held, shown.pages)]


def a_file_kept(school, classes):
    source, name = a_file("6", classes["6"])
    return give_register(
        an_actor(), source=source, filename=name, school=school, hints={}, via="command", at=NOW
    )


def test_of_a_file_that_one_may_not_send_nothing_goes_in():
    school = a_known_school(1)
    held = a_file_kept(school, classes_of(school, ["6"]))
    understood = understood_of(school, held)

    assert take_understood(an_actor(Role.VOLUNTEER), understood=understood, at=NOW) == [None]

    assert not RegisterPage.objects.exists()
    kept = RegisterFile.objects.get()
    assert (kept.state, kept.understood) == (RegisterFile.State.RECEIVED, None)


def test_a_file_that_somebody_else_took_in_since_it_was_read_stays_as_it_is():
    school = a_known_school(1)
    held = a_file_kept(school, classes_of(school, ["6"]))
    understood = understood_of(school, held)
    held = read_register(an_actor(), register=held, at=NOW)
    take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    before = RegisterFile.objects.values().get()

    assert take_understood(an_actor(), understood=understood, at=NOW) == [None]

    after = RegisterFile.objects.values().get()
    assert {k: v for k, v in after.items() if k not in SEALED} == {
        k: v for k, v in before.items() if k not in SEALED
    }
    assert RegisterPage.objects.get().revision == 1


SEALED = ("understood", "said", "refusal_params")


def test_what_was_understood_is_kept_with_each_file_that_went_in_together():
    school = a_known_school(1)
    together(school, files_of(classes_of(school, ("5", "6"))))

    for register in RegisterFile.objects.order_by("file__name"):
        [page] = register.understood["pages"]
        assert page["grade"] == register.file.name[0] and page["rows"][0]["match"] == "sure"
        assert register.classes == f"|{page['grade']}/A|" and register.months == "|2026-07|"
        assert register.answers["confirmed"] is False
        assert register.settled_at == NOW
