"""What somebody said of a family and no second person confirmed: told to her who said it, and to nobody else."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from aanchal.kernel.authz import Actor

from .models import UnconfirmedKinship

# So long it waits to be read; then it is gone.
KEPT_FOR = timedelta(days=30)


def unconfirmed_of(actor: Actor, *, on: date) -> list[UnconfirmedKinship]:
    """What the actor said and was not confirmed, which she has not read; the oldest first. One query."""
    held = every_unconfirmed(on=on)
    if actor.districts is not None:
        tag = UnconfirmedKinship._meta.get_field("sayer_tag")
        mine = Q(pk__in=[])
        for district in actor.districts:
            mine |= Q(district=district, sayer_tag=tag.tag(district, actor.user_id))
        held = held.filter(mine)
    return [row for row in held if row.sayer == actor.user_id]


def every_unconfirmed(*, on: date) -> QuerySet[UnconfirmedKinship]:
    """All that still waits to be read, for Aanchal itself."""
    return UnconfirmedKinship.objects.filter(ended_on__gt=on - KEPT_FOR).order_by("ended_on", "pk")
