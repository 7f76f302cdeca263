"""Take the pictures of the README and the guides from a made-up district.

    AANCHAL_HOME=/path/of/a/demo python -m tools.take_pictures [NAME ...]

The district is the one of `aanchal demo`, in English and Hindi. A copy of it is used, and thrown
away: pictures are taken of pages on which something is done. With names, only these. Needs what the browser
tests need.
"""

import os
import shutil
import struct
import sys
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "guides" / "images"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1120, "height": 840}
MAX_BYTES = 150_000
LANGUAGES = ("en", "hi", "bn")
COLOURS = 256


def main() -> None:
    """Copy the demo, serve the copy, take every picture."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="aanchal-pictures-") as folder:
        home = Path(folder) / "demo"
        shutil.copytree(os.environ.get("AANCHAL_HOME", "var/demo"), home)
        os.environ["AANCHAL_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "aanchal.settings"
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        import django

        django.setup()
        from tests import chromium

        with _served() as url, chromium.running() as browser:
            for name in sys.argv[1:] or PICTURES:
                take = PICTURES[name]
                _keep(take(Studio(browser, url)), FOLDER / f"{name}.png")


class Studio:
    """Opens pages as one of the demonstration's people."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url

    def page(self, role: str, *, language: str, viewport: dict[str, int]) -> Page:
        """The first page of the busiest person of a role, signed in."""
        from django.test import Client

        from aanchal.access.roles import Role
        from aanchal.demo.ways_in import busiest
        from tests.signing_in import signed_in

        user = busiest(Role(role))
        assert user is not None, f"the demonstration has no {role}"
        user.language = language
        user.save(update_fields=["language"])
        context = self.browser.new_context(
            base_url=self.url,
            viewport=viewport,  # type: ignore[arg-type]
            is_mobile=viewport["width"] < 600,
            timezone_id="Asia/Kolkata",
            locale=f"{language}-IN",
        )
        context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": self.url}
                for name, morsel in signed_in(Client(), user).cookies.items()
            ]
        )
        context.set_default_timeout(120_000)  # other work may want the machine
        page = context.new_page()
        page.goto("/")
        return page


def volunteer(studio: Studio) -> Page:
    """Today's visits, on her phone."""
    from django.utils import timezone

    from aanchal.watch.models import Visit

    page = studio.page("volunteer", language="hi", viewport=PHONE)
    # Due today and later, as on a good day; the demonstration lets some wait for long.
    for days, visit in enumerate(Visit.objects.filter(state="assigned").order_by("due_at", "pk")):
        visit.due_at = timezone.now() + timedelta(days=days % 3)
        visit.save(update_fields=["due_at"])
    page.reload()
    return page


def coordinator(studio: Studio) -> Page:
    """The watch, this week; the volunteers went before the picture was taken."""
    from django.utils import timezone

    from aanchal.access.queries import actor_for
    from aanchal.watch.actions import leave_house, record_visit
    from aanchal.watch.models import Visit

    now, found = timezone.now(), ("sick", "works", "caring", "not_home", "register_wrong", "sick")
    held = Visit.objects.filter(state="assigned").order_by("flag__area__path", "pk")
    for visit, kind in zip(held.select_related("volunteer"), found * 3, strict=False):
        if int(visit.pk.int) % 4 == 0:
            continue
        visit.due_at = now + timedelta(hours=3)
        visit.save(update_fields=["due_at"])
        actor = actor_for(visit.volunteer)
        leave_house(actor, visit=visit, at=now)
        record_visit(
            actor, visit=visit, kind=kind, whom_met="mother", child_seen=True,
            next_step="comes_back", note="", visited_on=timezone.localdate(), at=now,
        )  # fmt: skip
    return studio.page("coordinator", language="en", viewport=DESK)


def question(studio: Studio) -> Page:
    """One child against her class, and whom to send."""
    from aanchal.access.roles import Role
    from aanchal.demo.ways_in import busiest
    from aanchal.watch.models import Flag

    page = studio.page("coordinator", language="en", viewport=DESK)
    user = busiest(Role.COORDINATOR)
    assert user is not None
    path = user.grants.get(role=Role.COORDINATOR).area_path
    asked = Flag.objects.filter(state=Flag.State.OPEN, area__path__startswith=f"{path}/")
    page.goto(f"/questions/{asked.latest('raised_at').pk}/")
    return page


def register(studio: Studio) -> Page:
    """What was understood of a month's register, before it is taken in."""
    from aanchal.registers.models import RegisterFile

    page = studio.page("coordinator", language="en", viewport=DESK)
    shown = max(
        RegisterFile.objects.filter(state="taken").order_by("pk")[:60],
        key=lambda f: len(((f.understood or {}).get("pages") or [{"rows": []}])[0]["rows"]),
    )
    RegisterFile.objects.filter(pk=shown.pk).update(state=RegisterFile.State.SHOWN)
    page.goto(f"/registers/{shown.pk}/")
    return page


