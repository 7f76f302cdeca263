"""What hangs on the sealed graph: lists, the team, references that dangle, what is counted."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.cases.models import Concern
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import get_concern, visible_concerns
from aanchal.kernel.authz import may
from aanchal.kernel.errors import NotAllowed, NotFound
from aanchal.kernel.models import CountedEvent
from aanchal.kernel.references import dangling
from aanchal.kernel.reordering import write_anew
from aanchal.kernel.statistics import pseudonym_of
from tests.factories import NOW, OTHER_DISTRICT, VILLAGE, a_class, an_actor, kin_of
from tests.signing_in import a_person, an_area

pytestmark = pytest.mark.django_db


def a_concern(number, kind="missing", **given):
    values = {
        "area": an_area(VILLAGE), "source_kind": "person", "source_id": str(number), "at": NOW,
    }  # fmt: skip
    return raise_concern(an_actor(Role.VOLUNTEER, VILLAGE), kind=kind, **(values | given))


def a_worker(where="IN/S10/D206/B1851"):
    return a_person(Role.CASE_WORKER, where, starts_at=datetime(2026, 4, 1, tzinfo=UTC))


def acting(user):
    return actor_for(user, at=NOW)


def test_a_list_asks_three_queries_however_long_it_is():
    actor = acting(a_worker())

    def queries():
        with CaptureQueriesContext(connection) as seen:
            found = visible_concerns(actor, is_open=True)
        return len(found), len(seen)

    a_concern(0)
    assert queries() == (1, 3)
    for number in range(1, 6):
        a_concern(number, kind="missing" if number % 2 else "sexual_abuse")
    assert queries() == (6, 3)


def test_a_list_and_a_record_never_disagree():
    _section, children = a_class(pupils=3)
    near, kin, implicated, far = a_worker(), a_worker(), a_worker(), a_worker(OTHER_DISTRICT)
    kin_of(kin, children[0])
    for number, given in enumerate(
        [
            {}, {"child": children[0]}, {"child": children[1]}, {"kind": "sexual_abuse"},
            {"implicated": [implicated]}, {"kind": "sexual_abuse", "child": children[0]},
        ]
    ):  # fmt: skip
        a_concern(number, **given)

    for actor in map(acting, (near, kin, implicated, far)):
        listed = {c.pk for c in visible_concerns(actor)}
        for concern in Concern.objects.all():
            assert (concern.pk in listed) == may(actor, CasePermission.CONCERN_VIEW, concern)
    assert len(visible_concerns(acting(near))) == 6
    assert len(visible_concerns(acting(kin))) == 3 + 1
    assert len(visible_concerns(acting(far))) == 0


def test_leaving_the_team_of_a_sealed_concern_ends_access_at_once():
    worker, other = a_worker(), a_worker()
    held = a_concern(0, kind="sexual_abuse")
    assert held in visible_concerns(acting(worker))

    held.team = [str(other.pk)]
    held.save_facts("team")

    assert held not in visible_concerns(acting(worker))
    with pytest.raises(NotFound):
        get_concern(acting(worker), pk=held.pk)


def test_a_reference_that_points_at_nothing_is_found_without_naming_the_record():
    held = a_concern(0)
    assert not dangling()

    held.child_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    held.team = ["01890a5d-ac96-774b-bcce-b302099a8058", str(a_worker().pk)]
    held.save_facts("child_id", "team")

    assert dangling() == {"cases.Concern.child_id": 1, "cases.Concern.team": 1}


def test_what_is_counted_is_written_with_a_pseudonym_and_the_month():
    _section, children = a_class(pupils=1)
    a_concern(0, child=children[0])

    told = [row.facts for row in CountedEvent.objects.all()]

    assert {row["what"] for row in told} == {"child_enrolled", "concern_raised"}
    assert {row["child"] for row in told} == {pseudonym_of(children[0].pk)}
    assert str(children[0].pk) not in str(told)
    (raised,) = [row for row in told if row["what"] == "concern_raised"]
    assert (raised["block"], raised["month"], raised["detail"]) == (
        "IN/S10/D206/B1851", "2026-07", "missing",
    )  # fmt: skip


def test_nothing_is_counted_of_what_was_refused():
    with pytest.raises(NotAllowed):
        a_concern(0, area=an_area(OTHER_DISTRICT))

    assert not CountedEvent.objects.exists()


def test_rows_written_anew_are_the_same_rows():
    held = [a_concern(n, kind="sexual_abuse") for n in range(4)]

    write_anew()

    assert {c.pk for c in Concern.objects.all()} == {c.pk for c in held}
    assert all(c.kind == "sexual_abuse" for c in Concern.objects.all())
