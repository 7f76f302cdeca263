"""Making the index of names anew, asked for by whoever enrols; the nightly turn is in `jobs`."""

from django.utils import timezone

from aanchal.kernel.jobs import Queue, job

from . import name_index


@job(merge=True, queue=Queue.LONG)
def rebuild_name_index(*, district: str) -> None:
    """Make one district's index of names anew."""
    name_index.rebuild(district, at=timezone.now())
