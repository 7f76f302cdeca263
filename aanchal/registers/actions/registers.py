"""Registers in: kept as they came, understood and shown, then taken in page by page.

`give_register` keeps the bytes first. `read_register` understands them outside any transaction.
`take_register` writes a few pages a transaction, so that a crash leaves whole pages and the rest is
taken up again. Nothing of it happens twice: the same file is the same record, and a page that
says nothing new changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.kernel import files
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, grants_for, may, require, unit_of
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance, move
from aanchal.kernel.vocabulary import Verb
from aanchal.lib.tabular.problems import Unreadable
from aanchal.places.models import Body

from ..models import RegisterFile
from ..permissions import RegisterPermission
from ..queries.books import visible_register_files
from ..reading import show_pages
from ..shown_pages import ShownPage
from ..verbs import RegisterVerb

Progress = Callable[[int, int], None]
Read = Callable[[float], None]


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
    ask_which_class(actor, school, hints)
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_hints(actor, school, hints))
    district = school.area.district if school else ""
    stored = files.keep_file(
        source,
        name=filename,
        media_type=media_type(filename),
        purpose="register",
        district=district,
        kept_by=actor.user_id,
        kept_at=at,
        max_bytes=settings.AANCHAL_UPLOAD_BYTES,
    )
    content = content_key(stored.content_hash, school, actor.user_id)
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
    record(
        actor,
        RegisterVerb.REGISTER_RECEIVED,
        register,
        scope=scope_of_hints(actor, school, hints),
        via=via,
    )
    return register


def content_key(content_hash: str, school: Body | None, sender: str) -> str:
    """What makes a file the same as another: its bytes, and as long as no school is known, whose."""
    if school is not None:
        return content_hash
    return files.content_hash(f"{content_hash}|{sender}".encode())


def _same(content_hash: str, school: Body | None) -> RegisterFile | None:
    return RegisterFile.objects.filter(content_hash=content_hash, school=school).first()


def scope_of_hints(actor: Actor, school: Body | None, hints: dict[str, str]) -> Scope:
    """Where a file stands by what was said of it."""
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
                unit=bodies[0].unit,
            )
        return Scope(area_path="")
    # Without a class said it is of the whole school: it is never taken to be the asker's own class.
    base = school.scope()
    return Scope(
        area_path=base.area_path,
        district=base.district,
        body_id=base.body_id,
        unit=unit_of(hints.get("grade", ""), hints.get("section", "")),
    )


def ask_which_class(actor: Actor, school: Body | None, hints: dict[str, str]) -> None:
    """Ask a class teacher which class it is, where that is not said; it is never assumed.

    Raises:
        Invalid: she may send for a class of this school only, and did not say for which.
    """
    if school is None or may(
        actor, RegisterPermission.REGISTER_IMPORT, scope_of_hints(actor, school, hints)
    ):
        return
    of_class = [
        g
        for g in grants_for(actor, RegisterPermission.REGISTER_IMPORT)
        if g.body_id == str(school.pk) and g.unit
    ]
    said = hints.get("grade", "")
    if any(not said or (said == g.unit[0] and not hints.get("section")) for g in of_class):
        raise Invalid(_("Say which class and section this register is of."), field="own_class")


def media_type(filename: str) -> str:
    """What a file is by the ending of its name."""
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
        shown = show_pages(
            actor, register=register, today=timezone.localdate(at), progress=progress
        )
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
    if show_held(actor, register, pages):
        register.save(update_fields=SHOWN_FIELDS)
    return register


def lock_files(registers: Sequence[RegisterFile]) -> list[RegisterFile]:
    """Lock the files, in the order of their ids; they come back as given, read anew."""
    held = {
        r.pk: r
        for r in RegisterFile.objects.select_for_update(of=("self",))
        .select_related("school__area", "file")
        .filter(pk__in=[r.pk for r in registers])
        .order_by("pk")
    }
    return [held[r.pk] for r in registers]


SHOWN_FIELDS = ("understood", "state", "classes", "months")


def show_held(actor: Actor, register: RegisterFile, pages: Sequence[ShownPage]) -> bool:
    """Set a held file to what was understood of it; whoever calls saves `SHOWN_FIELDS`.

    Returns:
        False where it stays as it is, since it is being taken in or is in.

    Raises:
        NotAllowed: not the actor's.
    """
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        return False
    register.understood = {"pages": [p.to_json() for p in pages]}
    # Plain, for the list to be narrowed by; of pages that are nobody's yet nothing is known.
    held = [p for p in pages if p.school_id and p.grade]
    register.classes = _between_bars(f"{p.grade}/{p.section}" for p in held)
    register.months = _between_bars(p.month for p in held if p.month)
    verb = move(register, RegisterFile.State.SHOWN, verb=RegisterVerb.REGISTER_READ, may_stay=True)
    scope = scope_of_file(actor, register)
    record(actor, Verb.named(verb), register, scope=scope, pages=len(pages))
    return True


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
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        raise WrongState
    register.refusal, register.refusal_params = template, params
    register.settled_at = at
    advance(
        actor,
        register,
        RegisterFile.State.REFUSED,
        scope=scope_of_file(actor, register),
        saving=("refusal", "refusal_params", "settled_at"),
        verb=RegisterVerb.REGISTER_REFUSED,
        may_stay=True,
    )
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
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    ask_which_class(actor, school, hints)
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_hints(actor, school, hints))
    if register.state in (RegisterFile.State.TAKING, RegisterFile.State.TAKEN):
        raise WrongState
    content = register.file.content_hash
    twin = RegisterFile.objects.filter(content_hash=content, school=school)
    if twin.exclude(pk=register.pk).exists():
        raise WrongState(_("This very file was already sent for that school."))
    register.school, register.district, register.hints = school, school.area.district, hints
    register.content_hash = content
    advance(
        actor,
        register,
        RegisterFile.State.RECEIVED,
        scope=school.scope(),
        saving=("school", "district", "hints", "content_hash"),
        verb=RegisterVerb.REGISTER_RECEIVED,
        may_stay=True,
        fields=["school"],
    )
    return register


def scope_of_file(actor: Actor, register: RegisterFile) -> Scope:
    """Where a file stands: at the school or class that was said, or in its sender's own hands."""
    if register.school is None and register.received_by == actor.user_id:
        return scope_of_hints(actor, None, register.hints)
    return register.scope()


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
    require(actor, RegisterPermission.REGISTER_IMPORT, scope)
    if register.state != RegisterFile.State.TAKING:
        raise WrongState
    advance(
        actor,
        register,
        RegisterFile.State.SHOWN,
        scope=scope,
        verb=RegisterVerb.REGISTER_READ,
        fields=["state"],
    )
    return register
