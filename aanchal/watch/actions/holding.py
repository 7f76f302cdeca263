"""What the acts on flags and visits share: locks, the end of a day, what is counted."""

from datetime import date, datetime, time

from django.utils import timezone

from aanchal.kernel.statistics import Counted, Happened

from ..models import Flag, Visit

MAX_NOTE = 2000


def lock_flag(flag: Flag) -> Flag:
    """Lock a flag's row and read it anew, with what `scope` needs."""
    return (
        Flag.objects.select_for_update(of=("self",))
        .select_related("area", "child__household", "child__area", "class_section__school__area")
        .prefetch_related("child__household__kinships")
        .get(pk=flag.pk)
    )


def lock_visit(visit: Visit) -> Visit:
    """Lock a visit's row, after its flag's, and read it anew."""
    # The flag is locked first everywhere: two orders of locks would one day meet.
    lock_flag(Flag(pk=visit.flag_id))
    return (
        Visit.objects.select_for_update(of=("self",))
        .select_related("flag__area", "flag__child__household")
        .prefetch_related("flag__child__household__kinships")
        .get(pk=visit.pk)
    )


def follow_child(flag: Flag) -> None:
    """Bring a flag that is raised again to the village where the child lives now; whoever calls saves it."""
    home = flag.child.area
    if home.district == flag.district:
        flag.area = home


def end_of(day: date) -> datetime:
    """The last minute of a day, in the office's zone."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def counted(what: Counted, flag: Flag, detail: str) -> Happened:
    """Something that happened to a flag, as what is to be counted."""
    return Happened(what, flag.district, flag.area.path, child_id=flag.child_id, detail=detail)


def begin_of_day(at: datetime) -> datetime:
    """Midnight before a moment, in the office's zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate(at), time()))
