"""Builds the demonstration: writes the files, imports them by the doors a user has, plays the past.

Everything that tells of a child goes through the same readers and use cases as in real life. Only
the accounts are written straight into the tables: they have no passphrase, and are entered by
single-use links alone.
"""

import heapq
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from aanchal.access.models import Grant, User
from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel import authz as grants
from aanchal.kernel.authz import ROOT, Actor, system_actor
from aanchal.kernel.errors import Invalid
from aanchal.kernel.models import Deployment
from aanchal.notices.models import Contact
from aanchal.people.actions import enrol_pupils, record_agreement
from aanchal.people.models import Child, Enrolment, Kinship
from aanchal.people.pupil_lists import new_pupil
from aanchal.places.actions import confirm_join, import_areas, import_schools, set_calendar
from aanchal.places.models import Area, AreaJoin, Body
from aanchal.places.queries import school_by_udise
from aanchal.registers.actions import give_register, read_register, take_register
from aanchal.registers.models import RegisterFile
from aanchal.registers.parsing import parse_pupils
from aanchal.watch.actions import (
    assign_visit,
    correct_finding,
    hand_back_visit,
    leave_house,
    record_outcome,
    record_visit,
    reopen_flag,
    run_watch,
)
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.before_going import felt_unsafe
from aanchal.watch.queries.flags import volunteers_for

from .attendance import Registers, make_registers
from .calendar import year_starts_in
from .district import make_district
from .facts import District, Person
from .mistakes import write_mistakes
from .names import Name
from .new_session import leave_new_session_waiting
from .register_files import Written, write_files
from .stories import NOBODY_HOME, Told, Work, Worked
from .waiting import leave_waiting
from .waiting_registers import leave_registers_waiting

SEED = 7
FRIDAY = 4
# The watch is played weekly through the past and daily at its end.
DAILY_SINCE = timedelta(days=12)
FIRST_WATCH = timedelta(days=35)
# A volunteer who says that she will visit again names this day.
AGAIN_AFTER = timedelta(days=3)
EVENING = time(18)
SENT_AFTER = timedelta(minutes=40)
VISITED_AFTER = timedelta(hours=1)
SLIP_SEEN_AFTER = timedelta(minutes=20)
# Why a question that had ended is opened again, in the coordinator's language.
REOPENED_WORDS = {
    "en": "The school she was said to go to does not know her.",
    "hi": "जिस स्कूल में जाने की बात थी, वहाँ उसे कोई नहीं जानता।",
    "bn": "যে স্কুলে যাওয়ার কথা ছিল, সেখানে কেউ তাকে চেনে না।",
}

# Its presence says that the last step was done.
READY = settings.AANCHAL_DATA / "demo-is-ready"

Tell = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


@contextmanager
def silent(_what: str, _total: int) -> Iterator[Callable[[int], None]]:
    """No bar."""
    yield lambda _done: None


@dataclass
class Built:
    """What stands when the demonstration is ready."""

    registers: Path
    children: int
    schools: int
    files: int
    refused: list[str] = field(default_factory=list)


def is_built() -> bool:
    """Whether this database holds a finished demonstration; one cut off in the middle is none."""
    return READY.exists() and Deployment.objects.filter(is_demo=True).exists()


def build(folder: Path, *, today: date, seed: int = SEED, tell: Tell = silent) -> Built:
    """Make the whole demonstration in an empty, migrated database.

    Args:
        folder: where the files are written; `registers/` in it.
        tell: makes a progress bar for (what, total) and gives a function of how many are done.
    """
    if connection.vendor == "sqlite":
        # One cut off in the middle is thrown away whole, so nothing need reach the disk in order.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    district = make_district(seed, today)
    registers = make_registers(district)
    with tell("Writing the schools' files", 100) as bar:
        written = write_files(registers, folder, progress=lambda n, of: bar(100 * n // of))
        write_mistakes(registers, folder)
    Deployment.objects.get_or_create(pk=1, defaults={"is_demo": True, "made_at": timezone.now()})
    start = _evening(registers.first)
    _import_places(written, at=start, tell=tell)
    _set_calendars(registers, at=start)
    _agree(district, at=start)
    _import_pupils(written, at=start, tell=tell)
    built = Built(
        written.folder, len(district.children), len(district.schools), len(written.registers)
    )
    _import_registers(written, registers, built, tell=tell)
    people = _make_people(district, at=start)
    _Past(registers, people).play(tell=tell)
    leave_waiting(people, at=timezone.now())
    leave_registers_waiting(at=timezone.now())
    leave_new_session_waiting(at=timezone.now())
    connection.close()  # the next connection waits for the disk again
    os.sync()
    READY.touch()
    return built


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, EVENING))


