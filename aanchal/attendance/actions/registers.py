"""Registers in: kept as they came, understood and shown, then taken in page by page.

`give_register` keeps the bytes first. `read_register` understands them outside any transaction.
`take_register` writes one page a transaction, so that a crash leaves whole pages and the rest is
taken up again. Nothing of it happens twice: the same file is the same record, and a page that
says nothing new changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from aanchal.kernel import files
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import (
    ROOT,
    Actor,
    Permission,
    Scope,
    grants_for,
    may,
    require,
)
from aanchal.lib.tabular.problems import Unreadable
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassSection
from aanchal.people.moving import begun_class
from aanchal.people.rules.pupils import NewPupil, split_name
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import MissingPupil, RegisterFile
from ..queries.books import visible_register_files
from ..reading import ShownPage, ShownRow, missing_of, show_pages
from ..rules.pages import PageMarks
from .missing import note_missing
from .pages import page_marks as page_marks
from .pages import record_page

Progress = Callable[[int, int], None]
Read = Callable[[float], None]
TOGETHER = 8  # pages of a file that are taken in by one transaction


@use_case
def give_register(
    actor: Actor,
    *,
    source: BinaryIO,
    filename: str,
    school: Body | None,
    hints: dict[str, str],
    via: str,
    at: datetime,
) -> RegisterFile:
    """Keep a register file as it came. The same bytes for the same school are the same record.

    Raises:
        NotAllowed: the actor may not send registers of this school or class.
        Invalid: the actor has one class of this school, and nobody said which class it is of.
        TooLarge: past the limit; nothing is kept.
        WrongState: somebody sent it for the whole school, where the actor has one class.
    """
    _ask_which_class(actor, school, hints)
    require(actor, Permission.REGISTER_IMPORT, _scope(actor, school, hints))
    district = school.area.district if school else ""
    stored = files.keep_file(
        source,
        name=filename,
        media_type=_media_type(filename),
        purpose="register",
        district=district,
        kept_by=actor.user_id,
        kept_at=at,
        most_bytes=settings.AANCHAL_UPLOAD_BYTES,
    )
    content = _content(stored.content_hash, school, actor.user_id)
    known = _same(content, school)
    if known is None:
        try:
            with transaction.atomic():
                register = RegisterFile.objects.create(
                    district=district,
                    school=school,
                    file=stored,
                    content_hash=content,
                    hints=hints,
                    via=via,
                    received_by=actor.user_id,
                    received_at=at,
                )
        except IntegrityError:
            known = _same(content, school)  # the same file, sent twice at once
            if known is None:
                raise
    if known is not None:
        path = files.path_of(stored)
        if not visible_register_files(actor).filter(pk=known.pk).exists():
            # Sent for the whole school by somebody else: a class teacher must not read it anew.
            path.unlink(missing_ok=True)
            raise WrongState(_("This very file was already sent for that school."))
        stored.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
        return known
    record(actor, Verb.REGISTER_RECEIVED, register, scope=_scope(actor, school, hints), via=via)
    return register


def _content(content_hash: str, school: Body | None, sender: str) -> str:
    """What makes a file the same as another: its bytes, and as long as no school is known, whose."""
    if school is not None:
        return content_hash
    return files.content_hash(f"{content_hash}|{sender}".encode())


def _same(content_hash: str, school: Body | None) -> RegisterFile | None:
    return RegisterFile.objects.filter(content_hash=content_hash, school=school).first()


def _scope(actor: Actor, school: Body | None, hints: dict[str, str]) -> Scope:
    if school is None:
        # A file of no known school yet: it is in the sender's own hands until it is placed.
        paths = [g.area_path for g in actor.grants if g.area_path]
        bodies = [g for g in actor.grants if g.body_id]
        if paths:
            return Scope(area_path=paths[0])
        if bodies:
            return Scope(
                area_path="",
                body_id=bodies[0].body_id,
                grade=bodies[0].grade,
                section=bodies[0].section,
            )
        return Scope(area_path="")
    # Without a class said it is of the whole school: it is never taken to be the asker's own class.
    base = school.scope()
    return Scope(
        area_path=base.area_path,
        district=base.district,
        body_id=base.body_id,
        grade=hints.get("grade", ""),
        section=hints.get("section", ""),
    )


def _ask_which_class(actor: Actor, school: Body | None, hints: dict[str, str]) -> None:
    """Ask a class teacher which class it is, where that is not said; it is never assumed.

    Raises:
        Invalid: she may send for a class of this school only, and did not say for which.
    """
    if school is None or may(actor, Permission.REGISTER_IMPORT, _scope(actor, school, hints)):
        return
    of_class = [
        g
        for g in grants_for(actor, Permission.REGISTER_IMPORT)
        if g.body_id == str(school.pk) and g.grade
    ]
    said = hints.get("grade", "")
    if any(not said or (said == g.grade and not hints.get("section")) for g in of_class):
        raise Invalid(_("Say which class and section this register is of."), field="own_class")


def _media_type(filename: str) -> str:
    ending = filename.rsplit(".", 1)[-1].lower()
    return {
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "xls": "application/vnd.ms-excel",
    }.get(ending, "application/octet-stream")


def read_register(
    actor: Actor, *, register: RegisterFile, at: datetime, progress: Read | None = None
) -> RegisterFile:
    """Understand a kept file and store what will be shown. Parsing is outside any transaction.

    A file that cannot be read becomes REFUSED, with its one sentence; it is still kept.
    """
    try:
        shown = show_pages(actor, register=register, today=at.date(), progress=progress)
    except Unreadable as refusal:
        return refuse_register(
            actor,
            register=register,
            template=refusal.template,
            params=dict(refusal.params),
            at=at,
        )
    return _show_register(actor, register=register, pages=shown, at=at)


@use_case
def _show_register(
    actor: Actor, *, register: RegisterFile, pages: list[ShownPage], at: datetime
) -> RegisterFile:
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    require(actor, Permission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        return register
    register.understood = {"pages": [p.to_json() for p in pages]}
    register.state = RegisterFile.State.SHOWN
    # Plain, for the list to be narrowed by; of pages that are nobody's yet nothing is known.
    held = [p for p in pages if p.school_id and p.grade]
    register.classes = _between_bars(f"{p.grade}/{p.section}" for p in held)
    register.months = _between_bars(p.month for p in held if p.month)
    register.save(update_fields=["understood", "state", "classes", "months"])
    record(
        actor, Verb.REGISTER_READ, register, scope=scope_of_file(actor, register), pages=len(pages)
    )
    return register


def _between_bars(words: Iterable[str]) -> str:
    found = sorted(set(words))
    return f"|{'|'.join(found)}|" if found else ""


@use_case
def refuse_register(
    actor: Actor,
    *,
    register: RegisterFile,
    template: str,
    params: dict[str, Any],
    at: datetime,
) -> RegisterFile:
    """Mark a file as one that cannot be used, with the sentence that says what to do.

    Raises:
        NotAllowed: not the actor's to refuse.
        WrongState: its pages are already taken in.
    """
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    require(actor, Permission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        raise WrongState
    register.state = RegisterFile.State.REFUSED
    register.refusal, register.refusal_params = template, params
    register.settled_at = at
    register.save(update_fields=["state", "refusal", "refusal_params", "settled_at"])
    record(actor, Verb.REGISTER_REFUSED, register, scope=scope_of_file(actor, register))
    return register


@use_case
def choose_school(
    actor: Actor, *, register: RegisterFile, school: Body, hints: dict[str, str], at: datetime
) -> RegisterFile:
    """Say which school, class and month a file belongs to, where it does not say so itself.

    Raises:
        NotAllowed: the actor may not send registers of that school or class.
        Invalid: as for `give_register`.
        WrongState: its pages are already taken in, or the same file is known for that school.
    """
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    require(actor, Permission.REGISTER_IMPORT, scope_of_file(actor, register))
    _ask_which_class(actor, school, hints)
    require(actor, Permission.REGISTER_IMPORT, _scope(actor, school, hints))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        raise WrongState
    content = register.file.content_hash
    twin = RegisterFile.objects.filter(content_hash=content, school=school)
    if twin.exclude(pk=register.pk).exists():
        raise WrongState(_("This very file was already sent for that school."))
    register.school, register.district, register.hints = school, school.area.district, hints
    register.state, register.content_hash = RegisterFile.State.RECEIVED, content
    register.save(update_fields=["school", "district", "hints", "state", "content_hash"])
    record(actor, Verb.REGISTER_RECEIVED, register, scope=school.scope(), fields=["school"])
    return register


def scope_of_file(actor: Actor, register: RegisterFile) -> Scope:
    """Where a file stands: at the school or class that was said, or in its sender's own hands."""
    if register.school is None and register.received_by != actor.user_id:
        return Scope(area_path="")
    return _scope(actor, register.school, register.hints)


