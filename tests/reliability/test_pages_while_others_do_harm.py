"""Half-sent requests, slow bodies and hostile files do not stop the site. Times are in benchmarks/."""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from aanchal.web.shell import front
from tests.reliability.office import the_office, wait_until
from tests.reliability.served import Served
from tests.security.hostile_files import SMALL

HALF_SENT = 200
FILES = 50


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    office = the_office()
    before = office.running()
    yield Served(office)
    office.stop_all(but=before)


@pytest.mark.slow
def test_pages_are_answered_while_two_hundred_requests_are_half_sent(served: Served) -> None:
    with ExitStack() as lines:
        held = []
        for number in range(HALF_SENT):
            line = lines.enter_context(
                socket.create_connection(("127.0.0.1", served.port), timeout=60)
            )
            line.sendall(b"POST /registers/send/ HTTP/1.1\r\nHost: localhost\r\n")
            if number % 2:
                line.sendall(b"Content-Length: 1000000\r\n\r\nbegun")
            held.append(line)

        for _ in range(10):
            assert served.ask("/registers/")[0] == 200

        # Half a header has had its time; a body may go on.
        assert _is_hung_up(held[0], seconds=60)
        held[1].sendall(b"x")
        assert served.ask("/registers/")[0] == 200


@pytest.mark.slow
def test_pages_are_answered_while_fifty_hostile_files_come_in(served: Served) -> None:
    makers = list(SMALL.values())
    files = [
        makers[number % len(makers)]() + (b"" if number < len(makers) else b"\n" * number)
        for number in range(FILES)
    ]
    files[-5:] = [b"Roll,Name,1,2\n" + b'"a\n' * (100_000 + number) for number in range(5)]
    known = len(served.register_files())
    with ExitStack() as lines:
        held = []
        for number, data in enumerate(files):
            line = lines.enter_context(
                socket.create_connection(("127.0.0.1", served.port), timeout=120)
            )
            line.sendall(served.upload(data, name=f"{number}.ods"))
            held.append(line)

        for _ in range(10):
            assert served.ask("/registers/")[0] == 200
        statuses = [int(line.recv(65536).split(b" ", 2)[1]) for line in held]

    assert statuses == [302] * FILES
    states = [state for (state,) in served.register_files()]
    assert len(states) - known == FILES
    # Refused at once, or waiting for the worker; none taken, none lost.
    assert set(states) <= {"refused", "received", "shown"}
    assert states.count("refused") > 0


def _is_hung_up(line: socket.socket, *, seconds: float) -> bool:
    line.settimeout(seconds)
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


# --- the rules of what has had its time ---


def a_channel(*, began: float, body: int | None = None, answering: bool = False) -> front.Channel:
    channel = front.Channel.__new__(front.Channel)
    channel.began = began
    channel.requests = [object()] if answering else []
    channel.request = (
        None if body is None else SimpleNamespace(headers_finished=True, body_bytes_received=body)
    )
    return channel


@pytest.mark.parametrize(
    ("channel", "after", "too_slow", "why"),
    [
        (a_channel(began=0), 9, False, "a header may take ten seconds"),
        (a_channel(began=0), 11, True, "and no longer"),
        (a_channel(began=0, answering=True), 100, False, "a request in hand is left alone"),
        (a_channel(began=0, body=0), 50, False, "a body may begin slowly"),
        (a_channel(began=0, body=1_000), 61, True, "a byte now and then is no body"),
        (a_channel(began=0, body=600 * 512), 600, False, "an old telephone line is"),
    ],
)
def test_what_takes_too_long_to_arrive_is_given_up(channel, after, too_slow, why) -> None:
    assert channel.is_too_slow(after) is too_slow, why


class _Dispatcher:
    """Notes what would be given to a working thread."""

    def __init__(self) -> None:
        self.given: list[object] = []

    def add_task(self, task: object) -> None:
        self.given.append(task)


def test_files_hold_a_quarter_of_the_threads_and_pages_pass_them_by() -> None:
    site = front.Front.__new__(front.Front)
    site.max_uploads, site._uploads, site._waiting = 2, 0, deque()
    site._uploads_lock, site.task_dispatcher = threading.Lock(), _Dispatcher()
    file = SimpleNamespace(headers={"CONTENT_TYPE": "multipart/form-data; boundary=x"})
    files = [SimpleNamespace(requests=[file]) for _ in range(5)]
    page = SimpleNamespace(requests=[SimpleNamespace(headers={})])

    for channel in [*files, page]:
        site.add_task(channel)
    assert site.task_dispatcher.given == [files[0], files[1], page]

    for _ in range(3):
        site.upload_done()
    assert site.task_dispatcher.given == [files[0], files[1], page, *files[2:]]

    for _ in range(2):
        site.upload_done()
    assert site._uploads == 0


def test_between_two_requests_nothing_is_slow() -> None:
    channel = a_channel(began=0)
    channel.began = None

    assert not channel.is_too_slow(time.monotonic() + 1000)


def test_the_site_uses_all_cores_and_its_answers_are_the_same(served: Served) -> None:
    wait_until(lambda: served.ask("/health/")[0] == 200, what="the site")
    answers = {served.ask("/health/")[1].split(b"\r\n\r\n")[1] for _ in range(10)}

    assert len(answers) == 1
