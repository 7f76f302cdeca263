"""Promise 8: jurisdiction holds, against an oracle that shares nothing with the code it judges.

The machine makes up trees of places, schools, classes, children, grants in every state, kinships,
seals and implications. What `may`, the `visible_…` queries and the `get_…` queries answer must be
what the oracle says, for every person and every record. The oracle knows places as tuples of keys
(so that D20 is never above D206) and grants as they were given, and reads no code of the kernel.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aanchal.access.models import Grant
from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import get_concern, visible_concerns
from aanchal.kernel.authz import may
from aanchal.kernel.errors import NotFound
from aanchal.people.models import Child, ClassSection, Household, Kinship
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import get_child, get_class, visible_children, visible_classes
from aanchal.registers.queries.books import get_register_file, visible_register_files
from aanchal.watch.models import Visit
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.flags import get_flag, get_my_visit, my_visits, visible_flags
from tests.signing_in import a_person, a_school, an_area
from tests.two_districts import a_question, a_shown_file, a_visit

pytestmark = pytest.mark.django_db

# Each key is the beginning of its neighbour's: a prefix that forgets its slash falls in.
STATES, DISTRICTS, BLOCKS = ("S1", "S10"), ("D20", "D206"), ("B1", "B18")
PANCHAYATS, VILLAGES = ("P9", "P90"), ("V9", "V90")
places = st.tuples(
    st.sampled_from(STATES),
    st.sampled_from(DISTRICTS),
    st.sampled_from(BLOCKS),
    st.sampled_from(PANCHAYATS),
    st.sampled_from(VILLAGES),
)
reaches = st.tuples(places, st.integers(0, 5)).map(lambda pair: ("IN", *pair[0])[: pair[1] + 1])
classes = st.sampled_from((("6", "A"), ("6", "B"), ("7", "A")))
narrowings = st.sampled_from((("", ""), ("6", ""), ("6", "A"), ("7", "A")))
# How a grant stands, and whether it counts.
STANDINGS = {
    "live": True, "ends_later": True, "approved": True, "ended": False, "not_begun": False,
    "revoked": False, "unapproved": False,
}  # fmt: skip
COORDINATOR, CASE_WORKER = Role.COORDINATOR, Role.CASE_WORKER
TEACHER, VOLUNTEER, ADMINISTRATOR = Role.TEACHER, Role.VOLUNTEER, Role.ADMINISTRATOR


# --- the oracle: who is meant to see what, said once more in other words ---


@dataclass
class Given:
    role: Role
    counts: bool
    place: tuple[str, ...] = ()
    school: object = None
    grade: str = ""
    section: str = ""


@dataclass
class Known:
    """A record as the oracle knows it."""

    row: object
    place: tuple[str, ...]
    school: object = None
    grade: str = ""
    section: str = ""
    home: object = None
    holder: object = None
    team: set | None = None
    named: set = field(default_factory=set)
    sender: object = None


def over(grant, place):
    return bool(grant.place) and place[: len(grant.place)] == grant.place


class Oracle:
    def __init__(self):
        self.grants, self.kin = {}, set()

    def held(self, person, *roles):
        return [g for g in self.grants[person] if g.counts and g.role in roles]

    def is_family(self, person, record):
        return record.home is not None and (person, record.home) in self.kin

    def sees_child(self, person, record):
        return not self.is_family(person, record) and any(
            over(g, record.place) for g in self.held(person, COORDINATOR, CASE_WORKER)
        )

    def sees_flag(self, person, record):
        return not self.is_family(person, record) and any(
            over(g, record.place) for g in self.held(person, COORDINATOR)
        )

    def holds_visit(self, person, record):
        return (
            not self.is_family(person, record)
            and record.holder == person
            and any(over(g, record.place) for g in self.held(person, VOLUNTEER, COORDINATOR))
        )

    def sees_class(self, person, record):
        return any(
            over(g, record.place) or self.is_of(g, record)
            for g in self.held(person, COORDINATOR, TEACHER)
        )

    def is_of(self, grant, record):
        return (
            grant.school is not None
            and grant.school == record.school
            and grant.grade in ("", record.grade)
            and grant.section in ("", record.section)
        )

    def sees_concern(self, person, record):
        if self.is_family(person, record) or person in record.named:
            return False
        if record.team is not None and person not in record.team:
            return False
        return any(over(g, record.place) for g in self.held(person, CASE_WORKER))

    def sees_file(self, person, record):
        if record.school is None:
            return record.sender == person
        return any(
            over(g, record.place)
            or (self.is_of(g, record) and (not g.grade or record.sender == person))
            for g in self.held(person, COORDINATOR, TEACHER)
        )


# --- the machine ---


class Jurisdiction(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.oracle = Oracle()
        self.people, self.schools = [], []
        self.records = {k: [] for k in ("child", "flag", "visit", "class", "concern", "file")}

    def teardown(self):
        try:
            self.compare()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def pick(self, data, things):
        return things[data.draw(st.integers(0, len(things) - 1))]

    @initialize(place=places)
    def begin(self, place):
        self.a_person_comes()
        self.a_school_is_known(place)
        self.a_person_comes()

    @rule()
    @precondition(lambda self: len(self.people) < 5)
    def a_person_comes(self):
        person = a_person()
        self.people.append(person)
        self.oracle.grants[person] = []

    @rule(place=places)
    @precondition(lambda self: len(self.schools) < 4)
    def a_school_is_known(self, place):
        school = a_school("/".join(("IN", *place)))
        self.schools.append((school, ("IN", *place)))

    @rule(
        data=st.data(),
        role=st.sampled_from((COORDINATOR, CASE_WORKER, VOLUNTEER, ADMINISTRATOR)),
        reach=reaches,
        standing=st.sampled_from(sorted(STANDINGS)),
    )
    def a_place_is_granted(self, data, role, reach, standing):
        person = self.pick(data, self.people)
        self.grant(person, role, standing, area=an_area("/".join(reach)), path="/".join(reach))
        given = Given(role, STANDINGS[standing], place=reach)
        self.oracle.grants[person].append(given)

    @rule(
        data=st.data(),
        role=st.sampled_from((TEACHER, COORDINATOR, CASE_WORKER)),
        narrowing=narrowings,
        standing=st.sampled_from(sorted(STANDINGS)),
    )
    def a_school_is_granted(self, data, role, narrowing, standing):
        person = self.pick(data, self.people)
        school, place = self.pick(data, self.schools)
        grade, section = narrowing
        self.grant(
            person, role, standing, body=school, path="/".join(place), grade=grade, section=section
        )
        given = Given(role, STANDINGS[standing], school=school, grade=grade, section=section)
        self.oracle.grants[person].append(given)

    def grant(self, person, role, standing, *, path, area=None, body=None, **narrow):
        now = timezone.now()
        day = timedelta(days=1)
        stands = {
            "live": {},
            "ends_later": {"ends_at": now + day},
            "approved": {"needs_approval": True, "approved_at": now, "approved_by": "another"},
            "ended": {"ends_at": now - timedelta(hours=1)},
            "not_begun": {"starts_at": now + day},
            "revoked": {"revoked_at": now, "revoked_by": "another"},
            "unapproved": {"needs_approval": True},
        }[standing]
        values = {
            "user": person, "role": role, "area": area, "body": body, "area_path": path,
            "starts_at": now - day, "given_by": "system:operator", "given_at": now - day,
        }  # fmt: skip
        Grant.objects.create(**(values | narrow | stands))

    @rule(data=st.data())
    def a_grant_is_revoked(self, data):
        person = self.pick(data, self.people)
        now = timezone.now()
        Grant.objects.filter(user=person, revoked_at=None).update(
            revoked_at=now, revoked_by="another"
        )
        for given in self.oracle.grants[person]:
            given.counts = False

    @rule(data=st.data(), place=places, held=classes)
    @precondition(lambda self: len(self.records["child"]) < 6)
    def a_child_is_enrolled_and_asked_after(self, data, place, held):
        school, school_place = self.pick(data, self.schools)
        grade, section = held
        area = an_area("/".join(("IN", *place)))
        row, made = ClassSection.objects.get_or_create(
            district=school.area.district, school=school, year=2026, grade=grade, section=section
        )
        if made:
            known = Known(row, school_place, school=school, grade=grade, section=section)
            self.records["class"].append(known)
        home = Household.objects.create(district=area.district, area=area)
        child = Child.objects.create(
            district=area.district, code=f"K-{Child.objects.count()}", area=area, household=home,
            given_name="Made Up", made_at=timezone.now(),
        )  # fmt: skip
        where = ("IN", *place)
        self.records["child"].append(Known(child, where, home=home))
        flag = a_question(child, row)
        self.records["flag"].append(Known(flag, where, home=home))
        holder = self.pick(data, self.people)
        visit = a_visit(flag, holder)
        self.records["visit"].append(Known(visit, where, home=home, holder=holder))

    @rule(data=st.data())
    @precondition(lambda self: self.records["child"])
    def somebody_is_family(self, data):
        person = self.pick(data, self.people)
        home = self.pick(data, self.records["child"]).home
        Kinship.objects.get_or_create(
            user=person, household=home,
            defaults={"district": home.district, "recorded_by": "system:operator",
                      "recorded_at": timezone.now()},
        )  # fmt: skip
        self.oracle.kin.add((person, home))

    @rule(data=st.data(), place=places, sealed=st.booleans(), about=st.booleans())
    @precondition(lambda self: len(self.records["concern"]) < 6)
    def a_concern_is_told(self, data, place, sealed, about):
        child = None
        if about and self.records["child"]:
            child = self.pick(data, self.records["child"])
        number = len(self.records["concern"])
        area = an_area("/".join(("IN", *place)))
        row = Concern.objects.create(
            code=f"C-{number}", district=area.district, area=area, kind="missing",
            child=child.row if child else None, is_sealed=sealed, source_kind="person",
            source_id=str(number), raised_by="system:operator", raised_at=timezone.now(), calls=[],
        )  # fmt: skip
        known = Known(row, ("IN", *place), home=child.home if child else None)
        if sealed:
            known.team = set()
        self.records["concern"].append(known)

    @rule(data=st.data(), implicated=st.booleans())
    @precondition(lambda self: self.records["concern"])
    def somebody_has_a_part_in_it(self, data, implicated):
        known, person = self.pick(data, self.records["concern"]), self.pick(data, self.people)
        row = Concern.objects.get(pk=known.row.pk)
        name = "implicated" if implicated else "team"
        setattr(row, name, sorted({*getattr(row, name), str(person.pk)}))
        row.save_facts(name)
        if implicated:
            known.named.add(person)
        elif known.team is not None:
            known.team.add(person)

    @rule(data=st.data(), held=classes, placed=st.booleans())
    @precondition(lambda self: len(self.records["file"]) < 4)
    def a_register_is_sent(self, data, held, placed):
        school, place = self.pick(data, self.schools)
        sender = self.pick(data, self.people)
        grade, section = held
        label = f"file {len(self.records['file'])}"
        row = a_shown_file(
            label, school if placed else None, str(sender.pk), grade=grade, section=section
        )
        known = Known(row, place, sender=sender)
        if placed:
            known.school, known.grade, known.section = school, grade, section
        self.records["file"].append(known)

    # --- the judgement ---

    @rule()
    def compare(self):
        for person in self.people:
            actor = actor_for(person)
            for kind, (visible, get, permission, sees) in self.questions().items():
                found = {row.pk for row in visible(actor)}
                for known in self.records[kind]:
                    meant = sees(person, known)
                    said = f"{kind} at {known.place} for {actor.grants}"
                    assert (known.row.pk in found) == meant, f"the list: {said}"
                    assert self.got(get, actor, known.row) == meant, f"the record: {said}"
                    if permission is not None:
                        fresh = type(known.row).objects.get(pk=known.row.pk)
                        assert may(actor, permission, fresh) == meant, f"may: {said}"
                assert found <= {known.row.pk for known in self.records[kind]}

    def questions(self):
        o = self.oracle
        return {
            "child": (visible_children, get_child, PeoplePermission.CHILD_VIEW, o.sees_child),
            "flag": (visible_flags, get_flag, WatchPermission.FLAG_VIEW, o.sees_flag),
            "visit": (my_visits, get_my_visit, None, o.holds_visit),
            "class": (visible_classes, get_class, PeoplePermission.CLASS_VIEW, o.sees_class),
            "concern": (visible_concerns, get_concern, CasePermission.CONCERN_VIEW, o.sees_concern),
            "file": (visible_register_files, get_register_file, None, o.sees_file),
        }

    @staticmethod
    def got(get, actor, row):
        try:
            return get(actor, pk=row.pk).pk == row.pk
        except NotFound:
            return False


def test_every_answer_is_what_the_oracle_says():
    run_state_machine_as_test(
        Jurisdiction, settings=settings(max_examples=25, stateful_step_count=25)
    )


def test_a_key_that_begins_like_another_reaches_nothing_of_it():
    """The trap itself, without chance: D20 is not above D206, nor V9 above V90."""
    person = a_person()
    for role in (Role.COORDINATOR, Role.CASE_WORKER):
        Jurisdiction.grant(
            None, person, role, "live", area=an_area("IN/S10/D20"), path="IN/S10/D20"
        )
    school = a_school("IN/S10/D206/B1/P9/V9")
    held = ClassSection.objects.create(
        district="D206", school=school, year=2026, grade="6", section="A"
    )
    child = Child.objects.create(
        district="D206", code="K-1", area=school.area, given_name="Made Up", made_at=timezone.now()
    )
    flag = a_question(child, held)
    actor = actor_for(person)

    assert not visible_children(actor).exists()
    assert not visible_flags(actor).exists()
    assert not visible_classes(actor).exists()
    assert not may(actor, PeoplePermission.CHILD_VIEW, child)
    assert not may(actor, WatchPermission.FLAG_VIEW, flag)


def test_a_visit_in_her_hands_is_hers_only_while_the_place_is():
    volunteer = a_person(Role.VOLUNTEER, "IN/S10/D20/B1/P9/V9")
    school = a_school("IN/S10/D20/B1/P9/V90")
    held = ClassSection.objects.create(
        district="D20", school=school, year=2026, grade="6", section="A"
    )
    child = Child.objects.create(
        district="D20", code="K-1", area=school.area, given_name="Made Up", made_at=timezone.now()
    )
    a_visit(a_question(child, held), volunteer)

    assert Visit.objects.filter(volunteer=volunteer).exists()
    assert not my_visits(actor_for(volunteer)).exists()
