"""Background work of people's records: the index of names keeps its shape."""

from datetime import time, timedelta

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.jobs import Queue, job
from aanchal.kernel.schedule import every_day

from . import name_index


@job(alone=True, queue=Queue.LONG)
def rebuild_name_indexes() -> None:
    """Make anew each index of names that does not fit its district."""
    for district in name_index.districts_to_rebuild():
        name_index.rebuild(district, at=timezone.now())


@job(alone=True, queue=Queue.LONG)
def count_yesterdays_readings() -> None:
    """Count who was shown how many children yesterday, and mark what is unusual."""
    from .actions import count_readings

    now = timezone.now()
    yesterday = timezone.localdate(now) - timedelta(days=1)
    count_readings(system_actor("upkeep"), on=yesterday, at=now)


@job(alone=True)
def lapse_old_kinships() -> None:
    """End what was said of somebody's family and nobody answered."""
    from .actions import lapse_kinships

    lapse_kinships(system_actor("upkeep"), at=timezone.now())


every_day("kinships", lapse_old_kinships, at=time(3, 5))
every_day("readings", count_yesterdays_readings, at=time(1, 15))
every_day("name_index", rebuild_name_indexes, at=time(2, 40))