def _import_places(written: Written, *, at: datetime, tell: Tell) -> None:
    actor = system_actor("imports")
    files = [*written.areas, written.schools]
    with tell("Importing places and schools", len(files)) as bar:
        for number, path in enumerate(files, 1):
            with path.open("rb") as source:
                action = import_schools if path == written.schools else import_areas
                action(actor, source=source, filename=path.name, at=at)
            bar(number)
    # In real life a person looks at each pair; here the maker of both lists knows them.
    maker = Actor("demo-maker", (grants.Grant(Role.ADMINISTRATOR, area_path=ROOT),))
    for level in (Area.Level.BLOCK, Area.Level.VILLAGE):
        joins = AreaJoin.objects.filter(state=AreaJoin.State.PROPOSED, target__level=level)
        for join in joins.order_by("pk"):
            confirm_join(maker, join=join, at=at)


def _set_calendars(registers: Registers, *, at: datetime) -> None:
    """Each block's calendar; the schools with another day off have one of their own."""
    actor = system_actor("imports")
    source = "made-up calendar of the demonstration"
    for block in registers.district.blocks:
        area = Area.objects.get(
            codes__system="lgd", codes__level="block", codes__code=str(block.area.code)
        )
        closures = [(c.kind, c.name, c.first, c.last) for c in registers.closures[block.number]]
        starts = year_starts_in(block.number)
        set_calendar(
            actor, area=area, weekly_off=[7], year_starts_in=starts, closures=closures,
            source=source, at=at,
        )  # fmt: skip
        for school in registers.district.schools:
            if school.block == block.number and school.weekly_off == FRIDAY:
                set_calendar(
                    actor, body=school_by_udise(school.udise), weekly_off=[5],
                    year_starts_in=starts, closures=closures, source=source, at=at,
                )  # fmt: skip


def _agree(district: District, *, at: datetime) -> None:
    record_agreement(
        system_actor("imports"),
        area=Area.objects.get(path=district.area.path),
        order_no="Made-up order 1",
        made_with="Made-up district education office",
        starts_on=timezone.localdate(at),
        ends_on=district.today + timedelta(days=365),
        at=at,
    )


def _import_pupils(written: Written, *, at: datetime, tell: Tell) -> None:
    actor = system_actor("imports")
    with tell("Importing pupils", len(written.pupils)) as bar:
        for number, file in enumerate(written.pupils, 1):
            with file.path.open("rb") as source:
                found = parse_pupils(source, filename=file.path.name, school=file.school)
            enrol_pupils(
                actor,
                school=school_by_udise(file.school),
                pupils=[new_pupil(pupil) for pupil in found.pupils],
                on=file.on,
                at=at,
            )
            bar(number)


def _import_registers(written: Written, registers: Registers, built: Built, *, tell: Tell) -> None:
    actor = system_actor("imports")
    at = _evening(registers.last)
    with tell("Importing registers", len(written.registers)) as bar:
        for number, path in enumerate(written.registers, 1):
            # What the path says is what the sender would choose on the page: her school.
            udise = path.parent.name if path.parent != written.folder else ""
            school = school_by_udise(udise) if udise else None
            with path.open("rb") as source:
                held = give_register(
                    actor,
                    source=source,
                    filename=path.name,
                    school=school,
                    hints={},
                    via="command",
                    at=at,
                )
            held = read_register(actor, register=held, at=at)
            if held.state == RegisterFile.State.REFUSED:
                built.refused.append(path.name)
            elif held.state == RegisterFile.State.SHOWN:
                taken = take_register(
                    actor, register=held, enrol_unknown=True, confirmed=True, at=at
                )
                if not taken.pages:
                    built.refused.append(path.name)
            bar(number)


# --- people ---


def _make_people(district: District, *, at: datetime) -> dict[str, User]:
    users = {
        person.username: User(
            username=person.username,
            display_name=_name(person.name, person.language),
            language=person.language,
            # No passphrase fits this: a link alone signs her in.
            password="!",  # noqa: S106
        )
        for person in district.people
    }
    User.objects.bulk_create(users.values())
    areas = {a.path: a for a in Area.objects.all()}
    schools = {b.school.udise: b for b in Body.objects.select_related("school", "area")}
    grants: list[Grant] = []
    for person in district.people:
        for grade, section in _classes(person):
            body = schools[person.school] if person.school else None
            area = None if body else areas[person.area_path]
            grants.append(
                Grant(
                    user=users[person.username],
                    role=person.role,
                    area=area,
                    body=body,
                    area_path=body.area.path if body else person.area_path,
                    grade=grade,
                    section=section,
                    starts_at=at - timedelta(days=1),
                    given_by="system:operator",
                    given_at=at,
                )
            )
    Grant.objects.bulk_create(grants)
    _make_kin(district, users, at=at)
    # Numbers that no telephone has; in a demo a message is only written into the log.
    Contact.objects.bulk_create(
        Contact(
            user=user,
            phone=f"+91{number:010d}",
            phone_confirmed_on=timezone.localdate(at),
            shows_phone=True,
        )
        for number, user in enumerate(users.values(), 1)
    )
    return users


