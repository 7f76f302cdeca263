"""A made-up office with something of everything in two districts, each sealed word a canary.

Every record stands somewhere on purpose, and its label says where, seen from the village V901, its
school, and the block above: `own`, `next_class` (same school, another class), `sibling` (the next
village and its school), `parent` (the district itself), `block` (another block), `elsewhere`
(another district), `kin` (own village, but a household of which every worker here is kin).

A canary is a word that says what it is and whose: `QzFamilySibling` is the family name of the
child of the next village.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.utils import timezone

from aanchal.access.models import CredentialReset, Device, Grant, Invitation, User
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.kernel.authz import district_of
from aanchal.kernel.models import ImportProblem, StoredFile
from aanchal.people.models import (
    Child,
    ClassSection,
    Consent,
    Enrolment,
    Guardian,
    Household,
    Kinship,
    SchoolIdentifier,
)
from aanchal.places.models import Body, PlaceFile
from aanchal.registers.models import RegisterFile
from aanchal.watch.models import Finding, Flag, Outcome, Visit

from .factories import OTHER_BLOCK, OTHER_DISTRICT, OTHER_VILLAGE, VILLAGE
from .kept_scenes import kept_scene
from .signing_in import a_grant, a_person, a_phone, a_school, an_area

DISTRICT = "IN/S10/D206"
BLOCK = "IN/S10/D206/B1851"
PLACES = {
    "own": VILLAGE,
    "next_class": VILLAGE,
    "sibling": OTHER_VILLAGE,
    "parent": DISTRICT,
    "block": OTHER_BLOCK,
    "elsewhere": OTHER_DISTRICT,
    "kin": VILLAGE,
}
ABSENT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
REASON = {
    "rule": "watch-1", "kind": "run", "channel": "urgent", "score": 3.0, "on": "2026-07-20",
    "since": "2026-07-13", "run": 6, "others_present": 93, "others_marked": 100,
    "usual_absent": 5, "usual_marked": 60, "recent_absent": 8, "recent_marked": 20,
}  # fmt: skip


CANARIES: set[str] = set()


def canary(what: str, whose: str) -> str:
    """The word that must not be seen: `canary("family", "own")` is QzFamilyOwn."""
    word = f"Qz{what.title()}{whose.replace('_', ' ').title().replace(' ', '')}"
    CANARIES.add(word)
    return word


@dataclass
class Office:
    """Who works there, and its records by kind and label."""

    people: dict[str, User] = field(default_factory=dict)
    schools: dict[str, Body] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, kind: str, label: str, record: Any) -> Any:
        self.records.setdefault(kind, {})[label] = record
        return record


def two_districts() -> Office:
    """The whole office; nothing in it is done by way of a use case, so nothing is audited."""
    return kept_scene(_make)


def _make() -> Office:
    office = Office()
    _places_and_people(office)
    for label in PLACES:
        _child(office, label)
    _visits(office)
    _concerns(office)
    _register_files(office)
    _accounts(office)
    return office


def _places_and_people(office: Office) -> None:
    for label, path in PLACES.items():
        if label not in ("next_class", "kin"):
            office.schools[label] = a_school(path, name=f"School {label}")
            office.keep("school", label, office.schools[label])
            office.keep("place", label, office.schools[label].area)
            office.keep("place_file", label, _place_file(path, label))
    for label, path in (("own", BLOCK), ("block", OTHER_BLOCK), ("elsewhere", OTHER_DISTRICT)):
        office.keep("tuned_block", label, an_area("/".join(path.split("/")[:4])))
    own = office.schools["own"]
    office.schools["next_class"] = office.schools["kin"] = own
    since = {"starts_at": APRIL}
    people = office.people
    people["volunteer"] = a_person(Role.VOLUNTEER, VILLAGE, name="Worker Vol", **since)
    people["teacher"] = a_person(
        Role.TEACHER, own, name="Worker Tea", grade="6", section="A", **since
    )
    people["head"] = a_person(Role.TEACHER, own, name="Worker Hea", **since)
    people["coordinator"] = a_person(Role.COORDINATOR, BLOCK, name="Worker Coo", **since)
    people["case_worker"] = a_person(Role.CASE_WORKER, BLOCK, name="Worker Cas", **since)
    people["administrator"] = a_person(Role.ADMINISTRATOR, DISTRICT, name="Worker Adm", **since)
    # People whose hands the records are in that are nobody's of the six.
    people["other_volunteer"] = a_person(Role.VOLUNTEER, VILLAGE, name="Other Vol", **since)
    people["far_volunteer"] = a_person(Role.VOLUNTEER, OTHER_DISTRICT, name="Far Vol", **since)
    people["other_case_worker"] = a_person(Role.CASE_WORKER, BLOCK, name="Other Cas", **since)


def _place_file(path: str, label: str) -> PlaceFile:
    """A file of places that was sent by somebody who looks after this place."""
    now = timezone.now()
    stored = StoredFile.objects.create(
        district=district_of(path), purpose="places", name=canary("placefile", label) + ".csv",
        media_type="text/csv", size_bytes=1, content_hash=f"place-{label}",
        kept_by="system:operator", kept_at=now,
    )  # fmt: skip
    return PlaceFile.objects.create(
        file=stored, kind="areas", area_path=path, lines=1, state="taken", done={"new": 1},
        received_by="system:operator", received_at=now,
    )  # fmt: skip


SIX = ("volunteer", "teacher", "head", "coordinator", "case_worker", "administrator")


def _child(office: Office, label: str) -> None:
    area = an_area(PLACES[label])
    district = district_of(area.path)
    now = timezone.now()
    grade, section = ("7", "B") if label == "next_class" else ("6", "A")
    home = Household.objects.create(district=district, area=area, place_note=canary("place", label))
    Guardian.objects.create(
        district=district, household=home, relation="mother",
        name=canary("guardian", label), phone=f"{canary('phone', label)} 98350 12345",
    )  # fmt: skip
    child = Child.objects.create(
        district=district,
        code=f"K-{9001 + Child.objects.count()}",
        area=area,
        household=home,
        given_name=f"{canary('given', label)} {canary('middle', label)}",
        family_name=canary("family", label),
        # Two of them are known in their own script too, where the first name is another word.
        own_script_name=f"{canary('script', label)} {canary('scriptfamily', label)}"
        if label in ("own", "sibling")
        else "",
        sex="girl",
        born_on=canary("born", label),
        disability=canary("disability", label),
        made_at=now,
    )
    office.keep("child", label, child)
    SchoolIdentifier.objects.create(
        district=district, child=child, system="admission", issued_by=office.schools[label],
        value=canary("admission", label), value_hash=f"hash-{label}",
    )  # fmt: skip
    Consent.objects.create(
        district=district, child=child, purpose="visits", given_by="guardian",
        given_on=date(2026, 7, 1), note=canary("consent", label), recorded_by="system:operator",
        number="98350 12345",
    )  # fmt: skip
    held, _made = ClassSection.objects.get_or_create(
        district=district, school=office.schools[label], year=2026, grade=grade, section=section
    )
    if label != "kin":
        office.keep("class", label, held)
    Enrolment.objects.create(
        district=district, child=child, class_section=held, roll_no=str(len(label)),
        starts_on=date(2026, 4, 1),
    )  # fmt: skip
    office.keep("flag", label, a_question(child, held))
    if label == "kin":
        for name in SIX:
            Kinship.objects.create(
                district=district, user=office.people[name], household=home,
                recorded_by="system:operator", recorded_at=now,
            )  # fmt: skip


def a_question(child: Child, held: ClassSection, **changes: Any) -> Flag:
    """A flag on a child that was raised an hour ago."""
    now = timezone.now()
    today = timezone.localdate(now)
    values = {
        "district": child.district, "child": child, "class_section": held, "area": child.area,
        "channel": "urgent", "since_on": today - timedelta(days=8),
        "signal_on": today - timedelta(days=1), "register_received_at": now,
        "raised_at": now - timedelta(hours=1), "score": 3.0, "reason": REASON,
        "rule_version": "watch-1",
    }  # fmt: skip
    return Flag.objects.create(**(values | changes))


def a_visit(flag: Flag, volunteer: User, state: str = "assigned", **changes: Any) -> Visit:
    """A visit of a flag in a volunteer's hands; the flag moves with it."""
    now = timezone.now()
    recorded = state == Visit.State.RECORDED
    values = {
        "district": flag.district, "flag": flag, "volunteer": volunteer,
        "assigned_by": "system:operator", "assigned_at": now, "due_at": now + timedelta(days=1),
        "state": state, "recorded_at": now if recorded else None,
        "left_house_at": now if recorded else None,
    }  # fmt: skip
    return Visit.objects.create(**(values | changes))


