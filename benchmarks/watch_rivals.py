"""The same marks given to pandas, Polars and DuckDB: what one would pick without the watch.

Each computes, as its own manual would have it done, the rolling 30-day rate of every child and day,
and the current run of every child and day. None does the rest of the rule. A rival that is not installed, or fails, is named with its reason.
"""

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

RIVALS = ("pandas", "polars", "duckdb")
WINDOW = 30


def race(marks: NDArray[np.uint8]) -> dict[str, Any]:
    """Seconds of each rival: rolling_s, run_s; `missing` says who could not run."""
    child, day = np.nonzero((marks == Mark.PRESENT) | (marks == Mark.ABSENT))
    absent = (marks[child, day] == Mark.ABSENT).astype(np.int8)
    frame = {"child": child.astype(np.int32), "day": day.astype(np.int16), "absent": absent}
    truth = _runs(marks)
    found: dict[str, Any] = {"missing": {}}
    for name in RIVALS:
        try:
            module = importlib.import_module(name)
        except ImportError:
            found["missing"][name] = "not installed"
            continue
        rolling, run = globals()[f"_{name}"](module, frame)
        rolling()  # a first turn does not count
        begun = time.perf_counter()
        rolling()
        between = time.perf_counter()
        last = run()
        ended = time.perf_counter()
        found[name] = {
            "version": module.__version__,
            "rolling_s": between - begun,
            "run_s": ended - between,
            "same_runs": bool((np.asarray(last) == truth).all()),
        }
    return found


def told(found: dict[str, Any]) -> list[str]:
    """The race in lines, on how many children it was run."""
    ours = found["aanchal"]
    lines = [
        f"On {found['children']:,} children (times not scaled), one thread for Aanchal:",
        f"  {'Aanchal':8s} rate, run and year to date of today {ours['rate_run_s'] * 1000:8.2f} ms;"
        f" the complete rule, every day of the year {ours['year_s'] * 1000:8.1f} ms",
    ]
    for name in RIVALS:
        if name in found["missing"]:
            lines.append(f"  {name:8s} {found['missing'][name]}; pip install 'aanchal[bench]'")
            continue
        rival = found[name]
        lines.append(
            f"  {name:8s} rolling rate {rival['rolling_s']:6.2f} s, run {rival['run_s']:6.2f} s "
            f"({(rival['rolling_s'] + rival['run_s']) / ours['year_s']:.0f} times our whole rule)"
            + ("" if rival["same_runs"] else "; ITS RUNS DIFFER FROM OURS")
        )
    return lines


def _runs(marks: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The current run of each child with a mark, on her last marked day."""
    run = np.zeros(len(marks), np.int64)
    seen = np.zeros(len(marks), bool)
    for column in range(marks.shape[1]):
        mark = marks[:, column]
        run = np.where(mark == Mark.ABSENT, run + 1, np.where(mark == Mark.PRESENT, 0, run))
        seen |= (mark == Mark.ABSENT) | (mark == Mark.PRESENT)
    return run[seen]


Work = tuple[Callable[[], Any], Callable[[], Any]]


def _pandas(pd: Any, frame: dict[str, NDArray[Any]]) -> Work:
    marks = pd.DataFrame(frame)

    def rolling() -> Any:
        return marks.groupby("child", sort=False)["absent"].rolling(WINDOW, min_periods=1).mean()

    def run() -> Any:
        stays = (marks["absent"] == 0).groupby(marks["child"], sort=False).cumsum()
        length = marks["absent"].groupby([marks["child"], stays], sort=False).cumsum()
        return length.groupby(marks["child"], sort=False).last().to_numpy()

    return rolling, run


def _polars(pl: Any, frame: dict[str, NDArray[Any]]) -> Work:
    marks = pl.DataFrame(frame)

    def rolling() -> Any:
        return marks.with_columns(
            pl.col("absent").rolling_mean(WINDOW, min_samples=1).over("child")
        )

    def run() -> Any:
        place = pl.int_range(pl.len()).over("child")
        came = pl.when(pl.col("absent") == 0).then(pl.col("place"))
        last = came.forward_fill().over("child").fill_null(-1)
        return (
            marks.with_columns(place.alias("place"))
            .with_columns((pl.col("place") - last).alias("run"))
            .group_by("child", maintain_order=True)
            .agg(pl.col("run").last())["run"]
            .to_numpy()
        )

    return rolling, run


def _duckdb(duckdb: Any, frame: dict[str, NDArray[Any]]) -> Work:
    base = duckdb.connect()
    base.register("given", frame)
    base.execute("create table marks as select * from given")

    def rolling() -> Any:
        return base.execute(
            "create or replace table rates as select child, day, avg(absent) over ("
            "partition by child order by day rows between 29 preceding and current row) r from marks"
        )

    def run() -> Any:
        base.execute(
            "create or replace table runs as select child, day, sum(absent) over ("
            "partition by child, stays order by day) run from ("
            "select *, sum(1 - absent) over (partition by child order by day) stays from marks)"
        )
        return base.execute(
            "select arg_max(run, day) r from runs group by child order by child"
        ).fetchnumpy()["r"]

    return rolling, run