def _classes(person: Person) -> list[tuple[str, str]]:
    if person.is_head or not person.school:
        return [("", "")]
    return [(str(grade), section) for grade, section in person.classes]


def _name(name: Name, language: str) -> str:
    return name.own if language != "en" and name.own else name.latin


def _make_kin(district: District, users: dict[str, User], *, at: datetime) -> None:
    """A few volunteers are kin of a household: its children are never put into their hands."""
    by_key = _children_by_key(district)
    rows = []
    for person in district.people:
        for key in person.kin_households:
            homes = {
                home
                for c in district.children
                if c.household == key and c.key in by_key
                if (home := by_key[c.key].household_id) is not None
            }
            rows += [
                Kinship(
                    district=_district_key(district),
                    user=users[person.username],
                    household_id=home,
                    recorded_by="system:operator",
                    recorded_at=at,
                )
                for home in homes
            ]
    Kinship.objects.bulk_create(rows, ignore_conflicts=True)


def _district_key(district: District) -> str:
    return district.area.path.split("/")[2]


def _children_by_key(district: District) -> dict[str, Child]:
    """The maker's key of each child → her record, by school, class and roll."""
    seats: dict[tuple[str, str, str, str], Child] = {}
    for row in Enrolment.objects.select_related("child", "class_section__school__school"):
        section = row.class_section
        seats[section.school.school.udise, section.grade, section.section, row.roll_no] = row.child
    found = {}
    for child in district.children:
        for e in child.enrolments:
            held = seats.get((e.school, str(e.grade), e.section, str(e.roll)))
            if held is not None:
                found[child.key] = held
    return found


# --- the past ---


