"""A migrated SQLite without rows, kept from one run to the next: a copy of it is there at once.

It is known by everything the tables follow from; when any of that changes, the migrations run again.
"""

import hashlib
import os
import shutil
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pytest_cache" / "migrated"
FOLLOWS_FROM = (
    "aanchal/*/migrations/*.py",
    "aanchal/*/models.py",
    "aanchal/*/models/*.py",
    "aanchal/kernel/**/*.py",
    "requirements/runtime.lock",
)


def copy_to(path: Path) -> bool:
    """Put the kept database there; False when there is none of these migrations."""
    kept = _kept()
    if not kept.exists():
        return False
    shutil.copyfile(kept, path)
    return True


def keep() -> None:
    """Keep the database as it is now, just migrated, in place of every earlier one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    mine = FOLDER / f"{os.getpid()}.new"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(mine)])
    for old in FOLDER.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    mine.replace(_kept())


def _kept() -> Path:
    digest = hashlib.sha256()
    for pattern in FOLLOWS_FROM:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:32]}.sqlite3"
