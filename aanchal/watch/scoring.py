"""Scoring an archive of register pages: the part that every engine shares.

A unit is one row group: whole classes, some 33,000 children, all that is in memory at a time. Each
class is scored by itself from its first day, as the nightly watch does. The engines differ in where
a unit is scored, in nothing else.

OUT/
  district=D206/year=2026/flags.json              what the flags were made from, and their digest
  district=D206/year=2026/flags-<digest>.parquet  sealed as the archive is
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa

from aanchal.lib.early_warning.planes import DAYS_MAX, marks_from_planes
from aanchal.lib.early_warning.policy import RULE_VERSION, Policy
from aanchal.lib.early_warning.rule import (
    CHANNELS,
    URGENT,
    Signals,
    run_days,
    run_planes,
    start_state,
)

from .formats.archive_folder import (
    ArchiveError,
    ArchiveKey,
    Entry,
    Manifest,
    Partition,
    make_folder,
    one_writer,
    put_in_place,
    read_manifest,
    read_sealed_json,
    sha256_of,
    sweep,
    write_sealed_json,
)
from .formats.archive_parquet import (
    FLAGS,
    PLANE_BYTES,
    TAKEN_BYTES,
    bytes_of,
    open_sealed,
    read_units,
    sealed_writer,
)
from .policy_file import default_policy
from .rules.history import SCHOOL_MONTH_DAYS
from .rules.sentences import reason_of, render

Progress = Callable[[str, int, int], None]
STEM: Final = "flags"
FACTS: Final = "flags.json"
_SORTED: Final = [(name, "ascending") for name in ("flagged_on", "child", "channel", "score")]


@dataclass(frozen=True)
class Unit:
    """One row group of one partition, to be scored: plain facts that travel to another machine."""

    path: str
    district: str
    year: int
    number: int


class Engine(Protocol):
    """Scores the units of one partition; gives their flags in any order.

    Raises `ArchiveError` when a unit fails.
    """

    name: str

    def flags_of(
        self, units: list[Unit], key: ArchiveKey, policy: Policy, tell: Callable[[int, int], None]
    ) -> list[pa.Table]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Line:
    """What a policy asks of one partition."""

    partition: Partition
    children: int
    days: int
    flags: int
    urgent: int

    @property
    def per_1000_month(self) -> float:
        """Flags for 1,000 children a month of 22 school days."""
        child_months = self.children * max(self.days, 1) / SCHOOL_MONTH_DAYS
        return 1000 * self.flags / child_months if child_months else 0.0


@dataclass
class Scored:
    """What one run of scoring did; `failed` holds a sentence a partition."""

    scored: list[Partition] = field(default_factory=list)
    kept: list[Partition] = field(default_factory=list)
    failed: dict[Partition, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def children(self) -> int:
        return sum(line.children for line in self.lines)

    @property
    def flags(self) -> int:
        return sum(line.flags for line in self.lines)


def policy_for(manifest: Manifest, given: Policy | None) -> Policy:
    """The policy an archive is scored with: the one given, or the shipped one with the thresholds
    that its office's blocks had set when it was written under the same rule.
    """
    if given is not None:
        return given
    if manifest.rule != RULE_VERSION:
        return default_policy()
    return replace(default_policy(), block_thresholds=MappingProxyType(dict(manifest.thresholds)))


def score_archive(
    folder: Path,
    key: ArchiveKey,
    out: Path,
    engine: Engine,
    *,
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Score every partition of an archive into OUT; what was finished before is kept.

    A partition that fails is named in the result and leaves the others alone.

    Args:
        progress: called with (partition, units done, units in all).

    Raises:
        ArchiveError: no archive, not its key, or another command writes to OUT.
    """
    manifest = read_manifest(folder, key)
    chosen = policy_for(manifest, policy)
    rule = policy_digest(chosen)
    done = Scored()
    with one_writer(out):
        for partition, entry in sorted(manifest.entries.items()):
            facts = {"from": entry.sha256, "policy": rule, "rule": RULE_VERSION}
            finished = _finished(out / partition.path, facts, key)
            if finished is not None:
                done.kept.append(partition)
                done.lines.append(_line(entry, *finished))
                continue
            tell = _named(progress, partition)
            try:
                flags = _score_partition(folder, entry, key, chosen, engine, tell)
                counts = _write_flags(out / partition.path, partition, flags, facts, key)
            except ArchiveError as problem:
                done.failed[partition] = str(problem)
                continue
            done.scored.append(partition)
            done.lines.append(_line(entry, *counts))
    return done