def a_finding(visit: Visit, whose: str, kind: str = "sick") -> Finding:
    """What a visit found, with a canary for a note."""
    return Finding.objects.create(
        district=visit.district, visit=visit, kind=kind, whom_met="mother", child_seen=True,
        next_step="comes_back", note=canary("note", whose),
        visited_on=timezone.localdate(), recorded_by=str(visit.volunteer_id),
        recorded_at=timezone.now(),
    )  # fmt: skip


def _sister(office: Office, label: str, name: str) -> Flag:
    """One more child in the class of a label, with a flag of her own."""
    first: Child = office.records["child"][label]
    held: ClassSection = first.enrolments.get().class_section
    child = Child.objects.create(
        district=first.district,
        code=f"K-{9001 + Child.objects.count()}",
        area=first.area,
        given_name=f"{canary('given', name)} {canary('middle', name)}",
        family_name=canary("family", name),
        sex="boy",
        made_at=timezone.now(),
    )
    Enrolment.objects.create(
        district=child.district, child=child, class_section=held, roll_no="9",
        starts_on=date(2026, 4, 1),
    )  # fmt: skip
    office.keep("child", name, child)
    return office.keep("flag", name, a_question(child, held))


def _visits(office: Office) -> None:
    hers, other = office.people["volunteer"], office.people["other_volunteer"]
    flags = office.records["flag"]

    def assign(label: str, flag: Flag, volunteer: User, **changes: Any) -> Visit:
        flag.state = Flag.State.ASSIGNED
        flag.save(update_fields=["state"])
        return office.keep("visit", label, a_visit(flag, volunteer, **changes))

    assign("own", flags["own"], hers)
    assign("own_left", _sister(office, "own", "left_house"), hers, left_house_at=timezone.now())
    assign("anothers", flags["next_class"], other)
    assign("kin", flags["kin"], hers)
    # Put into her hands once; her grant no longer reaches there.
    assign("sibling", flags["sibling"], hers)
    assign("elsewhere", flags["elsewhere"], office.people["far_volunteer"])
    done = _sister(office, "own", "visited")
    done.state = Flag.State.VISITED
    done.save(update_fields=["state"])
    a_finding(office.keep("visit", "recorded", a_visit(done, hers, "recorded")), "visited")
    ended = _sister(office, "own", "ended")
    ended.state = Flag.State.CLOSED
    ended.save(update_fields=["state"])
    a_finding(office.keep("visit", "anothers_recorded", a_visit(ended, other, "recorded")), "ended")
    Outcome.objects.create(
        district=ended.district, flag=ended, kind="back", since_on=timezone.localdate(),
        child_seen=True, recorded_by="system:operator", recorded_at=timezone.now(),
        recorded_on=timezone.localdate(),
    )  # fmt: skip
    office.keep("visit", "handed_back", a_visit(
        _sister(office, "own", "handed_back"), hers, "handed_back",
        handed_back_at=timezone.now(), handed_back_because="unsafe",
    ))  # fmt: skip
    told = _sister(office, "own", "told")
    told.state = Flag.State.VISITED
    told.save(update_fields=["state"])
    visit = office.keep("visit", "anothers_told", a_visit(told, other, "recorded"))
    a_finding(visit, "told", kind="sexual_abuse_told")