@use_case
def wait_for_answer(actor: Actor, *, register: RegisterFile, at: datetime) -> RegisterFile:
    """Let a file that was left in the middle wait for its sender's yes again.

    Raises:
        NotAllowed: not the actor's to take in.
        WrongState: it is not being taken in.
    """
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    # A file that names its schools itself is in no school's hands: then only one over all of them.
    scope = register.school.scope() if register.school is not None else Scope(area_path=ROOT)
    require(actor, Permission.REGISTER_IMPORT, scope)
    if register.state != RegisterFile.State.TAKING:
        raise WrongState
    register.state = RegisterFile.State.SHOWN
    register.save(update_fields=["state"])
    record(actor, Verb.REGISTER_READ, register, scope=scope, fields=["state"])
    return register


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


def take_register(
    actor: Actor,
    *,
    register: RegisterFile,
    enrol_unknown: bool,
    at: datetime,
    said_yes: bool = False,
    missing: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Taken:
    """Take in the good rows of a shown register, page by page; keep the rest for repair.

    May be called again after a crash: pages already in are found unchanged.

    Args:
        enrol_unknown: enrol the rows that match nobody in their class, as the sender confirmed.
        said_yes: the sender has seen and answered the questions (a closure? a correction?).
        missing: child's id → what the sender says of a pupil whom the file does not name; None for
            what is kept on the file already (`say_of_left_out`).

    Raises:
        WrongState: not shown yet, or refused.
        NotAllowed: a page of a class that is not the actor's.
    """
    if len((register.understood or {}).get("pages", [])) <= TOGETHER:
        take = _take_together
    else:
        take = _take_pages
    return take(
        actor,
        register=register,
        enrol_unknown=enrol_unknown,
        at=at,
        said_yes=said_yes,
        missing=missing,
        progress=progress,
    )


@use_case
def _take_together(
    actor: Actor,
    *,
    register: RegisterFile,
    enrol_unknown: bool,
    at: datetime,
    said_yes: bool,
    missing: Mapping[str, str] | None,
    progress: Progress | None,
) -> Taken:
    """A small file is one transaction: a crash leaves all of it or nothing."""
    return _take_pages(
        actor,
        register=register,
        enrol_unknown=enrol_unknown,
        at=at,
        said_yes=said_yes,
        missing=missing,
        progress=progress,
    )


def _take_pages(
    actor: Actor,
    *,
    register: RegisterFile,
    enrol_unknown: bool,
    at: datetime,
    said_yes: bool,
    missing: Mapping[str, str] | None,
    progress: Progress | None,
) -> Taken:
    if any(p.get("questions") for p in (register.understood or {}).get("pages", [])) and any(
        ShownPage.from_json(p).is_held for p in (register.understood or {}).get("pages", [])
    ):
        raise WrongState(_("First answer what is asked of this register."))
    register = _begin(
        actor,
        register=register,
        enrol_unknown=enrol_unknown,
        said_yes=said_yes,
        missing=missing,
        at=at,
    )
    pages = [ShownPage.from_json(p) for p in (register.understood or {}).get("pages", [])]
    taken = Taken()
    for number, page in enumerate(pages):
        if progress is not None:
            progress(number, len(pages))
        if not page.can_be_taken:
            taken.problems += len(page.problems)
            continue
        if page.asks and not said_yes:
            taken.waiting += 1
            continue
        _take_page(
            actor,
            register=register,
            page=page,
            enrol_unknown=enrol_unknown,
            missing=register.said or {},
            at=at,
            to=taken,
        )
    if progress is not None:
        progress(len(pages), len(pages))
    _finish(actor, register=register, pages=pages, taken=taken, at=at)
    return taken


@use_case
def _begin(
    actor: Actor,
    *,
    register: RegisterFile,
    enrol_unknown: bool,
    said_yes: bool,
    missing: Mapping[str, str] | None,
    at: datetime,
) -> RegisterFile:
    register = (
        RegisterFile.objects.select_for_update(of=("self",))
        .select_related("school__area", "file")
        .get(pk=register.pk)
    )
    require(actor, Permission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state not in (
        RegisterFile.State.SHOWN,
        RegisterFile.State.TAKING,
        RegisterFile.State.TAKEN,
    ):
        raise WrongState
    if missing is not None and register.state != RegisterFile.State.TAKING:
        register.said = said_of(register, missing)
        register.save(update_fields=["said"])
    if register.state == RegisterFile.State.SHOWN:
        register.state = RegisterFile.State.TAKING
        # A crash leaves the file here: it is finished with the answers that were given, and no other.
        register.answers = {
            **register.answers,
            "by": actor.user_id,
            "enrol": enrol_unknown,
            "confirmed": said_yes,
            "at": at.isoformat(),
        }
        register.save(update_fields=["state", "answers"])
        record(actor, Verb.REGISTER_BEGUN, register, scope=scope_of_file(actor, register))
    return register


def said_of(register: RegisterFile, said: Mapping[str, str]) -> dict[str, str]:
    """What was said of pupils whom a shown file leaves out, without anything else."""
    pages = (register.understood or {}).get("pages", [])
    asked = {child for page in pages for child in page.get("missing", [])}
    return {c: code for c, code in said.items() if c in asked and code in MissingPupil.Said.values}


def _take_page(
    actor: Actor,
    *,
    register: RegisterFile,
    page: ShownPage,
    enrol_unknown: bool,
    missing: Mapping[str, str],
    at: datetime,
    to: Taken,
) -> None:
    school = Body.objects.select_related("area").get(pk=page.school_id)
    month = date.fromisoformat(page.month + "-01")
    unknown = [r for r in page.rows if r.match == "unknown"]
    if enrol_unknown and unknown:
        enrolled = enrol_pupils(
            actor,
            school=school,
            pupils=[_as_pupil(r, page) for r in unknown],
            on=month,
            at=at,
        )
        to.enrolled += enrolled.new
        for row, child in zip(unknown, enrolled.children, strict=True):
            if child is not None:
                row.match, row.child = "sure", str(child)
    sure = [r for r in page.rows if r.match == "sure" and r.child]
    to.rows_left += len(page.rows) - len(sure)
    class_section = _class_section(school, page, month)
    if class_section is not None and sure:
        recorded = record_page(
            actor,
            class_section=class_section,
            month=month,
            page=PageMarks(
                tuple(UUID(r.child) for r in sure),
                np.stack([r.mark_array() for r in sure]),
            ),
            register=register,
            received_at=register.received_at,
            at=at,
        )
        to.pages += 1
        to.pages_changed += bool(recorded.added or recorded.changed)
        to.marks_added += recorded.added
        to.marks_changed += recorded.changed
        to.marks_waiting += recorded.waiting
    # Asked anew, not as it was shown: another file may have come in between, and pupils been
    # enrolled. A page of which no row is known leaves the whole class out.
    gone = missing_of(page, school)
    if gone:
        # At the change of session all rows may still wait; those whom none of them may be do not.
        to.missing += note_missing(
            actor,
            class_section=class_section
            or begun_class(
                school,
                year=year_of(school, month).first_on.year,
                grade=page.grade,
                section=page.section,
            ),
            month=month,
            children=gone,
            said=missing,
            at=at,
        )
    to.problems += len(page.problems)


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


def _class_section(school: Body, page: ShownPage, month: date) -> ClassSection | None:
    found = ClassSection.objects.filter(
        school=school,
        year=year_of(school, month).first_on.year,
        grade=page.grade,
        section=page.section,
    ).first()
    if found is not None:
        found.school = school  # with its area, which whoever is asked about the class needs
    return found


@use_case
def _finish(
    actor: Actor, *, register: RegisterFile, pages: Sequence[ShownPage], taken: Taken, at: datetime
) -> None:
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    require(actor, Permission.REGISTER_IMPORT, scope_of_file(actor, register))
    _keep_problems(register, pages, at=at)
    register.counts = {
        "pages": taken.pages,
        "added": taken.marks_added,
        "changed": taken.marks_changed,
        "corrections": taken.marks_waiting,
        "missing": taken.missing,
        "enrolled": taken.enrolled,
        "rows_left": open_problems_of(register),
        "problems": taken.problems,
        "waiting": taken.waiting,
    }
    if taken.waiting == 0:
        register.state = RegisterFile.State.TAKEN
        register.settled_at = at
    else:
        register.state = RegisterFile.State.SHOWN
    register.save(update_fields=["counts", "state", "settled_at"])
    record(
        actor,
        Verb.REGISTER_TAKEN,
        register,
        scope=scope_of_file(actor, register),
        pages=taken.pages,
    )


def open_problems_of(register: RegisterFile) -> int:
    """How many rows and cells of a file wait for a person."""
    return ImportProblem.objects.filter(
        source_kind="register", source_id=str(register.pk), state=ImportProblem.State.OPEN
    ).count()


def _keep_problems(register: RegisterFile, pages: Sequence[ShownPage], *, at: datetime) -> None:
    if not any(True for page in pages for _problem in page.all_problems()):
        return
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
