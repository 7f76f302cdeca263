"""What is to be counted later, written as it happens: afterwards it could not be made.

One sealed row a counted use case: a pseudonym of the child, block, month, and what happened. Its key and
its place in the table tell no time; only the district stands in the open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from .models import CountedEvent
from .sealing import keyed_hash

BLOCK_DEPTH = 4  # "IN/S10/D206/B1851"


class Counted(StrEnum):
    """What is counted."""

    CHILD_ENROLLED = "child_enrolled"
    # She left her school: detail says how. A child may be counted by her flag and by her register;
    # whoever counts children counts pseudonyms.
    CHILD_LEFT = "child_left"
    CHILD_LEFT_UNDONE = "child_left_undone"
    FLAG_RAISED = "flag_raised"
    VISIT_RECORDED = "visit_recorded"
    FLAG_ENDED = "flag_ended"
    CONCERN_RAISED = "concern_raised"
    CONCERN_CLOSED = "concern_closed"


@dataclass(frozen=True)
class Happened:
    """One thing to be counted.

    Args:
        detail: what a count is split by, such as the kind of a concern; "" for none.
        child_id: key of the child; None when it is about none.
    """

    what: Counted
    district: str
    area_path: str
    child_id: Any = None
    detail: str = ""


def count(happened: Iterable[Happened], *, at: datetime) -> None:
    """Write the rows of what happened; call it inside the use case, so that both or neither stand."""
    month = f"{timezone.localdate(at):%Y-%m}"
    rows = []
    for one in happened:
        child = "" if one.child_id is None else pseudonym_of(one.child_id)
        row = CountedEvent(district=one.district)
        row.facts = {
            "what": str(one.what),
            "detail": one.detail,
            "block": "/".join(one.area_path.split("/")[:BLOCK_DEPTH]),
            "month": month,
            "child": child,
        }
        rows.append(row)
    CountedEvent.objects.bulk_create(rows, batch_size=500)


def pseudonym_of(child_id: Any) -> str:
    """The same for the same child in every row, and nothing without the keyring."""
    return keyed_hash(str(child_id), purpose="statistics/child")[:32]
