"""Reads of files of places and schools that were sent, and of their lines that wait for repair."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from aanchal.kernel.access import visible, within
from aanchal.kernel.authz import Actor, granted_areas
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem

from ..import_problems import AREAS, SCHOOLS, WAITING
from ..models import PlaceFile
from ..permissions import PlacePermission


def open_place_problems(
    actor: Actor, *, codes: Iterable[str] = (), keys: Iterable[UUID] | None = None
) -> QuerySet[ImportProblem]:
    """Lines of place and school files that wait for repair where the actor imports.

    Args:
        codes: only those with these reasons; all when none is said.
        keys: only these lines, however many of them still wait.
    """
    areas = within(granted_areas(actor, PlacePermission.AREA_IMPORT), "area_path")
    schools = within(granted_areas(actor, PlacePermission.SCHOOL_IMPORT), "area_path")
    found = ImportProblem.objects.filter(
        Q(areas, source_kind=AREAS) | Q(schools, source_kind=SCHOOLS),
        state=ImportProblem.State.OPEN,
    ).order_by("code", "area_path", "row", "pk")
    if codes := list(codes):
        found = found.filter(code__in=codes)
    return found if keys is None else found.filter(pk__in=list(keys))


def count_place_problems(actor: Actor) -> int:
    """How many of `open_place_problems` there are."""
    return open_place_problems(actor).count()


def place_problems_by_code(actor: Actor) -> dict[str, int]:
    """Reason → how many lines wait for it; reasons for which none waits left out. One query."""
    waiting = open_place_problems(actor).order_by()
    return dict(waiting.values("code").annotate(n=Count("pk")).values_list("code", "n"))


def waiting_for_places(actor: Actor, places: Iterable[str]) -> QuerySet[ImportProblem]:
    """Lines that say how many places wait for one of some places that is not in its block yet."""
    return open_place_problems(actor, codes=[WAITING]).filter(source_id__in=list(places))


def visible_place_files(actor: Actor) -> QuerySet[PlaceFile]:
    """Files of places and schools that were sent where the actor imports, latest first."""
    return (
        visible(PlaceFile, actor, PlacePermission.AREA_IMPORT)
        .select_related("file")
        .order_by("-received_at", "-pk")
    )


def get_place_file(actor: Actor, *, pk: UUID | str) -> PlaceFile:
    """One sent file; `NotFound` whether it is absent or another's."""
    found = visible_place_files(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def place_file_to_take(*, pk: UUID | str) -> PlaceFile:
    """A sent file with its bytes, for the job that takes it in; the taking asks the permission."""
    return PlaceFile.objects.select_related("file").get(pk=pk)
