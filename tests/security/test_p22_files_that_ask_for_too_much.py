"""Promise 22: XML bombs, outside entities, depth, size, doubled attributes are refused, and soon.

Every file here is read by the real way in. The sizes and times are of a limited process: what the
caller's own process holds does not grow with what a file asks for.
"""

import ctypes
import io
import json
import os
import resource
import socket
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from aanchal.kernel import limited
from aanchal.kernel.limited import Caps, helper, probe, read_in_limits
from aanchal.lib.tabular.problems import Unreadable
from aanchal.places.parsing import parse_areas, parse_schools
from aanchal.registers.formats.problems import Hints
from aanchal.registers.parsing import parse_pupils, parse_registers
from tests.registers.formats.reading import XLSX
from tests.security.hostile_files import LARGE, SMALL

TODAY = date(2026, 11, 22)
HERE = "tests.security.test_p22_files_that_ask_for_too_much"
ROOT = Path(__file__).resolve().parents[2]
# Any of these is a plain answer; none is an error of ours.
FLAT_MB = 24


def parse(data: bytes) -> list:
    return list(parse_registers(io.BytesIO(data), filename="r", hints=Hints(), today=TODAY))


def held_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.mark.parametrize("name", SMALL)
def test_a_hostile_file_is_refused_in_one_sentence_while_our_memory_stays_flat(name):
    data = SMALL[name]()
    parse(XLSX)
    before = held_mb()

    with pytest.raises(Unreadable) as refusal:
        parse(data)

    assert held_mb() - before < FLAT_MB
    sentence = str(refusal.value)
    assert sentence.endswith(".") and len(sentence) < 260, sentence
    # The limit on CPU seconds was not what ended it: it was seen beforehand.
    assert refusal.value.code != "too_much_work", name


@pytest.mark.parametrize("name", ["18.8 MB of comments (html)", "18.8 MB of cells (html)"])
def test_a_large_one_is_refused_as_well(name):
    data = LARGE[name]()
    before = held_mb()

    with pytest.raises(Unreadable):
        parse(data)

    assert held_mb() - before < FLAT_MB + len(data) / 2**20


@pytest.mark.parametrize("name", SMALL)
def test_the_other_ways_in_refuse_them_too(name):
    data = SMALL[name]()

    with pytest.raises(Unreadable):
        parse_pupils(io.BytesIO(data), filename="r")
    with pytest.raises(Unreadable):
        list(parse_areas(io.BytesIO(data)).rows)
    with pytest.raises(Unreadable):
        list(parse_schools(io.BytesIO(data)))


# --- the limits themselves: tasks that do what no check beforehand can see ---


def work_for_ever(source, arguments, progress):
    while True:
        pass
    yield b""


def take_memory(source, arguments, progress):
    held = []
    while True:
        held.append(bytearray(1 << 20))
    yield b""


def take_memory_at_once(source, arguments, progress):
    yield bytes(bytearray(1 << 40))


def tell_limits(source, arguments, progress):
    kinds = ("CPU", "AS", "FSIZE", "NPROC")
    told = {kind: resource.getrlimit(getattr(resource, f"RLIMIT_{kind}")) for kind in kinds}
    yield json.dumps(told).encode()


def sleep_for_ever(source, arguments, progress):
    time.sleep(3600)
    yield b""


def say_much(source, arguments, progress):
    while True:
        yield bytes(1 << 20)


def crash(source, arguments, progress):
    ctypes.string_at(0)
    yield b""


def recurse(source, arguments, progress):
    def deeper():
        return deeper()

    yield deeper()


def lie(source, arguments, progress):
    os.write(4, b"\x02\xff\xff\xff\xff" + b"x" * 100)
    os._exit(0)
    yield b""


def say_nonsense(source, arguments, progress):
    os.write(4, b"\x03\x00\x00\x00\x02[]")
    os._exit(0)
    yield b""


def reach_out(source, arguments, progress):
    """Try everything a parser never needs; answer with what could be done."""
    for name, attempt in {
        "read a file": lambda: Path(arguments["secret"]).read_bytes(),
        "list a folder": lambda: next(Path(arguments["folder"]).iterdir()),
        "write a file": lambda: Path(arguments["folder"], "new").write_bytes(b"x"),
        "read the caller's memory": lambda: os.open(f"/proc/{arguments['caller']}/mem", 0),
        "read the caller's surroundings": lambda: Path(
            f"/proc/{arguments['caller']}/environ"
        ).read_bytes(),
        "open a socket": lambda: socket.socket(socket.AF_INET),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX),
        "run a program": lambda: os.execv("/bin/true", ["true"]),
        "end the caller": lambda: os.kill(arguments["caller"], 0),
    }.items():
        try:
            attempt()
        except OSError:
            continue
        yield name.encode()


