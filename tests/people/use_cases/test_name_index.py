"""The index of names: in the same transaction as the child, coarse, whole, and gone with her."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.health import State
from aanchal.people import name_index
from aanchal.people.actions import enrol_pupils
from aanchal.people.find import find_children
from aanchal.people.health import name_indexes
from aanchal.people.models import Child, NameBucket, NameIndex
from aanchal.people.rules.pupils import NewPupil
from tests.factories import JULY, NOW, OTHER_BLOCK, OTHER_DISTRICT, VILLAGE, an_actor, kin_of
from tests.signing_in import a_person, a_school, acting

pytestmark = pytest.mark.django_db

DISTRICT = "D206"
COORDINATOR = an_actor()


def enrolled(names, *, school=None, grade="6"):
    """Children with these names ("given family", or "given family|own script"), in that order."""
    school = school or a_school(VILLAGE)
    pupils = []
    for roll, written in enumerate(names, 1):
        latin, _, own = written.partition("|")
        given, _, family = latin.partition(" ")
        pupils.append(
            NewPupil(
                grade=grade, section="A", roll=str(roll), given_name=given, family_name=family,
                own_script_name=own,
            )
        )  # fmt: skip
    done = enrol_pupils(
        system_actor("imports"), school=school, pupils=pupils, on=JULY, at=timezone.now()
    )
    held = Child.objects.in_bulk([pk for pk in done.children if pk])
    return [held[pk] for pk in done.children if pk]


def found(text, actor=COORDINATOR):
    return [f.child for f in find_children(actor, text=text)]


CROWD = [
    f"{given} {family}"
    for given in ("Sunita", "Rahul", "Pinki", "Manoj", "Saba", "Vikas", "Nisha", "Kavita")
    for family in ("Yadav", "Jha", "Paswan", "Mandal")
]


@pytest.mark.parametrize("rebuilt", [False, True], ids=["as enrolled", "rebuilt"])
@pytest.mark.parametrize(
    "typed",
    [
        "Laxmi Choudhury",
        "lakshmi chaudhary",
        "Chowdhuri Lachmi",
        "लक्ष्मी चौधरी",
        "লক্ষ্মী",
        "Laxmi C.",
    ],
)
def test_a_child_is_found_as_others_spell_her(typed, rebuilt):
    *_crowd, laxmi = enrolled([*CROWD, "Lakshmi Chaudhary"])
    if rebuilt:
        name_index.rebuild(DISTRICT, at=NOW)

    assert found(typed)[0] == laxmi


def test_a_child_known_in_her_own_script_alone_is_found_by_latin_letters():
    *_crowd, sk = enrolled([*CROWD, " |শেখ আরিফুল হক"])

    assert found("Sheikh Ariful Hoque")[0] == sk


@pytest.mark.parametrize("typed", ["K-0007", "k0007", "K-7", "7", " k 0007 ", "0007"])
def test_a_code_is_found_in_any_case_with_or_without_dash_and_zeros(typed):
    children = enrolled(CROWD)

    assert found(typed) == [children[6]] and children[6].code == "K-0007"


def test_only_what_one_may_see_is_found_and_what_is_not_there_looks_the_same():
    mine = enrolled(["Kausar Jahan"])[0]
    enrolled(["Kausar Jahan"], school=a_school(OTHER_BLOCK))
    enrolled(["Kausar Jahan"], school=a_school(OTHER_DISTRICT))
    here = an_actor(Role.COORDINATOR, "IN/S10/D206/B1851")
    coordinator = a_person(Role.COORDINATOR)
    kin_of(coordinator, mine)

    assert found("Kausar Jahan", here) == [mine]
    assert found("Kausar Jahan", acting(coordinator)) == []
    assert found("Kausar Jahan", an_actor(Role.TEACHER)) == []
    assert found("Nobody Whatever", here) == []
    assert len(found("Kausar Jahan", an_actor(Role.COORDINATOR, "IN/S10"))) == 3


def test_no_bucket_holds_fewer_than_sixteen_children_after_a_rebuild():
    rare = [
        f"{a}{b}{c}" for a in ("Tha", "Jhu", "Be") for b in "klmn" for c in ("iya", "osh", "ena")
    ]
    enrolled([*CROWD, *rare, "Zzubeda"])

    name_index.rebuild(DISTRICT, at=NOW)

    sizes = (
        NameBucket.objects.values("bucket").annotate(n=Count("child")).values_list("n", flat=True)
    )
    assert len(sizes) > 1
    assert min(sizes) >= name_index.FEWEST
    assert not name_index.smallest_bucket(DISTRICT)


def test_a_bucket_tells_neither_the_sound_nor_the_same_in_another_district():
    enrolled(["Laxmi Das"])
    enrolled(["Laxmi Das"], school=a_school(OTHER_DISTRICT))

    one, other = (
        set(NameBucket.objects.filter(district=d).values_list("bucket", flat=True))
        for d in (DISTRICT, "D207")
    )
    assert one and other and not one & other


def test_a_child_and_her_buckets_come_together_or_not_at_all():
    school = a_school(VILLAGE)
    with pytest.raises(RuntimeError), transaction.atomic():
        enrolled(["Laxmi Das"], school=school)
        assert NameBucket.objects.exists()
        raise RuntimeError

    assert not NameBucket.objects.exists() and not Child.objects.exists()


def test_the_index_goes_with_the_child():
    child = enrolled(["Laxmi Das"])[0]
    child.enrolments.all().delete()
    child.delete()

    assert not NameBucket.objects.exists()


def test_a_rebuild_finds_who_was_left_out_and_writes_only_what_changed():
    children = enrolled(CROWD)
    NameBucket.objects.filter(child=children[0]).delete()
    assert children[0] not in found("Sunita Yadav")

    assert name_index.rebuild(DISTRICT, at=NOW) == len(CROWD)

    assert found("Sunita Yadav")[0] == children[0]
    held = set(NameBucket.objects.values_list("pk", flat=True))
    name_index.rebuild(DISTRICT, at=NOW + timedelta(days=1))
    assert set(NameBucket.objects.values_list("pk", flat=True)) == held


def test_children_who_were_there_before_the_index_are_found_too_and_the_doctor_says_so():
    enrolled(["Laxmi Das"])
    NameIndex.objects.all().delete()
    NameBucket.objects.all().delete()
    assert name_index.districts_to_rebuild() == [DISTRICT]
    assert [c.state for c in name_indexes(NOW)] == [State.LOOK]

    second = enrolled(["Bilkis Bano"])[0]
    assert not NameIndex.objects.get().is_whole
    assert found("Bilkis")[0] == second
    assert found("Laxmi")[0].given_name == "Laxmi"

    name_index.rebuild(DISTRICT, at=NOW)
    assert NameIndex.objects.get().is_whole and found("Laxmi")
    assert not name_index.districts_to_rebuild() and not list(name_indexes(NOW))


def test_the_doctor_points_at_a_child_who_stands_in_no_bucket():
    child = enrolled(["Laxmi Das"])[0]
    assert not list(name_indexes(NOW))

    NameBucket.objects.filter(child=child).delete()

    assert [c.state for c in name_indexes(NOW)] == [State.LOOK]


def test_a_search_asks_the_same_few_queries_however_many_children_there_are():
    def queries(text):
        with CaptureQueriesContext(connection) as seen:
            find_children(COORDINATOR, text=text)
        return len(seen)

    enrolled(CROWD[:4])
    few = queries("Zubaida Qureshi"), queries("Sunita Yadav")
    enrolled(CROWD, grade="7")
    name_index.rebuild(DISTRICT, at=NOW)

    assert (queries("Zubaida Qureshi"), queries("Sunita Yadav")) <= (few[0], few[1])
    assert few[0] <= 8
