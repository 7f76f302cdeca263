"""Whether all is well: one line a thing, with what to do. For `aanchal doctor` and its page.

A check never raises and never tells of a person. It asks the database nothing costly.
"""

import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.lib.embedded_database import has_wal_reset_bug

from . import audit_guard, holds, jobs, keyring, limited, rowguard, upkeep
from .disk import files_open_to_others
from .errors import Locked
from .models import Deployment, ImportProblem, ScheduledRun, Worker
from .references import dangling, wrong_tags
from .rotation import count_by_master
from .worker import LEASE


class State(StrEnum):
    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Args:
        name: what it is, in the reader's language.
        says: what was found.
        do: what to do about it; "" when nothing is to be done.
    """

    state: State
    name: str
    says: str
    do: str = ""


LITTLE_SPACE = 2 * 1024**3
TOO_LITTLE_SPACE = 200 * 1024**2
AUDIT_EVERY = timedelta(days=15)

# What apps above look at; each stands in the `health` module of its app.
FURTHER: list[Callable[[datetime], Iterator[Check]]] = []


def further(look: Callable[[datetime], Iterator[Check]]) -> Callable[[datetime], Iterator[Check]]:
    """Add a check of an app above: a function of the present moment, yielding checks."""
    if look not in FURTHER:
        FURTHER.append(look)
    return look


def checks(*, now: datetime, thorough: bool = False) -> list[Check]:
    """Look at everything; the first thing that stands in the way of the rest comes first.

    Args:
        thorough: also count what is sealed under which key, and look for each stored file.
    """
    found: list[Check] = []
    for look in (_python, _sqlite):
        found += _safely(look)
    reachable = database_checks()
    found += reachable
    found += _safely(_keyring)
    found += _safely(_space)
    found += _safely(_outside_files)
    if all(check.state is not State.BAD for check in reachable):
        for look in (_rowguard, _deployment):
            found += _safely(look)
        autodiscover_modules("health")
        for look_at in (_workers, _schedule, _failed_jobs, _audit, _backups, _problems, *FURTHER):
            found += _safely(partial(look_at, now))
        if thorough:
            found += _safely(_sealed)
            found += _safely(_files)
            found += _safely(_references)
    for look in (_numba, _translations, _time):
        found += _safely(look)
    return found


def database_checks() -> list[Check]:
    """Whether the database answers and its tables are up to date."""
    return _safely(_database)


def _safely(look: Callable[[], Iterator[Check]]) -> list[Check]:
    # Inside a request's transaction one failed question must not spoil those after it.
    own = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with own:
            return list(look())
    except Exception as error:
        name = getattr(getattr(look, "func", look), "__name__", "check").strip("_")
        says = _("could not be looked at (%(kind)s)") % {"kind": type(error).__name__}
        return [Check(State.LOOK, name, says)]


def _python() -> Iterator[Check]:
    version = ".".join(str(n) for n in sys.version_info[:3])
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        yield Check(State.OK, "Python", version)
    else:
        yield Check(State.BAD, "Python", version, _("Use Python 3.11, 3.12 or 3.13."))


def _sqlite() -> Iterator[Check]:
    if connection.vendor != "sqlite":
        return
    says = sqlite3.sqlite_version
    with connection.cursor() as cursor:
        journal = str(cursor.execute("PRAGMA journal_mode").fetchone()[0]).upper()
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    safe = not has_wal_reset_bug(sqlite3.sqlite_version_info)
    facts = {"version": says, "journal": journal}
    if journal == "WAL" and not safe:
        yield Check(
            State.BAD,
            "SQLite",
            _("%(version)s writes with WAL, which this version can corrupt") % facts,
            _("Stop everything and start it again: the journal is chosen at the start."),
        )
    elif safe:
        yield Check(State.OK, "SQLite", _("%(version)s, journal %(journal)s") % facts)
    else:
        yield Check(
            State.OK,
            "SQLite",
            _("%(version)s has the WAL-reset bug, so the journal is %(journal)s") % facts,
        )
    if synchronous < 2:
        yield Check(State.BAD, "SQLite", _("does not wait for the disk"), _("Ask for help."))


def _database() -> Iterator[Check]:
    from django.db.migrations.executor import MigrationExecutor

    name = _("Database")
    kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        yield Check(
            State.BAD,
            name,
            _("%(kind)s does not answer") % {"kind": kind},
            _("Is it running, and is AANCHAL_DATABASE_URL right?"),
        )
        return
    if behind:
        yield Check(
            State.BAD,
            name,
            _("%(kind)s answers, but its tables are not up to date") % {"kind": kind},
            "aanchal migrate",
        )
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            version = int(cursor.execute("SHOW server_version_num").fetchone()[0]) // 10_000
        if version < 15:
            yield Check(
                State.BAD,
                name,
                _("PostgreSQL %(version)s is too old") % {"version": version},
                _("Use PostgreSQL 15 or later."),
            )
            return
        kind = f"PostgreSQL {version}"
    yield Check(State.OK, name, _("%(kind)s answers; its tables are up to date") % {"kind": kind})


def _rowguard() -> Iterator[Check]:
    if connection.vendor != "postgresql":
        return
    found = rowguard.in_force()
    name = _("Row guard")
    if found.unguarded:
        yield Check(
            State.BAD,
            name,
            _("%(count)d tables are not guarded") % {"count": len(found.unguarded)},
            "aanchal migrate",
        )
    else:
        yield Check(
            State.OK, name, _("guards %(count)d tables by district") % {"count": found.guarded}
        )
    name = _("Database role")
    facts = {"role": found.role, "login": found.login}
    if found.bypasses:
        yield Check(
            State.BAD,
            name,
            _("%(role)s passes by the row guard") % facts,
            _("Let a role sign in that is no superuser, or run aanchal migrate as the owner."),
        )
    elif found.owns_tables or found.may_alter_audit:
        yield Check(
            State.BAD,
            name,
            _("%(role)s owns the tables or may change what the audit remembers") % facts,
            _("Run aanchal migrate as a role that may make roles; it says what is missing."),
        )
    elif found.login_owns:
        yield Check(
            State.OK,
            name,
            _("the site acts as %(role)s; it signs in as the owner (%(login)s) and steps down")
            % facts,
            _("Safer still: a role of its own for the site, and AANCHAL_OWNER_DATABASE_URL."),
        )
    else:
        yield Check(State.OK, name, _("the site signs in as %(login)s, which owns nothing") % facts)


def _deployment() -> Iterator[Check]:
    found = Deployment.objects.first()
    if found is not None and found.is_demo:
        yield Check(
            State.LOOK,
            _("Kind"),
            _("a demo with made-up people"),
            _("Never put a real child into it."),
        )


BACKUP_EVERY = timedelta(days=2)
SHOW_RESTORE_FOR = timedelta(days=14)


def _backups(now: datetime) -> Iterator[Check]:
    held = Deployment.objects.first()
    if held is not None and held.is_demo:
        return
    name = _("Backup")
    if held is not None and held.restored_at and now - held.restored_at < SHOW_RESTORE_FOR:
        yield Check(
            State.LOOK,
            name,
            _("these records were restored as they stood on %(day)s")
            % {"day": date_format(timezone.localdate(held.restored_from_at))},
            _("Accounts, phones and roles stopped after that day are live again: look at them."),
        )
    last = held.last_backup_at if held is not None else None
    planned = bool(settings.AANCHAL_BACKUP_FOLDER and settings.AANCHAL_BACKUP_RECIPIENTS)
    if last is None:
        yield Check(State.LOOK, name, _("none was made yet"), "aanchal backup")
        return
    day = {"day": date_format(timezone.localdate(last))}
    if planned and now - last > BACKUP_EVERY:
        yield Check(
            State.BAD,
            name,
            _("the last one is of %(day)s, though one is planned every night") % day,
            _("Is the folder there, with room? Look at the failed jobs, then: aanchal backup"),
        )
    elif not planned:
        yield Check(
            State.LOOK,
            name,
            _("the last one is of %(day)s; none is planned") % day,
            _("Set AANCHAL_BACKUP_FOLDER and AANCHAL_BACKUP_RECIPIENTS."),
        )
    else:
        yield Check(State.OK, name, _("the last one is of %(day)s") % day)


def _keyring() -> Iterator[Check]:
    name = _("Keyring")
    path = Path(settings.AANCHAL_KEYRING)
    if not path.exists():
        if settings.AANCHAL_CREATE_KEYRING:
            yield Check(State.OK, name, _("will be made at the first start"))
        else:
            yield Check(
                State.BAD,
                name,
                _("is not at %(path)s") % {"path": path},
                _("Bring it back from one of its two keepers, or set AANCHAL_KEYRING."),
            )
        return
    wrapped = keyring.is_wrapped(path.read_text())
    try:
        ring = keyring.keyring()
    except Locked:
        yield Check(
            State.LOOK,
            name,
            _("is wrapped and nobody has unlocked it here"),
            _("The site opens nothing until its passphrase is typed at aanchal serve."),
        )
    else:
        yield Check(
            State.OK,
            name,
            _("holds %(count)d keys; key %(number)d writes")
            % {"count": len(ring.numbers()), "number": ring.writing},
        )
    if not wrapped and not settings.DEBUG:
        yield Check(
            State.OK if settings.AANCHAL_CREATE_KEYRING else State.LOOK,
            name,
            _("has no passphrase: whoever takes this computer can read everything"),
            "aanchal keys wrap",
        )
    if path.stat().st_mode & 0o077:
        yield Check(
            State.BAD, name, _("can be read by others on this computer"), f"chmod 600 {path}"
        )
    if path.is_relative_to(Path(settings.AANCHAL_DATA)):
        yield Check(
            State.BAD,
            name,
            _("lies inside the data folder: a backup of the data would hold its key"),
            _("Move it out and set AANCHAL_KEYRING."),
        )
    data = Path(settings.AANCHAL_DATA)
    if data.exists() and data.stat().st_mode & 0o077:
        yield Check(
            State.LOOK,
            _("Data folder"),
            _("can be looked into by others on this computer"),
            f"chmod 700 {data}",
        )
    if next(files_open_to_others(data), None) is not None:
        yield Check(
            State.LOOK,
            _("Data folder"),
            _("holds files that others on this computer could read"),
            "aanchal migrate",
        )


def _space() -> Iterator[Check]:
    home = Path(settings.AANCHAL_HOME)
    free = shutil.disk_usage(home if home.exists() else home.anchor).free
    facts = {"gb": f"{free / 1024**3:.1f}"}
    name, says = _("Disk"), _("%(gb)s GB free") % facts
    if free < TOO_LITTLE_SPACE:
        yield Check(State.BAD, name, says, _("Make room now: nothing can be written soon."))
    elif free < LITTLE_SPACE:
        yield Check(State.LOOK, name, says, _("Make room this week."))
    else:
        yield Check(State.OK, name, says)


def _outside_files() -> Iterator[Check]:
    """Whether files from outside are read in a process that can open nothing and call nobody."""
    name = _("Files from outside")
    shut = limited.what_is_shut()
    if "files" not in shut:
        yield Check(
            State.BAD,
            name,
            _("their reading is not kept from other files: Landlock is not in force"),
            _(
                "Run on Linux 5.13 or later with landlock in the kernel's lsm= list, and in a "
                "container that allows it. Until then take files only from people you know."
            ),
        )
    if "calls" not in shut:
        yield Check(
            State.BAD,
            name,
            _("their reading is not kept from the network: seccomp is not in force"),
            _("Run on x86-64 or ARM64, in a container that allows seccomp filters."),
        )
    if {"files", "calls"} <= shut:
        yield Check(State.OK, name, _("are read apart, without other files and without network"))


_QUEUES = {
    jobs.Queue.PERSON: gettext_lazy("Files that people sent"),
    jobs.Queue.ORDINARY: gettext_lazy("Ordinary work"),
    jobs.Queue.LONG: gettext_lazy("Long work"),
}
TOO_LONG_IN = {
    jobs.Queue.PERSON: timedelta(minutes=10),
    jobs.Queue.ORDINARY: timedelta(minutes=30),
    jobs.Queue.LONG: timedelta(hours=6),
}


def _workers(now: datetime) -> Iterator[Check]:
    name = _("Worker")
    alive = Worker.objects.filter(seen_at__gt=now - LEASE).count()
    queues = jobs.waiting_jobs(at=now)
    waiting = sum(queue.count for queue in queues.values())
    facts = {"alive": alive, "waiting": waiting}
    late = {
        _QUEUES[queue]: held
        for queue, held in queues.items()
        if now - held.since > TOO_LONG_IN[queue]
    }
    if alive and not late:
        yield Check(State.OK, name, _("%(alive)d at work; %(waiting)d jobs wait") % facts)
    elif alive:
        for words, held in late.items():
            minutes = int((now - held.since).total_seconds() // 60)
            told = {"what": words, "count": held.count, "minutes": minutes}
            yield Check(
                State.LOOK,
                name,
                _("%(what)s: %(count)d wait, the oldest for %(minutes)d minutes") % told,
                _("If it does not go on, look at the failed jobs, or start another: aanchal work"),
            )
    elif waiting:
        yield Check(
            State.BAD,
            name,
            _("none is at work, and %(waiting)d jobs wait") % facts,
            "aanchal serve  /  aanchal work",
        )
    else:
        yield Check(State.LOOK, name, _("none is at work"), "aanchal serve  /  aanchal work")


def _schedule(now: datetime) -> Iterator[Check]:
    for run in ScheduledRun.objects.filter(
        state=ScheduledRun.State.FAILED, due_on__gte=(now - timedelta(days=7)).date()
    ).order_by("-due_on")[:3]:
        facts = {"name": run.name, "day": run.due_on, "kind": run.problem}
        yield Check(
            State.LOOK,
            _("Schedule"),
            _("%(name)s of %(day)s failed (%(kind)s)") % facts,
            _("It is tried again at its next turn. If it fails again, ask for help."),
        )


def _failed_jobs(now: datetime) -> Iterator[Check]:
    failed = jobs.failed_jobs(since=now - timedelta(days=7))
    if failed:
        kinds = ", ".join(sorted({f"{f.name} ({f.problem})" for f in failed}))
        yield Check(
            State.LOOK,
            _("Failed jobs"),
            _("%(count)d in the last seven days: %(kinds)s")
            % {"count": len(failed), "kinds": kinds},
            _("Send the file again, or ask for help with this line."),
        )
    else:
        yield Check(State.OK, _("Failed jobs"), _("none in the last seven days"))


def _audit(now: datetime) -> Iterator[Check]:
    name = _("Audit")
    help_now = _("Keep this computer as it is and get help.")
    with rowguard.everywhere():
        broken = [*audit_guard.guard_breaks(), *audit_guard.ends()]
    for found in broken[:5]:
        where = found.district or "-"
        facts = {"district": where, "seq": found.seq, "what": found.what}
        yield Check(
            State.BAD,
            name,
            _("does not hold: %(district)s, event %(seq)d: %(what)s") % facts,
            help_now,
        )
    last = upkeep.last_audit_check()
    if last is None:
        yield Check(State.LOOK, name, _("was never walked"), "aanchal audit verify")
        return
    at, breaks = last
    if breaks:
        yield Check(
            State.BAD,
            name,
            _("does not hold: %(count)d breaks") % {"count": breaks},
            help_now,
        )
    elif now - at > AUDIT_EVERY:
        yield Check(
            State.LOOK,
            name,
            _("held on %(day)s; not walked since") % {"day": timezone.localdate(at)},
            "aanchal audit verify",
        )
    else:
        yield Check(
            State.OK, name, _("held when walked on %(day)s") % {"day": timezone.localdate(at)}
        )


def _problems(now: datetime) -> Iterator[Check]:
    count = ImportProblem.objects.filter(state=ImportProblem.State.OPEN).count()
    if count:
        yield Check(
            State.LOOK,
            _("Imports"),
            _("%(count)d rows wait for repair") % {"count": count},
            _("Open Registers, or the lines that wait under Places."),
        )


def _sealed() -> Iterator[Check]:
    ring = keyring.keyring()
    counts = count_by_master()
    lost = sum(n for number, n in counts.items() if number not in ring.numbers())
    old = sum(n for number, n in counts.items() if number != ring.writing) - lost
    name = _("Sealed values")
    if lost:
        yield Check(
            State.BAD,
            name,
            _("%(count)d are sealed under a key that is not here") % {"count": lost},
            _("Bring back the keyring that holds it, from one of its two keepers."),
        )
    if old:
        yield Check(
            State.LOOK,
            name,
            _("%(count)d are still sealed under an old key") % {"count": old},
            "aanchal keys rotate",
        )
    if not lost and not old:
        total = sum(counts.values())
        yield Check(State.OK, name, _("all %(count)d under the writing key") % {"count": total})


def _files() -> Iterator[Check]:
    missing = upkeep.missing_files()
    name = _("Stored files")
    if missing:
        yield Check(
            State.BAD,
            name,
            _("%(count)d are not where they should be") % {"count": len(missing)},
            _("Bring the folder of files back from the backup."),
        )
    else:
        yield Check(State.OK, name, _("all are there"))


def _references() -> Iterator[Check]:
    """What foreign keys would hold; it names no record."""
    missing = dangling() + Counter({"kernel.LegalHold.thing": holds.missing()})
    name = _("Sealed references")
    if missing:
        places = ", ".join(f"{where}: {count}" for where, count in sorted(missing.items()))
        yield Check(
            State.BAD,
            name,
            _("%(count)d point at no record (%(places)s)")
            % {"count": missing.total(), "places": places},
            _(
                "A record was removed by hand, or a backup is incomplete. Restore the last whole one."
            ),
        )
    else:
        yield Check(State.OK, name, _("all are there"))
    if wrong := wrong_tags():
        places = ", ".join(f"{where}: {count}" for where, count in sorted(wrong.items()))
        yield Check(
            State.BAD,
            name,
            _("%(count)d are not found by what they point at (%(places)s)")
            % {"count": wrong.total(), "places": places},
            _("A row was changed by hand. Restore the last whole backup."),
        )


def _numba() -> Iterator[Check]:
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent.parent)
    if os.access(folder, os.W_OK):
        yield Check(State.OK, _("Kernel cache"), _("can be written"))
    else:
        yield Check(
            State.LOOK,
            _("Kernel cache"),
            _("cannot be written: the watch starts a second later each time"),
            _("Set NUMBA_CACHE_DIR to a folder that can be written."),
        )


def _translations() -> Iterator[Check]:
    missing = [
        code
        for code, _name in settings.LANGUAGES
        if code != "en"
        and not any(
            (Path(folder) / code / "LC_MESSAGES" / "django.mo").exists()
            for folder in settings.LOCALE_PATHS
        )
    ]
    name = _("Languages")
    if missing:
        yield Check(
            State.LOOK,
            name,
            _("not ready: %(codes)s") % {"codes": ", ".join(missing)},
            "make setup",
        )
    else:
        codes = ", ".join(code for code, _name in settings.LANGUAGES)
        yield Check(State.OK, name, codes)


def _time() -> Iterator[Check]:
    from django.utils import timezone

    now = timezone.localtime()
    facts: dict[str, Any] = {"time": now.strftime("%Y-%m-%d %H:%M"), "zone": settings.TIME_ZONE}
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, tz=now.tzinfo)
    if now + timedelta(days=1) < built:
        yield Check(
            State.BAD,
            _("Clock"),
            _("%(time)s is before this program was installed") % facts,
            _("Set the clock: every deadline stands on it."),
        )
    else:
        yield Check(State.OK, _("Clock"), _("%(time)s, %(zone)s") % facts)
