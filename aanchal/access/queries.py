"""Reads of who is who. Grants are read again for every request and every job."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from aanchal.kernel import permissions
from aanchal.kernel.permissions import Actor, Role

from .models import Grant, User


def live_grants(*, at: datetime) -> QuerySet[Grant]:
    """Grants in force at a moment: begun, not ended, not revoked, approved where they must be."""
    return Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        Q(needs_approval=False) | Q(approved_at__isnull=False),
        starts_at__lte=at,
        revoked_at__isnull=True,
        user__is_active=True,
    )


def actor_for(user: User, *, at: datetime | None = None) -> Actor:
    """The actor that a signed-in person is now; one query, never cached."""
    held = live_grants(at=at or timezone.now()).filter(user=user).order_by("given_at", "pk")
    return Actor(
        user_id=str(user.pk),
        language=user.language,
        grants=tuple(
            permissions.Grant(
                role=Role(g.role),
                area_path="" if g.body_id else g.area_path,
                body_id=str(g.body_id) if g.body_id else "",
                grade=g.grade,
                section=g.section,
            )
            for g in held
        ),
    )