def policy_digest(policy: Policy) -> str:
    """A digest of every number of a policy."""
    return hashlib.sha256(
        repr(
            (replace(policy, block_thresholds={}), sorted(policy.block_thresholds.items()))
        ).encode()
    ).hexdigest()


def units_of(folder: Path, entry: Entry, key: ArchiveKey) -> list[Unit]:
    """The units of a partition.

    Raises:
        ArchiveError: the file is missing, or not the one that was written.
    """
    partition = entry.partition
    path = folder / partition.path / entry.file
    if not path.exists():
        raise ArchiveError(f"The file of {partition} is missing.")
    if sha256_of(path) != entry.sha256:
        raise ArchiveError(f"The file of {partition} is damaged: it is not the one written.")
    with open_sealed(path, key, kind="pages", partition=partition) as file:
        count = file.num_row_groups
    return [Unit(str(path.resolve()), entry.district, entry.year, n) for n in range(count)]


def score_unit(unit: Unit, key: ArchiveKey, policy: Policy) -> pa.Table:
    """The flags of one unit, as rows of FLAGS.

    Raises:
        ArchiveError: the unit cannot be read.
    """
    partition = Partition(unit.district, unit.year)
    (table,) = read_units(
        Path(unit.path), key, kind="pages", partition=partition, units=[unit.number]
    )
    return score_rows(table, unit.year, policy)


def score_rows(table: pa.Table, year: int, policy: Policy) -> pa.Table:
    """Score whole classes given as rows of the archive (`formats/archive_parquet.py`).

    Args:
        year: the partition's; `taken` counts days from its 1 January.
    """
    if table.num_rows == 0:
        return FLAGS.empty_table()
    parts = table.column("part").to_numpy()
    classes = bytes_of(table, "class", 16)
    taken_bytes = bytes_of(table, "taken", TAKEN_BYTES)
    # Copies, because the kernel is compiled for arrays it may write to, and not once more for others.
    absent = bytes_of(table, "absent", PLANE_BYTES).view("<u8").astype(np.uint64)
    marked = bytes_of(table, "marked", PLANE_BYTES).view("<u8").astype(np.uint64)
    another = np.ones(len(parts), np.bool_)
    another[1:] = (classes[1:] != classes[:-1]).any(axis=1) | (parts[1:] != parts[:-1])
    starts = np.flatnonzero(another)
    ends = np.append(starts[1:], len(parts))
    first = parts[starts] == 0
    sizes = (ends - starts)[first]
    taken = np.unpackbits(taken_bytes[starts], axis=1, bitorder="little").astype(np.bool_)
    axis = np.flatnonzero(taken.any(axis=0))
    days = (axis + date(year, 1, 1).toordinal()).astype(np.int32)
    rows = np.flatnonzero(parts == 0)  # the row that names each child
    blocks_column = table.column("block")
    blocks = [blocks_column[int(row)].as_py() for row in starts[first]]
    state = start_state(sizes)
    found: list[Signals] = []
    if len(axis) <= DAYS_MAX and bool(first.all()) and bool((taken == taken[0]).all()):
        found.append(run_planes(state, absent, marked, policy, days=days, blocks=blocks))
    else:
        marks = _on_one_axis(absent, marked, starts, ends, parts, taken, axis)
        for begin in range(0, len(axis), DAYS_MAX):
            span = slice(begin, begin + DAYS_MAX)
            found.append(
                run_days(
                    state,
                    np.ascontiguousarray(marks[:, span]),
                    policy,
                    days=days[span],
                    blocks=blocks,
                )
            )
    children = bytes_of(table, "child", 16)
    return pa.concat_tables(_flag_rows(signals, children[rows]) for signals in found)


