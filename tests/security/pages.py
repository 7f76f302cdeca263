"""What each address is for: who opens it, and which of its records. Written by hand, address by
address; an address that is not here fails tests/security/test_p07.

Labels of records are those of `tests.two_districts`. A person who is not named for an address, or
a record that is not named for the person, is answered as if it were not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from tests.two_districts import SIX, Office

Fill = Callable[[Office, Any], dict[str, Any]]
ALL = frozenset(SIX)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Page:
    """One address.

    `who` opens it, where it is not about a record. `kind` and `own` say which records of which
    kind it shows to whom. `sends` are forms that do something there; `asked` is a query string.
    `takes` says of which further records a whole finding is taken, though they are not shown.
    """

    who: frozenset[str] = NOBODY
    kind: str = ""
    own: dict[str, frozenset[str]] = field(default_factory=dict)
    takes: dict[str, frozenset[str]] = field(default_factory=dict)
    sends: tuple[Fill, ...] = ()
    asked: str = ""
    token: bool = False


def just(**fields: Any) -> Fill:
    return lambda _office, _record: fields


def labels(text: str) -> frozenset[str]:
    return frozenset(text.split())


def a_place(office: Office, _record: Any) -> dict[str, Any]:
    return {"place": f"area:{office.records['child']['own'].area_id}", "for_name": "Qz Nobody",
            "language": "en", "grade": "", "section": "", "starts_on": "2026-07-01"}  # fmt: skip


def a_whole_finding(_office: Office, _record: Any) -> dict[str, Any]:
    return {
        "step": "finding", "kind": "missing", "whom_met": "mother", "child_seen": "no",
        "next_step": "comes_back", "visited_on": timezone.localdate().isoformat(), "note": "",
        "part": "no",
    }  # fmt: skip


def an_assignment(office: Office, _record: Any) -> dict[str, Any]:
    return {"step": "assign", "volunteer": str(office.people["other_volunteer"].pk)}


def an_outcome(_office: Office, _record: Any) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return {"step": "outcome", "kind": "left", "since_on": day}


def a_school(office: Office, _record: Any) -> dict[str, Any]:
    return {"step": "place", "school": str(office.schools["own"].pk), "grade": "6", "section": "A",
            "month": "2026-07"}  # fmt: skip


def a_problem(_office: Office, record: Any) -> dict[str, Any]:
    from aanchal.kernel.models import ImportProblem

    problem = ImportProblem.objects.filter(source_id=str(getattr(record, "pk", ""))).first()
    return {"problem": str(problem.pk) if problem else "", "choice": "enrol"}


# What stands in the block B1851, or under it, and is nobody's secret.
IN_BLOCK = labels("own next_class sibling left_house visited ended handed_back told")
IN_CLASS = labels("own left_house visited ended handed_back told")
# Visits in her hands, and those that were: an old page leads from them to where she should be.
HERS = labels("own own_left recorded handed_back")
IN_DISTRICT = labels("own block")
PEOPLE = IN_DISTRICT | {"ended"}
# In her hands; and what was, whose old pages lead her to where it stands now.
HERS = labels("own own_left recorded handed_back")
SCHOOL_FILES = {
    "teacher": labels("own unplaced"),
    "head": labels("own next_class ended"),
    "coordinator": labels("own next_class ended sibling"),
}
STAFF = frozenset({"teacher", "head", "coordinator"})

# Who keeps the calendars of which places and schools.
KEEPERS = {
    "coordinator": labels("own sibling"),
    "administrator": labels("own sibling parent block"),
}
A_CALENDAR = {
    "step": "week", "weekly_off": "5", "year_starts_in": "4", "source": "Made-up order",
}  # fmt: skip

PAGES: dict[str, Page] = {
    "home": Page(who=ALL),
    "leave_quickly": Page(who=ALL),
    "calendar": Page(who=ALL),
    "health": Page(who=ALL),
    # --- volunteer ---
    "my_visits": Page(who=frozenset({"volunteer"})),
    "visit": Page(kind="visit", own={"volunteer": HERS}, sends=(just(),)),
    "visit_finding": Page(
        kind="visit",
        own={"volunteer": HERS},
        # Her role there has ended: what she wrote is not lost, and nothing of the child is told.
        takes={"volunteer": labels("sibling")},
        sends=(just(step="kind", kind="sick"), a_whole_finding),
    ),
    "visit_done": Page(kind="visit", own={"volunteer": labels("recorded")}),
    "visit_hand_back": Page(kind="visit", own={"volunteer": HERS}, sends=(just(because="unsafe"),)),
    # Nobody of the office goes along with another.
    "visit_along": Page(kind="visit", sends=(just(because="unsafe"),)),
    "visit_go_again": Page(
        kind="visit", own={"volunteer": labels("handed_back")}, sends=(just(will_go="yes"),)
    ),
    "visit_written": Page(
        kind="visit",
        own={"volunteer": labels("recorded")},
        sends=(
            just(step="show"),
            just(step="save", kind="sick", whom_met="mother", child_seen="no", note=""),
        ),
    ),
    "visit_house": Page(kind="visit", own={"volunteer": HERS}, sends=(just(landmark="The pump"),)),
    # --- concerns ---
    "concern_new": Page(who=ALL - {"administrator"}),
    "concerns": Page(who=frozenset({"case_worker"})),
    "concern": Page(
        kind="concern",
        own={"case_worker": labels("own sibling closed sealed_for_her")},
        sends=(just(step="take_up"), just(step="note", text="x"), just(step="call", number="1098")),
    ),
    **{
        f"concern_{step}": Page(
            kind="concern",
            own={"case_worker": labels("own sibling closed sealed_for_her")},
            sends=(just(words="Made-up words", reason="safe", sure="on", who="Qz", kind="abuse"),),
        )
        for step in ("hand_over", "close", "reopen", "conflict", "kind", "mistake")
    },
    # --- school ---
    "classes": Page(who=STAFF),
    "class_moves": Page(who=STAFF),
    "class": Page(
        kind="class",
        own={
            "teacher": labels("own"),
            "head": labels("own next_class"),
            "coordinator": labels("own next_class sibling"),
        },
        sends=(just(step="ask_after"),),
    ),
    "register_files": Page(who=STAFF),
    "register_send": Page(who=STAFF),
    "corrections": Page(who=STAFF),
    "missing_pupils": Page(who=STAFF),
    "register_file": Page(
        kind="register_file",
        own=SCHOOL_FILES,
        sends=(just(step="take", enrol="yes", confirmed="yes"), a_school),
    ),
    "register_repair": Page(kind="register_file", own=SCHOOL_FILES, sends=(a_problem,)),
    "register_session": Page(kind="register_file", own=SCHOOL_FILES, sends=(a_problem,)),
    # --- coordinator ---
    "watch": Page(who=frozenset({"coordinator"})),
    "readings": Page(
        who=frozenset({"coordinator", "case_worker"}), sends=(just(day="", answer="in_order"),)
    ),
    "reading_counts": Page(who=frozenset({"administrator"})),
    "flags": Page(who=frozenset({"coordinator"})),
    "flag": Page(
        kind="flag",
        own={"coordinator": IN_BLOCK},
        sends=(an_assignment, an_outcome, just(step="take_back")),
    ),
    "children": Page(who=frozenset({"coordinator", "case_worker"})),
    "child_find": Page(who=frozenset({"coordinator", "case_worker"}), sends=(just(text="Gudiya"),)),
    "child": Page(kind="child", own={"coordinator": IN_BLOCK, "case_worker": IN_BLOCK}),
    "child_kin": Page(
        kind="child",
        own={"coordinator": IN_BLOCK, "case_worker": IN_BLOCK},
        sends=(just(who="Zzyzx Nobody"),),
    ),
    "child_village": Page(
        kind="child",
        own={"coordinator": IN_BLOCK},
        sends=(just(village="00000000-0000-4000-8000-000000000000"),),
    ),
    "child_village_ask": Page(
        kind="child",
        own={"coordinator": IN_BLOCK},
        sends=(just(village="00000000-0000-4000-8000-000000000000", why="x"),),
    ),
    "family_moves": Page(who=frozenset({"coordinator"})),
    "child_family": Page(
        kind="child",
        own={"coordinator": IN_BLOCK, "case_worker": IN_BLOCK},
        sends=(just(code="K-9999"),),
    ),
    "kinships": Page(
        who=frozenset({"coordinator", "administrator"}), sends=(just(step="confirm"),)
    ),
    "unconfirmed_kinships": Page(
        who=frozenset({"coordinator", "case_worker"}),
        sends=(just(read="00000000-0000-4000-8000-000000000000"),),
    ),
    "child_house": Page(
        kind="child",
        own={
            "coordinator": IN_BLOCK,
            "case_worker": IN_BLOCK,
            "teacher": IN_CLASS,
            "head": IN_CLASS | labels("next_class"),
        },
        sends=(just(landmark="The pump"),),
    ),
    # --- administrator ---
    "places": Page(who=frozenset({"coordinator", "administrator"})),
    "joins": Page(who=frozenset({"coordinator", "administrator"})),
    "place": Page(kind="place", own=KEEPERS),
    "visit_budgets": Page(who=frozenset({"coordinator"})),
    "visit_budget": Page(kind="tuned_block", own={"coordinator": labels("own")}, sends=(just(),)),
    "visit_budget_set": Page(
        kind="tuned_block",
        own={"coordinator": labels("own")},
        sends=(just(visits="10", seen=""),),
    ),
    "place_calendar": Page(kind="place", own=KEEPERS, sends=(just(**A_CALENDAR),)),
    "school_calendar": Page(kind="school", own=KEEPERS, sends=(just(**A_CALENDAR),)),
    "places_send": Page(who=frozenset({"administrator"})),
    "place_file": Page(
        kind="place_file", own={"administrator": labels("own sibling parent block")}
    ),
    "place_problems": Page(who=frozenset({"administrator"})),
    "office": Page(who=frozenset({"administrator"})),
    "retention": Page(
        who=frozenset({"administrator"}),
        sends=(just(step="place", code="K-0000", whole_household="no", reason="An order"),),
    ),
    # --- coming in ---
    "sign_in": Page(who=ALL),
    "second_factor": Page(who=ALL),
    "cannot_sign_in": Page(who=ALL),
    "sign_out": Page(who=ALL),
    "set_language": Page(who=ALL),
    "kept_words": Page(who=ALL),
    "help": Page(who=ALL),
    "guide": Page(token=True),
    "guide_picture": Page(token=True),
    "accept_invitation": Page(token=True),
    "welcome": Page(who=ALL),
    "enrol_device": Page(token=True),
    "reset_credential": Page(token=True),
    "enter_demo": Page(token=True),
    # --- one's own account ---
    "my_account": Page(who=ALL),
    "notices": Page(who=ALL),
    "my_contact": Page(who=ALL),
    "change_passphrase": Page(who=ALL),
    "confirm_self": Page(who=ALL),
    "enrol_second_factor": Page(who=ALL - {"volunteer"}),  # she has her phone instead
    "recovery_codes": Page(),  # nobody here has any
    "drop_my_device": Page(
        kind="own_device", own={name: frozenset({name}) for name in SIX}, sends=(just(),)
    ),
    "passkeys": Page(who=ALL),
    "remove_passkey": Page(kind="passkey", sends=(just(),)),  # the only one is another's
    # --- people ---
    "people": Page(who=frozenset({"administrator"})),
    "person": Page(kind="person", own={"administrator": PEOPLE}),
    "invite_person": Page(who=frozenset({"administrator"})),
    "invitations": Page(who=frozenset({"administrator"})),
    "withdraw_invitation": Page(
        kind="invitation", own={"administrator": IN_DISTRICT}, sends=(just(),)
    ),
    "give_grant": Page(
        kind="person",
        own={"administrator": PEOPLE},
        sends=(a_place,),
        asked="?role=volunteer&where=",
    ),
    "revoke_grant": Page(kind="grant", own={"administrator": PEOPLE}, sends=(just(),)),
    "ask_reset": Page(
        kind="person", own={"administrator": PEOPLE}, sends=(just(kind="passphrase"),)
    ),
    "approvals": Page(who=frozenset({"administrator", "head", "coordinator"})),
    # The grants that wait are coordinators'; the invitations are volunteers'.
    "approve_grant": Page(
        kind="waiting_grant", own={"administrator": IN_DISTRICT}, sends=(just(),)
    ),
    "refuse_grant": Page(kind="waiting_grant", own={"administrator": IN_DISTRICT}, sends=(just(),)),
    "approve_invitation": Page(
        kind="waiting_invitation",
        own={"administrator": IN_DISTRICT, "coordinator": labels("own")},
        sends=(just(),),
    ),
    "refuse_invitation": Page(
        kind="waiting_invitation",
        own={"administrator": IN_DISTRICT, "coordinator": labels("own")},
        sends=(just(),),
    ),
    # Of the one who gave and the one who agreed; the operator gave all these.
    "renew_invitation": Page(kind="waiting_invitation", sends=(just(),)),
    "approve_reset": Page(
        kind="waiting_reset", own={"administrator": IN_DISTRICT}, sends=(just(),)
    ),
    "refuse_reset": Page(kind="waiting_reset", own={"administrator": IN_DISTRICT}, sends=(just(),)),
    "stop_account": Page(kind="person", own={"administrator": PEOPLE}, sends=(just(),)),
    # --- volunteers' phones ---
    "volunteers": Page(who=frozenset({"coordinator", "administrator"})),
    "volunteer": Page(
        kind="person",
        own={"coordinator": labels("own"), "administrator": IN_DISTRICT},
        sends=(just(name="red"),),
    ),
    "revoke_device": Page(
        kind="device",
        own={"coordinator": labels("own ended"), "administrator": PEOPLE},
        sends=(just(),),
    ),
}
