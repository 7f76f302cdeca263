"""Reading a file as the importer does, and refusing one within time and memory."""

import io
import time
import tracemalloc
from datetime import date

import pytest

from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.registers.formats.dry_run import dry_run_json
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats import register_samples as samples

TODAY = date(2026, 11, 22)
GOOD = samples.table(samples.EN)
XLSX = samples.as_xlsx(GOOD)


def read(data: bytes, *, filename: str = "register.xlsx", limits: Limits | None = None) -> dict:
    pages = read_registers(
        io.BytesIO(data), filename=filename, hints=Hints(), limits=limits or Limits(), today=TODAY
    )
    return dry_run_json(pages)


def refused(data: bytes, **kwargs) -> Unreadable:
    """The refusal, after checking that it came soon and in little memory."""
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(Unreadable) as caught:
            read(data, **kwargs)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * 2**20, f"{peak >> 20} MB"
    assert time.process_time() - began < 5
    sentence = str(caught.value)
    assert sentence.endswith(".") and len(sentence) < 260, sentence
    return caught.value
