"""Whether the database still refuses to change the audit, and whether the chains still reach as far
as this computer saw them reach.

The triggers are compared word by word with what the migrations made; on PostgreSQL also the
function behind them and the rights of the role that the site acts in. The heads seen last are kept
in a file beside the keyring, outside the database: who cuts a chain back together with its head
leaves it shorter than noted there. That file is this computer's own memory; heads noted by two
people elsewhere are still what a keeper of the computer cannot reach.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from . import rowguard
from .audit import Break, heads
from .disk import sync_folder
from .keyring import keyring
from .models import AuditEvent, AuditHead

NOTE_FORMAT = "aanchal-audit-note-1"

SQLITE_TRIGGERS = {
    "audit_no_update": """CREATE TRIGGER audit_no_update BEFORE UPDATE ON kernel_auditevent
        BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END""",
    "audit_no_delete": """CREATE TRIGGER audit_no_delete BEFORE DELETE ON kernel_auditevent
        BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END""",
    "audit_no_replace": """CREATE TRIGGER audit_no_replace BEFORE INSERT ON kernel_auditevent
        WHEN EXISTS (SELECT 1 FROM kernel_auditevent
                     WHERE id = NEW.id OR (district = NEW.district AND seq = NEW.seq))
        BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END""",
}
# Bits of pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32.
POSTGRES_TRIGGERS = {"audit_no_change": 1 | 2 | 8 | 16, "audit_no_truncate": 2 | 32}
POSTGRES_FUNCTION = "BEGIN RAISE EXCEPTION 'audit events are never changed'; END"


def guard_breaks() -> list[Break]:
    """What should keep the audit from being changed and does not; none when all is in force."""
    if connection.vendor == "postgresql":
        found = [*_postgres_triggers(), *_postgres_rights()]
    else:
        found = list(_sqlite_triggers())
    return [Break("", 0, what) for what in found]


def _sqlite_triggers() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
            [AuditEvent._meta.db_table],
        )
        held = dict(cursor.fetchall())
        checks_off = cursor.execute("PRAGMA ignore_check_constraints").fetchone()[0]
    for name, made in SQLITE_TRIGGERS.items():
        if name not in held:
            yield f"the trigger {name} is missing"
        elif held[name].split() != made.split():
            yield f"the trigger {name} was altered"
    for name in sorted(set(held) - set(SQLITE_TRIGGERS)):
        yield f"the trigger {name} is not ours"
    if checks_off:
        yield "the checks on numbers are switched off"


def _postgres_triggers() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgname, t.tgtype, t.tgenabled, p.prosrc, t.tgqual IS NULL
               FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE NOT t.tgisinternal AND t.tgrelid = to_regclass(%s)""",
            [AuditEvent._meta.db_table],
        )
        held = {row[0]: row[1:] for row in cursor.fetchall()}
    for name, kind in POSTGRES_TRIGGERS.items():
        if name not in held:
            yield f"the trigger {name} is missing"
            continue
        its_kind, enabled, source, unconditional = held[name]
        if enabled not in ("O", "A"):
            yield f"the trigger {name} is switched off"
        if its_kind != kind or not unconditional or source.split() != POSTGRES_FUNCTION.split():
            yield f"the trigger {name} was altered"
    for name in sorted(set(held) - set(POSTGRES_TRIGGERS)):
        yield f"the trigger {name} is not ours"


def _postgres_rights() -> Iterator[str]:
    found = rowguard.in_force()
    if found.bypasses:
        yield f"the role {found.role} passes by every guard"
    if found.owns_tables:
        yield f"the role {found.role} owns the tables"
    if found.may_alter_audit:
        yield f"the role {found.role} may change what the audit holds"


# --- as far as this computer saw the chains reach ---


def note_path() -> Path:
    """The file that keeps the heads seen last; beside the keyring, never in the data folder."""
    return Path(settings.AANCHAL_KEYRING).parent / "audit-heads.json"


def noted_heads() -> dict[str, tuple[int, str]]:
    """The heads this computer noted last; none before the first time.

    Raises:
        ValueError: the file was altered, or is another keyring's.
    """
    try:
        held = json.loads(note_path().read_text())
    except FileNotFoundError:
        return {}
    if held.get("format") != NOTE_FORMAT or not hmac.compare_digest(
        str(held.get("mac")), _mac(held["heads"])
    ):
        raise ValueError("the noted heads of the audit were altered")
    return {name: (int(seq), str(link)) for name, (seq, link) in held["heads"].items()}


def note_heads() -> None:
    """Note the present heads. Only after the chains were found to hold and to reach the last note."""
    present = {name: list(head) for name, head in heads().items()}
    held = {"format": NOTE_FORMAT, "heads": present, "mac": _mac(present)}
    path = note_path()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(held, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    sync_folder(path.parent)


def ends() -> list[Break]:
    """Look at the ends of the chains only: against their heads, and against the last note.

    Costs a few questions a chain whatever its length. It does not see what was altered inside;
    `audit.verify` does.
    """
    try:
        noted = noted_heads()
    except ValueError:
        return [Break("", 0, "the heads noted beside the keyring were altered")]
    found = []
    present = {head.district: head for head in AuditHead.objects.all()}
    for district in sorted({*present, *noted}):
        head = present.get(district)
        # Written together, but read one after the other: what was added in between is no break.
        last = AuditEvent.objects.filter(district=district).order_by("-seq").first()
        if (head.seq if head else 0) > (last.seq if last else 0):
            found.append(Break(district, last.seq if last else 0, "its head says otherwise"))
        seq, link = noted.get(district, (0, ""))
        if not seq:
            continue
        there = AuditEvent.objects.filter(district=district, seq=seq).first()
        if there is None:
            found.append(Break(district, seq, "shorter than this computer noted"))
        elif there.hash != link:
            found.append(Break(district, seq, "not what this computer noted"))
    return found


def _mac(present: object) -> str:
    text = json.dumps(present, sort_keys=True)
    return hmac.new(keyring().index_key("audit/note"), text.encode(), hashlib.sha256).hexdigest()
