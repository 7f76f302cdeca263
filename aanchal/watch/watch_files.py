"""Past registers in, flags out, as Parquet: what `aanchal watch calibrate` and `backtest` read and write.

MARKS, long form, a row a mark: `child` (string), `class` (string), `day` (date), `mark` ('P', 'A',
'L', 'H'; a day without a row was not taken). A child's rows come in order of day; she may change
class. Optional columns, the same on every row of a child: `sex`, `school_type`, `block`.
FINDINGS, where visits were made: `child`, `flagged_on` (date), `empty` (boolean).
FLAGS: `child`, `flagged_on` (date), `channel`, `score`, `reason` (the sentence, in English).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aanchal.lib.marks import LETTERS
from aanchal.lib.tabular.problems import Unreadable

from .rules.history import FlagRow, History, Seats

Progress = Callable[[int, int], None]
GROUPINGS: Final = ("sex", "school_type", "block")
_EPOCH: Final = date(1970, 1, 1)
_FIRST_DAY: Final = (date(2000, 1, 2) - _EPOCH).days
_LAST_DAY: Final = (date(2179, 6, 1) - _EPOCH).days
_BATCH_ROWS: Final = 1 << 20


def read_marks(path: Path, *, progress: Progress | None = None) -> History:
    """Read MARKS, a million rows at a time.

    Args:
        progress: called with (rows read, rows in all).

    Raises:
        Unreadable: no rows; a column missing or of another type; an empty cell; an unknown
            mark; a child twice on one day; a child's days out of order. Rows count from 1.
    """
    file = _open(path)
    _check_columns(file, {"child": "text", "class": "text", "day": "date", "mark": "text"})
    groupings = [name for name in GROUPINGS if name in file.schema_arrow.names]
    for name in groupings:
        _check_columns(file, {name: "text"})
    if file.metadata.num_rows == 0:
        raise Unreadable("no_marks", "%(file)s has no marks.", file=path.name)
    days = _all_days(file)
    reader = _Reader(days, groupings)
    columns = ["child", "class", "day", "mark", *groupings]
    done = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
        reader.take(batch, done)
        done += batch.num_rows
        if progress is not None:
            progress(done, file.metadata.num_rows)
    return reader.history()


def write_marks(history: History, path: Path) -> None:
    """Write MARKS by class, child and day, as `read_marks` reads it."""
    letters = np.array(["", *LETTERS], object)  # in the order of the codes
    schema = [("child", pa.string()), ("class", pa.string()), ("day", pa.date32())]
    schema += [("mark", pa.string()), *((name, pa.string()) for name in history.groups)]
    days = np.array([(day - _EPOCH).days for day in history.days], np.int32)
    with pq.ParquetWriter(path, pa.schema(schema), compression="zstd") as writer:
        for first in range(0, len(history.marks), 4096):
            marks = history.marks[first : first + 4096]
            row, column = np.nonzero(marks)
            child = history.seats.child[first + row]
            class_ = history.seats.class_[first + row]
            columns = {
                "child": _texts(history.children, child),
                "class": _texts(history.classes, class_),
                "day": pa.array(days[column], pa.int32()).cast(pa.date32()),
                "mark": pa.array(letters[marks[row, column]], pa.string()),
            }
            for name, texts in history.groups.items():
                columns[name] = _texts(texts, child)
            writer.write_table(pa.table(columns))


def _texts(texts: tuple[str, ...], numbers: NDArray[np.int64]) -> Any:
    used, inverse = np.unique(numbers, return_inverse=True)
    few = pa.array([texts[number] for number in used.tolist()], pa.string())
    return few.take(pa.array(inverse))


def read_findings(path: Path) -> dict[tuple[str, date], bool]:
    """Which flags proved empty, by child and day.

    Raises:
        Unreadable: a column missing or of another type, or an empty cell.
    """
    file = _open(path)
    _check_columns(file, {"child": "text", "flagged_on": "date", "empty": "yes or no"})
    table = file.read(columns=["child", "flagged_on", "empty"])
    for name in table.column_names:
        _refuse_nulls(table.column(name), name, 0)
    rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
    return {(child, on): empty for child, on, empty in rows}


def write_flags(flags: Iterable[FlagRow], path: Path) -> None:
    """Write FLAGS, in order of day, then child."""
    rows = list(flags)
    table = pa.table(
        {
            "child": pa.array([f.child for f in rows], pa.string()),
            "flagged_on": pa.array([f.flagged_on for f in rows], pa.date32()),
            "channel": pa.array([f.channel for f in rows], pa.string()),
            "score": pa.array([f.score for f in rows], pa.float64()),
            "reason": pa.array([f.reason for f in rows], pa.string()),
        }
    )
    pq.write_table(table, path, compression="zstd")


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError as error:
        raise Unreadable("no_file", "There is no file %(file)s.", file=str(path)) from error
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable("no_parquet", "%(file)s is not a Parquet file.", file=path.name) from error


def _check_columns(file: Any, wanted: dict[str, str]) -> None:
    schema = file.schema_arrow
    for name, kind in wanted.items():
        if name not in schema.names:
            raise Unreadable("no_column", "There is no column %(name)s.", name=name)
        found = schema.field(name).type
        plain = found.value_type if pa.types.is_dictionary(found) else found
        fits = {
            "text": pa.types.is_string(plain)
            or pa.types.is_large_string(plain)
            or pa.types.is_string_view(plain),
            "date": pa.types.is_date(plain) or (pa.types.is_timestamp(plain) and plain.tz is None),
            "yes or no": pa.types.is_boolean(plain),
        }[kind]
        if not fits:
            raise Unreadable(
                "wrong_column",
                "Row 1: column %(name)s must be %(kind)s; it is %(found)s.",
                name=name,
                kind=kind,
                found=str(found),
            )


def _refuse_nulls(column: Any, name: str, before: int) -> None:
    if column.null_count:
        row = int(pc.index(pc.is_null(column), True).as_py())
        raise Unreadable(
            "empty_cell", "Row %(row)d has no %(name)s.", row=before + row + 1, name=name
        )


def _days_of(column: Any, before: int) -> NDArray[np.int32]:
    """Days since 1970. Some tools write a date as midnight; any other hour is no date."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    days = pc.cast(column, pa.date32())
    if pa.types.is_timestamp(column.type):
        astray = pc.not_equal(pc.cast(days, column.type), column)
        if pc.any(astray).as_py():
            row = int(pc.index(astray, True).as_py())
            raise Unreadable(
                "no_date",
                "Row %(row)d: %(cell)s is not a date but an hour.",
                row=before + row + 1,
                cell=str(column[row].as_py()),
            )
    numbers = np.asarray(pc.cast(days, pa.int32()), np.int32)
    strange = (numbers < _FIRST_DAY) | (numbers > _LAST_DAY)
    if bool(strange.any()):
        row = int(np.argmax(strange))
        raise Unreadable(
            "no_school_day",
            "Row %(row)d: %(day)s cannot be a day of school.",
            row=before + row + 1,
            day=str(days[row].as_py()),
        )
    return numbers


