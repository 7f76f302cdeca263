"""Scoring on Spark: the same units by the same kernel, through `mapInArrow` on many machines.

The driver sends out which row groups to score; each Python worker opens the archive itself (a folder
that every machine sees under the same path) and answers with flags. So neither Spark's own reader
nor its configuration ever holds the key: it travels inside the task, and what Spark writes to its
scratch disks is encrypted. One job a partition: a partition that fails leaves the others alone.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from aanchal.lib.early_warning.policy import Policy

from .formats.archive_folder import ArchiveError, ArchiveKey
from .formats.archive_parquet import FLAGS
from .scoring import Unit, score_unit

_ANSWER = (
    "unit int, child string, flagged_on date, channel string, score double, reason string, "
    "problem string"
)


class SparkMissing(ArchiveError):
    """PySpark, or the Java it needs, is not installed."""


class SparkEngine:
    """Scores units on a Spark cluster, or on this machine's cores.

    Args:
        master: Spark's own word for where ("local[2]", "spark://host:7077").

    Raises:
        SparkMissing: with what to install.
    """

    name = "spark"

    def __init__(self, master: str = "local[*]") -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise SparkMissing(
                "Scoring on Spark needs PySpark and Java 17: install aanchal[spark] and a Java "
                "such as Debian's openjdk-17-jre-headless."
            ) from None
        # The workers run the very Python that runs this.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
        local = master.startswith("local")
        if local:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        self._scratch = tempfile.TemporaryDirectory(prefix="aanchal-spark-")
        build = SparkSession.builder.master(master).appName("aanchal watch score")
        for name, value in _settings(self._scratch.name, local=local).items():
            build = build.config(name, value)
        try:
            with _quiet():
                self._session = build.getOrCreate()
        except (PySparkException, RuntimeError, OSError) as error:
            self._scratch.cleanup()
            raise SparkMissing(
                "Spark did not start. It needs Java 17, such as Debian's openjdk-17-jre-headless."
            ) from error

    def flags_of(
        self, units: list[Unit], key: ArchiveKey, policy: Policy, tell: Callable[[int, int], None]
    ) -> list[pa.Table]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        # Numbers made in Java, so that no Python runs but the scorer; a task takes its units one at a
        # time, and there are enough tasks for a quick machine to help a slow one.
        at_once = self._session.sparkContext.defaultParallelism
        frame = self._session.range(0, len(units), 1, min(len(units), 3 * at_once))
        try:
            answers = frame.mapInArrow(_scorer(units, key, policy), _ANSWER).toArrow()
        except (PySparkException, Py4JError) as error:
            raise ArchiveError(_told(units[0], error)) from None
        return _flags(units, answers, tell)

    def close(self) -> None:
        """Stop Spark and remove its scratch folder."""
        self._session.stop()
        self._scratch.cleanup()


def _settings(scratch: str, *, local: bool) -> dict[str, str]:
    """What Spark is told: no web page, no outside address, nothing on disk in the open."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        "spark.io.encryption.enabled": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
        # The rule's sentences are marked for translation; a worker must know whose.
        "spark.executorEnv.DJANGO_SETTINGS_MODULE": "aanchal.settings",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": scratch,
        "spark.driver.extraJavaOptions": _silence(scratch),
        "spark.task.maxFailures": "2",
        "spark.sql.adaptive.enabled": "false",
    }
    if local:
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.local.dir": scratch,
            "spark.driver.memory": "1g",
        }
    return settings


def _silence(scratch: str) -> str:
    """A logging file for Spark: its own words name hosts and paths and help nobody here."""
    path = Path(scratch) / "log4j2.properties"
    path.write_text(
        "appender.none.type = Null\nappender.none.name = none\n"
        "rootLogger.level = off\nrootLogger.appenderRef.none.ref = none\n"
    )
    return f"-Dlog4j2.configurationFile={path.as_uri()} -Djava.net.preferIPv4Stack=true"


@contextmanager
def _quiet() -> Iterator[None]:
    """What Java says on its way up goes nowhere, unless somebody looks for a fault."""
    if os.environ.get("AANCHAL_DEBUG"):
        yield
        return
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _scorer(
    units: list[Unit], key: ArchiveKey, policy: Policy
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that runs in the workers: numbers of units in, flags out; a failed unit says why."""
    names = ["unit", *FLAGS.names, "problem"]
    numbers = policy_parts(policy)

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rule = policy_of(numbers)
        for batch in batches:
            for number in batch.column(0).to_pylist():
                unit = units[number]
                problem = None
                flags = FLAGS.empty_table()
                try:
                    flags = score_unit(unit, key, rule)
                except ArchiveError as error:
                    problem = str(error)
                # The first row answers for the unit, so that one without a flag is heard of too.
                count = flags.num_rows + 1
                head = [None] * len(FLAGS)
                columns = [
                    pa.concat_arrays(
                        [pa.array([head[i]], field.type), flags.column(i).combine_chunks()]
                    )
                    for i, field in enumerate(FLAGS)
                ]
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array([unit.number] * count, pa.int32()),
                        *columns,
                        pa.array([problem] + [None] * (count - 1), pa.string()),
                    ],
                    names=names,
                )

    return score


def policy_parts(policy: Policy) -> dict[str, Any]:
    """A policy as plain facts that can be sent: its read-only mapping cannot."""
    from dataclasses import fields

    return {
        f.name: dict(policy.block_thresholds)
        if f.name == "block_thresholds"
        else getattr(policy, f.name)
        for f in fields(policy)
    }


def policy_of(parts: dict[str, Any]) -> Policy:
    """The inverse of `policy_parts`."""
    return Policy(**parts)


def _flags(
    units: list[Unit], answers: pa.Table, tell: Callable[[int, int], None]
) -> list[pa.Table]:
    import pyarrow.compute as pc

    heads = answers.filter(pc.is_null(answers.column("child")))
    problems = [text for text in heads.column("problem").to_pylist() if text]
    if problems:
        raise ArchiveError(problems[0])
    answered = set(heads.column("unit").to_pylist())
    if answered != {u.number for u in units}:
        raise ArchiveError(f"Spark did not answer for all of {_place(units[0])}.")
    tell(len(units), len(units))
    rows = answers.filter(pc.is_valid(answers.column("child")))
    return [rows.select(FLAGS.names).cast(FLAGS)]


def _place(unit: Unit) -> str:
    return f"{unit.district}, {unit.year}"


def _told(unit: Unit, error: Exception) -> str:
    kind = type(error).__name__
    return f"Spark could not score {_place(unit)} ({kind}); the others go on."
