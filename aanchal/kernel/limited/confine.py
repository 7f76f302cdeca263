"""Taking away from this process what no parser needs: files, network, other processes.

Landlock (Linux 5.13 and later) shuts the file system but for Python's own folders, TCP, and signals
and tracing beyond the process itself; a seccomp filter refuses sockets, programs and the calls that
reach into another process. Either may be missing on an old kernel or in a container that forbids it:
the limits on CPU, memory and time hold all the same, and `confine` says what it could not do.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_FOLDER, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_BENEATH_PATH = 1
# File rights known to each version of Landlock; a right it does not know would be refused.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")


def confine(readable: Iterable[str]) -> set[str]:
    """Keep this process to reading these folders and the system's libraries.

    Returns:
        What is in force: "files", "calls".
    """
    done: set[str] = set()
    if _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return done
    if _shut_files([*readable, *_LIBRARIES]):
        done.add("files")
    if _refuse_calls():
        done.add("calls")
    return done


def _shut_files(readable: list[str]) -> bool:
    version = _libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    # Sizes grew with the versions: files alone, then network, then what may be signalled.
    network, scope = 0b11, 0b11
    attributes = struct.pack("=QQQ", files, network, scope)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _libc.syscall(_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            try:
                folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            may = struct.pack("=Qi", _READ_FILE | _READ_FOLDER | _EXECUTE, folder)
            _libc.syscall(_ADD_RULE, rules, _BENEATH_PATH, may, 0)
            os.close(folder)
        return bool(_libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


# socket, connect, execve, execveat, ptrace, process_vm_readv, process_vm_writev, bpf, kill,
# pidfd_open, pidfd_getfd, io_uring_setup, userfaultfd, perf_event_open, unshare, setns, mount
_REFUSED = {
    "x86_64": (
        0xC000003E,
        (41, 42, 59, 322, 101, 310, 311, 321, 62, 434, 438, 425, 323, 298, 272, 308, 165),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 221, 281, 117, 270, 271, 280, 129, 434, 438, 425, 282, 241, 97, 268, 40),
    ),
}
_ALLOW, _KILL, _DENY = 0x7FFF0000, 0x80000000, 0x00050000 | 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_OTHER_NUMBERS = 0x40000000  # x32's own numbering of calls


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _refuse_calls() -> bool:
    known = _REFUSED.get(platform.machine())
    if known is None:
        return False
    architecture, refused = known

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    steps = [
        step(_LOAD, 4),
        step(_EQUAL, architecture, yes=1),
        step(_RETURN, _KILL),
        step(_LOAD, 0),
        step(_AT_LEAST, _OTHER_NUMBERS, yes=len(refused) + 1),
        *(step(_EQUAL, number, yes=len(refused) - place) for place, number in enumerate(refused)),
        step(_RETURN, _ALLOW),
        step(_RETURN, _DENY),
    ]  # fmt: skip
    program = _Program(len(steps), b"".join(steps))
    return bool(_libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)
