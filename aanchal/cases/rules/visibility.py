"""Where a concern stands and who is shut out of it: one answer for a record and for a list. Pure."""

from collections.abc import Mapping
from typing import Any

from aanchal.kernel.authz import Scope


def concern_scope(
    head: Mapping[str, Any],
    *,
    district: str,
    area_path: str,
    kin: frozenset[str],
    left_path: str = "",
) -> Scope:
    """The scope of a concern.

    Args:
        head: its opened head: `is_sealed`, `team` and `implicated` (user ids).
        area_path: the present path of its area.
        kin: user ids of the child's kin, who are shut out as the implicated are.
        left_path: the present path of the area that the family left, until it is handed on.
    """
    return Scope(
        area_path=area_path,
        district=district,
        team=frozenset(head.get("team", ())) if head.get("is_sealed") else None,
        excluded=kin.union(head.get("implicated", ())),
        also_in=left_path,
    )