def _on_one_axis(
    absent: Any, marked: Any, starts: Any, ends: Any, parts: Any, taken: Any, axis: Any
) -> Any:
    """Marks of classes that took their registers on different days, children × days of the axis."""
    column = np.zeros(taken.shape[1], np.intp)
    column[axis] = np.arange(len(axis))
    unpacked = marks_from_planes(absent, marked, DAYS_MAX)
    marks = np.zeros((int((parts == 0).sum()), len(axis)), np.uint8)
    at = 0
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        columns = column[np.flatnonzero(taken[number])]
        if parts[start] == 0:
            at += end - start
        marks[at - (end - start) : at, columns] = unpacked[start:end, : len(columns)]
    return marks


def _flag_rows(signals: Signals, children: Any) -> pa.Table:
    on = [date.fromordinal(day) for day in signals.on.tolist()]
    return pa.Table.from_arrays(
        [
            pa.array([children[i].tobytes().hex() for i in signals.child.tolist()], pa.string()),
            pa.array(on, pa.date32()),
            pa.array([CHANNELS[c] for c in signals.channel.tolist()], pa.string()),
            pa.array([round(s, 4) for s in signals.score.tolist()], pa.float64()),
            pa.array(
                [render(reason_of(signals, i), str) for i in range(len(signals))], pa.string()
            ),
        ],
        schema=FLAGS,
    )


def _score_partition(
    folder: Path,
    entry: Entry,
    key: ArchiveKey,
    policy: Policy,
    engine: Engine,
    tell: Callable[[int, int], None],
) -> pa.Table:
    units = units_of(folder, entry, key)
    tell(0, len(units))
    tables = engine.flags_of(units, key, policy, tell) if units else []
    flags = pa.concat_tables(tables) if tables else FLAGS.empty_table()
    return flags.sort_by(_SORTED)


def _line(entry: Entry, flags: int, urgent: int) -> Line:
    return Line(entry.partition, entry.children, entry.days, flags, urgent)


def _write_flags(
    place: Path, partition: Partition, flags: pa.Table, facts: dict[str, Any], key: ArchiveKey
) -> tuple[int, int]:
    """Put a partition's flags in place; returns how many there are, and how many are urgent."""
    urgent = flags.column("channel").to_pylist().count(CHANNELS[URGENT])
    make_folder(place)
    part = place / f"{STEM}.part"
    with sealed_writer(part, key, kind="flags", partition=partition, schema=FLAGS) as writer:
        writer.write_table(flags)
    path, sha256, _size = put_in_place(part, STEM)
    held = facts | {"file": path.name, "sha256": sha256}
    held |= {"flags": flags.num_rows, "urgent": urgent}
    write_sealed_json(place / FACTS, held, key)
    sweep(place, stem=STEM, keep={path.name})
    return flags.num_rows, urgent


def _finished(place: Path, facts: dict[str, Any], key: ArchiveKey) -> tuple[int, int] | None:
    """Flags, and urgent ones, of a partition scored before from the same; None: score it."""
    held = read_sealed_json(place / FACTS, key)
    if held is None or {name: held.get(name) for name in facts} != facts:
        return None
    path = place / str(held["file"])
    if not path.exists() or sha256_of(path) != held["sha256"]:
        return None
    return int(held["flags"]), int(held["urgent"])


def scored_partitions(out: Path, key: ArchiveKey) -> Iterator[tuple[Partition, Path]]:
    """The finished partitions in OUT and the file of each, in order."""
    for facts in sorted(out.glob(f"district=*/year=*/{FACTS}")):
        held = read_sealed_json(facts, key)
        if held is not None:
            district = facts.parent.parent.name.removeprefix("district=")
            year = int(facts.parent.name.removeprefix("year="))
            yield Partition(district, year), facts.parent / str(held["file"])


def _named(progress: Progress | None, partition: Partition) -> Callable[[int, int], None]:
    if progress is None:
        return lambda _done, _of: None
    return lambda done, of: progress(str(partition), done, of)
