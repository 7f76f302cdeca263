"""What keeps the house in order at night: leftovers swept, the audit looked over."""

import time
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from . import audit, audit_guard, backups, reordering, rowguard
from .actions import use_case
from .audit import Break
from .authz import ROOT, Actor, Scope, require
from .files import path_of
from .models import AuditHead, CacheEntry, ScheduledRun, Spent, StoredFile, Worker
from .permissions import KernelPermission
from .verbs import KernelVerb

# An import may still be writing its file; a leftover of a crash is older than this.
LEFTOVER_AGE = timedelta(days=1)
KEEP_DONE_JOBS = timedelta(days=14)
KEEP_FAILED_JOBS = timedelta(days=90)
KEEP_TURNS = timedelta(days=366)
LOOK_BACK_DAYS = 60
# Of what has many turns a day only the last ones tell anything.
KEEP_MANY_TURNS = timedelta(days=3)
KEEP_SILENT_WORKERS = timedelta(days=7)


def run_upkeep(*, at: datetime) -> dict[str, int]:
    """Sweep what is no longer needed; returns how much of each was swept. Safe to repeat."""
    sweep_sessions()
    return {
        "copies of killed backups": backups.remove_leftovers(),
        "files": sweep_files(at=at),
        "rows written anew": reordering.write_anew(),
        "cache": sweep_cache(at=at),
        "allowances": Spent.objects.filter(until_at__lte=at).delete()[0],
        "jobs": sweep_jobs(at=at),
        "turns": sweep_turns(at=at),
        "workers": Worker.objects.filter(seen_at__lt=at - KEEP_SILENT_WORKERS).delete()[0],
    }


def sweep_files(*, at: datetime) -> int:
    """Remove what a crash left in the folder of sealed files: no row points at it.

    Only files older than a day: a younger one may be waiting for its row.
    """
    root = Path(settings.AANCHAL_FILES)
    if not root.is_dir():
        return 0
    before = (at - LEFTOVER_AGE).timestamp()
    swept = 0
    for folder in sorted(root.iterdir()):
        if not folder.is_dir():
            continue
        old = [p for p in folder.iterdir() if p.is_file() and _changed(p) < before]
        keys = {p: _key(p) for p in old if p.suffix == ".sealed"}
        known = set(
            StoredFile.objects.filter(pk__in=[k for k in keys.values() if k]).values_list(
                "pk", flat=True
            )
        )
        for path in old:
            unfinished = path.suffix in (".part", ".rekey")
            orphan = path.suffix == ".sealed" and keys[path] is not None and keys[path] not in known
            if unfinished or orphan:
                path.unlink(missing_ok=True)
                swept += 1
    return swept


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _key(path: Path) -> UUID | None:
    try:
        return UUID(hex=path.stem)
    except ValueError:
        return None  # not one of ours: left alone


def missing_files(*, most: int = 100) -> list[UUID]:
    """Keys of stored files whose bytes are not there; should be none."""
    missing: list[UUID] = []
    last: UUID | None = None
    rows = StoredFile.objects.order_by("pk")
    while page := list(rows[:500] if last is None else rows.filter(pk__gt=last)[:500]):
        missing += [stored.pk for stored in page if not path_of(stored).exists()]
        if len(missing) >= most:
            break
        last = page[-1].pk
    return missing[:most]


def sweep_sessions() -> None:
    """Remove sessions that are over, in whatever store they are kept."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()


def sweep_cache(*, at: datetime) -> int:
    """Remove cache entries that are over."""
    return CacheEntry.objects.filter(expires_at__lt=at).delete()[0]


def sweep_turns(*, at: datetime) -> int:
    """Remove turns of the schedule that are long over."""
    many = Q(slot__gt=0, due_on__lt=(at - KEEP_MANY_TURNS).date())
    return ScheduledRun.objects.filter(Q(due_on__lt=(at - KEEP_TURNS).date()) | many).delete()[0]


def sweep_jobs(*, at: datetime) -> int:
    """Remove jobs that ended long ago; those that failed are kept longer, to be looked at."""
    done = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=at - KEEP_DONE_JOBS
    )
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__lt=at - KEEP_FAILED_JOBS
    )
    return done.delete()[0] + failed.delete()[0]


# --- looking over the audit ---


def check_audit(
    actor: Actor,
    *,
    at: datetime,
    anchors: dict[str, tuple[int, str]] | None = None,
    note_anew: bool = False,
) -> tuple[list[Break], int]:
    """Walk every chain, and leave a trace that this was done and what came of it.

    The walk takes its time and holds no lock; only the trace is written. It also looks whether the
    database still refuses changes, and whether the chains reach what this computer noted last;
    when all holds, the present heads are noted.

    Args:
        anchors: heads that two people noted elsewhere.
        note_anew: note the present heads though they do not reach the last note: after an older
            backup was brought back. The trace says so.

    Returns:
        The breaks found (none when all holds), and the number of events walked.
    """
    require(actor, KernelPermission.AUDIT_VERIFY, Scope(area_path=ROOT))
    began = time.monotonic()
    events = sum(AuditHead.objects.values_list("seq", flat=True))
    breaks = [*audit_guard.guard_breaks(), *audit.verify(anchors)]
    if not note_anew:
        breaks += [b for b in audit_guard.ends() if b not in breaks]
    note_audit_check(
        actor,
        breaks=len(breaks),
        events=events,
        against=len(anchors or {}),
        seconds=round(time.monotonic() - began, 1),
        noted_anew=note_anew,
        at=at,
    )
    if not breaks:
        audit_guard.note_heads()
    return breaks, events


@use_case
def note_audit_check(
    actor: Actor,
    *,
    breaks: int,
    events: int,
    against: int,
    seconds: float,
    at: datetime,
    noted_anew: bool = False,
) -> None:
    """Leave a trace of a walk over the audit."""
    where = Scope(area_path=ROOT)
    require(actor, KernelPermission.AUDIT_VERIFY, where)
    audit.record(
        actor,
        KernelVerb.AUDIT_VERIFIED,
        None,
        scope=where,
        breaks=breaks,
        events=events,
        anchors=against,
        seconds=seconds,
        noted_anew=noted_anew,
    )


def last_audit_check() -> tuple[datetime, int] | None:
    """When the audit was last walked, and how many breaks were found; None when not for 60 days."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS)]
    with rowguard.everywhere():
        found = audit.events_of(
            days, districts=[""], mention=str(KernelVerb.AUDIT_VERIFIED)
        ).first()
    return (found.at, int(found.changes.get("breaks", 0))) if found else None
