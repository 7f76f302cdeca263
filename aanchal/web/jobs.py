"""Background work that needs more than one floor: a sender's file, with the sender's grants now."""

from uuid import UUID

from django.utils import timezone

from aanchal.access.models import User
from aanchal.access.queries import actor_for
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.jobs import Queue, job
from aanchal.kernel.permissions import Actor
from aanchal.places.actions import take_place_file
from aanchal.places.models import PlaceFile


@job(queue=Queue.PERSON)
def take_places(*, file: UUID) -> None:
    """Take a long file of places or schools in; done once, however often it is asked for."""
    held = PlaceFile.objects.select_related("file").get(pk=file)
    if held.state in (PlaceFile.State.TAKEN, PlaceFile.State.REFUSED):
        return
    sender = User.objects.filter(pk=held.received_by).first()
    actor = actor_for(sender) if sender is not None else Actor(held.received_by)
    try:
        take_place_file(actor, held=held, at=timezone.now())
    except NotAllowed:
        return  # the file itself says so
