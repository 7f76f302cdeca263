"""Promise 12: a copy of the database without the keys says of an event its district, number and day.

What remains is tried too: equal tags are seen within one day, and only there.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from aanchal.kernel import audit
from aanchal.kernel.ids import new_id
from aanchal.kernel.models import AuditEvent
from tests.audited import audited

pytestmark = pytest.mark.django_db

WHO, CHILD, OTHER = str(new_id()), str(new_id()), str(new_id())
NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Kolkata"))


def happens(*, at=NOON, who=WHO, child=CHILD, shown=(), verb="concern.raised") -> AuditEvent:
    event = audit.Event(
        who, verb, "people.Child", child, "D206", "IN/S10/D206/B7", {"kind": "child_marriage"}
    )
    event.shown = tuple(shown)
    with transaction.atomic():
        audit.write_events([event], at=at)
    return audited().filter(district="D206").last()


def rows() -> list[dict[str, bytes]]:
    """The table as a thief reads it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_auditevent ORDER BY seq")
        names = [column[0] for column in cursor.description]
        return [
            {
                name: bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
                for name, value in zip(names, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


def test_no_column_holds_who_whom_what_where_or_when():
    happens(shown=[OTHER])
    whole = b"|".join(rows()[0].values())

    for told in (WHO, CHILD, OTHER, "concern", "Child", "child_marriage", "B7", "done", "123456"):
        for shape in (told, told.replace("-", "")):
            assert shape.encode() not in whole
            assert shape.encode().hex().encode() not in whole
    assert b"2026-07-01" in whole, "the day is plain"
    assert b"06:30" not in whole
    assert b"12:00" not in whole


def test_the_key_of_the_row_tells_no_time():
    ids = [happens(at=NOON + timedelta(minutes=n)).pk for n in range(20)]

    assert {key.version for key in ids} == {4}
    assert ids != sorted(ids)


def test_opened_with_the_keys_it_says_everything():
    event = happens(shown=[OTHER])

    assert (event.actor_id, event.verb, event.outcome) == (WHO, "concern.raised", "done")
    assert (event.target_type, event.target_id) == ("people.Child", CHILD)
    assert (event.at, event.area_path) == (NOON, "IN/S10/D206/B7")
    assert event.changes == {"kind": "child_marriage"}
    assert event.shown == [OTHER]


def test_the_same_person_and_child_have_other_tags_on_another_day():
    today, later, tomorrow = (
        happens(at=NOON),
        happens(at=NOON + timedelta(hours=3)),
        happens(at=NOON + timedelta(days=1)),
    )

    assert today.actor_tag == later.actor_tag != tomorrow.actor_tag
    shared = set(today.mentions.split()) & set(later.mentions.split())
    assert len(shared) == 1
    assert not set(today.mentions.split()) & set(tomorrow.mentions.split())


def test_how_many_children_a_page_showed_is_seen_by_eights_only():
    counts = {
        n: len(happens(shown=[str(new_id()) for _ in range(n)]).mentions.split())
        for n in (0, 1, 6, 7, 8)
    }

    assert counts == {0: 8, 1: 8, 6: 8, 7: 8, 8: 16}


def test_small_events_are_equally_long_whatever_they_say():
    short = happens(verb="visit.assigned")
    long = happens(verb="credential_reset.approved", who="system:operator")

    lengths = {
        len(bytes(data.data))
        for data in AuditEvent.objects.filter(pk__in=[short.pk, long.pk]).values_list(
            "content", flat=True
        )
    }
    assert len(lengths) == 1


def test_events_are_found_by_person_child_and_day_without_being_opened():
    first = happens(at=NOON)
    shown = happens(at=NOON + timedelta(days=1), child=OTHER, shown=[CHILD])
    happens(at=NOON + timedelta(days=1), who=OTHER, child=OTHER)
    days = [timezone.localdate(NOON) + timedelta(days=n) for n in range(3)]

    assert [e.pk for e in audit.events_of(days, mention=CHILD)] == [shown.pk, first.pk]
    assert [e.pk for e in audit.events_of(days, actors=[WHO])] == [shown.pk, first.pk]
    assert list(audit.events_of(days[:1], mention=OTHER)) == []
    assert list(audit.events_of(days, districts=["D207"])) == []


def test_a_change_of_keys_leaves_the_audit_as_it_is():
    from aanchal.kernel.rotation import sealed_models
    from aanchal.kernel.sealing import LASTING, key_number

    happens()
    (content,) = AuditEvent.objects.values_list("content", flat=True)

    assert AuditEvent not in {model for model, _fields in sealed_models()}
    assert key_number(content.data) == LASTING