def a_told_concern(label: str, path: str, **changes: Any) -> Concern:
    """A concern with canaries for words; unsealed unless said otherwise."""
    area = an_area(path)
    values = {
        "code": f"C-{label.upper()[:12]}", "district": area.district, "area": area,
        "kind": "missing", "source_kind": "person", "source_id": label,
        "told": canary("told", label), "raised_by": "system:operator",
        "raised_at": timezone.now(), "calls": [],
    }  # fmt: skip
    return Concern.objects.create(**(values | changes))


def _concerns(office: Office) -> None:
    children = office.records["child"]
    worker, other = office.people["case_worker"], office.people["other_case_worker"]
    for label in ("own", "sibling", "parent", "block", "elsewhere", "kin"):
        concern = a_told_concern(label, PLACES[label], child=children[label])
        office.keep("concern", label, concern)
    office.keep("concern", "closed", a_told_concern("closed", VILLAGE, stage="closed"))
    for label, team in (
        ("sealed_for_her", (worker, other)),
        ("sealed", (other,)),
        ("implicated", (other,)),
        # Named in it although she stands in its team: the exclusion comes first.
        ("implicated_in_team", (worker, other)),
    ):
        concern = a_told_concern(
            label, VILLAGE, is_sealed=True, kind="sexual_abuse", team=[u.pk for u in team],
            implicated=[office.people[name].pk for name in SIX if "implicated" in label],
        )  # fmt: skip
        office.keep("concern", label, concern)
    # What a volunteer was told in confidence at a house, sealed from the coordinator too.
    visit = office.records["visit"]["anothers_told"]
    told = a_told_concern(
        "from_visit", VILLAGE, is_sealed=True, kind="sexual_abuse", child=visit.flag.child,
        source_kind="visit", source_id=str(visit.pk), team=[other.pk],
    )  # fmt: skip
    office.keep("concern", "from_visit", told)


