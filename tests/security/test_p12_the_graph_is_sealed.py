"""Promise 12: whoever has a copy of the database and no keys cannot tell whom a concern joins.

A story is lived in a deployment of its own: a volunteer's finding of danger raises a sealed concern, a
teacher tells of another, both are taken up. Then the copy is attacked: by values, by joins, by times, by
the times in keys, by the order and the transactions of rows.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from aanchal.kernel.backup_format import program
from aanchal.kernel.reordering import tables_without_age
from tests.conftest import database, run_folder
from tests.reliability.office import Office

STORY = """
import json
from datetime import timedelta
from django.utils import timezone
from aanchal.watch.actions import assign_visit, leave_house, record_outcome, record_visit
from aanchal.cases.actions import raise_concern, record_call, take_up_concern
from aanchal.cases.models import Concern
from aanchal.kernel import upkeep
from aanchal.access.roles import Role
from tests.factories import VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person, acting, an_area

section, children = a_class(pupils=12)
volunteer = a_person(Role.VOLUNTEER, VILLAGE, name="Asha")
workers = [a_person(Role.CASE_WORKER, "IN/S10/D206/B1851", name=f"Worker {i}") for i in range(3)]
teacher = a_person(Role.TEACHER, VILLAGE, name="Teacher")
kin_of(workers[2], children[0])
coordinator = an_actor()
now = timezone.now()
kinds = ["sick", "sexual_abuse_told", "missing", "sick", "works", "sick"]
visits = []
for child, kind in zip(children, kinds):
    flag = a_flag(child, section, raised_at=now, signal_on=now.date() - timedelta(days=3))
    visit = assign_visit(coordinator, flag=flag, volunteer=volunteer, at=now)
    leave_house(acting(volunteer), visit=visit, at=now)
    record_visit(acting(volunteer), visit=visit, kind=kind, whom_met="mother", child_seen=True,
        next_step="comes_back", note="as she said", visited_on=timezone.localdate(), at=timezone.now(),
        **({"age_band": "adolescent", "dangerous_work": "no"} if kind == "works" else {}))
    visits.append(visit)
record_outcome(coordinator, flag=visits[0].flag, kind="explained", since_on=timezone.localdate(),
    child_seen=False, at=timezone.now())
told = [raise_concern(acting(teacher), kind=kind, area=an_area(VILLAGE), child=children[8 + i],
        source_kind="person", source_id=f"t{i}", told="what she heard",
        implicated=[volunteer] if i else [], at=timezone.now())
    for i, kind in enumerate(["missing", "child_marriage"])]
for concern in Concern.objects.all():
    mine = next(w for w in workers if not concern.team or str(w.pk) in concern.team)
    take_up_concern(acting(mine), concern=concern, at=timezone.now())
upkeep.run_upkeep(at=timezone.now())
found = []
for concern in Concern.objects.all():
    found.append({
        "pk": str(concern.pk), "kind": concern.kind, "sealed": concern.is_sealed,
        "code": concern.code, "raised_at": concern.raised_at.isoformat(),
        "points_at": sorted({concern.child_id, concern.area_id, concern.raised_by,
            concern.taken_up_by, *concern.team, *concern.implicated, concern.source_id,
            *([str(concern.child.household_id)] if concern.child.household_id else [])}),
    })
