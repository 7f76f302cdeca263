"""What has been kept long enough goes, and nothing else; what goes is counted and named to nobody."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.models import GONE, Device, Grant, User
from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.kernel import erased, erasing_again, sweeping
from aanchal.kernel.authz import system_actor
from aanchal.kernel.erased import Line
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.files import keep_file, path_of
from aanchal.kernel.holds import standing
from aanchal.kernel.models import CountedEvent, ErasedRecord, ImportProblem, StoredFile
from aanchal.people.models import (
    Child,
    ClassSection,
    Enrolment,
    Guardian,
    Household,
    HouseholdJoin,
    Kinship,
    NameBucket,
)
from aanchal.registers.actions import take_register
from aanchal.registers.models import PageRevision, RegisterCount, RegisterFile, RegisterPage
from aanchal.watch.models import Finding, Flag, Outcome, Visit
from tests.audited import audited
from tests.factories import (
    JULY,
    NAMES,
    NOW,
    a_class,
    a_flag,
    a_given_register,
    a_page,
    a_register_xlsx,
    an_actor,
    kin_of,
)
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db

UPKEEP = system_actor("upkeep")
# Pupils of a school year that began in April 2026.
BEFORE_THEIR_END = datetime(2030, 3, 31, 12, tzinfo=UTC)
AFTER_THEIR_END = datetime(2030, 4, 1, 12, tzinfo=UTC)
GROWN_UP = datetime(2048, 4, 1, 12, tzinfo=UTC)


def test_a_page_becomes_counts_after_three_school_years_and_not_a_day_before():
    section, children = a_class(pupils=2)
    a_page(section, children, ["PPAAL", "PPPPP"])
    a_page(section, children, ["PPAAP", "PPPPP"])

    sweeping.sweep(UPKEEP, at=BEFORE_THEIR_END)
    assert RegisterPage.objects.count() == 1 and PageRevision.objects.count() == 1

    swept = sweeping.sweep(UPKEEP, at=AFTER_THEIR_END)
    assert swept.counts["registers.RegisterPage"] == 1
    assert not RegisterPage.objects.exists() and not PageRevision.objects.exists()
    count = RegisterCount.objects.get()
    assert (count.school_id, count.month) == (section.school_id, JULY)
    assert (count.pages, count.children, count.days_taken) == (1, 2, 5)
    assert (count.present, count.absent, count.leave) == (8, 2, 0)


def test_a_second_page_of_the_month_is_added_to_its_schools_count():
    section, children = a_class(pupils=1)
    other, others = a_class(section.school, grade="7", pupils=1)
    a_page(section, children, ["PA"])
    batch(RegisterPage)
    a_page(other, others, ["PP"])

    batch(RegisterPage)
    count = RegisterCount.objects.get()
    assert (count.pages, count.present, count.absent) == (2, 3, 1)


def test_a_child_stays_until_21_and_then_goes_with_all_that_is_hers():
    section, (child, younger) = a_class(pupils=2)
    born(child, "2008-05-01")
    born(younger, "2012-05-01")
    ended(section)
    a_page(section, [child, younger], ["PA", "PP"])
    home = child.household

    # At 21, but three school years have not run out.
    sweeping.sweep(UPKEEP, at=datetime(2029, 6, 1, tzinfo=UTC))
    assert Child.objects.count() == 2

    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END)
    assert list(Child.objects.all()) == [younger]
    assert not NameBucket.objects.filter(child=child.pk).exists()
    assert not Household.objects.filter(pk=home.pk).exists()
    assert not Guardian.objects.filter(household=home.pk).exists()
    assert Household.objects.filter(pk=younger.household_id).exists()
    # The class is not hers alone: it goes with its last page and enrolment.
    assert not Enrolment.objects.exists() and not ClassSection.objects.exists()


def test_of_whom_no_age_is_known_the_day_of_enrolling_counts_as_her_birth():
    section, (child,) = a_class(pupils=1)
    Child.objects.update(age_years=None, age_estimated_on=None)
    ended(section)

    sweeping.sweep(UPKEEP, at=datetime(2047, 7, 30, 12, tzinfo=UTC))
    assert Child.objects.filter(pk=child.pk).exists()
    sweeping.sweep(UPKEEP, at=datetime(2047, 7, 31, 13, tzinfo=UTC))
    assert not Child.objects.filter(pk=child.pk).exists()


def test_a_child_of_whom_a_concern_is_kept_stays():
    section, (child,) = a_class(pupils=1)
    ended(section)
    raise_concern(
        an_actor(), kind="missing", area=child.area, child=child, source_kind="person",
        source_id="1", told="gone", at=NOW,
    )  # fmt: skip

    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert Child.objects.filter(pk=child.pk).exists()
    assert Household.objects.filter(pk=child.household_id).exists()


def test_a_flag_goes_as_a_whole_three_school_years_after_it_ended():
    section, (child,) = a_class(pupils=1)
    flag = an_ended_flag(child, section)
    waiting = a_flag(
        child, section, signal_on=date(2026, 7, 27), since_on=date(2026, 7, 21), state="open"
    )

    sweeping.sweep(UPKEEP, at=BEFORE_THEIR_END)
    assert Flag.objects.count() == 2

    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END)
    assert list(Flag.objects.all()) == [waiting], "what waits for a person is not erased"
    for model in (Visit, Finding, Outcome):
        assert not model.objects.exists()
    assert flag.pk != waiting.pk


def test_a_flag_stays_as_the_case_that_its_finding_led_to():
    section, (child,) = a_class(pupils=1)
    flag = an_ended_flag(child, section)
    raise_concern(
        an_actor(), kind="labour", area=child.area, source_kind="visit",
        source_id=str(flag.visits.get().pk), at=NOW,
    )  # fmt: skip

    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert Flag.objects.filter(pk=flag.pk).exists() and Finding.objects.exists()


def test_a_family_in_two_households_is_not_parted_by_erasing_the_empty_one():
    _section, (child,) = a_class(pupils=1)
    empty = Household.objects.create(district=child.district, area=child.area)
    HouseholdJoin.objects.create(
        district=child.district, kept=child.household, left=empty, moved={}, done={}
    )
    person = a_person(Role.VOLUNTEER)
    said_first = kin_of(person, child)
    lonely = Household.objects.create(district=child.district, area=child.area)
    said_of_lonely = Kinship.objects.create(
        district=child.district, user=a_person(Role.VOLUNTEER), household=lonely,
        recorded_by="system:operator", recorded_at=NOW,
    )  # fmt: skip
    Kinship.objects.create(
        district=child.district, user=said_of_lonely.user, household=child.household,
        recorded_by="system:operator", recorded_at=NOW, copy_of=said_of_lonely,
    )  # fmt: skip
    nobodys = Household.objects.create(district=child.district, area=child.area)

    sweeping.sweep(UPKEEP, at=NOW)
    assert set(Household.objects.all()) == {child.household, empty, lonely}
    assert not Household.objects.filter(pk=nobodys.pk).exists()
    assert Kinship.objects.filter(pk=said_first.pk).exists() and child.kin()


def test_a_person_who_works_here_no_more_becomes_a_bare_key_after_two_years():
    person, other = a_person(Role.COORDINATOR), a_person(Role.COORDINATOR)
    was, stays = person.username, other.username
    Grant.objects.filter(user=person).update(revoked_at=NOW, revoked_by="x")
    User.objects.update(made_at=NOW, last_login=None)

    sweeping.sweep(UPKEEP, at=NOW + timedelta(days=700))
    assert User.objects.filter(username=was).exists()

    swept = sweeping.sweep(UPKEEP, at=NOW + timedelta(days=732))
    assert swept.counts["access.User"] == 1
    person.refresh_from_db()
    assert person.username == f"{GONE}{person.pk.hex}" and not person.has_usable_password()
    assert (person.display_name, person.email, person.is_active) == ("", "", False)
    other.refresh_from_db()
    assert other.username == stays
    # Done once.
    assert not sweeping.sweep(UPKEEP, at=NOW + timedelta(days=733)).counts["access.User"]


def test_what_was_counted_goes_by_its_sealed_month():
    a_class(pupils=2)
    assert CountedEvent.objects.count() == 2

    sweeping.sweep(UPKEEP, at=datetime(2032, 7, 31, tzinfo=UTC))
    assert CountedEvent.objects.count() == 2
    sweeping.sweep(UPKEEP, at=datetime(2032, 8, 1, 12, tzinfo=UTC))
    assert not CountedEvent.objects.exists()


def test_nothing_goes_that_is_not_due():
    section, children = a_class(pupils=3)
    a_page(section, children, ["PA", "PP", "AA"])
    a_flag(children[0], section)
    problem()

    before = everything()
    sweeping.sweep(UPKEEP, at=NOW)
    assert everything() == before


def test_the_audit_counts_by_model_and_district_and_names_nobody():
    section, children = a_class(pupils=2)
    problem(settled_at=NOW)
    problem(settled_at=NOW, district="D207")
    a_page(section, children, ["PA", "PP"])

    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END)
    events = audited().filter(verb="records.erased")
    told = {(e.district, e.changes["model"]): e.changes["count"] for e in events}
    assert told["D206", "kernel.ImportProblem"] == told["D207", "kernel.ImportProblem"] == 1
    assert told["D206", "registers.RegisterPage"] == 1
    assert {frozenset(e.changes) for e in events} == {frozenset({"model", "count"})}
    assert {(e.target_id, tuple(e.shown), e.actor_id) for e in events} == {
        ("", (), "system:upkeep")
    }


def test_a_second_run_finds_nothing():
    section, children = a_class(pupils=2)
    a_page(section, children, ["PA", "PP"])
    problem(settled_at=NOW)

    assert sweeping.sweep(UPKEEP, at=GROWN_UP).counts
    assert not sweeping.sweep(UPKEEP, at=GROWN_UP).counts


def test_the_forecast_counts_what_would_go_and_changes_nothing():
    section, children = a_class(pupils=2)
    a_page(section, children, ["PA", "PP"])
    before = everything()

    found = {one.label: one.due for one in sweeping.forecast(at=AFTER_THEIR_END)}
    assert found["registers.RegisterPage"] == 1 and found["people.Child"] == 0
    assert everything() == before


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_nobody_of_the_site_erases(role):
    problem(settled_at=NOW)

    with pytest.raises(NotAllowed):
        sweeping.erase_batch(
            an_actor(role), model=ImportProblem, after=None, pinned=frozenset(),
            year_starts_in=(4,), at=AFTER_THEIR_END,
        )  # fmt: skip
    assert ImportProblem.objects.exists()
    assert audited().get(outcome="refused").verb == "erase_batch.refused"


@pytest.mark.parametrize(
    "label",
    ["people.Child", "watch.Flag", "registers.RegisterPage", "people.Household"],
)
def test_a_batch_asks_as_many_questions_for_many_rows_as_for_one(label):
    model = apps.get_model(label)

    def asked(pupils: int, grade: str) -> int:
        section, children = a_class(grade=grade, pupils=pupils)
        a_page(section, children, ["PA"] * pupils)
        for child in children:
            an_ended_flag(child, section)
        for earlier in sweeping.in_order():
            if earlier is model:
                break
            batch(earlier)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert batch(model) == (1 if label == "registers.RegisterPage" else pupils)
        sweeping.sweep(UPKEEP, at=GROWN_UP)
        return len(found)

    asked(1, "5")  # what is asked once a process
    assert asked(1, "6") == asked(9, "7") < 45


def batch(model) -> int:
    _seen, _last, gone = sweeping.erase_batch(
        UPKEEP, model=model, after=None, pinned=frozenset(), year_starts_in=(4,), at=GROWN_UP
    )
    return gone


def test_erased_keys_are_remembered_as_keyed_hashes_as_long_as_backups_are_kept(settings):
    settings.AANCHAL_BACKUP_KEEP_DAYS = 30
    held = problem(settled_at=NOW)

    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END)
    row = ErasedRecord.objects.get(model="kernel.ImportProblem")
    assert str(held.pk) not in row.tag and held.pk.hex not in row.tag
    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END + timedelta(days=30))
    assert ErasedRecord.objects.filter(pk=row.pk).exists()
    sweeping.sweep(UPKEEP, at=AFTER_THEIR_END + timedelta(days=31))
    assert not ErasedRecord.objects.filter(pk=row.pk).exists()
    assert not standing()


# --- what they stand on ---


def born(child: Child, on: str) -> None:
    child.born_on = on
    child.save(update_fields=["born_on"])


def ended(section: ClassSection) -> None:
    Enrolment.objects.filter(class_section=section).update(
        ends_on=date(2027, 3, 31), ended_by="left"
    )


def problem(district: str = "D206", **changes):
    values = {"area_path": f"IN/S10/{district}", "source_kind": "register", "source_id": "1"}
    values |= {
        "code": "x",
        "template": "x",
        "found_at": NOW,
        "key": str(ImportProblem.objects.count()),
    }
    return ImportProblem.objects.create(district=district, **(values | changes))


def an_ended_flag(child: Child, section: ClassSection) -> Flag:
    flag = a_flag(child, section, state="closed")
    person = User.objects.filter(grants__role=Role.VOLUNTEER).first() or a_person(Role.VOLUNTEER)
    visit = Visit.objects.create(
        district=child.district, flag=flag, volunteer=person, assigned_by="x", assigned_at=NOW,
        due_at=NOW, state="recorded", recorded_at=NOW,
    )  # fmt: skip
    finding = Finding(district=child.district, visit=visit, kind="ill")
    finding.recorded_by, finding.recorded_at = str(person.pk), NOW
    finding.save()
    outcome = Outcome(district=child.district, flag=flag, recorded_on=NOW.date())
    outcome.kind = "back"
    outcome.save()
    return flag


def everything() -> dict[str, int]:
    """How many rows each of our tables holds, but for the audit."""
    return {
        m._meta.label: m._base_manager.count()
        for m in apps.get_models()
        if m._meta.app_config.name.startswith("aanchal.") and "Audit" not in m.__name__
    }


def test_what_came_back_goes_again_with_all_that_points_at_it_and_is_counted():
    section, (child, classmate) = a_class(pupils=2)
    a_page(section, [child, classmate], ["PA", "PP"])
    an_ended_flag(child, section)
    line = Line("people.Child", erased.tag_of(Child, child.pk), NOW.date())

    gone = erasing_again.erase_again(UPKEEP, lines=[line], at=NOW)
    assert gone == {"people.Child": 1}
    assert list(Child.objects.all()) == [classmate]
    assert not Flag.objects.exists() and not Visit.objects.exists()
    event = audited().get(verb="erasures.repeated")
    assert event.changes == {"model": "people.Child", "count": 1} and event.district == "D206"
    # Known from now on: the next run finds nothing new.
    assert erased.lines_not_known([line], at=NOW) == []
    assert erasing_again.erase_again(UPKEEP, lines=[line], at=NOW) == {}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_nobody_of_the_site_erases_again(role):
    held = problem(settled_at=NOW)

    with pytest.raises(NotAllowed):
        erasing_again.erase_batch_again(
            an_actor(role), model=ImportProblem, keys=[held.pk], at=AFTER_THEIR_END
        )
    assert ImportProblem.objects.exists()


def test_the_bytes_of_a_file_go_when_its_record_has_gone(django_capture_on_commit_callbacks):
    stored = keep_file(
        BytesIO(b"x" * 100), name="r.csv", media_type="text/csv", purpose="register",
        district="D206", kept_by="x", kept_at=NOW, max_bytes=1000,
    )  # fmt: skip
    RegisterFile.objects.create(
        district="D206", file=stored, content_hash="x", via="site", received_by="x",
        received_at=NOW, state="taken",
    )  # fmt: skip
    path = path_of(stored)

    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep(UPKEEP, at=datetime(2029, 3, 31, 12, tzinfo=UTC))
    assert path.exists() and StoredFile.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep(UPKEEP, at=datetime(2029, 4, 1, 12, tzinfo=UTC))
    assert not path.exists() and not StoredFile.objects.exists()


def test_a_file_of_which_a_row_waits_stays_and_one_whose_rows_are_settled_goes_with_them():
    section, _children = a_class()
    rows = [(str(i + 1), NAMES[i], "PPPP") for i in range(6)]
    sheet = [*rows, ("99", "Somebody Else Entirely", "PPPP")]
    sender = an_actor()
    data = a_register_xlsx(sheet, udise=section.school.school.udise)
    held = a_given_register(sender, data, school=section.school)
    take_register(sender, register=held, enrol_unknown=False, confirmed=True, at=NOW)
    waits = ImportProblem.objects.get(code="row_unmatched")

    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert RegisterFile.objects.exists() and ImportProblem.objects.filter(pk=waits.pk).exists()

    ImportProblem.objects.update(state="set_aside", settled_at=GROWN_UP, settled_by="x")
    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert not RegisterFile.objects.exists() and not ImportProblem.objects.exists()


def test_the_phone_of_somebody_who_works_here_no_more_goes_with_her_name():
    person = a_person(Role.VOLUNTEER)
    Device.objects.create(
        user=person, name="her phone", token_hash="x", enrolled_by="x", enrolled_at=NOW
    )
    Grant.objects.filter(user=person).update(revoked_at=NOW, revoked_by="x")
    User.objects.update(made_at=NOW, last_login=None)

    sweeping.sweep(UPKEEP, at=NOW + timedelta(days=732))

    assert not Device.objects.exists()


def test_whoever_moved_into_a_household_that_was_erased_before_stays_when_it_goes_again():
    _section, (child,) = a_class(pupils=1)
    home = child.household

    erasing_again.erase_batch_again(UPKEEP, model=Household, keys=[home.pk], at=NOW)

    child.refresh_from_db()
    assert child.household_id is None and Enrolment.objects.filter(child=child).exists()
    assert not Household.objects.filter(pk=home.pk).exists()


@pytest.mark.parametrize("day, is_kept", [(date(2048, 4, 1), True), (date(2048, 4, 2), False)])
def test_an_age_told_on_the_last_of_a_month_is_not_reached_before_its_day(day, is_kept):
    section, (child,) = a_class(pupils=1)
    Child.objects.update(age_years=10, age_estimated_on=date(2037, 3, 31), made_at=NOW)
    ended(section)

    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)
    sweeping.sweep(UPKEEP, at=at)

    assert Child.objects.filter(pk=child.pk).exists() == is_kept
