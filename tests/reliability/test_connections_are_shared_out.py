"""A new connection goes to the process that holds fewest; when that one does not answer, to another."""

import socket
import threading
import time

import pytest

from aanchal.web.shell.front import Front
from aanchal.web.shell.shares import Share, shared_counts
from tests.reliability.office import wait_until

CLIENTS = 24


def an_answer(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"here"]


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0), backlog=64) as opened:
        opened.setblocking(False)
        yield opened


@pytest.fixture
def fronts(listening):
    counts = shared_counts(2)
    stopping = threading.Event()
    made = [
        Front(
            an_answer,
            socket.socket(fileno=socket.dup(listening.fileno())),
            threads=1,
            share=Share(counts.fileno(), place),
            upload_bytes=1 << 20,
        )
        for place in range(2)
    ]
    threads = [threading.Thread(target=f.serve_until, args=(stopping.is_set,)) for f in made]
    for thread in threads:
        thread.start()
    yield made
    stopping.set()
    for front, thread in zip(made, threads, strict=True):
        front.pull_trigger()
        thread.join(10)
        front.finish(seconds=1)


def asked(listening):
    client = socket.create_connection(listening.getsockname(), timeout=10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with client.makefile("rb") as answer:
        assert answer.readline().startswith(b"HTTP/1.1 200")
    return client


def held(fronts):
    return sorted(len(front.active_channels) for front in fronts)


def test_connections_that_stay_open_are_held_by_both(listening, fronts):
    clients = [asked(listening) for _ in range(CLIENTS)]

    assert held(fronts) == [CLIENTS // 2, CLIENTS // 2]

    for client in clients:
        client.close()
    wait_until(lambda: held(fronts) == [0, 0], seconds=10, what="forgetting closed connections")
    assert not any(front.share.has_more_than_another() for front in fronts)


def test_a_process_that_does_not_answer_keeps_nobody_waiting(listening, fronts):
    fronts[0].accepting = False
    time.sleep(0.1)

    clients = [asked(listening) for _ in range(3)]

    assert held(fronts) == [0, 3]
    for client in clients:
        client.close()


def test_the_counts_are_seen_by_every_process():
    counts = shared_counts(3)
    one, other, third = (Share(counts.fileno(), place) for place in range(3))

    one.tell(2)
    other.tell(1)
    third.tell(1)

    assert one.has_more_than_another()
    assert not other.has_more_than_another()
    one.tell(1)
    assert not one.has_more_than_another()


def test_a_process_that_left_a_connection_to_another_rests_once_that_took_it(listening, fronts):
    clients = [asked(listening) for _ in range(CLIENTS)]

    wait_until(
        lambda: not any(front._leaves_until for front in fronts),
        seconds=2,
        what="looking once more, and no more after that",
    )

    for client in clients:
        client.close()