def concern(studio: Studio) -> Page:
    """A concern: whom to call, what the law asks, what was told."""
    page = studio.page("case_worker", language="en", viewport=DESK)
    page.get_by_role("main").get_by_role("link", name="Open").first.click()
    return page


def house(studio: Studio) -> Page:
    """At the house: what to ask there, and no more."""
    page = studio.page("volunteer", language="en", viewport=PHONE)
    page.get_by_role("main").get_by_role("link", name="Open the visit").first.click()
    return page


def school_class(studio: Studio) -> Page:
    """A teacher's class: each pupil's days, and who was asked after."""
    from aanchal.access.roles import Role
    from aanchal.demo.ways_in import busiest
    from aanchal.people.models import ClassSection

    page = studio.page("teacher", language="en", viewport=PHONE)
    user = busiest(Role.TEACHER)
    assert user is not None
    section = user.grants.filter(role=Role.TEACHER).exclude(grade="").earliest("grade", "section")
    held = ClassSection.objects.filter(
        school=section.body_id, grade=section.grade, section=section.section
    )
    page.goto(f"/classes/{held.latest('year').pk}/")
    return page


def budget(studio: Studio) -> Page:
    """What each visit budget would have asked and found on the block's own registers."""
    from django.utils import timezone

    from aanchal.access.queries import actor_for
    from aanchal.access.roles import Role
    from aanchal.demo.ways_in import busiest
    from aanchal.watch.actions import ask_budget_replay
    from aanchal.watch.jobs import replay_budget
    from aanchal.watch.queries.budgets import tunable_blocks

    page = studio.page("coordinator", language="en", viewport=DESK)
    user = busiest(Role.COORDINATOR)
    assert user is not None
    block = tunable_blocks(actor_for(user)).first()
    assert block is not None
    replay = ask_budget_replay(actor_for(user), area=block, at=timezone.now())
    replay_budget(replay=replay.pk)
    page.goto(f"/watch/budget/{block.pk}/")
    return page


def person(studio: Studio) -> Page:
    """One person as an administrator sees her: roles, phones, credentials, and no child."""
    from aanchal.access.roles import Role
    from aanchal.demo.ways_in import busiest

    page = studio.page("administrator", language="en", viewport=DESK)
    user = busiest(Role.VOLUNTEER)
    assert user is not None
    page.goto(f"/people/{user.pk}/")
    return page


def sums(language: str) -> Callable[[Studio], Page]:
    """A register whose sums fit only if present and absent are exchanged: both readings, to choose."""

    def take(studio: Studio) -> Page:
        page = studio.page("coordinator", language=language, viewport=PHONE)
        page.goto(f"/registers/{_register_with_turned_sums()}/")
        _to_the_top(page, "#questions")
        return page

    return take


def session(language: str) -> Callable[[Studio], Page]:
    """The first register of a new session beside last year's pupils: those certain, in one press."""

    def take(studio: Studio) -> Page:
        page = studio.page("coordinator", language=language, viewport=PHONE)
        page.goto(f"/registers/{_register_of_a_new_session()}/session/")
        _to_the_top(page, "form:has(button[value=certain])")
        return page

    return take


def one_of_session(language: str) -> Callable[[Studio], Page]:
    """One row that may be another spelling: the same child, or another."""

    def take(studio: Studio) -> Page:
        page = session(language)(studio)
        _to_the_top(page, "form:has(fieldset)")
        return page

    return take


def _register_of_a_new_session() -> str:
    """The key of the file that the demonstration leaves waiting at the change of session."""
    from aanchal.kernel.models import ImportProblem

    waiting = ImportProblem.objects.filter(
        source_kind="register", code="row_unmatched", state=ImportProblem.State.OPEN
    )
    return next(p.source_id for p in waiting if (p.raw or {}).get("promoted"))