def _all_days(file: Any) -> NDArray[np.int32]:
    found = np.empty(0, np.int32)
    done = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=["day"]):
        _refuse_nulls(batch.column(0), "day", done)
        found = np.union1d(found, np.unique(_days_of(batch.column(0), done)))
        done += batch.num_rows
    return found.astype(np.int32)


@dataclass
class _Names:
    """Texts numbered in the order in which they are first seen."""

    numbers: dict[str, int]
    texts: list[str]

    def number(self, column: Any, name: str, before: int) -> NDArray[np.int64]:
        _refuse_nulls(column, name, before)
        coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
        known = []
        for text in coded.dictionary.to_pylist():
            if text not in self.numbers:
                self.numbers[text] = len(self.texts)
                self.texts.append(text)
            known.append(self.numbers[text])
        return np.asarray(known, np.int64)[np.asarray(coded.indices, np.int64)]


class _Reader:
    def __init__(self, days: NDArray[np.int32], groupings: list[str]) -> None:
        self.days = days
        self.children = _Names({}, [])
        self.classes = _Names({}, [])
        self.seat_of: dict[int, int] = {}
        self.seat_child: list[int] = []
        self.seat_class: list[int] = []
        self.last_day = np.full(1024, -(1 << 30), np.int64)
        self.marks = np.zeros((1024, len(days)), np.uint8)
        self.groups: dict[str, dict[int, str]] = {name: {} for name in groupings}

    def take(self, batch: Any, before: int) -> None:
        child = self.children.number(batch.column("child"), "child", before)
        class_ = self.classes.number(batch.column("class"), "class", before)
        day = _days_of(batch.column("day"), before).astype(np.int64)
        mark = self._letters(batch.column("mark"), before)
        self._check_order(child, day, before)
        seat = self._seats(child, class_)
        self.marks[seat, np.searchsorted(self.days, day)] = mark
        for name, held in self.groups.items():
            column = batch.column(name)
            first = np.unique(child, return_index=True)
            for number, row in zip(first[0].tolist(), first[1].tolist(), strict=True):
                text = column[row].as_py()
                if number not in held and text is not None:
                    held[number] = text

    def _letters(self, column: Any, before: int) -> NDArray[np.uint8]:
        _refuse_nulls(column, "mark", before)
        coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
        texts = coded.dictionary.to_pylist()
        codes = np.array([LETTERS.get(text, 0) for text in texts], np.uint8)
        marks: NDArray[np.uint8] = codes[np.asarray(coded.indices, np.int64)]
        if not bool(marks.all()):
            row = int(np.argmin(marks))
            text = column[row].as_py()
            raise Unreadable(
                "no_mark",
                "Row %(row)d: “%(text)s” is no mark; a mark is P, A, L or H.",
                row=before + row + 1,
                text=text,
            )
        return marks

    def _check_order(self, child: NDArray[np.int64], day: NDArray[np.int64], before: int) -> None:
        """Every child's days must rise, within this batch and after the ones before it."""
        while len(self.children.texts) > len(self.last_day):
            fresh = np.full(len(self.last_day), -(1 << 30), np.int64)
            self.last_day = np.concatenate([self.last_day, fresh])
        order = np.argsort(child, kind="stable")
        c, d = child[order], day[order]
        first = np.ones(len(c), bool)
        first[1:] = c[1:] != c[:-1]
        previous = np.empty(len(d), np.int64)
        previous[1:] = d[:-1]
        previous[first] = self.last_day[c[first]]
        wrong = d <= previous
        if bool(wrong.any()):
            row = int(order[wrong].min())
            name = self.children.texts[int(child[row])]
            on = _EPOCH + timedelta(days=int(day[row]))
            if self._seen(child, day, row):
                raise Unreadable(
                    "second_mark",
                    "Row %(row)d: %(name)s has a second mark on %(on)s.",
                    row=before + row + 1,
                    name=name,
                    on=on.isoformat(),
                )
            raise Unreadable(
                "days_out_of_order",
                "Row %(row)d: %(name)s on %(on)s comes after a later day; "
                "put each child's days in order.",
                row=before + row + 1,
                name=name,
                on=on.isoformat(),
            )
        last = np.ones(len(c), bool)
        last[:-1] = c[1:] != c[:-1]
        self.last_day[c[last]] = d[last]

    def _seen(self, child: NDArray[np.int64], day: NDArray[np.int64], row: int) -> bool:
        if bool(((child[:row] == child[row]) & (day[:row] == day[row])).any()):
            return True
        column = int(np.searchsorted(self.days, day[row]))
        return any(
            self.marks[seat, column] != 0
            for seat, owner in enumerate(self.seat_child)
            if owner == int(child[row])
        )

    def _seats(self, child: NDArray[np.int64], class_: NDArray[np.int64]) -> NDArray[np.int64]:
        keys, inverse = np.unique(child << 32 | class_, return_inverse=True)
        numbers = []
        for key in keys.tolist():
            seat = self.seat_of.get(key)
            if seat is None:
                seat = self.seat_of[key] = len(self.seat_child)
                self.seat_child.append(key >> 32)
                self.seat_class.append(key & 0xFFFFFFFF)
            numbers.append(seat)
        while len(self.seat_child) > len(self.marks):
            self.marks = np.concatenate([self.marks, np.zeros_like(self.marks)])
        return np.asarray(numbers, np.int64)[inverse]

    def history(self) -> History:
        seats = len(self.seat_child)
        child = np.asarray(self.seat_child, np.int64)
        class_ = np.asarray(self.seat_class, np.int64)
        order = np.lexsort((child, class_))
        groups = {
            name: tuple(held.get(i, "") for i in range(len(self.children.texts)))
            for name, held in self.groups.items()
        }
        marks = self.marks[:seats]
        if not bool((np.diff(order) == 1).all()):
            marks = marks[order]
        return History(
            children=tuple(self.children.texts),
            classes=tuple(self.classes.texts),
            days=tuple(_EPOCH + timedelta(days=int(day)) for day in self.days),
            seats=Seats(child=child[order], class_=class_[order]),
            marks=marks,
            groups=groups,
        )