def a_shown_file(
    label: str, school: Body | None, sender: str, *, grade: str = "6", section: str = "A"
) -> RegisterFile:
    """A register file that was read and waits for a yes, with one row that is nobody's."""
    now = timezone.now()
    district = school.area.district if school else ""
    stored = StoredFile.objects.create(
        district=district, purpose="register", name=canary("filename", label) + ".xlsx",
        media_type="text/csv", size_bytes=1, content_hash=label, kept_by=sender, kept_at=now,
    )  # fmt: skip
    row = {
        "row": 5, "roll": "77", "name": canary("rowname", label), "marks": "P" * 20 + "." * 11,
        "sex": "", "village": canary("rowvillage", label), "admission_no": "", "match": "unknown",
        "child": "", "suggestions": [],
    }  # fmt: skip
    page = {
        "number": 0, "school_udise": school.school.udise if school else "",
        "school_id": str(school.pk) if school else "", "grade": grade, "section": section,
        "month": "2026-07", "sheet": canary("sheet", label), "days": list(range(1, 21)),
        "counts": {"present": 20, "absent": 0, "leave": 0, "holiday": 0}, "rows": [row],
        "problems": [{
            "row": 9, "column": "C", "code": "mark_unknown",
            "template": "The mark %(text)s is not known.",
            "params": {"text": canary("cell", label)},
        }],
        "asks": [], "added": 0, "changed": 0, "absent_to_present": 0,
    }  # fmt: skip
    register = RegisterFile.objects.create(
        district=district, school=school, file=stored, content_hash=label,
        hints={"grade": grade, "section": section, "month": "2026-07"}, state="shown", via="site",
        understood={"pages": [page]}, received_by=sender, received_at=now,
    )  # fmt: skip
    ImportProblem.objects.create(
        district=district, area_path=school.area.path if school else "",
        body_id=school.pk if school else None, source_kind="register",
        source_id=str(register.pk), row=5, code="row_unmatched",
        template="Row %(row)s matches no pupil of this class. Say who it is.",
        params={"row": 5}, raw={"page": 0, **row}, key=f"row-{label}", found_at=now,
    )  # fmt: skip
    return register


def _register_files(office: Office) -> None:
    teacher, head = str(office.people["teacher"].pk), str(office.people["head"].pk)
    own = office.schools["own"]
    for label, school, sender, grade, section in (
        ("own", own, teacher, "6", "A"),
        ("next_class", own, head, "7", "B"),
        # Sent by the teacher when that class was hers; it is not any more.
        ("ended", own, teacher, "8", "C"),
        ("sibling", office.schools["sibling"], "system:operator", "6", "A"),
        ("parent", office.schools["parent"], "system:operator", "6", "A"),
        ("block", office.schools["block"], "system:operator", "6", "A"),
        ("elsewhere", office.schools["elsewhere"], "system:operator", "6", "A"),
        ("unplaced", None, teacher, "", ""),
        ("unplaced_anothers", None, str(office.people["other_volunteer"].pk), "", ""),
    ):
        register = a_shown_file(label, school, sender, grade=grade, section=section)
        office.keep("register_file", label, register)


def _accounts(office: Office) -> None:
    now = timezone.now()
    own = office.people["other_volunteer"]
    places = {"own": VILLAGE, "parent": "IN/S10", "block": OTHER_BLOCK, "elsewhere": OTHER_DISTRICT}
    for label, path in places.items():
        user = own if label == "own" else a_person(Role.VOLUNTEER, path, name=f"Vol {label}")
        office.keep("person", label, user)
        office.keep("grant", label, user.grants.get())
        office.keep("device", label, a_phone(user)[0])
        office.keep("waiting_grant", label, a_grant(
            user, Role.COORDINATOR, path, needs_approval=True, given_by="system:operator"
        ))  # fmt: skip
        for kind, waits in (("invitation", False), ("waiting_invitation", True)):
            office.keep(kind, label, Invitation.objects.create(
                for_name=canary("invited", label), role="volunteer", area=an_area(path),
                area_path=path, invited_by="system:operator", invited_at=now,
                expires_at=now + timedelta(days=7), needs_approval=waits,
            ))  # fmt: skip
        office.keep("waiting_reset", label, CredentialReset.objects.create(
            user=user, kind="passphrase", asked_by="system:operator", asked_at=now
        ))  # fmt: skip
    gone = a_person(Role.VOLUNTEER, VILLAGE, name="Vol ended")
    Grant.objects.filter(user=gone).update(revoked_by="system:operator", revoked_at=now)
    office.keep("person", "ended", gone)
    office.keep("grant", "ended", gone.grants.get())
    office.keep("device", "ended", a_phone(gone)[0])
    for name in SIX:
        held = Device.objects.create(
            user=office.people[name], name="white", enrolled_by="system:operator",
            enrolled_at=now, token_hash=f"phone-{name}",
        )  # fmt: skip
        office.keep("own_device", name, held)
    office.keep("passkey", "anothers", Authenticator.objects.create(
        user=office.people["other_case_worker"], type="webauthn", data={"name": "grey key"}
    ))  # fmt: skip
