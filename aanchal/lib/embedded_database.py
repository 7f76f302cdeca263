"""The SQLite that the embedded database runs on: one library in the whole process.

The SQLite of several distributions, Debian 12 among them, has a fault by which a write-ahead log can
lose pages, and without that log a reader waits for every writer. sqlcipher3 brings a later SQLite as
a part of its wheel; its encryption is not used. It takes the place of the standard module before
anything opens a file: two libraries on one file in one process would drop each other's locks.
"""

import sys


def use_bundled_sqlite() -> None:
    """Let `import sqlite3` mean the bundled library, here and in everything that runs on it."""
    import sqlcipher3

    sys.modules["sqlite3"] = sqlcipher3
    sys.modules["sqlite3.dbapi2"] = sqlcipher3.dbapi2


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Two connections checkpointing at once can corrupt the file; fixed in three lines of releases."""
    fixed = (
        version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    )
    return not fixed
