"""Promise 8: what a model's `class Access` says is what its records, its queries and the database do.

Where each record stands is said once more here, in plain code that reads no `class Access`. For
people of every role and place the answer of `may`, the query `visible` and, on PostgreSQL, the row
guard must be what follows from it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel import rowguard
from aanchal.kernel.access import access_of, admitted, candidates, visible
from aanchal.kernel.authz import Actor, Grant, may
from aanchal.kernel.models import LegalHold
from aanchal.kernel.vocabulary import Permission
from aanchal.notices.models import Contact
from aanchal.people.models import ClassMove, HouseholdJoin, Kinship, ReadingDay, UnconfirmedKinship
from aanchal.places.models import AreaJoin, SchoolCalendar, Subdistrict
from aanchal.registers.models import Correction, MissingPupil, RegisterPage
from aanchal.roles import ROLE_PERMISSIONS
from aanchal.watch.models import (
    BudgetReplay,
    FamilyMove,
    LateFinding,
    RegisterArchive,
    Reopening,
    VisitBudget,
    Withdrawal,
)
from tests.factories import OTHER_BLOCK, OTHER_DISTRICT, OTHER_VILLAGE, VILLAGE
from tests.signing_in import an_area
from tests.two_districts import two_districts

pytestmark = pytest.mark.django_db

MODELS = [m for m in apps.get_models() if "Access" in m.__dict__]
# Acted on where all that she holds lies, and seen where a part of it does.
OF_A_PERSON = {"access.User", "access.Device", "access.CredentialReset", "notices.Contact"}
WORKING = [role for role in Role if role is not Role.SYSTEM]
PATHS = (
    "IN", "IN/S1", "IN/S10", "IN/S10/D20", "IN/S10/D206", "IN/S10/D207", "IN/S10/D206/B1851",
    VILLAGE, OTHER_VILLAGE, OTHER_BLOCK, OTHER_DISTRICT,
)  # fmt: skip


# --- where each record stands, in other words ---


@dataclass
class Stands:
    """A place, who is shut out, who alone may see, and in whose hands it is (None: nobody's)."""

    path: str
    school: object = None
    grade: str = ""
    section: str = ""
    family: object = ()
    team: object = None
    hands: object = None
    sender: object = None


def family(*households):
    return {
        str(k.user_id)
        for home in households
        if home
        for k in Kinship.objects.filter(household=home)
    }


def of_child(child):
    return Stands(child.area.path, family=family(child.household_id))


def of_class(section, **more):
    return Stands(
        section.school.area.path, section.school_id, section.grade, section.section, **more
    )


def of_flag(flag, **more):
    return Stands(flag.area.path, family=family(flag.child.household_id), **more)


def of_visit(visit):
    holds = {str(visit.volunteer_id)} if visit.state == "assigned" else set()
    return of_flag(visit.flag, hands=holds)


def of_file(file):
    if file.school is None:
        return Stands("")
    said = file.hints
    return Stands(
        file.school.area.path, file.school_id, said["grade"], said["section"],
        sender=file.received_by,
    )  # fmt: skip


def of_move(move):
    if move.from_section is None:
        return of_child(move.child)
    school = move.from_section.school
    return Stands(school.area.path, school.pk, family=family(move.child.household_id))


def of_concern(concern):
    child = concern.child
    shut_out = family(child.household_id if child else None) | set(concern.implicated)
    team = set(concern.team) if concern.is_sealed else None
    return Stands(concern.area.path, family=shut_out, team=team)


def of_person(user):
    """None: she is where her grants are, several places at once."""


WHERE = {
    "kernel.LegalHold": lambda r: Stands(r.area_path, family=set(r.excluded)),
    "places.Area": lambda r: Stands(r.path),
    "places.Subdistrict": lambda r: Stands(r.district_area.path),
    "places.AreaJoin": lambda r: Stands(r.target.path),
    "places.Body": lambda r: Stands(r.area.path, r.pk),
    "places.PlaceFile": lambda r: Stands(r.area_path),
    "places.SchoolCalendar": lambda r: (
        Stands(r.body.area.path, r.body_id) if r.body else Stands(r.area.path)
    ),
    "access.User": of_person,
    "access.Device": of_person,
    "access.CredentialReset": of_person,
    "notices.Contact": of_person,
    "access.Grant": lambda r: Stands(r.area_path, r.body_id),
    "access.Invitation": lambda r: Stands(r.area_path, r.body_id),
    "people.Kinship": lambda r: Stands(r.household.area.path, family=family(r.household_id)),
    "people.UnconfirmedKinship": lambda r: Stands(r.said["area"], team={r.sayer}),
    "people.HouseholdJoin": lambda r: Stands(r.kept.area.path, family=family(r.kept_id, r.left_id)),
    "people.Child": of_child,
    "people.ClassSection": of_class,
    "people.ClassMove": of_move,
    "people.Consent": lambda r: of_child(r.child),
    "people.ReadingDay": lambda r: Stands(r.counts["area"], family={r.reader}),
    "cases.Concern": of_concern,
    "registers.RegisterFile": of_file,
    "registers.RegisterPage": lambda r: of_class(r.class_section),
    "registers.Correction": lambda r: of_class(r.class_section),
    "registers.MissingPupil": lambda r: of_class(
        r.class_section, family=family(r.child.household_id)
    ),
    "watch.RegisterArchive": lambda r: Stands(r.area_path),
    "watch.VisitBudget": lambda r: Stands(r.area.path),
    "watch.BudgetReplay": lambda r: Stands(r.area.path),
    "watch.FamilyMove": lambda r: Stands(r.to.path, family=family(r.child.household_id)),
    "watch.Flag": of_flag,
    "watch.Withdrawal": lambda r: of_flag(r.flag),
    "watch.Visit": of_visit,
    "watch.Finding": lambda r: of_flag(r.visit.flag, hands={r.recorded_by}),
    "watch.LateFinding": lambda r: of_flag(r.visit.flag, hands={str(r.visit.volunteer_id)}),
    "watch.Outcome": lambda r: of_flag(r.flag),
    "watch.Reopening": lambda r: of_flag(r.flag),
}


def is_over(outer, inner):
    outer, inner = outer.split("/"), inner.split("/")
    return inner[: len(outer)] == outer


def reaches(grant, stands, user):
    if grant.role is Role.VOLUNTEER and stands.hands is not None and user not in stands.hands:
        return False
    if grant.area_path:
        return is_over(grant.area_path, stands.path)
    if grant.role is Role.VOLUNTEER and stands.hands is not None:
        return False
    if grant.body_id != str(stands.school):
        return False
    if not grant.unit:
        return True
    named = (stands.grade, stands.section)[: len(grant.unit)]
    return named == grant.unit and stands.sender in (None, user)


def is_meant(actor, permission, stands):
    if actor.user_id in stands.family:
        return False
    if stands.team is not None and actor.user_id not in stands.team:
        return False
    return any(
        permission in ROLE_PERMISSIONS[grant.role] and reaches(grant, stands, actor.user_id)
        for grant in actor.grants
    )


# --- records of every model, and people of every kind ---


def an_office():
    """The office of two districts, and in it two records of each model that it has none of."""
    office = two_districts()
    now, july = timezone.now(), date(2026, 7, 1)
    operator = "system:operator"
    children, flags = office.records["child"], office.records["flag"]
    homes = {label: children[label].household for label in ("own", "kin", "sibling", "elsewhere")}
    hers, other = office.people["volunteer"], office.people["other_volunteer"]
    for label in ("own", "elsewhere", "next_class"):
        held, area = office.records["class"][label], office.schools[label].area
        place = {"district": held.district, "class_section": held, "month": july}
        packed = {"children": b"", "marks": b""}
        RegisterPage.objects.create(
            **place, **packed, days_taken=1, input_hash="", first_received_at=now, received_at=now
        )
        Correction.objects.create(**place, **packed, asked_by=operator, asked_at=now)
        Subdistrict.objects.create(code=label, name=label, district_area=area)
        RegisterArchive.objects.create(
            district=held.district, area_path=area.path, archive_key=b"k", begun_by=operator,
            begun_at=now,
        )  # fmt: skip
        if label == "next_class":
            continue
        AreaJoin.objects.create(
            source=office.schools["sibling"].area, target=area, likeness=1, band="same"
        )
        SchoolCalendar.objects.create(body=office.schools[label])
        SchoolCalendar.objects.create(area=area)
        VisitBudget.objects.create(area=area, visits_per_1000_month=1, set_by=operator, set_at=now)
        BudgetReplay.objects.create(area=area, asked_by=operator, asked_at=now)
    for label in ("own", "kin", "elsewhere", "sibling"):
        child, flag = children[label], flags[label]
        held = child.enrolments.get().class_section
        of = {"district": child.district}
        MissingPupil.objects.create(
            **of, class_section=held, child=child, month=july, noted_by=operator, noted_at=now
        )
        for left in (held, None):
            ClassMove.objects.create(
                **of, child=child, from_section=left, roll_no="1", starts_on=july,
                to_section=office.records["class"]["block" if left else "parent"],
                asked_by=operator, asked_at=now,
            )  # fmt: skip
        FamilyMove.objects.create(
            **of, child=child, left=child.area, why="x", asked_by=operator, asked_at=now,
            # Within a district, as every move of a family.
            to=office.schools[{"own": "sibling", "elsewhere": "elsewhere"}.get(label, "own")].area,
        )  # fmt: skip
        Withdrawal.objects.create(**of, flag=flag, asked_at=now)
        Reopening.objects.create(
            **of, flag=flag, was={}, because="", reopened_by=operator, reopened_at=now
        )
        LateFinding.objects.create(
            **of, visit=flag.visits.get(), kind="sick", sent_at=now, visited_on=july,
            sent_by=operator,
        )  # fmt: skip
    for kept, left in (("own", "kin"), ("sibling", "own"), ("elsewhere", "sibling")):
        HouseholdJoin.objects.create(
            district=homes[kept].district, kept=homes[kept], left=homes[left], moved={}, done={}
        )
    # She moved since: what was raised then stands where she lived, her household in a third place.
    children["sibling"].area = an_area("IN/S10/D206")
    children["sibling"].save(update_fields=["area"])
    homes["sibling"].area = an_area(OTHER_BLOCK)
    homes["sibling"].save(update_fields=["area"])
    for who, path, district in ((hers, VILLAGE, "D206"), (other, OTHER_DISTRICT, "D207")):
        UnconfirmedKinship.objects.create(
            district=district, ended_on=july, sayer=str(who.pk), said={"area": path, "on": ""}
        )
        ReadingDay.objects.create(
            district=district, on=july, reader=str(who.pk), counts={"area": path}
        )
        LegalHold.objects.create(
            district=district, placed_on=july, thing=f"people.Child:{uuid4()}", area_path=path,
            code="", reason="", placed_by=operator, excluded=[str(who.pk)],
        )  # fmt: skip
        Contact.objects.create(user=who, district="D206")
    return office


def grants_to_try(office):
    """One at a time: every role over every place, and over schools and their classes."""
    for role in WORKING:
        for path in PATHS:
            yield (Grant(role, area_path=path),)
        for label in ("own", "elsewhere"):
            school = str(office.schools[label].pk)
            for unit in ((), ("6",), ("6", "A"), ("7", "B")):
                yield (Grant(role, body_id=school, unit=unit),)
    school = str(office.schools["own"].pk)
    yield (Grant(Role.VOLUNTEER, area_path=VILLAGE), Grant(Role.TEACHER, body_id=school))
    yield (Grant(Role.VOLUNTEER, area_path=VILLAGE), Grant(Role.COORDINATOR, area_path=OTHER_BLOCK))
    yield (Grant(Role.CASE_WORKER, area_path=VILLAGE), Grant(Role.COORDINATOR, area_path=VILLAGE))


def actors(office):
    """A stranger with each of these grants; and those who are kin, hold, sent, are in a team."""
    named = [
        office.people[name] for name in ("volunteer", "other_volunteer", "teacher", "case_worker")
    ]
    stranger = str(uuid4())
    for grants in grants_to_try(office):
        yield Actor(stranger, grants, districts=districts_of(grants))
        near = any(g.body_id or g.area_path in (VILLAGE, "IN/S10", OTHER_DISTRICT) for g in grants)
        for user in named if near else ():
            yield Actor(str(user.pk), grants, districts=districts_of(grants))


def districts_of(grants):
    """As at sign-in: those of the places and of the schools; None above districts."""
    found = set()
    for grant in grants:
        if grant.body_id:
            found |= {"D206", "D207"}  # which school of the two is not asked by the guard
        elif grant.area_path.count("/") < 2:
            return None
        else:
            found.add(grant.area_path.split("/")[2])
    return frozenset(found)


def permissions_to_try(actor):
    """One of each combination of grants that carry it: the answer hangs on nothing else."""
    by_grants = {}
    for permission in Permission.all():
        key = frozenset(g for g in actor.grants if permission in ROLE_PERMISSIONS[g.role])
        by_grants.setdefault(key, permission)
    return [permission for key, permission in by_grants.items() if key]


# --- the judgement ---


def found_by_query(model, actor, permission):
    with rowguard.context(actor):
        if access_of(model).sealed or model._meta.label == "cases.Concern":
            rows = model.objects.filter(candidates(actor, permission))
            return {row.pk for row in admitted(actor, permission, rows)}
        return set(visible(model, actor, permission).values_list("pk", flat=True))


def test_a_record_its_query_and_the_row_guard_give_the_meant_answer():
    assert {m._meta.label for m in MODELS} == WHERE.keys(), "say where its records stand"
    office = an_office()
    everyone = list(actors(office))
    with rowguard.everywhere():
        rows = {model: list(model.objects.all()) for model in MODELS}
        stands = {m: {r.pk: WHERE[m._meta.label](r) for r in rows[m]} for m in MODELS}
        scopes = {model: {row.pk: row.scope() for row in rows[model]} for model in MODELS}
    for model in MODELS:
        label, seen, hidden = model._meta.label, 0, 0
        for actor in everyone:
            for permission in permissions_to_try(actor):
                said = f"{label} for {actor.user_id} with {permission} by {actor.grants}"
                by_may = {
                    pk for pk, scope in scopes[model].items() if may(actor, permission, scope)
                }
                found = found_by_query(model, actor, permission)
                if label in OF_A_PERSON:
                    assert by_may <= found, said
                else:
                    meant = {
                        pk for pk, at in stands[model].items() if is_meant(actor, permission, at)
                    }
                    assert by_may == meant, f"may: {said}"
                    assert found == meant, f"the query: {said}"
                seen += len(by_may)
                hidden += len(scopes[model]) - len(by_may)
        assert seen and hidden, f"{label}: nobody was let in, or nobody shut out"


def test_the_district_of_a_record_is_the_one_its_table_is_guarded_by():
    an_office()
    with rowguard.everywhere():
        for model in MODELS:
            if "district" in {f.name for f in model._meta.local_concrete_fields}:
                for row in model.objects.all():
                    assert row.scope().district == row.district, model._meta.label
