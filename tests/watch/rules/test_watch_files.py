"""MARKS in, FLAGS out: a good file is replayed causally, a bad one refused with its row."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aanchal.lib.early_warning.rule import run_days, start_state
from aanchal.lib.tabular.problems import Unreadable
from aanchal.watch.policy_file import default_policy
from aanchal.watch.rules.history import History, Seats
from aanchal.watch.watch_files import (
    read_findings,
    read_marks,
    write_flags,
    write_marks,
)
from aanchal.watch.watch_history import backtest, calibrate
from aanchal.watch.watch_report import describe
from benchmarks.simulated_registers import World, as_history, simulate
from tests.lib.rules.watch_registers import registers

POLICY = default_policy()
EAGER = replace(POLICY, threshold=2.0)
DAY = date(2026, 7, 1)


def marks_file(path, rows, **types):
    """rows: (child, class, day, mark)."""
    kinds = {"child": pa.string(), "class": pa.string(), "day": pa.date32(), "mark": pa.string()}
    kinds |= types
    columns = list(zip(*rows, strict=True)) or [()] * 4
    names = list(kinds)
    table = pa.table(
        {name: pa.array(column, kinds[name]) for name, column in zip(names, columns, strict=True)}
    )
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def small_year(tmp_path_factory):
    history = as_history(simulate(World(children=3000, days=150), seed=11))
    path = tmp_path_factory.mktemp("marks") / "marks.parquet"
    write_marks(history, path)
    return history, path


def test_marks_come_back_as_they_were(small_year):
    history, path = small_year

    again = read_marks(path)

    assert again.children == history.children
    assert again.days == history.days
    assert (again.marks == history.marks).all()
    assert again.groups == history.groups


def test_the_order_of_children_in_the_file_does_not_matter(small_year, tmp_path):
    _history, path = small_year
    table = pq.read_table(path).sort_by([("day", "ascending"), ("child", "descending")])
    by_day = tmp_path / "by_day.parquet"
    pq.write_table(table, by_day, row_group_size=10_000)

    one, _ = backtest(read_marks(path), POLICY)
    other, _ = backtest(read_marks(by_day), POLICY)

    assert one == other


def test_calibration_spends_the_budget_and_no_more(small_year):
    history, _path = small_year

    for budget in (3.0, 10.0, 30.0):
        policy = calibrate(history, visits_per_1000_month=budget, base=POLICY)
        _flags, report = backtest(history, policy)

        assert 0.9 * budget < report.whole.flags_per_1000_month <= budget


def test_a_backtest_is_what_the_daily_watch_would_have_raised(small_year):
    history, _path = small_year
    sizes = np.unique(history.seats.class_, return_counts=True)[1]

    flags, _report = backtest(history, POLICY)

    signals = run_days(start_state(sizes), history.marks, POLICY, days=history.days)
    daily = sorted(
        (date.fromordinal(int(on)), history.children[child])
        for on, child in zip(signals.on, signals.child, strict=True)
    )
    assert [(f.flagged_on, f.child) for f in flags] == daily


def test_truncating_the_future_changes_no_past_flag(small_year):
    history, _path = small_year
    whole, _ = backtest(history, POLICY)
    cut = 90

    past, _ = backtest(
        type(history)(
            children=history.children,
            classes=history.classes,
            days=history.days[:cut],
            seats=history.seats,
            marks=history.marks[:, :cut],
            groups=history.groups,
        ),
        POLICY,
    )

    assert past == [f for f in whole if f.flagged_on <= history.days[cut - 1]] != []


@settings(max_examples=25, deadline=None)
@given(registers(), st.data())
def test_whatever_comes_later_no_past_flag_changes(made, data):
    sizes, marks, days, _away = made
    cut = data.draw(st.integers(1, len(days)))
    children = len(marks)
    # Some children change class on a day of their own: two seats, one empty where the other is not.
    class_of_row = np.repeat(np.arange(len(sizes)), sizes)
    moved = [row for row in range(children) if data.draw(st.integers(0, 5)) == 0]
    other = np.zeros((len(moved), len(days)), np.uint8)
    for number, row in enumerate(moved):
        at = data.draw(st.integers(0, len(days)))
        other[number, at:] = marks[row, at:]
        marks[row, at:] = 0
    seat_class = np.concatenate([class_of_row, (class_of_row[moved] + 1) % len(sizes)])
    order = np.argsort(seat_class, kind="stable")

    def history(last):
        return History(
            children=tuple(f"C{n}" for n in range(children)),
            classes=tuple(f"K{n}" for n in range(len(sizes))),
            days=tuple(days[:last]),
            seats=Seats(
                child=np.concatenate([np.arange(children), moved]).astype(np.int64)[order],
                class_=seat_class[order],
            ),
            marks=np.concatenate([marks, other])[order][:, :last],
        )

    whole, _ = backtest(history(len(days)), EAGER)
    past, _ = backtest(history(cut), EAGER, progress=lambda done, of: None)

    assert past == [f for f in whole if f.flagged_on <= days[cut - 1]]


def test_a_child_who_changes_class_keeps_her_history(tmp_path):
    days = [DAY + timedelta(days=n) for n in range(60)]
    rows = []
    for number in range(20):
        for class_ in ("VI", "VII"):
            rows += [(f"{class_}-{number:02d}", class_, day, "P") for day in days]
    rows += [("Rani", "VI" if n < 35 else "VII", day, "P" if n < 40 else "A")
             for n, day in enumerate(days)]  # fmt: skip
    rows += [("Mina", "VI", day, "P" if n < 40 else "A") for n, day in enumerate(days)]

    flags, _ = backtest(read_marks(marks_file(tmp_path / "m.parquet", rows)), POLICY)

    assert [f.child for f in flags] == ["Mina", "Rani"]
    assert flags[0].flagged_on == flags[1].flagged_on
    assert all(f.reason.endswith("missed none of the 40 days before.") for f in flags)


def test_a_history_longer_than_a_year_is_replayed_in_portions(tmp_path):
    days = [DAY + timedelta(days=n) for n in range(300)]
    rows = [(f"C{n}", "V", day, "P") for n in range(12) for day in days]
    rows += [("Late", "V", day, "P" if n < 280 else "A") for n, day in enumerate(days)]

    flags, report = backtest(read_marks(marks_file(tmp_path / "m.parquet", rows)), POLICY)

    assert [f.child for f in flags] == ["Late"]
    assert report.days == 300


@pytest.mark.parametrize(
    "rows, sentence",
    [
        ([], "no marks"),
        ([("a", "V", DAY, "X")], "Row 1: “X” is no mark"),
        ([("a", "V", DAY, "P"), ("b", "V", DAY, "p")], "Row 2: “p” is no mark"),
        ([("a", "V", DAY, "P"), ("b", "V", DAY, "P"), ("a", "V", DAY, "A")],
         "Row 3: a has a second mark on 2026-07-01"),
        ([("a", "V", DAY, "P"), ("a", "VI", DAY, "P")], "Row 2: a has a second mark"),
        ([("a", "V", DAY + timedelta(days=1), "P"), ("a", "V", DAY, "P")],
         "Row 2: a on 2026-07-01 comes after a later day"),
        ([("a", "V", DAY, "P"), ("a", "V", DAY + timedelta(days=2), "P"), ("a", "V", DAY, "A")],
         "Row 3: a has a second mark on 2026-07-01"),
        ([("a", "V", DAY, "P"), (None, "V", DAY, "P")], "Row 2 has no child"),
        ([("a", "V", DAY, "P"), ("b", None, DAY, "P")], "Row 2 has no class"),
        ([("a", "V", DAY, "P"), ("b", "V", None, "P")], "Row 2 has no day"),
        ([("a", "V", DAY, None)], "Row 1 has no mark"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(tmp_path, rows, sentence):
    path = marks_file(tmp_path / "m.parquet", rows)

    with pytest.raises(Unreadable, match=sentence):
        read_marks(path)


@pytest.mark.parametrize(
    "types, row, sentence",
    [
        ({"day": pa.string()}, ("a", "V", "2026-07-01", "P"), "column day must be date"),
        ({"day": pa.timestamp("us", "UTC")}, ("a", "V", datetime(2026, 7, 1), "P"), "must be date"),
        (
            {"day": pa.timestamp("us")},
            ("a", "V", datetime(2026, 7, 1, 9), "P"),
            "Row 1: .* an hour",
        ),
        ({}, ("a", "V", date(1926, 7, 1), "P"), "Row 1: 1926-07-01 cannot be a day of school"),
        ({"child": pa.int64()}, (7, "V", DAY, "P"), "column child must be text"),
        ({"mark": pa.int8()}, ("a", "V", DAY, 1), "column mark must be text"),
    ],
)
def test_a_wrong_type_is_named(tmp_path, types, row, sentence):
    path = marks_file(tmp_path / "m.parquet", [row], **types)

    with pytest.raises(Unreadable, match=sentence):
        read_marks(path)


def test_a_missing_column_or_file_or_format_is_said(tmp_path):
    lacking = tmp_path / "lacking.parquet"
    pq.write_table(pa.table({"child": ["a"], "day": [DAY], "mark": ["P"]}), lacking)
    text = tmp_path / "text.parquet"
    text.write_text("child,class,day,mark\n", "utf-8")

    for path, sentence in (
        (lacking, "no column class"),
        (text, "not a Parquet file"),
        (tmp_path / "none.parquet", "no file"),
    ):
        with pytest.raises(Unreadable, match=sentence):
            read_marks(path)


def test_dictionary_columns_and_large_strings_are_read_alike(small_year, tmp_path):
    history, path = small_year
    table = pq.read_table(path)
    for name in ("child", "mark"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table.column(name).dictionary_encode())
    at = table.column_names.index("class")
    table = table.set_column(at, "class", table.column("class").cast(pa.large_string()))
    other = tmp_path / "other.parquet"
    pq.write_table(table, other)

    assert (read_marks(other).marks == history.marks).all()


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.timestamp("s"), pa.date64()])
def test_a_date_written_as_midnight_is_that_date(small_year, tmp_path, kind):
    history, path = small_year
    table = pq.read_table(path)
    at = table.column_names.index("day")
    other = tmp_path / "other.parquet"
    pq.write_table(table.set_column(at, "day", table.column("day").cast(kind)), other)

    again = read_marks(other)

    assert again.days == history.days
    assert (again.marks == history.marks).all()


def test_flags_are_written_as_promised(small_year, tmp_path):
    history, _path = small_year
    flags, _report = backtest(history, POLICY)
    out = tmp_path / "flags.parquet"

    write_flags(flags, out)

    table = pq.read_table(out)
    assert table.schema.names == ["child", "flagged_on", "channel", "score", "reason"]
    assert table.schema.types == [
        pa.string(), pa.date32(), pa.string(), pa.float64(), pa.string()
    ]  # fmt: skip
    assert set(table.column("channel").to_pylist()) <= {"ordinary", "urgent"}
    assert all(r.endswith(".") for r in table.column("reason").to_pylist())


def test_no_flags_are_a_file_too(tmp_path):
    out = tmp_path / "flags.parquet"

    write_flags([], out)

    assert pq.read_table(out).num_rows == 0


def test_the_report_counts_empty_visits_and_is_split_by_sex_and_school(small_year, tmp_path):
    history, _path = small_year
    flags, _ = backtest(history, POLICY)
    findings = tmp_path / "findings.parquet"
    pq.write_table(
        pa.table(
            {
                "child": [f.child for f in flags[:10]],
                "flagged_on": [f.flagged_on for f in flags[:10]],
                "empty": [n < 3 for n in range(10)],
            }
        ),
        findings,
    )

    _, report = backtest(history, POLICY, findings=read_findings(findings))

    assert report.whole.known_findings == 10
    assert report.whole.empty == 0.3
    for grouping, values in (("sex", {"boy", "girl"}), ("school_type", {"government", "private"})):
        parts = [f for (name, _), f in report.by_group.items() if name == grouping]
        assert {v for (name, v) in report.by_group if name == grouping} == values
        assert sum(p.flags for p in parts) == report.whole.flags == len(flags)
        assert sum(p.children for p in parts) == len(history.children)
        assert sum(p.long_absences for p in parts) == report.whole.long_absences
    assert report.whole.asked_in_time is not None
    assert 0.4 < report.whole.asked_in_time <= 1
    lines = describe(report)
    assert any("3 of 10 visits" in line for line in lines)
    table = [line.split("  ")[0] for line in lines[lines.index("") + 2 :]]
    assert table == ["all children", "sex boy", "sex girl",
                     "school_type government", "school_type private"]  # fmt: skip


def test_a_flag_beside_a_long_absence_is_counted_as_followed(tmp_path):
    days = [DAY + timedelta(days=n) for n in range(120)]
    rows = [(f"C{n}", "V", day, "P") for n in range(12) for day in days]
    rows += [("Gone", "V", day, "P" if n < 50 else "A") for n, day in enumerate(days)]
    rows += [("Ill", "V", day, "A" if 50 <= n < 65 else "P") for n, day in enumerate(days)]
    rows += [("Late", "V", day, "P" if n < 108 else "A") for n, day in enumerate(days)]

    flags, report = backtest(read_marks(marks_file(tmp_path / "m.parquet", rows)), POLICY)

    assert [f.child for f in flags] == ["Gone", "Ill", "Late"]
    assert (report.whole.judged_flags, report.whole.followed) == (2, 0.5)
    assert (report.whole.long_absences, report.whole.asked_in_time) == (1, 1.0)


def test_progress_is_told(small_year):
    history, path = small_year
    told = []

    read_marks(path, progress=lambda done, whole: told.append((done, whole)))
    calibrate(
        history,
        visits_per_1000_month=10,
        base=POLICY,
        progress=lambda done, whole: told.append((done, whole)),
    )

    assert told[0][0] <= told[0][1]
    assert told[-1][0] == told[-1][1]


def test_registers_that_say_nothing_leave_the_threshold_alone(tmp_path):
    history = read_marks(marks_file(tmp_path / "m.parquet", [("a", "V", DAY, "P")]))

    policy = calibrate(history, visits_per_1000_month=10, base=POLICY)

    assert policy == POLICY


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_must_be_more_than_nothing(small_year, budget):
    with pytest.raises(ValueError, match="more than 0"):
        calibrate(small_year[0], visits_per_1000_month=budget, base=POLICY)