class _Past:
    """Plays the watch and what people did, day by day, through the use cases."""

    def __init__(self, registers: Registers, people: dict[str, User]) -> None:
        self.registers = registers
        self.today = registers.district.today
        self.people = people
        self.worked = Worked(registers)
        self.keys = {c.pk: key for key, c in _children_by_key(registers.district).items()}
        self.coordinators = [
            u for u in people.values() if u.grants.filter(role=Role.COORDINATOR).exists()
        ]
        self.due: list[tuple[date, int, Callable[[datetime], None]]] = []
        self.order = count()
        self.slipped = self.reopened = False
        self.languages = {p.username: p.language for p in registers.district.people}

    def play(self, *, tell: Tell) -> None:
        days = self._watch_days()
        with tell("Playing seven months of the watch", len(days)) as bar:
            for number, day in enumerate(days, 1):
                self._until(day)
                at = _evening(day)
                done = run_watch(system_actor("watch"), on=day, at=at)
                flags = Flag.objects.filter(pk__in=done.raised).order_by("pk")
                for flag in flags.select_related("child", "area"):
                    self._plan(flag, day)
                bar(number)
            self._until(self.today)

    def _watch_days(self) -> list[date]:
        first = self.registers.first + FIRST_WATCH
        last = self.registers.last
        days = [first + timedelta(days=7 * i) for i in range((last - first).days // 7 + 1)]
        daily = last - DAILY_SINCE
        days = [d for d in days if d < daily]
        return days + [daily + timedelta(days=i) for i in range((last - daily).days + 1)]

    def _later(self, day: date, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.due, (day, next(self.order), act))

    def _until(self, day: date) -> None:
        while self.due and self.due[0][0] <= day:
            on, _n, act = heapq.heappop(self.due)
            at = min(_evening(on) - timedelta(hours=1), timezone.now())
            act(at)

    def _plan(self, flag: Flag, day: date) -> None:
        key = self.keys.get(flag.child_id)
        if key is None:
            return
        work = self.worked.work_on(key, day, is_urgent=flag.channel == Flag.Channel.URGENT)
        if work is not None:
            self._later(work.assigned_on, lambda at: self._assign(flag.pk, work, at))

    def _assign(self, flag_id: UUID, work: Work, at: datetime) -> None:
        flag = self._flag(flag_id)
        # On the evening the watch ran, the visit is sent after the question was raised.
        at = max(at, min(flag.raised_at + SENT_AFTER, timezone.now()))
        coordinator = self._coordinator(flag, at)
        if coordinator is None or flag.state not in (Flag.State.OPEN, Flag.State.ASSIGNED):
            return
        able = volunteers_for(flag, at=at)
        if not able:
            return
        visit = self._send(coordinator, flag, able[0], at)
        if work.handed_back and len(able) > 1:
            hand_back_visit(
                actor_for(visit.volunteer, at=at), visit=visit, because=work.handed_back, at=at
            )
            visit = self._send(coordinator, self._flag(flag_id), able[1], at)
        if work.visited_on is not None and work.told is not None:
            told = work.told
            self._later(work.visited_on, lambda at: self._visit(visit.pk, told, work, at))

    def _send(self, coordinator: Actor, flag: Flag, volunteer: User, at: datetime) -> Visit:
        # Where somebody did not feel safe before, two go: another of the village, or one who is asked.
        two_go = bool(felt_unsafe([flag]))
        others = [u for u in volunteers_for(flag, at=at) if u.pk != volunteer.pk] if two_go else []
        return assign_visit(
            coordinator,
            flag=flag,
            volunteer=volunteer,
            second=others[0] if others else None,
            two_go=two_go,
            at=at,
        )

    def _visit(self, visit_id: UUID, told: Told, work: Work, at: datetime) -> None:
        visit = Visit.objects.select_related("volunteer").get(pk=visit_id)
        if visit.state != Visit.State.ASSIGNED:
            return
        # On the evening on which it was sent, she comes back after that.
        at = max(at, min(visit.assigned_at + VISITED_AFTER, timezone.now()))
        volunteer = actor_for(visit.volunteer, at=at)
        leave_house(volunteer, visit=visit, at=at)
        language = self.languages.get(visit.volunteer.username, "en")
        # One volunteer ticks the wrong answer, sees it a little later and puts it right.
        is_slip = not self.slipped and told.finding != NOBODY_HOME and not told.concern
        try:
            finding = record_visit(
                volunteer,
                visit=visit,
                kind=told.finding,
                whom_met=told.whom_met,
                child_seen=told.child_seen is not is_slip,
                next_step=told.next_step,
                note=told.notes.get(language, ""),
                visited_on=timezone.localdate(at),
                again_on=timezone.localdate(at) + AGAIN_AFTER,
                at=at,
            )
        except Invalid:
            return  # the flag was raised on a day after the visit's: leave it open
        if is_slip:
            self.slipped = True
            correct_finding(
                volunteer,
                finding=finding,
                kind=finding.kind,
                whom_met=finding.whom_met,
                child_seen=told.child_seen,
                note=finding.note,
                at=min(at + SLIP_SEEN_AFTER, timezone.now()),
            )
        if work.again is not None:
            again = work.again
            self._later(again.assigned_on, lambda at: self._assign(visit.flag_id, again, at))
        elif work.outcome_on is not None:
            self._later(work.outcome_on, lambda at: self._end(visit.flag_id, told, at))

    def _end(self, flag_id: UUID, told: Told, at: datetime) -> None:
        flag = self._flag(flag_id)
        coordinator = self._coordinator(flag, at)
        if coordinator is None or flag.state not in Flag.LIVE:
            return
        try:
            record_outcome(
                coordinator,
                flag=flag,
                kind=told.outcome,
                since_on=timezone.localdate(at),
                child_seen=True,
                confirmed=True,
                at=at,
            )
        except Invalid:
            return  # the register does not bear out that the child is back: the question stays
        if told.outcome == "left" and not self.reopened:
            self.reopened = True
            words = REOPENED_WORDS[self.languages.get(self._username(coordinator), "en")]
            reopen_flag(coordinator, flag=self._flag(flag_id), because=words, at=at)

    def _username(self, actor: Actor) -> str:
        return next(u.username for u in self.coordinators if str(u.pk) == actor.user_id)

    def _flag(self, flag_id: UUID) -> Flag:
        return (
            Flag.objects.select_related("child__household", "area")
            .prefetch_related("child__household__kinships", "visits")
            .get(pk=flag_id)
        )

    def _coordinator(self, flag: Flag, at: datetime) -> Actor | None:
        for user in self.coordinators:
            actor = actor_for(user, at=at)
            if any(flag.area.path.startswith(g.area_path + "/") for g in actor.grants):
                return actor
        return None