print(json.dumps(found))
"""

CONCERN = "cases_concern"


@dataclass
class Thief:
    """A copy of the database, and what the story knows of it."""

    told: list[dict[str, Any]]
    tables: dict[str, tuple[list[str], list[tuple[Any, ...]]]]
    copy: Path | None
    url: str = ""

    def concerns(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """What the story says of each concern, and its row in the copy."""
        names, rows = self.tables[CONCERN]
        held = {
            UUID(str(row[names.index("id")])): dict(zip(names, row, strict=True)) for row in rows
        }
        for one in self.told:
            yield one, held[UUID(one["pk"])]


@cache
def the_thief() -> Thief:
    home = run_folder() / "graph"
    home.mkdir()
    url = os.environ["AANCHAL_TEST_POSTGRES_URL"] if database() == "postgres" else ""
    office = Office(home, postgres_url=url)
    office.aanchal("migrate")
    told = json.loads(office.python(STORY).splitlines()[-1])
    if url:
        return Thief(told, _rows_of_postgres(office.url), None, office.url)
    copy = home / "stolen"
    copy.mkdir()
    for path in (home / "data").glob("aanchal.sqlite3*"):
        (copy / path.name).write_bytes(path.read_bytes())
    return Thief(told, _rows_of_sqlite(copy / "aanchal.sqlite3"), copy)


def _rows_of_sqlite(path: Path) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    found = {}
    with sqlite3.connect(path) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in names:
            rows = connection.execute(f'SELECT * FROM "{table}"')
            found[table] = ([c[0] for c in rows.description], rows.fetchall())
    return found


def _rows_of_postgres(url: str) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    found = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('aanchal.districts', '*', false)")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT xmin::text AS xmin, * FROM "{table}" ORDER BY ctid')
            found[table] = ([c.name for c in rows.description or []], rows.fetchall())
    return found


@pytest.fixture(scope="module")
def thief() -> Thief:
    return the_thief()


def shapes(key: str) -> list[bytes]:
    """A key as text, as hexadecimal, and as bytes."""
    try:
        held = UUID(key)
    except ValueError:
        return [key.encode()]
    return [str(held).encode(), held.hex.encode(), held.hex.upper().encode(), held.bytes]


def as_bytes(value: Any) -> bytes:
    if isinstance(value, memoryview | bytes):
        return bytes(value)
    return value.bytes if isinstance(value, UUID) else str(value).encode()


def test_the_story_has_all_that_could_be_told(thief):
    assert len(thief.told) >= 4
    assert {one["sealed"] for one in thief.told} == {True, False}
    assert all(len(one["points_at"]) >= 4 for one in thief.told)
    assert len(thief.tables["watch_finding"][1]) == 6


def test_no_column_of_a_concern_holds_what_it_points_at(thief):
    for told, row in thief.concerns():
        for name, value in row.items():
            # Two letters stand in every other ciphertext by chance.
            for key in (key for key in told["points_at"] if len(key) > 2):
                for shape in shapes(key):
                    assert shape not in as_bytes(value), f"{name} holds {key}"


def test_no_row_elsewhere_holds_a_concern_and_a_way_on(thief):
    """No join: the key of a concern, its tags and its ciphertexts stand in no other table."""
    for told, row in thief.concerns():
        own = [*shapes(told["pk"]), told["code"].encode()]
        own += [as_bytes(row[name]) for name in ("code_tag", "source_tag", "question_tag")]
        for table, (names, rows) in thief.tables.items():
            if table == CONCERN:
                continue
            for other in rows:
                for name, value in zip(names, other, strict=True):
                    data = as_bytes(value)
                    assert not any(shape in data for shape in own), f"{table}.{name}"


def test_no_two_concerns_share_a_tag(thief):
    """Frequency tells: a tag of a team or a child would stand on several rows."""
    names, rows = thief.tables[CONCERN]
    for name in names:
        if name.endswith("_tag"):
            values = [row[names.index(name)] for row in rows]
            assert len(set(values)) == len(values), name


def test_a_sealed_concern_looks_like_any_other(thief):
    """Every plain value and every length that a sealed one has, an open one has too."""
    looks: dict[bool, set[Any]] = {True: set(), False: set()}
    for told, row in thief.concerns():
        looks[told["sealed"]].add(
            tuple(
                (name, len(as_bytes(v)) if isinstance(v, bytes | memoryview) else None, v is None)
                for name, v in sorted(row.items())
            )
        )
        assert set(row) - {"xmin"} == {
            "id", "district", "is_open", "due_at", "code_tag", "source_tag", "question_tag",
            "head", "body",
        }  # fmt: skip

    assert looks[True] == looks[False]


def moments(value: Any) -> list[datetime]:
    """Moments that a value says, those in the key of a record included; whole days left out."""
    found = []
    if isinstance(value, datetime):
        found.append(value if value.tzinfo else value.replace(tzinfo=UTC))
    text = value if isinstance(value, str) else ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d[ T][\d:.+]+", text):
        at = datetime.fromisoformat(text)
        found.append(at if at.tzinfo else at.replace(tzinfo=UTC))
    key = value if isinstance(value, UUID) else None
    if key is None and re.fullmatch(r"[0-9a-f]{32}", text):
        key = UUID(hex=text)
    if key is not None and key.version == 7:
        found.append(datetime.fromtimestamp((key.int >> 80) / 1000, UTC))
    return found


def test_no_time_of_a_concern_is_finer_than_an_hour(thief):
    for _told, row in thief.concerns():
        for name, value in row.items():
            # A keyed hash may look like the key of a moment by chance.
            for at in [] if name.endswith("_tag") else moments(value):
                assert (at.minute, at.second, at.microsecond) == (0, 0, 0), name


# What tells of danger or of an end must not tell its minute; the visit itself was sent before.
TELLING = {
    "watch_finding": "*", "watch_outcome": "*", "kernel_countedevent": "*",
    "watch_visit": ("recorded_at", "left_house_at"),
}  # fmt: skip


@pytest.mark.parametrize("table", TELLING)
def test_nothing_that_a_visit_found_has_the_moment_of_a_concern(thief, table):
    names, rows = thief.tables[table]
    # The keys of a visit and of a flag tell when those were made, which was before.
    whole = [name for name in names if not name.endswith(("_id", "_tag"))]
    wanted = whole if TELLING[table] == "*" else TELLING[table]
    raised = [datetime.fromisoformat(one["raised_at"]) for one in thief.told]
    assert rows
    for row in rows:
        for name in wanted:
            for at in moments(row[names.index(name)]):
                near = [t for t in raised if abs(t - at) < timedelta(minutes=1)]
                assert not near, f"{table}.{name} says {at}"


def test_keys_of_concerns_tell_no_order(thief):
    for one in thief.told:
        assert UUID(one["pk"]).version == 4


WITHOUT_AGE = [CONCERN, "watch_finding", "watch_outcome", "kernel_countedevent"]


@pytest.mark.parametrize("table", WITHOUT_AGE)
def test_the_order_of_rows_tells_nothing(thief, table):
    """SQLite has no row numbers there; on PostgreSQL the rows were mixed by one transaction."""
    if thief.copy is not None:
        with sqlite3.connect(thief.copy / "aanchal.sqlite3") as connection:
            with pytest.raises(sqlite3.OperationalError, match="no such column"):
                connection.execute(f'SELECT rowid FROM "{table}"').fetchall()
        return
    names, rows = thief.tables[table]
    assert len({row[names.index("xmin")] for row in rows}) <= 1


def test_no_transaction_joins_a_concern_to_another_table(thief):
    if thief.copy is not None:
        pytest.skip("the embedded database keeps no number of the transaction with a row")
    names, rows = thief.tables[CONCERN]
    mine = {row[names.index("xmin")] for row in rows}
    together = tables_without_age()
    assert set(WITHOUT_AGE) <= set(together)
    for table, (columns, others) in thief.tables.items():
        if table in together:
            continue
        assert not mine & {row[columns.index("xmin")] for row in others}, table


def test_concerns_lie_in_the_order_in_which_they_were_told_by_chance_only(thief):
    """On PostgreSQL the place on the disk; on SQLite the rows come by their random key."""
    names, rows = thief.tables[CONCERN]
    there = [str(UUID(str(row[names.index("id")]))) for row in rows]
    if thief.copy is not None:
        assert there == sorted(there)
    else:
        assert len(there) == len(thief.told)


def test_the_journal_is_empty_after_the_night(thief):
    if thief.copy is None:
        pytest.skip("the journal of PostgreSQL is no part of a dump")
    for path in thief.copy.iterdir():
        if path.name.endswith(("-wal", "-journal")):
            assert path.stat().st_size == 0, path.name


def test_how_a_question_ended_is_in_no_plain_column(thief):
    names, rows = thief.tables["watch_outcome"]
    assert rows
    assert set(names) - {"xmin"} == {"id", "district", "flag_id", "recorded_on", "facts", "note"}
    states, flags = thief.tables["watch_flag"]
    ended = {row[states.index("state")] for row in flags} - {"open", "assigned", "visited"}
    assert ended <= {"closed", "withdrawn"}


def test_a_roll_number_stands_in_no_plain_column(thief):
    names, rows = thief.tables["people_enrolment"]
    assert rows
    for row in rows:
        assert isinstance(row[names.index("roll_no")], bytes | memoryview)


def dump_of(thief: Thief) -> dict[str, list[str]]:
    """The copy as text, as `pg_dump` or SQLite's own dump writes it: table → lines of its rows."""
    found: dict[str, list[str]] = {}
    if thief.copy is not None:
        # In a process of its own: the bundled library has no dump in its Python part.
        program_text = (
            "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).iterdump(), sep='\\n')"
        )
        command = [sys.executable, "-I", "-c", program_text, thief.copy / "aanchal.sqlite3"]
        dumped = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        for line in dumped.splitlines():
            if told := re.match(r'INSERT INTO "(\w+)"', line):
                found.setdefault(told[1], []).append(line.lower())
        return found
    with psycopg.connect(thief.url) as connection:
        parts = connection.info
        where = {
            "PGHOST": parts.host, "PGPORT": str(parts.port), "PGUSER": parts.user,
            "PGPASSWORD": parts.password, "PGDATABASE": parts.dbname,
            "PGOPTIONS": "-c aanchal.districts=*",
        }  # fmt: skip
    text = subprocess.run(
        [program("pg_dump"), "--format=plain", "--data-only", "--enable-row-security"],
        env=os.environ | where,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    table = ""
    for line in text.splitlines():
        if told := re.match(r'COPY (?:\w+\.)?"?(\w+)"? \(', line):
            table = told[1]
        elif line == "\\.":
            table = ""
        elif table:
            found.setdefault(table, []).append(line.lower())
    return found


def written(key: str) -> set[str]:
    """A key as it may stand in a dump: with dashes, without, or as the hexadecimal of its text."""
    return {s.hex() for s in shapes(key)} | {
        s.decode().lower() for s in shapes(key) if s.isascii() and s.decode().isprintable()
    }


def joins_in(dump: dict[str, list[str]], told: dict[str, Any], row: dict[str, Any]) -> set[str]:
    """Where the text joins a concern to what it points at: "table: key"."""
    own = {*written(told["pk"]), told["code"].lower(), told["code"].encode().hex()}
    own |= {as_bytes(row[n]).hex() for n in ("code_tag", "source_tag", "question_tag")}
    own |= {
        as_bytes(row[n]).decode("latin-1").lower()
        for n in ("code_tag", "source_tag", "question_tag")
    }
    found = set()
    for table, lines in dump.items():
        for line in lines:
            if not any(key in line for key in own):
                continue
            if table != CONCERN:
                found.add(f"{table}: {told['pk']}")
            found |= {
                f"{table}: {key}"
                for key in told["points_at"]
                if len(key) > 2 and any(shape in line for shape in written(key))
            }
    return found


def test_a_dump_as_text_joins_no_concern_to_anybody(thief):
    dump = dump_of(thief)
    assert len(dump[CONCERN]) == len(thief.told)
    assert dump["people_kinship"] and dump["watch_visit"]
    for told, row in thief.concerns():
        assert not joins_in(dump, told, row)


def test_the_search_of_the_dump_would_find_a_join(thief):
    told, row = next(iter(thief.concerns()))
    key = next(k for k in told["points_at"] if len(k) == 36)
    for planted in (key, UUID(key).hex, key.encode().hex(), UUID(key).hex.encode().hex()):
        dump = {CONCERN: [f"{told['pk']}\tx\t{planted}"]}
        assert joins_in(dump, told, row) == {f"{CONCERN}: {key}"}
    elsewhere = {"cases_other": [f"1\t{told['pk']}"]}
    assert joins_in(elsewhere, told, row) == {f"cases_other: {told['pk']}"}


def test_who_said_that_somebody_is_of_a_family_is_in_no_plain_column(thief):
    names, rows = thief.tables["people_kinship"]
    assert rows
    for row in rows:
        said = dict(zip(names, row, strict=True))
        assert isinstance(said["recorded_by"], bytes | memoryview)
        assert set(names) - {"xmin"} == {
            "id", "district", "user_id", "household_id", "recorded_by", "recorded_at",
            "state", "asked_by", "asked_at", "copy_of_id",
        }  # fmt: skip