def _register_with_turned_sums() -> str:
    """Send a class's last month with the sums of present and absent exchanged; the file's key."""
    import io

    from django.utils import timezone

    from aanchal.access.queries import actor_for
    from aanchal.access.roles import Role
    from aanchal.demo.ways_in import busiest
    from aanchal.people.queries import enrolled_in
    from aanchal.registers.actions import give_register, read_register
    from aanchal.registers.models import RegisterFile, RegisterPage

    name = "attendance-with-sums.csv"
    found = [f for f in RegisterFile.objects.order_by("-received_at") if f.file.name == name]
    if found:
        return str(found[0].pk)
    user = busiest(Role.COORDINATOR)
    assert user is not None
    actor, now = actor_for(user), timezone.now()
    path = user.grants.get(role=Role.COORDINATOR).area_path
    last = (
        RegisterPage.objects.filter(class_section__school__area__path__startswith=f"{path}/")
        .select_related("class_section__school__school", "class_section__school__area")
        .order_by("-month", "class_section__grade", "pk")
        .first()
    )
    assert last is not None
    section, month = last.class_section, last.month
    days = [d for d in range(1, 32) if last.days_taken >> (d - 1) & 1]
    lines = [
        [f"UDISE: {section.school.school.udise}"],
        [f"Class: {section.grade}  Section: {section.section}  Month: {month:%B %Y}"],
        ["Roll", "Name", *map(str, days), "Present", "Absent"],
    ]
    for number, seat in enumerate(enrolled_in(section)):
        absent = [(3 * number + day) % 7 == 0 for day in days]
        name_ = f"{seat.child.given_name} {seat.child.family_name}".strip()
        marks = ["A" if is_absent else "P" for is_absent in absent]
        turned = [str(sum(absent)), str(len(days) - sum(absent))]
        lines.append([seat.roll_no, name_, *marks, *turned])
    data = "\r\n".join(",".join(line) for line in lines).encode()
    held = give_register(
        actor, source=io.BytesIO(data), filename=name, school=section.school, hints={},
        via="site", at=now,
    )  # fmt: skip
    held = read_register(actor, register=held, at=now)
    return str(held.pk)


def _to_the_top(page: Page, selector: str) -> None:
    """Scroll so that a part of the page stands at the top of the picture."""
    page.locator(selector).first.evaluate(
        "part => window.scrollTo(0, part.getBoundingClientRect().top + window.scrollY - 12)"
    )


PICTURES: dict[str, Callable[[Studio], Page]] = {
    "volunteer": volunteer,
    "coordinator": coordinator,
    "question": question,
    "register": register,
    "concern": concern,
    "house": house,
    "class": school_class,
    "budget": budget,
    "person": person,
    # What a form asks is read before anything else of it: in each language of the guides.
    **{f"sums-{language}": sums(language) for language in LANGUAGES},
    **{f"session-{language}": session(language) for language in LANGUAGES},
    **{f"session-one-{language}": one_of_session(language) for language in LANGUAGES},
}


def _keep(page: Page, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    data = smaller(page.screenshot())
    if len(data) > MAX_BYTES:
        raise SystemExit(f"{path.name} has {len(data)} bytes; {MAX_BYTES} are the most")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    page.context.close()
    print(f"{path.relative_to(ROOT)}  {len(data) // 1000} kB")


# --- a picture in 256 colours: a page has few, and a third of the bytes is enough ---


def smaller(png: bytes) -> bytes:
    """The same picture with at most 256 colours, the commonest; others become the nearest."""
    pixels = _pixels(png)
    height, width, _depth = pixels.shape
    keys = pixels.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    found, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
    kept = found[np.argsort(-counts)[:COLOURS]]
    palette = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], 1).astype(np.int32)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], 1).astype(np.int32)
    nearest = np.concatenate(
        [
            ((part[:, None, :] - palette[None]) ** 2).sum(2).argmin(1)
            for part in np.array_split(colours, max(1, len(colours) // 2000))
        ]
    )
    indexed = nearest[where].astype(np.uint8).reshape(height, width)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), indexed], 1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def _pixels(png: bytes) -> NDArray[np.uint8]:
    """The pixels of an 8-bit RGB or RGBA picture, rows × columns × 3."""
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if name == b"IHDR":
            width, height, _bits, kind = struct.unpack(">IIBB", content[:10])
        elif name == b"IDAT":
            packed += content
        at += 12 + size
    depth = {2: 3, 6: 4}[kind]
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * depth)
    out = np.zeros((height, width * depth), np.uint8)
    above = np.zeros(width * depth, np.uint8)
    for y in range(height):
        above = out[y] = _unfiltered(int(raw[y, 0]), raw[y, 1:], above, depth)
    return out.reshape(height, width, depth)[:, :, :3]


def _unfiltered(
    how: int, line: NDArray[np.uint8], above: NDArray[np.uint8], depth: int
) -> NDArray[np.uint8]:
    """Undo one line's filter of the PNG format (RFC 2083, 6)."""
    if how == 0:
        return line
    if how == 2:
        return line + above
    if how == 1:
        return np.cumsum(line.reshape(-1, depth), 0, dtype=np.uint8).reshape(-1)
    done = bytearray(len(line))
    for i, value in enumerate(line.tolist()):
        left = done[i - depth] if i >= depth else 0
        up = int(above[i])
        corner = int(above[i - depth]) if i >= depth else 0
        if how == 3:
            guess = (left + up) // 2
        else:
            near = left + up - corner
            guess = min((left, up, corner), key=lambda c: abs(near - c))
        done[i] = (value + guess) & 255
    return np.frombuffer(bytes(done), np.uint8)


@contextmanager
def _served() -> Iterator[str]:
    """The site over the copy, on a free port of this machine."""
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing of each request."""


if __name__ == "__main__":
    main()
