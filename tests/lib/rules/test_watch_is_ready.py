"""No user waits for a compiler, and the benchmark prints what it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aanchal.lib.early_warning.compiled import digest

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "aanchal" / "lib" / "early_warning"

# Everything the watch does, in a process of its own: how many kernels had to be compiled?
A_DAY = """
import gc, os, sys
from datetime import date, timedelta
import numpy as np
from numba.core.dispatcher import Dispatcher
from aanchal.watch.policy_file import default_policy
from aanchal.lib.early_warning import rule as watch
from aanchal.lib.early_warning import planes
policy = default_policy()
marks = np.ones((40, 30), np.uint8)
marks[3, 12:] = 2
days = [date(2026, 4, 1) + timedelta(days=n) for n in range(30)]
state = watch.start_state([25, 15])
watch.run_days(state, marks, policy, days=days, threads=2, blocks=["A", "B"])
watch.step_day(state, marks[:, 0], policy, on=days[-1] + timedelta(days=1))
watch.run_days(state, marks[:, :1], policy, days=[days[-1] + timedelta(days=2)])
absent, marked = planes.planes_from_marks(marks)
frozen = np.frombuffer(absent.tobytes(), np.uint64).reshape(absent.shape)
again = watch.WatchState.from_bytes(state.to_bytes())
watch.run_planes(again, frozen, marked, policy, days=[day.replace(year=2027) for day in days])
planes.figures(frozen, marked, today=29, threads=2)
planes.marks_from_planes(absent, marked, 30)
ours = [d for d in gc.get_objects() if isinstance(d, Dispatcher) and "aanchal" in d.__module__]
missed = {d.__name__: n for d in ours if (n := sum(d.stats.cache_misses.values()))}
assert sum(sum(d.stats.cache_hits.values()) for d in ours) >= 5, "nothing was loaded"
print(missed)
"""


def run(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "aanchal.settings",
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().rpartition("\n")[2]


def test_a_change_in_any_part_of_a_kernel_has_all_compiled_anew(tmp_path):
    """Numba looks at one file only: a kernel of yesterday over a layout of today never ends."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for path in (*RULES.glob("*.py"), RULES.parent / "marks.py"):
        copy = rules if path.parent == RULES else tmp_path
        (copy / path.name).write_bytes(path.read_bytes())
    before = digest(rules)

    for part in ("layout.py", "rows.py", "lanes.py", "words.py", "../marks.py"):
        with (rules / part).open("a") as changed:
            changed.write("CHANGED = 1\n")
        assert digest(rules) != before, part
        before = digest(rules)
    (rules / "reference.py").write_text("")
    assert digest(rules) == before


def test_after_set_up_nothing_is_compiled_any_more():
    run("-m", "tools.warm")

    assert run("-c", A_DAY) == "{}"


def test_the_benchmark_prints_one_object_with_or_without_rivals():
    found = json.loads(
        run(
            "benchmarks/watch.py", "--json", "--children", "2000", "--days", "60",
            "--repeats", "1", "--india", "4000", "--rivals", "1000",
        )
    )  # fmt: skip

    for name in ("children", "days", "rate_run_ms", "day_ms", "year_ms", "peak_gb",
                 "read_gb_s", "disk_read_gb_s", "india_day_s", "india_year_s"):  # fmt: skip
        assert found[name] > 0, name
    rivals = found["rivals"]
    for name in ("pandas", "polars", "duckdb"):
        assert name in rivals["missing"] or rivals[name]["same_runs"]


A_YEAR = """
import hashlib
from datetime import date, timedelta
import numpy as np
from aanchal.watch.policy_file import default_policy
from aanchal.lib.early_warning.rule import run_days, start_state, step_day
rng = np.random.default_rng(11)
sizes = rng.integers(5, 60, 40)
marks = np.where(rng.random((int(sizes.sum()), 120)) < 0.18, 2, 1).astype(np.uint8)
marks[rng.random(len(marks)) < 0.1, 70:] = 2
marks[:, ::9] = 0
days = [date(2026, 4, 1) + timedelta(days=n) for n in range(120)]
state = start_state(sizes)
signals = run_days(state, marks[:, :119], default_policy(), days=days[:119])
last = step_day(state, marks[:, 119], default_policy(), on=days[119])
assert len(signals) > 50
told = [x.tobytes() for s in (signals, last) for x in (s.child, s.on, s.score, s.others_marked)]
print(hashlib.sha256(b"".join([state.to_bytes(), *told])).hexdigest())
"""


@pytest.mark.once
@pytest.mark.slow
def test_a_machine_with_narrow_registers_gives_the_same_bits(tmp_path):
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}

    assert run("-c", A_YEAR, **plain) == run("-c", A_YEAR)
    assert list(tmp_path.rglob("*.nbc")), "nothing was compiled for the narrow machine"
