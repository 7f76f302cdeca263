"""Who holds how many visits, so that they are shared out fairly."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from ..models import Visit


def visits_in_hand(volunteers: Iterable[UUID]) -> dict[UUID, int]:
    """Volunteer → the visits in her hands now; those with none are absent. One query."""
    rows = (
        Visit.objects.filter(volunteer__in=list(volunteers), state=Visit.State.ASSIGNED)
        .order_by()
        .values_list("volunteer_id")
        .annotate(held=Count("pk"))
    )
    return dict(rows)
