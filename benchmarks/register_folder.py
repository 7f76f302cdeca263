"""A month of registers from files to flags by one command: `aanchal import registers FOLDER`.

    .venv/bin/python -m benchmarks.register_folder [--children 100000] [--postgres] [--watch]

A block of schools is enrolled in a fresh database, one CSV a class-section is written as a school
would, with its code, and the folder is given to the command in a process of its own. The database
flushes to the disk as in real life. Checked at the end: every class has its page, and no row waits. The
rival is pandas, which reads the same files in one process, keeps nothing and matches no name.

Goals for 100,000 children on two cores: 30 s on PostgreSQL, 45 s on SQLite, memory flat.

    --by "taskset -c 0,1"    a command by which the measured one is run
"""

import argparse
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import block

_LOOK_EVERY = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--watch", action="store_true", help="run the watch afterwards, too")
    parser.add_argument("--by", default="", help="a command by which the measured one is run")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(given.measure)))
        return
    folder = Path(tempfile.mkdtemp(prefix="aanchal-folder-"))
    cluster = None
    os.environ["AANCHAL_HOME"] = str(folder / "home")
    os.environ.pop("AANCHAL_DATABASE_URL", None)
    try:
        if given.postgres:
            from tests.postgres import Cluster

            cluster = Cluster(flushes=True)
            os.environ["AANCHAL_DATABASE_URL"] = cluster.url
        print(_told(run(given.children, folder / "files", given.watch, shlex.split(given.by))))
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(children: int, folder: Path, watch: bool, by: list[str]) -> dict[str, Any]:
    """All figures of one run."""
    from aanchal.cli import with_django
    from aanchal.kernel import keyring

    if "AANCHAL_DATABASE_URL" in os.environ:
        keyring.create(Path(os.environ["AANCHAL_HOME"]) / "keys" / "keyring.json")
    with_django()
    from django.db import connections

    from aanchal.cli.database import bring_up_to_date
    from aanchal.kernel.models import ImportProblem
    from aanchal.registers.models import RegisterPage
    from aanchal.watch.models import Flag

    bring_up_to_date(quiet=True)
    schools, _seconds = block.enrol(children)
    files = block.write_files(schools, folder, _last_day() if watch else block.LAST_DAY)
    vendor = connections["default"].vendor
    connections.close_all()
    here = [sys.executable, "-m", "benchmarks.register_folder", "--measure"]
    options = [str(folder), "yes" if watch else "no"]
    answer = subprocess.run([*by, *here, *options], check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = {"children": children, "files": len(files), "database": vendor}
    figures |= json.loads(answer.stdout)
    assert RegisterPage.objects.count() == len(files), RegisterPage.objects.count()
    assert not ImportProblem.objects.exists()
    return figures | {"flags": Flag.objects.count()} | block.read_by_pandas(files)


def _last_day() -> date:
    """Yesterday, or the end of the month before: the watch flags what is recent only."""
    yesterday = date.today() - timedelta(days=1)
    return yesterday if yesterday.day > 20 else yesterday.replace(day=1) - timedelta(days=1)


def measured(given: list[str]) -> dict[str, Any]:
    """Run the command; seconds by the clock and of processors, and the most memory."""
    folder, watch = given
    command = [sys.executable, "-m", "aanchal", "import", "registers", folder]
    command.append("--watch" if watch == "yes" else "--no-watch")
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        memory = Memory(process.pid)
        _out, said = process.communicate()
        seconds = time.perf_counter() - began
        memory.stop()
    if process.returncode:
        raise SystemExit(said.decode())
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(seconds, 1),
        "cpu_s": round(spent.ru_utime + spent.ru_stime, 1),
        "memory_mb": [m >> 20 for m in memory.quarters()],
    }


class Memory(threading.Thread):
    """The memory of a process and of all that it started, looked at while they run."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.seen: list[int] = []
        self.is_over = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.is_over.wait(_LOOK_EVERY):
            self.seen.append(sum(_held(p) for p in _family(self.process)))

    def stop(self) -> None:
        self.is_over.set()
        self.join()

    def quarters(self) -> list[int]:
        """The most in each quarter of the time: flat, or growing."""
        size = -(-len(self.seen) // 4) or 1
        return [max(self.seen[i : i + size]) for i in range(0, len(self.seen), size)]


def _family(process: int) -> list[int]:
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*"):
            try:
                found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                continue
    return found


def _held(process: int) -> int:
    """Bytes of a process; what it shares with others counts by its share."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def _told(figures: dict[str, Any]) -> str:
    rate = round(figures["children"] / figures["seconds"])
    return "\n".join(
        [
            f"{figures['children']:,} children, {figures['files']:,} files, {figures['database']}",
            f"  taken in by the command  {figures['seconds']} s, {rate:,} children a second "
            f"({figures['cpu_s']} s of processors without the database's own)",
            f"  memory by quarters       {figures['memory_mb']} MB, all processes together",
            f"  flags                    {figures['flags']}",
            f"  pandas, reading alone    {figures['pandas_rows_s']} children a second",
        ]
    )


if __name__ == "__main__":
    main()
