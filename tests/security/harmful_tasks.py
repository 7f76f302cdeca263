"""Tasks of a limited process that do harm where a file says so, and else read it; they need no Django."""

import ctypes
import io
import os
import time

from aanchal.kernel.limited.words import DONE, HEAD, RESULT
from aanchal.registers.formats import tasks


def _work(out):
    while True:
        pass


def _sleep(out):
    time.sleep(3600)


def _take_memory(out):
    held = []
    while True:
        held.append(bytearray(1 << 20))


def _say_much(out):
    while True:
        os.write(out, HEAD.pack(RESULT, 1 << 16) + bytes(1 << 16))


def _crash(out):
    ctypes.string_at(0)


def _raise(out):
    raise RuntimeError


def _lie_about_a_length(out):
    os.write(out, b"\x02\xff\xff\xff\xff" + b"x" * 100)
    os._exit(0)


def _say_what_no_schema_knows(out):
    os.write(out, HEAD.pack(RESULT, 2) + b"{}" + HEAD.pack(DONE, 0))
    time.sleep(3600)


def _end_without_a_word(out):
    os._exit(0)


HARM = {
    f.__name__.lstrip("_"): f
    for f in (
        _work,
        _sleep,
        _take_memory,
        _say_much,
        _crash,
        _raise,
        _lie_about_a_length,
        _say_what_no_schema_knows,
        _end_without_a_word,
    )
}


def registers(source, arguments, progress):
    """As `formats.tasks.registers`, but where the file orders harm."""
    data = source.read()
    if data.startswith(b"harm:"):
        HARM[data.split(b":")[1].split(b",")[0].decode().strip()](_way_out())
    yield from tasks.registers(io.BytesIO(data), arguments, progress)


def _way_out():
    """The handle by which the process answers: the last that is open."""
    for handle in range(31, 2, -1):
        try:
            os.fstat(handle)
        except OSError:
            continue
        return handle
    raise AssertionError


def _spend(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def spend(source, arguments, progress):
    """Spend processor time, then wait, then answer with the file."""
    _spend(arguments["seconds"])
    time.sleep(arguments.get("pause", 0))
    yield source.read()
