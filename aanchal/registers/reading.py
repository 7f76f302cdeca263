"""Understanding a kept register: parse it, find its school and class, match its rows to pupils.

Reads only. What comes out is what the sender is shown before she says yes, and what is taken in
afterwards: the same thing, stored sealed with the file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from aanchal.kernel.authz import Actor, may
from aanchal.lib.mark_arrays import counted
from aanchal.lib.tabular.problems import Unreadable
from aanchal.places.models import Body
from aanchal.places.queries import calendars_of, year_of

from .beside import TURNED, Beside, ClassMonth, open_days_of, question_of_share, span
from .known_classes import ClassKey, KnownClasses
from .models import FormReading, RegisterFile
from .page_matching import ask_of_days, match_page, own_section, settle_section
from .parsed_files import parsed, parsed_together
from .permissions import RegisterPermission
from .rules.shares import Share, share_in
from .shown_pages import ShownPage, class_key, class_month, note, page_scope

Progress = Callable[[float], None]


@dataclass
class FileShown:
    """What came of reading one file of several.

    Attributes:
        refusal: why it cannot be read as a whole.
        waits_for_another: it is of a class of which another file before it is; it has to be read
            when that one is in.
    """

    register: RegisterFile
    pages: list[ShownPage] = field(default_factory=list)
    refusal: Unreadable | None = None
    waits_for_another: bool = False


@dataclass
class _Placed:
    page: ShownPage
    school: Body


def show_pages(
    actor: Actor, *, register: RegisterFile, today: date, progress: Progress | None = None
) -> list[ShownPage]:
    """Parse a kept file and match it against the pupils of its school.

    Raises:
        Unreadable: the file as a whole cannot be read; says what to do.
    """
    [shown] = show_together(actor, registers=[register], today=today, progress=progress)
    if shown.refusal is not None:
        raise shown.refusal
    return shown.pages


def show_together(
    actor: Actor,
    *,
    registers: Sequence[RegisterFile],
    today: date,
    confirmed: bool = False,
    folders: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> list[FileShown]:
    """Parse kept files and match each against its class, as if those before it were in already.

    The queries do not grow with the files; only one that asks something may cost one or two more.

    Args:
        confirmed: what a file asks will be answered with a yes, so that it goes in all the same.
        folders: where each file lay with its sender; those of one folder may share a limited process.
            None where each must have its own.
    """
    found = [FileShown(register) for register in registers]
    ahead = parsed_together(registers, folders, today=today) if folders is not None else {}
    for one in found:
        try:
            pages = ahead.get(one.register.pk)
            one.pages = pages or parsed(one.register, {}, today=today, progress=progress)
        except Unreadable as refusal:
            one.refusal = refusal
    schools = _schools_of(found)
    calendars = calendars_of(list(schools.values()))
    for one in found:
        _read_again(one, schools, today=today)
    placed, classes = _place(actor, found, schools)
    _wait_for_another(placed, found, classes)
    beside = Beside(class_month(p.page, p.school) for of_file in placed for p in of_file)
    for one, of_file in zip(found, placed, strict=True):
        if one.waits_for_another:
            continue
        _set_beside(one.register, of_file, beside, calendars, today=today)
        goes_in: list[tuple[ClassMonth, Share]] = []
        for p in of_file:
            merged = match_page(p.page, p.school, classes)
            ask_of_days(p.page, calendars[p.school.pk])
            if merged is not None and p.page.can_be_taken and (confirmed or not p.page.asks):
                share = share_in(counted(merged.page.marks))
                goes_in.append((class_month(p.page, p.school), share))
        beside.put(goes_in)
    return found


def _schools_of(found: Sequence[FileShown]) -> dict[str, Body]:
    """The schools that the files name or were sent for, by code."""
    codes = {
        code
        for one in found
        for p in one.pages
        for code in (p.school_udise, p.maybe_school)
        if code
    }
    schools = {
        body.school.udise: body
        for body in Body.objects.filter(school__udise__in=codes).select_related("school", "area")
    }
    for one in found:
        if one.register.school is not None:
            schools.setdefault(one.register.school.school.udise, one.register.school)
    return schools


def _read_again(one: FileShown, schools: Mapping[str, Body], *, today: date) -> None:
    """Whose form it is, only the file may say: it is read again with what was answered before."""
    if not any(page.questions for page in one.pages):
        return
    named = {
        code for p in one.pages for code in (p.school_udise, p.maybe_school) if code in schools
    }
    if one.register.school is not None:
        school = one.register.school
    elif len(named) == 1:
        school = schools[named.pop()]
    else:
        return
    forms = {page.form for page in one.pages}
    readings = list(FormReading.objects.filter(school=school, form__in=forms))
    if not readings:
        return
    names = _class_names(one.pages, school, today=today)
    remembered = {r.form: r.answers_for(names[r.form]) for r in readings}
    if any(remembered.values()):
        try:
            one.pages = parsed(one.register, remembered, today=today)
        except Unreadable as refusal:
            one.pages, one.refusal = [], refusal


def _class_names(pages: Sequence[ShownPage], school: Body, *, today: date) -> dict[str, set[str]]:
    """The classes of each form, their sections as the school writes them: so they were answered for."""
    keys = {}
    for number, page in enumerate(pages):
        month = date.fromisoformat(page.month + "-01") if page.month else today
        year = year_of(school, month).first_on.year
        keys[number] = ClassKey(school.pk, year, page.grade, page.section)
    classes = KnownClasses(keys.values())
    names: dict[str, set[str]] = {}
    for number, page in enumerate(pages):
        known = classes.sections_of(school, year=keys[number].year, grade=page.grade)
        section = own_section(page.section, known)
        names.setdefault(page.form, set()).add(f"{page.grade}/{section}")
    return names


def _place(
    actor: Actor, found: Sequence[FileShown], schools: Mapping[str, Body]
) -> tuple[list[list[_Placed]], KnownClasses]:
    """Find the school and the section of each page.

    Returns:
        The pages of a class and month, file by file; what is known of their schools' classes.
    """
    by_key = {body.pk: body for body in schools.values()}
    at: list[list[_Placed]] = []
    for one in found:
        own = by_key.get(one.register.school_id) if one.register.school_id else None
        at.append([])
        for page in one.pages:
            if not page.school_udise and own is None and page.maybe_school in schools:
                page.school_udise = page.maybe_school  # it exists as one
            school = schools.get(page.school_udise) or (own if not page.school_udise else None)
            if school is None:
                page.problems.append(_no_school(page))
            else:
                at[-1].append(_Placed(page, school))
    dated = [p for of_file in at for p in of_file if p.page.grade and p.page.month]
    classes = KnownClasses(class_key(p.page, p.school) for p in dated)
    for p in dated:
        settle_section(p.page, p.school, classes)
    placed: list[list[_Placed]] = []
    for of_file in at:
        placed.append([])
        for p in of_file:
            if not may(actor, RegisterPermission.REGISTER_IMPORT, page_scope(p.school, p.page)):
                # Nothing of a class that is not hers is shown, not even that it exists.
                p.page.problems.append(
                    note("not_yours", N_("This is the register of a class that is not yours."))
                )
                p.page.rows = []
                continue
            p.page.school_id, p.page.school_udise = str(p.school.pk), p.school.school.udise
            if p.page.grade and p.page.month:
                placed[-1].append(p)
    return placed, classes


def _wait_for_another(
    placed: Sequence[Sequence[_Placed]], found: Sequence[FileShown], classes: KnownClasses
) -> None:
    """Of two files of one class the later has to wait; the classes of all are those to load."""
    wanted: set[ClassKey] = set()
    for one, of_file in zip(found, placed, strict=True):
        own = {class_key(p.page, p.school) for p in of_file}
        one.waits_for_another = bool(own & wanted)
        wanted |= own
    classes.want(wanted)


def _set_beside(
    register: RegisterFile,
    placed: Sequence[_Placed],
    known: Beside,
    calendars: Mapping[UUID, Any],
    *,
    today: date,
) -> None:
    """Write beside each page what is usual, and ask of one that is turned round against it."""
    answered = register.answers.get("questions", {})
    usual = known.usual_of([(class_month(p.page, p.school), p.page.share) for p in placed])
    for p, beside in zip(placed, usual, strict=True):
        page, school = p.page, p.school
        month = class_month(page, school).month
        asked = None
        if not page.is_held:  # else it is not known yet what its marks are
            asked = question_of_share(page.share, beside, of=page)
        said = answered.get(asked["key"]) if asked else None
        if asked and said is None:
            page.questions.append(asked)
        elif said == TURNED:
            page.turn_round()
            page.assumed.append(
                note("exchanged", N_("Present and absent were exchanged, as it was answered."))
            )
        page.beside = {
            **span(month, page.days),
            "open_days": open_days_of(month, calendars[school.pk], today=today),
            "past": beside.past.of_100,
            "neighbours": beside.neighbours.of_100,
        }


def _no_school(page: ShownPage) -> dict[str, Any]:
    if page.school_udise:
        return note(
            "school_unknown",
            N_("No school with UDISE code %(udise)s is known. Import the schools first."),
            udise=page.school_udise,
        )
    return note("no_school", N_("The file does not say which school it is. Choose the school."))