def tell_surroundings(source, arguments, progress):
    yield "\n".join(f"{k}={v}" for k, v in os.environ.items()).encode()
    yield ",".join(sys.modules).encode()


def echo(source, arguments, progress):
    yield source.read()


LITTLE = Caps(cpu_seconds=1, wall_seconds=6, memory_bytes=64 << 20, output_bytes=8 << 20)


@pytest.fixture
def own_tasks(monkeypatch):
    """A helper that finds the tasks of this file, and may read this folder."""
    monkeypatch.setattr(helper, "_helpers", [helper.Helper()])
    yield
    helper._helpers[0].stop()


def run(task, *, caps=LITTLE, data=b"x"):
    return list(read_in_limits(f"{HERE}:{task}", io.BytesIO(data), arguments={}, caps=caps))


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("work_for_ever", "too_much_work"),
        ("take_memory", "too_much_work"),
        ("take_memory_at_once", "too_much_work"),
        ("say_much", "too_much_work"),
        ("recurse", "too_much_work"),
        ("crash", "broke"),
        ("lie", "too_much_work"),
        ("say_nonsense", "broke"),
    ],
)
def test_what_goes_past_a_limit_or_breaks_is_refused_and_the_next_file_is_read(
    task, code, own_tasks
):
    with pytest.raises(Unreadable) as refusal:
        run(task)

    assert refusal.value.code == code
    assert str(refusal.value).endswith(".")
    assert run("echo", data=b"an honest file") == [b"an honest file"]


def test_each_limit_is_on_the_process_itself(own_tasks):
    """One of them is enough to refuse a file: here none may hide that another is missing."""
    told = json.loads(run("tell_limits")[0])

    assert told["CPU"] == [1, 2]
    assert 0 < told["AS"][0] == told["AS"][1] < LITTLE.memory_bytes + (4 << 30)
    assert told["FSIZE"] == told["NPROC"] == [0, 0]


def test_the_process_reaches_no_file_no_network_and_no_other_process(own_tasks, tmp_path):
    secret = tmp_path / "keyring.json"
    secret.write_text("canary")
    arguments = {"secret": str(secret), "folder": str(tmp_path), "caller": os.getpid()}

    done = list(read_in_limits(f"{HERE}:reach_out", io.BytesIO(b"x"), arguments=arguments))

    assert done == []


def test_the_process_holds_no_setting_no_key_and_no_database(own_tasks, monkeypatch):
    monkeypatch.setenv("AANCHAL_KEYRING_PASSPHRASE", "canary")

    surroundings, modules = run("tell_surroundings")

    assert b"AANCHAL" not in surroundings and b"canary" not in surroundings
    loaded = modules.decode().split(",")
    assert not [m for m in loaded if m.startswith("django") or m == "aanchal.kernel.keyring"]


def test_one_that_only_waits_is_ended_too(own_tasks):
    caps = Caps(cpu_seconds=1, wall_seconds=1, memory_bytes=64 << 20, output_bytes=1 << 20)
    began = time.monotonic()

    with pytest.raises(Unreadable):
        run("sleep_for_ever", caps=caps)

    assert time.monotonic() - began < 30
    assert run("echo") == [b"x"]


def test_when_the_helper_itself_is_killed_the_next_file_finds_a_new_one(own_tasks):
    run("echo")
    process = helper._helpers[0]._process
    process.kill()
    process.wait()

    assert run("echo") == [b"x"]


def test_no_process_is_left_behind(own_tasks):
    with pytest.raises(Unreadable):
        run("work_for_ever")
    process = helper._helpers[0]._process.pid
    deadline = time.monotonic() + 10
    while _children(process) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not _children(process)
    helper._helpers[0].stop()
    assert not Path(f"/proc/{process}").exists()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_the_doctor_tries_out_what_a_parser_is_kept_from():
    from aanchal.kernel import health  # not above: the limited process imports this module

    limited.what_is_shut.cache_clear()

    assert limited.what_is_shut() == {"files", "calls"}
    assert [c.state for c in health._outside_files()] == [health.State.OK]


@pytest.mark.parametrize("missing, word", [("files", "Landlock"), ("calls", "seccomp")])
def test_the_doctor_says_what_to_do_where_a_parser_is_not_shut_in(monkeypatch, missing, word):
    from aanchal.kernel import health  # not above: the limited process imports this module

    left = frozenset({"files", "calls"}) - {missing}
    monkeypatch.setattr(limited, "what_is_shut", lambda: left)

    [check] = health._outside_files()

    assert check.state is health.State.BAD and word in check.says
    assert check.do.endswith(".")


def test_a_process_that_is_not_confined_would_be_seen(monkeypatch):
    """The probe itself, here where nothing is shut."""
    [told] = probe.what_is_shut(io.BytesIO(), {"folder": "/etc"}, lambda share: None)

    assert told == b"[]"
