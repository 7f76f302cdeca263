"""A deployment that `aanchal serve` runs, and a teacher who is signed in to it."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.reliability.office import Office, free_port, wait_until

TEACHER = """
import json
from datetime import timedelta
from itertools import count
from django.conf import settings
from django.test import Client
from django.utils import timezone
from aanchal.access.roles import Role
from tests import signing_in
from tests.signing_in import a_person, a_school, signed_in
settings.ALLOWED_HOSTS = ["testserver"]
early = timezone.now() - timedelta(days=1)
signing_in._numbers = count(WHICH)  # names and codes that no other test of the run has
school = a_school()
teacher = a_person(Role.TEACHER, school, grade="6", section="A", starts_at=early)
client = signed_in(Client(), teacher)
client.get("/registers/send/")
print(json.dumps({
    "cookies": "; ".join(f"{k}={v.value}" for k, v in client.cookies.items()),
    "token": client.cookies[settings.CSRF_COOKIE_NAME].value,
    "teacher": str(teacher.pk),
    "own_class": f"{school.pk}/6/A",
}))
"""


class Served:
    """The site on a port of its own, with as many processes as there are cores."""

    def __init__(self, office: Office, *more: str) -> None:
        self.office = office
        self.port = free_port()
        self.process = office.start(
            "aanchal", "serve", "--no-worker", "--port", str(self.port), *more
        )
        try:
            wait_until(lambda: self.ask("/health/")[0] == 200, seconds=120, what="the site")
        except AssertionError:
            raise AssertionError(office.log()[-3000:]) from None
        told: dict[str, Any] = json.loads(
            office.python(TEACHER.replace("WHICH", str(self.port))).splitlines()[-1]
        )
        self.cookies, self.token, self.teacher = told["cookies"], told["token"], told["teacher"]
        self.own_class = told["own_class"]

    def ask(self, path: str, *, seconds: float = 60) -> tuple[int, bytes]:
        """The status and the whole answer; status 0 when there was none."""
        cookies = getattr(self, "cookies", "")
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n"
        return self.say(head.encode(), seconds=seconds)

    def say(self, data: bytes, *, seconds: float = 60) -> tuple[int, bytes]:
        """Send bytes and read to the end."""
        answer = b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
                line.sendall(data)
                while piece := line.recv(65536):
                    answer += piece
        except OSError:
            pass
        words = answer[:40].split(b" ", 2)
        return (int(words[1]) if len(words) > 1 else 0), answer

    def upload(self, data: bytes, *, name: str = "register.csv") -> bytes:
        """The request that sends a register, as bytes."""
        border = "border-of-the-parts"
        body = (
            (
                f'--{border}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
                f"{self.token}\r\n--{border}\r\n"
                f'Content-Disposition: form-data; name="own_class"\r\n\r\n{self.own_class}\r\n'
                f'--{border}\r\nContent-Disposition: form-data; name="file"; '
                f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            ).encode()
            + data
            + f"\r\n--{border}--\r\n".encode()
        )
        return (
            f"POST /registers/send/ HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
            f"Origin: http://localhost:{self.port}\r\nCookie: {self.cookies}\r\n"
            f"Connection: close\r\nContent-Type: multipart/form-data; boundary={border}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def send_together(self, requests: list[bytes]) -> list[tuple[int, bytes]]:
        """All requests at once, each on a line of its own; their answers in order."""
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda data: self.say(data, seconds=120), requests))

    def register_files(self) -> list[tuple[Any, ...]]:
        return self.office.rows(
            "SELECT state FROM registers_registerfile WHERE received_by = ?", [self.teacher]
        )

    def kept(self) -> set[Path]:
        """Every file in the folder of sealed files, half-written ones too."""
        return {p for p in (self.office.home / "data" / "files").rglob("*") if p.is_file()}
