"""Background work that needs more than one floor: a sender's file, with the sender's grants now."""

from uuid import UUID

from django.utils import timezone

from aanchal.access.queries import actor_named
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.jobs import Queue, job
from aanchal.places.actions import take_place_file
from aanchal.places.models import PlaceFile
from aanchal.places.queries.files import place_file_to_take


@job(queue=Queue.PERSON)
def take_places(*, file: UUID) -> None:
    """Take a long file of places or schools in; done once, however often it is asked for."""
    held = place_file_to_take(pk=file)
    if held.state in (PlaceFile.State.TAKEN, PlaceFile.State.REFUSED):
        return
    try:
        take_place_file(actor_named(held.received_by), held=held, at=timezone.now())
    except NotAllowed:
        return  # the file itself says so
