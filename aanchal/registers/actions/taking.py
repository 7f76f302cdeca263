"""Taking a shown register in: its good rows page by page, the rest kept for repair.

A few pages are written by one transaction: a crash leaves whole pages, and the rest is taken up again.
What is known of the classes is loaded once for all of them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel import files
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import move
from aanchal.kernel.vocabulary import Verb
from aanchal.lib.indic.names import split_name
from aanchal.people.actions import enrol_pupils
from aanchal.people.child_codes import hold_series
from aanchal.people.moving import begun_class
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.models import Body
from aanchal.places.queries import calendars_of

from ..known_classes import KnownClasses, content
from ..models import MissingPupil, RegisterFile
from ..page_matching import ask_of_changes, missing_of
from ..permissions import RegisterPermission
from ..rules.pages import PageMarks, merge_pages
from ..shown_pages import ShownPage, ShownRow, class_key
from ..verbs import RegisterVerb
from .missing import note_missing
from .pages import lay_page
from .registers import lock_files, scope_of_file

Progress = Callable[[int, int], None]
MAX_PAGES_PER_TRANSACTION = 8  # a file of no more pages is taken in by one transaction
_A_PART = 8  # pages of a larger file that are taken in by one transaction


@dataclass
class Taken:
    """What taking a register in did."""

    pages: int = 0
    pages_changed: int = 0
    marks_added: int = 0
    marks_changed: int = 0
    marks_waiting: int = 0  # for the coordinator's yes: they would take absences away
    enrolled: int = 0
    rows_left: int = 0
    problems: int = 0
    waiting: int = 0
    missing: int = 0
    asked_anew: int = 0  # pages: more marks would change by now than the sender was shown


def take_register(
    actor: Actor,
    *,
    register: RegisterFile,
    enrol_unknown: bool,
    at: datetime,
    confirmed: bool = False,
    missing: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Taken:
    """Take in the good rows of a shown register, page by page; keep the rest for repair.

    May be called again after a crash: pages already in are found unchanged. Of a file that is in, and is
    sent again to enrol, nothing is laid but the marks of pupils who are enrolled now. A page by which more
    marks would change than it was shown with waits, and is shown and asked about anew.

    Args:
        enrol_unknown: enrol the rows that match nobody in their class, as the sender confirmed.
        confirmed: the sender has seen and answered the questions (a closure? a correction?).
        missing: child's id → what the sender says of a pupil whom the file does not name; None for
            what is kept on the file already (`say_of_left_out`).

    Raises:
        WrongState: not shown yet, or refused.
        NotAllowed: a page of a class that is not the actor's.
    """
    few = len((register.understood or {}).get("pages", [])) <= MAX_PAGES_PER_TRANSACTION
    take = _take_whole if few else _take_in_parts
    yes = Yes(enrol=enrol_unknown, said=confirmed, at=at)
    return take(actor, register=register, yes=yes, missing=missing, progress=progress)


@use_case
def _take_whole(
    actor: Actor,
    *,
    register: RegisterFile,
    yes: "Yes",
    missing: Mapping[str, str] | None,
    progress: Progress | None,
) -> Taken:
    """A small file is one transaction: a crash leaves all of it or nothing."""
    [held] = lock_files([register])
    pages = pages_of(held)
    desk = Desk.of(pages, enrols=yes.enrol)
    taken = take_held(actor, held, pages, desk, yes, missing, progress)
    held.save(update_fields=[*TAKEN_FIELDS, "said", *_asked_anew(taken)])
    return taken


def _take_in_parts(
    actor: Actor,
    *,
    register: RegisterFile,
    yes: "Yes",
    missing: Mapping[str, str] | None,
    progress: Progress | None,
) -> Taken:
    """A large file is one transaction for every few pages, between its beginning and its end."""
    register = _begin_alone(actor, register=register, yes=yes, missing=missing)
    pages = pages_of(register)
    taken = Taken()
    for first in range(0, len(pages), _A_PART):
        if progress is not None:
            progress(first, len(pages))
        _take_some(
            actor, register=register, pages=pages[first : first + _A_PART], yes=yes, to=taken
        )
    if progress is not None:
        progress(len(pages), len(pages))
    _finish_alone(actor, register=register, pages=pages, taken=taken, at=yes.at)
    return taken


# What taking in sets on a file; where more is asked anew, what was understood of it as well.
TAKEN_FIELDS = ("answers", "counts", "state", "settled_at")


def _asked_anew(taken: Taken) -> list[str]:
    return ["understood"] if taken.asked_anew else []


def take_held(
    actor: Actor,
    register: RegisterFile,
    pages: Sequence[ShownPage],
    desk: "Desk",
    yes: "Yes",
    missing: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Taken:
    """Begin, take every page, finish: inside one transaction, its file held; whoever calls saves it."""
    _begin(actor, register, pages, yes, missing)
    taken = Taken()
    for number, page in enumerate(pages):
        if progress is not None:
            progress(number, len(pages))
        _take_page(actor, register, page, desk, yes, taken)
    if progress is not None:
        progress(len(pages), len(pages))
    _finish(actor, register, pages, taken, at=yes.at)
    return taken


@dataclass(frozen=True)
class Yes:
    """What the sender said when the file was to be taken in."""

    enrol: bool
    said: bool
    at: datetime


@dataclass
class Desk:
    """The schools and classes of some pages, loaded together and held until the transaction ends."""

    schools: Mapping[str, Body]
    classes: KnownClasses

    @classmethod
    def of(cls, pages: Sequence[ShownPage], *, enrols: bool = False) -> "Desk":
        """The desk for these pages.

        Args:
            enrols: rows that match nobody will be enrolled; then the districts' series of codes are locked first.
        """
        wanted = [p for p in pages if p.can_be_taken]
        schools = {
            str(body.pk): body
            for body in Body.objects.filter(pk__in={p.school_id for p in wanted}).select_related(
                "area", "school"
            )
        }
        if enrols:
            with_new = [p for p in wanted if any(r.match == "unknown" for r in p.rows)]
            ways = {schools[p.school_id].area.district for p in with_new if p.school_id in schools}
            for district in sorted(ways):
                hold_series(district)
        calendars_of(list(schools.values()))  # so that the year of each is known
        keys = [class_key(p, schools[p.school_id]) for p in wanted if p.school_id in schools]
        return cls(schools, KnownClasses(keys, hold=True))


def pages_of(register: RegisterFile) -> list[ShownPage]:
    return [ShownPage.from_json(p) for p in (register.understood or {}).get("pages", [])]


@use_case
def _begin_alone(
    actor: Actor, *, register: RegisterFile, yes: Yes, missing: Mapping[str, str] | None
) -> RegisterFile:
    [register] = lock_files([register])
    _begin(actor, register, pages_of(register), yes, missing)
    register.save(update_fields=["said", "state", "answers"])
    return register


def _begin(
    actor: Actor,
    register: RegisterFile,
    pages: Sequence[ShownPage],
    yes: Yes,
    missing: Mapping[str, str] | None,
) -> None:
    """Set a held file to being taken in, with what was said; whoever calls saves it."""
    if any(page.is_held for page in pages):
        raise WrongState(_("First answer what is asked of this register."))
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state not in (
        RegisterFile.State.SHOWN,
        RegisterFile.State.TAKING,
        RegisterFile.State.TAKEN,
    ):
        raise WrongState
    if missing is not None and register.state != RegisterFile.State.TAKING:
        register.said = said_of(register, missing)
    if register.state == RegisterFile.State.SHOWN:
        verb = move(register, RegisterFile.State.TAKING)
        # A crash leaves the file here: it is finished with the answers that were given, and no other.
        register.answers = {
            **register.answers,
            "by": actor.user_id,
            "enrol": yes.enrol,
            "confirmed": yes.said,
            "at": yes.at.isoformat(),
        }
        record(actor, Verb.named(verb), register, scope=scope_of_file(actor, register))
    elif register.state == RegisterFile.State.TAKEN and yes.enrol:
        register.answers = {**register.answers, "enrol": True}


@use_case
def _take_some(
    actor: Actor, *, register: RegisterFile, pages: list[ShownPage], yes: Yes, to: Taken
) -> None:
    desk = Desk.of(pages, enrols=yes.enrol)
    for page in pages:
        _take_page(actor, register, page, desk, yes, to)


def _take_page(
    actor: Actor, register: RegisterFile, page: ShownPage, desk: Desk, yes: Yes, to: Taken
) -> None:
    if not page.can_be_taken:
        to.problems += len(page.problems)
        return
    # What a file asks was answered when it was taken in; it comes again only to enrol.
    if page.asks and not yes.said and register.state != RegisterFile.State.TAKEN:
        to.waiting += 1
        return
    school, classes = desk.schools.get(page.school_id), desk.classes
    if school is None:
        raise NotFound  # it has gone since the file was shown
    month = date.fromisoformat(page.month + "-01")
    only_new = yes.enrol and register.state == RegisterFile.State.TAKEN
    # Another file of the class may have come in since this one was shown, also in another process.
    held = None if only_new else classes.pages(class_key(page, school)).get(month)
    if held is not None:
        merged = merge_pages(content(held), page.known_marks())
        if merged.changed > page.changed:
            ask_of_changes(page, merged)
            to.waiting += 1
            to.asked_anew += 1
            return
    new: set[str] = set()
    unknown = [r for r in page.rows if r.match == "unknown"]
    if yes.enrol and unknown:
        enrolled = enrol_pupils(
            actor,
            school=school,
            pupils=[_as_pupil(r, page) for r in unknown],
            on=month,
            at=yes.at,
        )
        classes.forget()
        to.enrolled += enrolled.new
        for row, child in zip(unknown, enrolled.children, strict=True):
            if child is not None:
                row.match, row.child = "sure", str(child)
                new.add(row.child)
    given = page.known_marks()
    to.rows_left += len(page.rows) - len(given.children)
    class_section = classes.section(class_key(page, school))
    if class_section is not None:
        class_section.school = school  # with its area, which whoever is asked about the class needs
    # Of a file that was in and is sent to enrol, only whom it enrols: what came since stays.
    laid = _only(given, new) if only_new else given
    if class_section is not None and given.children:
        to.pages += 1
    if class_section is not None and laid.children:
        recorded = lay_page(
            actor,
            class_section=class_section,
            month=month,
            page=laid,
            register=register,
            received_at=register.received_at,
            at=yes.at,
            known=classes,
        )
        to.pages_changed += bool(recorded.added or recorded.changed)
        to.marks_added += recorded.added
        to.marks_changed += recorded.changed
        to.marks_waiting += recorded.waiting
    # Asked anew, not as it was shown: another file may have come in between, and pupils been
    # enrolled. A page of which no row is known leaves the whole class out.
    gone = missing_of(page, school, given, classes)
    if gone:
        if class_section is None:
            # At the change of session all rows may still wait; those whom none of them may be do not.
            key = class_key(page, school)
            class_section = begun_class(school, year=key.year, grade=key.grade, section=key.section)
            classes.put_section(class_section)
        to.missing += note_missing(
            actor,
            class_section=class_section,
            month=month,
            children=gone,
            said=register.said or {},
            at=yes.at,
        )
        classes.put_missing(gone)
    to.problems += len(page.problems)


def _only(page: PageMarks, children: Collection[str]) -> PageMarks:
    places = [place for place, child in enumerate(page.children) if str(child) in children]
    return PageMarks(tuple(page.children[place] for place in places), page.marks[places])


def said_of(register: RegisterFile, said: Mapping[str, str]) -> dict[str, str]:
    """What was said of pupils whom a shown file leaves out, without anything else."""
    pages = (register.understood or {}).get("pages", [])
    asked = {child for page in pages for child in page.get("missing", [])}
    return {c: code for c, code in said.items() if c in asked and code in MissingPupil.Said.values}


def _as_pupil(row: ShownRow, page: ShownPage) -> NewPupil:
    own_script = row.name if not row.name.isascii() else ""
    given, family = split_name(row.name)
    return NewPupil(
        grade=page.grade,
        section=page.section,
        roll=row.roll,
        given_name=given,
        family_name=family,
        own_script_name=own_script,
        sex=row.sex,
        village=row.village,
        admission_no=row.admission_no,
        row=row.row,
    )


@use_case
def _finish_alone(
    actor: Actor, *, register: RegisterFile, pages: Sequence[ShownPage], taken: Taken, at: datetime
) -> None:
    [register] = lock_files([register])
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    _finish(actor, register, pages, taken, at=at)
    register.save(update_fields=["counts", "state", "settled_at", *_asked_anew(taken)])


def _finish(
    actor: Actor, register: RegisterFile, pages: Sequence[ShownPage], taken: Taken, *, at: datetime
) -> None:
    """Set a held file to what came of it, and keep its problems; whoever calls saves it."""
    has_problems = _keep_problems(register, pages, at=at)
    register.counts = {
        "pages": taken.pages,
        "added": taken.marks_added,
        "changed": taken.marks_changed,
        "corrections": taken.marks_waiting,
        "missing": taken.missing,
        "enrolled": taken.enrolled,
        # Problems are kept here alone: a file that has none and was never finished has none open.
        "rows_left": open_problems_of(register) if has_problems or register.counts else 0,
        "problems": taken.problems,
        "waiting": taken.waiting,
    }
    if taken.asked_anew:
        register.understood = {"pages": [page.to_json() for page in pages]}
    to = RegisterFile.State.SHOWN
    if taken.waiting == 0:
        to, register.settled_at = RegisterFile.State.TAKEN, at
    record(
        actor,
        Verb.named(move(register, to, verb=RegisterVerb.REGISTER_TAKEN, may_stay=True)),
        register,
        scope=scope_of_file(actor, register),
        pages=taken.pages,
    )


def open_problems_of(register: RegisterFile) -> int:
    """How many rows and cells of a file wait for a person."""
    return ImportProblem.objects.filter(
        source_kind="register", source_id=str(register.pk), state=ImportProblem.State.OPEN
    ).count()


def _keep_problems(register: RegisterFile, pages: Sequence[ShownPage], *, at: datetime) -> bool:
    """Keep what waits for a person; whether there is any."""
    if not any(True for page in pages for _problem in page.all_problems()):
        return False
    # A file may name its schools itself, several of them: a problem stands where its page does.
    schools = {
        str(b.pk): b
        for b in Body.objects.filter(
            pk__in={p.school_id for p in pages if p.school_id}
        ).select_related("area")
    }
    rows: list[ImportProblem] = []
    for page in pages:
        school = schools.get(page.school_id, register.school)
        for problem in page.all_problems():
            key = f"{register.pk}|{page.number}|{problem['row']}|{problem['column']}|{problem['code']}"
            rows.append(
                ImportProblem(
                    district=school.area.district if school else register.district,
                    area_path=school.area.path if school else "",
                    body_id=school.pk if school else None,
                    source_kind="register",
                    source_id=str(register.pk),
                    row=problem["row"],
                    column=(problem["column"] or "")[:40],
                    code=problem["code"][:64],
                    template=problem["template"][:400],
                    params=problem["params"],
                    raw=problem.get("raw"),
                    key=files.content_hash(key.encode()),
                    found_at=at,
                )
            )
    ImportProblem.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return True
