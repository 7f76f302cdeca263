"""Promise 24: the same file sent many times at once is one record; cut in the middle, it is none."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.reliability.office import the_office
from tests.reliability.served import Served

REGISTER = b"Class: VI,Section: A,Month: July 2026\nRoll,Name,1,2,3\n1,Sunita Devi,P,A,P\n2,Rina Das,P,P,P\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    office = the_office()
    before = office.running()
    yield Served(office)
    office.stop_all(but=before)


@pytest.mark.slow
def test_one_file_sent_eight_times_at_once_is_one_record(served: Served) -> None:
    before, received = served.kept(), _received(served)

    answers = served.send_together([served.upload(REGISTER)] * 8)

    assert [status for status, _ in answers] == [302] * 8
    places = {answer.lower().split(b"location: ")[1].split(b"\r\n")[0] for _, answer in answers}
    assert len(places) == 1
    assert len(served.register_files()) == 1
    assert len(served.kept() - before) == 1
    assert _received(served) == received + 1


@pytest.mark.slow
def test_a_file_cut_in_its_middle_leaves_nothing(served: Served) -> None:
    known, kept = len(served.register_files()), served.kept()
    whole = served.upload(REGISTER + b"3,Another,P,P,P\n" * 40_000)

    for share in (0.2, 0.5, 0.99):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line:
            line.sendall(whole[: int(len(whole) * share)])
    time.sleep(1)

    assert served.ask("/health/")[0] == 200
    assert len(served.register_files()) == known
    assert served.kept() == kept


@pytest.mark.slow
def test_a_body_too_large_is_told_on_our_own_page_before_it_is_read(served: Served) -> None:
    head = served.upload(b"x").split(b"\r\n\r\n")[0]
    big = b"\r\n".join(
        b"Content-Length: 99999999" if part.startswith(b"Content-Length") else part
        for part in head.split(b"\r\n")
    )
    status, answer = served.say(big + b"\r\n\r\n")

    assert status == 413
    assert b"<html" in answer and b"Content-Security-Policy" in answer


def _received(served: Served) -> int:
    """How many registers the audit says were received."""
    return int(
        served.office.python(
            "from tests.audited import audited\n"
            "print(audited().filter(verb='register.received').count())"
        )
    )
