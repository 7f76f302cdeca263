"""Writes about children: enrolling, consent, kinship, and opening a file, which leaves a trace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from aanchal.access.models import Grant, User
from aanchal.kernel import reading
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, events_of, record
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.kernel.models import AuditEvent
from aanchal.kernel.permissions import (
    ROOT,
    Actor,
    Permission,
    Role,
    Scope,
    granted_areas,
    may,
    require,
)
from aanchal.kernel.sealing import keyed_hash
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.places.models import Area, Body, district_of
from aanchal.places.queries import year_of
from aanchal.places.rules.spelling import tidy_name

from . import readings
from .houses import (
    MAX_DIRECTIONS,
    MAX_LINE,
    House,
    house_of,
    may_be_called,
    write_house,
)
from .jobs import rebuild_name_index
from .models import (
    Child,
    ChildCodeSeries,
    ClassMove,
    ClassSection,
    Consent,
    Enrolment,
    Guardian,
    Household,
    Kinship,
    ReadingDay,
    RegisterAgreement,
    SchoolIdentifier,
)
from .name_index import add_to_index
from .rules.matching import Known, Match, Row, match_rows
from .rules.moves import first_day
from .rules.names import tidy, words
from .rules.pupils import NewPupil
from .rules.readings import unusual, usual

MOST_AGE = 25


@dataclass
class PupilProblem:
    """A line of a pupil list that was not taken in, with its sentence as template and numbers."""

    row: int | None
    code: str
    template: str
    params: dict[str, object]


@dataclass
class Enrolled:
    """What one enrolment step did; `children` in the order of the pupils given, None where not.

    `moved` of the known came from another class; `waiting` pupils are in a class that is not the
    actor's, and somebody who may say yes was asked.
    """

    new: int = 0
    known: int = 0
    changed: int = 0
    moved: int = 0
    waiting: int = 0
    children: list[UUID | None] = field(default_factory=list)
    problems: list[PupilProblem] = field(default_factory=list)


@use_case
def enrol_pupils(
    actor: Actor,
    *,
    school: Body,
    pupils: Sequence[NewPupil],
    on: date,
    at: datetime,
    as_new: bool = False,
) -> Enrolled:
    """Take a school's pupils in: a record for the unknown, the present one for the known.

    A pupil is known by admission or state number, or by roll and name within her class-section.
    One who sits in another class is moved only if the actor may enrol there too; else a `ClassMove`
    waits for the head or the coordinator and she stays where she is. Done twice it changes nothing. A village the area tree does not know under the school's block
    is taken to be the school's own, and marked as assumed.

    Args:
        on: the day the list speaks of; decides the school year.
        as_new: a person has looked, and these are pupils nobody knows: names are not compared.

    Raises:
        NotAllowed: the actor may not enrol in one of the classes named.
    """
    year = year_of(school, on).first_on.year
    area = school.area
    scopes = {(p.grade, p.section) for p in pupils}
    for grade, section in sorted(scopes):
        require(actor, Permission.CHILD_ENROL, _class_scope(school, grade, section))
    desk = _Desk(actor=actor, school=school, year=year, on=on, at=at)
    done = desk.take(pupils, as_new=as_new)
    record(
        actor,
        Verb.PUPILS_IMPORTED,
        school,
        scope=Scope(area_path=area.path, district=area.district, body_id=str(school.pk)),
        new=done.new,
        known=done.known,
        moved=done.moved,
        waiting=done.waiting,
        problems=len(done.problems),
    )
    return done


def _class_scope(school: Body, grade: str, section: str) -> Scope:
    return Scope(
        area_path=school.area.path,
        district=school.area.district,
        body_id=str(school.pk),
        grade=grade,
        section=section,
    )


class _Desk:
    """One school's enrolment desk: everything read once, everything written in bulk."""

    def __init__(self, *, actor: Actor, school: Body, year: int, on: date, at: datetime) -> None:
        self.actor = actor
        self.school, self.year, self.on, self.at = school, year, on, at
        self.district = school.area.district
        self.villages = _villages_near(school)
        self.households: dict[tuple[str, str, UUID], Household] = {}
        self.new_households: list[Household] = []
        self.new_guardians: list[Guardian] = []
        self.new_kinships: list[Kinship] = []
        self.families_elsewhere: dict[tuple[str, str, UUID], list[Household]] = {}
        self._families_read: set[UUID] = set()

    def take(self, pupils: Sequence[NewPupil], *, as_new: bool = False) -> Enrolled:
        done = Enrolled(children=[None] * len(pupils))
        # The series row is this district's turnstile: two imports of one list wait for each other.
        series, _made = ChildCodeSeries.objects.get_or_create(district=self.district)
        series = ChildCodeSeries.objects.select_for_update().get(pk=series.pk)
        groups: dict[tuple[str, str], list[int]] = {}
        for i, pupil in enumerate(pupils):
            problem = _problem_of(pupil, on=self.on)
            if problem is not None:
                done.problems.append(problem)
            else:
                groups.setdefault((pupil.grade, pupil.section), []).append(i)
        classes = self._classes(groups)
        known = self._known(classes)
        issued = self._issued(pupils)
        fresh: list[tuple[int, NewPupil, ClassSection]] = []
        elsewhere: list[tuple[int, Child, ClassSection, NewPupil]] = []
        for (grade, section), indexes in groups.items():
            class_section = classes[grade, section]
            # Who was looked at and found to be nobody known is matched with nobody.
            present = [] if as_new else known.get(class_section.pk, [])
            rows = [
                Row(
                    roll=pupils[i].roll,
                    name=_whole_name(pupils[i]) or pupils[i].own_script_name,
                    admission_no=pupils[i].admission_no,
                )
                for i in indexes
            ]
            seen_rolls: dict[str, int] = {}
            for i, matched in zip(indexes, match_rows(rows, present), strict=True):
                pupil = pupils[i]
                if pupil.roll and seen_rolls.setdefault(pupil.roll, i) != i:
                    done.problems.append(_twice(pupil))
                    continue
                child_id = UUID(matched.key) if matched.state is Match.SURE else None
                holder = next((issued[k] for k in _issue_keys(pupil) if k in issued), None)
                if child_id is None and holder is not None:
                    elsewhere.append((i, holder, class_section, pupil))
                elif child_id is not None:
                    done.known += 1
                    done.children[i] = child_id
                elif matched.state is Match.UNSURE:
                    done.problems.append(_unsure(pupil))
                else:
                    fresh.append((i, pupil, class_section))
        self._move(elsewhere, done)
        self._create(fresh, series, done)
        return done

    def _classes(self, groups: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ClassSection]:
        have = {
            (c.grade, c.section): c
            for c in ClassSection.objects.filter(school=self.school, year=self.year)
        }
        new = [
            ClassSection(
                district=self.district,
                school=self.school,
                year=self.year,
                grade=grade,
                section=section,
            )
            for grade, section in groups
            if (grade, section) not in have
        ]
        ClassSection.objects.bulk_create(new)
        return have | {(c.grade, c.section): c for c in new}

    def _known(self, classes: dict[tuple[str, str], ClassSection]) -> dict[UUID, list[Known]]:
        present = (
            Enrolment.objects.filter(
                class_section__in=[c.pk for c in classes.values()], ends_on__isnull=True
            )
            .select_related("child")
            .prefetch_related("child__identifiers")
        )
        found: dict[UUID, list[Known]] = {}
        for enrolment in present:
            found.setdefault(enrolment.class_section_id, []).append(as_known(enrolment))
        return found

    def _issued(self, pupils: Sequence[NewPupil]) -> dict[str, Child]:
        """Hash of a number → the child it was given to; an admission number by this school only."""
        keys = {key for p in pupils for key in _issue_keys(p)}
        rows = (
            SchoolIdentifier.objects.filter(district=self.district, value_hash__in=keys)
            .select_related("child__area", "child__household")
            .prefetch_related("child__household__kinships")
        )
        return {
            r.value_hash: r.child
            for r in rows
            if r.system != SchoolIdentifier.System.ADMISSION or r.issued_by_id == self.school.pk
        }

    def _move(
        self, elsewhere: list[tuple[int, Child, ClassSection, NewPupil]], done: Enrolled
    ) -> None:
        """Known children who sit in another class: moved where that class is the actor's too."""
        if not elsewhere:
            return
        left = _latest_enrolments([child for _i, child, _c, _p in elsewhere])
        moves: list[_Move] = []
        asks: list[tuple[_Move, NewPupil]] = []
        seen: set[UUID] = set()
        for i, child, to_section, pupil in elsewhere:
            held = left.get(child.pk)
            if child.pk in seen:
                done.problems.append(_unsure(pupil))
                continue
            seen.add(child.pk)
            move = _Move(child, held, to_section, pupil.roll, self.on)
            if held is not None and held.class_section_id == to_section.pk and not held.ends_on:
                done.known += 1
                done.children[i] = child.pk
            elif _may_take_from(self.actor, child, held):
                moves.append(move)
                done.known += 1
                done.moved += 1
                done.children[i] = child.pk
            else:
                asks.append((move, pupil))
                done.waiting += 1
                done.problems.append(_waits(pupil))
        _move_children(self.actor, moves, at=self.at)
        _ask_for_moves(self.actor, asks, at=self.at)

    def _create(
        self,
        fresh: list[tuple[int, NewPupil, ClassSection]],
        series: ChildCodeSeries,
        done: Enrolled,
    ) -> None:
        if not fresh:
            return
        self._read_families({self._village(p)[0].pk for _i, p, _c in fresh if p.guardian_name})
        children, enrolments, identifiers = [], [], []
        for i, pupil, class_section in fresh:
            series.last += 1
            village, assumed = self._village(pupil)
            child = Child(
                district=self.district,
                code=f"K-{series.last:04d}",
                area=village,
                area_is_assumed=assumed,
                household=self._household(pupil, village),
                given_name=tidy(pupil.given_name),
                family_name=tidy(pupil.family_name),
                own_script_name=tidy(pupil.own_script_name),
                sex=pupil.sex,
                born_on=pupil.born_on,
                age_years=pupil.age_years,
                age_estimated_on=self.on if pupil.age_years is not None else None,
                disability=pupil.disability,
                made_at=self.at,
            )
            children.append(child)
            enrolments.append(
                Enrolment(
                    district=self.district,
                    child=child,
                    class_section=class_section,
                    roll_no=pupil.roll[:12],
                    starts_on=self.on,
                )
            )
            identifiers.extend(self._identifiers(child, pupil))
            done.children[i] = child.pk
        Household.objects.bulk_create(self.new_households)
        Guardian.objects.bulk_create(self.new_guardians)
        Kinship.objects.bulk_create(self.new_kinships)
        Child.objects.bulk_create(children, batch_size=500)
        Enrolment.objects.bulk_create(enrolments, batch_size=500)
        path = self.school.area.path
        count(
            [
                Happened(Counted.CHILD_ENROLLED, self.district, path, child_id=child.pk)
                for child in children
            ],
            at=self.at,
        )
        SchoolIdentifier.objects.bulk_create(identifiers, batch_size=500)
        series.save(update_fields=["last"])
        if add_to_index(self.district, children, at=self.at):
            enqueue_on_commit(rebuild_name_index, district=self.district)
        done.new += len(children)

    def _village(self, pupil: NewPupil) -> tuple[Area, bool]:
        found = self.villages.get(village_key(pupil.village)) if pupil.village else None
        return (found, False) if found is not None else (self.school.area, True)

    def _read_families(self, areas: set[UUID]) -> None:
        rows = list(
            Household.objects.filter(area__in=areas - self._families_read)
            .select_related("area")
            .prefetch_related("guardians", "kinships")
        )
        within_reach = self._within_reach(rows)
        for household in rows:
            for guardian in household.guardians.all():
                key = _family_key(guardian.name, guardian.phone, household.area_id)
                if household.pk in within_reach:
                    self.households.setdefault(key, household)
                else:
                    self.families_elsewhere.setdefault(key, []).append(household)
        self._families_read |= areas

    def _within_reach(self, households: Sequence[Household]) -> set[UUID | None]:
        """Those with a child whom the actor may enrol where she is, or who live in his area.

        Whoever shares a household may read and write the way to the house: a guardian's name and
        village, which everybody knows, must not open a family of another class.
        """
        found: set[UUID | None] = set()
        others = []
        for household in households:
            if may(self.actor, Permission.CHILD_ENROL, household.area.scope()):
                found.add(household.pk)
            else:
                others.append(household.pk)
        seats = Enrolment.objects.filter(child__household__in=others, ends_on__isnull=True)
        for seat in seats.select_related("class_section__school__area", "child") if others else ():
            if may(self.actor, Permission.CHILD_ENROL, seat.class_section):
                found.add(seat.child.household_id)
        return found

    def _household(self, pupil: NewPupil, village: Area) -> Household | None:
        if not pupil.guardian_name:
            return None
        key = _family_key(pupil.guardian_name, pupil.guardian_phone, village.pk)
        household = self.households.get(key)
        if household is None:
            household = Household(
                district=self.district,
                area=village,
                landmark=pupil.landmark[:MAX_LINE],
                place_note=pupil.address[:MAX_DIRECTIONS],
            )
            self.households[key] = household
            self.new_households.append(household)
            self.new_guardians.append(
                Guardian(
                    district=self.district,
                    household=household,
                    relation=pupil.guardian_relation or Guardian.Relation.OTHER,
                    name=tidy(pupil.guardian_name),
                    phone=pupil.guardian_phone,
                )
            )
            # Whoever is kin of the family is kin of this child, wherever its other children are.
            kin = {
                k.user_id for h in self.families_elsewhere.get(key, []) for k in h.kinships.all()
            }
            self.new_kinships.extend(
                Kinship(
                    district=self.district,
                    household=household,
                    user_id=user_id,
                    recorded_by=self.actor.user_id,
                    recorded_at=self.at,
                )
                for user_id in sorted(kin)
            )
        return household

    def _identifiers(self, child: Child, pupil: NewPupil) -> list[SchoolIdentifier]:
        kinds = [
            (SchoolIdentifier.System.ADMISSION, pupil.admission_no, self.school),
            (SchoolIdentifier.System.STATE, pupil.state_id, None),
        ]
        return [
            SchoolIdentifier(
                district=self.district,
                child=child,
                system=system,
                issued_by=issuer,
                value=value,
                value_hash=keyed_hash(value, purpose=f"identifier/{system}"),
            )
            for system, value, issuer in kinds
            if value
        ]


def as_known(enrolment: Enrolment) -> Known:
    """An enrolment as matching sees it; `child` and its identifiers must be loaded."""
    child = enrolment.child
    latin = f"{child.given_name} {child.family_name}".strip()
    admission = next(
        (i.value for i in child.identifiers.all() if i.system == SchoolIdentifier.System.ADMISSION),
        "",
    )
    return Known(
        key=str(child.pk),
        roll=enrolment.roll_no,
        names=tuple(n for n in (latin, child.own_script_name, child.given_name) if n),
        admission_no=admission,
    )


def _issue_keys(pupil: NewPupil) -> list[str]:
    """Hashes of the numbers a pupil was given, the state's before the school's."""
    given = (
        (SchoolIdentifier.System.STATE, pupil.state_id),
        (SchoolIdentifier.System.ADMISSION, pupil.admission_no),
    )
    return [keyed_hash(value, purpose=f"identifier/{system}") for system, value in given if value]


def _latest_enrolments(children: Sequence[Child]) -> dict[UUID, Enrolment]:
    """Child → her present enrolment, else the one that ended last; locked until the end."""
    found: dict[UUID, Enrolment] = {}
    rows = (
        Enrolment.objects.filter(child__in=children)
        .select_related("class_section__school__area")
        .select_for_update(of=("self",))
    )
    for held in sorted(rows, key=lambda e: (e.ends_on or date.max, e.starts_on)):
        found[held.child_id] = held
    return found


def _may_take_from(actor: Actor, child: Child, held: Enrolment | None) -> bool:
    """Whether the actor may change the class a child is in now, or was in last."""
    if held is None:
        return may(actor, Permission.CHILD_ENROL, child)
    if actor.user_id in child.kin():
        return False
    return may(actor, Permission.CHILD_ENROL, held.class_section)


@dataclass(frozen=True)
class _Move:
    """A child, the enrolment she has or had last, the class she goes to, from the day claimed."""

    child: Child
    held: Enrolment | None
    to_section: ClassSection
    roll: str
    claimed: date


def _move_children(actor: Actor, moves: Sequence[_Move], *, at: datetime) -> list[Enrolment]:
    """End the enrolments that children have and begin others; one audit event for each child."""
    new: list[Enrolment] = []
    ended: list[Enrolment] = []
    for move in moves:
        held = move.held
        starts_on = first_day(move.claimed, began=held.starts_on if held else None, today=at.date())
        if held is not None and held.ends_on is None:
            held.ends_on, held.ended_by = starts_on, Enrolment.Ended.MOVED
            ended.append(held)
        new.append(
            Enrolment(
                district=move.child.district,
                child=move.child,
                class_section=move.to_section,
                roll_no=move.roll[:12],
                starts_on=starts_on,
            )
        )
    Enrolment.objects.bulk_update(ended, ["ends_on", "ended_by"], batch_size=200)
    Enrolment.objects.bulk_create(new, batch_size=500)
    for move, enrolment in zip(moves, new, strict=True):
        held = move.held
        scope = held.class_section.scope() if held is not None else move.child.scope()
        record(actor, Verb.CHILD_MOVED, enrolment, scope=scope, fields=["class_section"])
    return new


def _ask_for_moves(actor: Actor, asks: Sequence[tuple[_Move, NewPupil]], *, at: datetime) -> None:
    """Ask whoever answers for the class a child is in; asked again it stays the one question."""
    waiting = set(
        ClassMove.objects.filter(
            child__in=[move.child for move, _pupil in asks], state=ClassMove.State.WAITING
        ).values_list("child_id", "to_section_id")
    )
    new = [
        ClassMove(
            district=move.child.district,
            child=move.child,
            from_section=move.held.class_section if move.held is not None else None,
            to_section=move.to_section,
            roll_no=move.roll[:12],
            name_given=tidy(_whole_name(pupil) or pupil.own_script_name),
            starts_on=move.claimed,
            asked_by=actor.user_id,
            asked_at=at,
        )
        for move, pupil in asks
        if (move.child.pk, move.to_section.pk) not in waiting
    ]
    ClassMove.objects.bulk_create(new)
    for ask in new:
        record(actor, Verb.CLASS_MOVE_ASKED, ask, scope=ask.scope())


def _family_key(name: str, phone: str, area: UUID) -> tuple[str, str, UUID]:
    return (" ".join(words(name)), phone, area)


def village_key(name: str) -> str:
    """What two spellings of one village name must share to be taken as the same without asking."""
    return tidy_name(name).casefold()


def _whole_name(pupil: NewPupil) -> str:
    return f"{pupil.given_name} {pupil.family_name}".strip()


def _villages_near(school: Body) -> dict[str, Area]:
    """Villages under the school's block by the key of their name; a name two share is left out."""
    parts = school.area.path.split("/")
    root = "/".join(parts[: max(3, min(4, len(parts) - 1))])
    found: dict[str, Area] = {}
    twice: set[str] = set()
    rows = Area.objects.filter(
        path__startswith=root + "/", level=Area.Level.VILLAGE, joined_into__isnull=True
    )
    for area in rows:
        for name in {area.name, area.local_name} - {""}:
            key = village_key(name)
            if found.setdefault(key, area).pk != area.pk:
                twice.add(key)
    found = {k: a for k, a in found.items() if k not in twice}
    for name in {school.area.name, school.area.local_name} - {""}:
        found[village_key(name)] = school.area
    return found


def _problem_of(pupil: NewPupil, *, on: date) -> PupilProblem | None:
    if not (pupil.given_name or pupil.own_script_name):
        return PupilProblem(
            pupil.row,
            "no_name",
            N_("Row %(row)s has no name. Write the pupil's name."),
            {"row": pupil.row},
        )
    if not pupil.grade:
        return PupilProblem(
            pupil.row,
            "no_class",
            N_("Row %(row)s has no class. Write the class, such as 6 or VI."),
            {"row": pupil.row},
        )
    if pupil.born_on:
        born = date.fromisoformat(pupil.born_on)
        if not 0 <= on.year - born.year <= MOST_AGE or born > on:
            return PupilProblem(
                pupil.row,
                "birth_date",
                N_("Row %(row)s: the date of birth cannot be right. Look at it again."),
                {"row": pupil.row},
            )
    if pupil.age_years is not None and not 2 <= pupil.age_years <= MOST_AGE:
        return PupilProblem(
            pupil.row,
            "age",
            N_("Row %(row)s: the age cannot be right. Look at it again."),
            {"row": pupil.row},
        )
    return None


def _twice(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "roll_twice",
        N_("Row %(row)s: roll number %(roll)s is already taken in this class."),
        {"row": pupil.row, "roll": pupil.roll},
    )


def _waits(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "move_waits",
        N_(
            "Row %(row)s: this number is of a pupil of another class. "
            "The head or the coordinator was asked whether the pupil moves."
        ),
        {"row": pupil.row},
    )


def _unsure(pupil: NewPupil) -> PupilProblem:
    return PupilProblem(
        pupil.row,
        "unsure",
        N_("Row %(row)s may be a pupil already known under another roll number. Say who it is."),
        {"row": pupil.row},
    )


def _held_move(move: ClassMove) -> ClassMove:
    """A question about a move, locked, with what its scope needs."""
    return (
        ClassMove.objects.select_related(
            "child__area", "child__household", "from_section__school__area", "to_section"
        )
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .get(pk=move.pk)
    )


@use_case
def agree_to_move(actor: Actor, *, move: ClassMove, at: datetime) -> Enrolment:
    """Say yes: the child leaves the class she is in and is in the asker's from the day named.

    Marks already recorded in the class she leaves stay there.

    Raises:
        NotAllowed: the actor answers for no whole school or area the child is in, or is kin.
        WrongState: settled before, or she is no longer in the class that was asked about.
    """
    move = _held_move(move)
    require(actor, Permission.CHILD_MOVE, move)
    held = _latest_enrolments([move.child]).get(move.child_id)
    still = held.class_section_id if held is not None else None
    if move.state != ClassMove.State.WAITING or still != move.from_section_id:
        raise WrongState
    [new] = _move_children(
        actor,
        [_Move(move.child, held, move.to_section, move.roll_no, move.starts_on)],
        at=at,
    )
    _settle_move(actor, move, ClassMove.State.AGREED, Verb.CLASS_MOVE_AGREED, at=at)
    return new


@use_case
def refuse_move(actor: Actor, *, move: ClassMove, answer: str, at: datetime) -> ClassMove:
    """Say no, with a word for the asker: the child stays where she is.

    Raises:
        NotAllowed: as for `agree_to_move`.
        Invalid: no word was given.
        WrongState: settled before.
    """
    move = _held_move(move)
    require(actor, Permission.CHILD_MOVE, move)
    if move.state != ClassMove.State.WAITING:
        raise WrongState
    if not answer.strip():
        raise Invalid(_("Say in a word why not, for whoever asked."), field="answer")
    move.answer = tidy(answer)[:400]
    return _settle_move(actor, move, ClassMove.State.REFUSED, Verb.CLASS_MOVE_REFUSED, at=at)


@use_case
def take_move_back(actor: Actor, *, move: ClassMove, at: datetime) -> ClassMove:
    """Take one's own question back: it was a mistake.

    Raises:
        NotAllowed: another asked, or the class is no longer the actor's.
        WrongState: settled before.
    """
    move = _held_move(move)
    require(actor, Permission.CHILD_ENROL, move.to_section)
    if move.asked_by != actor.user_id:
        raise NotAllowed(permission=str(Permission.CHILD_ENROL))
    if move.state != ClassMove.State.WAITING:
        raise WrongState
    return _settle_move(actor, move, ClassMove.State.TAKEN_BACK, Verb.CLASS_MOVE_TAKEN_BACK, at=at)


def _settle_move(
    actor: Actor, move: ClassMove, state: ClassMove.State, verb: Verb, *, at: datetime
) -> ClassMove:
    move.state = state
    move.settled_by, move.settled_at = actor.user_id, at
    move.save(update_fields=["state", "settled_by", "settled_at", "answer"])
    record(actor, verb, move, scope=move.scope())
    return move


@use_case
def undo_enrolment(actor: Actor, *, child: Child, class_section: ClassSection) -> Enrolment:
    """End an enrolment that was made by mistake, as if it had not begun.

    A child who was moved by it is back in the class that she left.

    Raises:
        NotAllowed: not the actor's class, or the class that she left is not.
        NotFound: she is not enrolled there.
    """
    require(actor, Permission.CHILD_ENROL, class_section)
    enrolment = Enrolment.objects.select_for_update().get(
        child=child, class_section=class_section, ends_on__isnull=True
    )
    enrolment.ends_on, enrolment.ended_by = enrolment.starts_on, Enrolment.Ended.MISTAKE
    enrolment.save(update_fields=["ends_on", "ended_by"])
    record(actor, Verb.CHILD_CHANGED, child, scope=class_section.scope(), fields=["class_section"])
    left = (
        Enrolment.objects.filter(
            child=child, ended_by=Enrolment.Ended.MOVED, ends_on=enrolment.starts_on
        )
        .exclude(pk=enrolment.pk)
        .select_related("class_section__school__area")
        .select_for_update(of=("self",))
        .first()
    )
    if left is not None:
        require(actor, Permission.CHILD_ENROL, left.class_section)
        left.ends_on, left.ended_by = None, ""
        left.save(update_fields=["ends_on", "ended_by"])
        scope = left.class_section.scope()
        record(actor, Verb.CHILD_MOVED, left, scope=scope, fields=["class_section"])
    return enrolment


@use_case
def open_child_file(actor: Actor, *, child: Child, at: datetime) -> Child:
    """Open a child's full file, which leaves a trace.

    Raises:
        NotAllowed: the actor may not open files in the child's area, or is kin.
    """
    require(actor, Permission.CHILD_OPEN_FILE, child)
    record(actor, Verb.CHILD_FILE_OPENED, child, scope=child.scope(), shown=[child.pk])
    reading.noted(child.pk)
    return child


@use_case
def describe_house(
    actor: Actor, *, child: Child, house: House, may_call: bool | None, at: datetime
) -> Child:
    """Write down how a child's house is found, and whether the family may be called for a visit.

    Args:
        may_call: what the family said about the phone; None leaves what was said before.

    Raises:
        NotAllowed: the child is neither of the actor's areas nor in her class, or is kin.
        Invalid: a line too long, or a relation there is not.
    """
    child = _lock_child(child)
    _require_house(actor, child)
    changed = write_house(child, house)
    if changed:
        record(actor, Verb.HOUSE_DESCRIBED, child, scope=child.scope(), fields=changed)
    if may_call is not None and may_call != may_be_called(child):
        _set_call_consent(actor, child, may_call=may_call, at=at)
    return child


@use_case
def open_house(actor: Actor, *, child: Child, at: datetime) -> House:
    """Read how a child's house is found, which leaves a trace.

    Raises:
        NotAllowed: the child is neither of the actor's areas nor in her class, or is kin.
    """
    _require_house(actor, child)
    record(actor, Verb.HOUSE_SHOWN, child, scope=child.scope())
    return house_of(child)


def _lock_child(child: Child) -> Child:
    return (
        Child.objects.select_for_update(of=("self",))
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .get(pk=child.pk)
    )


def _require_house(actor: Actor, child: Child) -> None:
    """By the child's area, or by the class she is enrolled in now."""
    scopes = [child.scope()]
    for held in child.enrolments.filter(ends_on__isnull=True).select_related(
        "class_section__school__area"
    ):
        scopes.append(replace(held.class_section.scope(), excluded=child.kin()))
    allowed = (s for s in scopes if may(actor, Permission.HOUSE_DESCRIBE, s))
    require(actor, Permission.HOUSE_DESCRIBE, next(allowed, scopes[0]))


def _set_call_consent(actor: Actor, child: Child, *, may_call: bool, at: datetime) -> None:
    on = timezone.localdate(at)
    if may_call:
        consent = Consent.objects.create(
            district=child.district,
            child=child,
            purpose=Consent.Purpose.VISITS,
            given_by=Consent.GivenBy.GUARDIAN,
            given_on=on,
            recorded_by=actor.user_id,
        )
        record(actor, Verb.CONSENT_RECORDED, consent, scope=child.scope(), purpose=consent.purpose)
        return
    for consent in child.consents.filter(purpose=Consent.Purpose.VISITS, withdrawn_on__isnull=True):
        consent.withdrawn_on = on
        consent.save(update_fields=["withdrawn_on"])
        record(actor, Verb.CONSENT_WITHDRAWN, consent, scope=child.scope())


@use_case
def record_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that a person is kin of a child's household: from now on she is excluded from it.

    Raises:
        NotAllowed: the actor may not open this child's file.
    """
    child = _lock_child(child)
    require(actor, Permission.CHILD_OPEN_FILE, child)
    return _note_kinship(actor, child, user, at=at)


@use_case
def record_own_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that the actor herself is kin of a child's household, as she said on giving a visit back.

    Raises:
        NotAllowed: the actor makes no visits where the child is, or speaks of another.
    """
    child = _lock_child(child)
    if str(user.pk) != actor.user_id:
        raise NotAllowed
    require(actor, Permission.VISIT_HAND_BACK, child)
    return _note_kinship(actor, child, user, at=at)


def _note_kinship(actor: Actor, child: Child, user: User, *, at: datetime) -> Kinship:
    scope = child.scope()
    household = child.household
    if household is None:
        household = Household.objects.create(district=child.district, area=child.area)
        child.household = household
        child.save(update_fields=["household"])
    kinship, made = Kinship.objects.get_or_create(
        user=user,
        household=household,
        defaults={
            "district": child.district,
            "recorded_by": actor.user_id,
            "recorded_at": at,
        },
    )
    if made:
        record(actor, Verb.KINSHIP_RECORDED, kinship, scope=scope)
        Kinship.objects.bulk_create(
            [
                Kinship(
                    district=child.district,
                    user=user,
                    household=other,
                    recorded_by=actor.user_id,
                    recorded_at=at,
                )
                for other in _same_family(household)
            ],
            ignore_conflicts=True,
        )
    return kinship


def _same_family(household: Household) -> list[Household]:
    """Other households of the village with a guardian of the same name and number.

    One family has two where its children were enrolled by people who may not see each other's.
    """
    keys = {
        _family_key(g.name, g.phone, household.area_id) for g in household.guardians.all() if g.name
    }
    others = Household.objects.filter(area=household.area_id).exclude(pk=household.pk)
    return [
        other
        for other in (others.prefetch_related("guardians") if keys else ())
        if keys & {_family_key(g.name, g.phone, other.area_id) for g in other.guardians.all()}
    ]


@use_case
def record_consent(
    actor: Actor, *, child: Child, purpose: str, given_by: str, given_on: date, note: str = ""
) -> Consent:
    """Note what a child or guardian agreed to, for one purpose.

    Raises:
        NotAllowed: the actor may not open this child's file.
        Invalid: an unknown purpose or giver.
    """
    require(actor, Permission.CHILD_OPEN_FILE, child)
    if purpose not in Consent.Purpose.values or given_by not in Consent.GivenBy.values:
        raise Invalid(field="purpose")
    consent = Consent.objects.create(
        district=child.district,
        child=child,
        purpose=purpose,
        given_by=given_by,
        given_on=given_on,
        note=note,
        recorded_by=actor.user_id,
    )
    record(actor, Verb.CONSENT_RECORDED, consent, scope=child.scope(), purpose=purpose)
    return consent


@use_case
def withdraw_consent(actor: Actor, *, consent: Consent, on: date) -> Consent:
    """Note that consent was withdrawn; what it allowed stops today.

    Raises:
        NotAllowed: the actor may not open this child's file.
        WrongState: it was withdrawn before.
    """
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    require(actor, Permission.CHILD_OPEN_FILE, consent)
    if consent.withdrawn_on is not None:
        raise WrongState
    consent.withdrawn_on = on
    consent.save(update_fields=["withdrawn_on"])
    record(actor, Verb.CONSENT_WITHDRAWN, consent, scope=consent.scope())
    return consent


@use_case
def record_agreement(
    actor: Actor,
    *,
    body: Body | None = None,
    area: Area | None = None,
    order_no: str,
    made_with: str,
    starts_on: date,
    ends_on: date,
    at: datetime,
) -> RegisterAgreement:
    """Record the order under which registers of a school, or of an area's schools, may be used.

    Raises:
        NotAllowed: the actor keeps no calendars there.
        Invalid: not exactly one of `body` and `area`, or it ends before it begins.
    """
    place = body or area
    if place is None or (body is not None and area is not None) or ends_on < starts_on:
        raise Invalid(field="ends_on")
    require(actor, Permission.CALENDAR_EDIT, place)
    agreement = RegisterAgreement.objects.create(
        body=body,
        area=area,
        order_no=order_no,
        made_with=made_with,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=actor.user_id,
        recorded_at=at,
    )
    record(actor, Verb.AGREEMENT_RECORDED, agreement, scope=place.scope())
    return agreement


# --- who read what ---

READING_ANSWERS = frozenset({"in_order", "asked"})
KEEP_READING_DAYS = timedelta(days=92)


@use_case
def open_readings(
    actor: Actor, *, user: User | None, child: Child | None, days: int, shown: Iterable[object]
) -> None:
    """Look over what others were shown, which leaves a trace of its own.

    Args:
        user, child: what it was narrowed to; None for all.
        shown: keys of the children whose codes the page shows.
    """
    areas = granted_areas(actor, Permission.READING_VIEW)
    where = Scope(area_path=areas[0], district=district_of(areas[0])) if areas else Scope("")
    require(actor, Permission.READING_VIEW, where)
    if child is not None:
        require(actor, Permission.CHILD_VIEW, child)
    keys = [*shown]
    narrowed = {"user": str(user.pk)} if user is not None else {}
    record(actor, Verb.READINGS_OPENED, child, scope=where, shown=keys, days=days, **narrowed)
    for key in keys:
        reading.noted(key)


@use_case
def count_readings(actor: Actor, *, on: date, at: datetime) -> int:
    """Count one day's readings, person by person, and mark what is unusual; returns how many were.

    A day already counted is left as it is. Days older than three months are forgotten.
    """
    require(actor, Permission.AUDIT_VERIFY, Scope(area_path=ROOT))
    shown: dict[tuple[str, str], set[str]] = {}
    pages: dict[tuple[str, str], int] = {}
    for event in events_of([on]):
        if event.verb in readings.READING and event.outcome == AuditEvent.Outcome.DONE:
            key = event.district, event.actor_id
            shown.setdefault(key, set()).update(event.shown)
            pages[key] = pages.get(key, 0) + 1
    first_on = on - timedelta(days=int(readings.limits()["usual_days"]))
    past: dict[tuple[str, str], list[int]] = {}
    counted = set()
    for day in ReadingDay.objects.filter(on__gte=first_on, on__lte=on):
        if day.on == on:
            counted.add((day.district, day.reader))
        else:
            past.setdefault((day.district, day.reader), []).append(day.counts["children"])
    people = {user_id for _district, user_id in shown}
    roles: dict[str, set[str]] = {}
    areas: dict[str, str] = {}
    for grant in Grant.objects.filter(user_id__in=[p for p in people if "-" in p]).order_by("pk"):
        roles.setdefault(str(grant.user_id), set()).add(grant.role)
        areas[str(grant.user_id)] = grant.area_path
    unusual_days = 0
    for (district, user_id), children in sorted(shown.items()):
        if user_id not in roles or (district, user_id) in counted:
            continue
        works = bool(roles[user_id] & {Role.VOLUNTEER, Role.TEACHER, Role.COORDINATOR})
        outside = len(readings.outside_work(user_id, frozenset(children), on)) if works else 0
        before = past.get((district, user_id), [])
        why = unusual(len(children), past=before, outside=outside, limits=readings.limits())
        unusual_days += bool(why)
        ReadingDay.objects.create(
            district=district,
            on=on,
            reader=user_id,
            counts={
                "pages": pages[district, user_id],
                "children": len(children),
                "outside": outside,
                "usual": usual(before, readings.limits()),
                "why": why,
                "area": areas[user_id],
            },
        )
    ReadingDay.objects.filter(on__lt=on - KEEP_READING_DAYS).delete()
    record(
        actor,
        Verb.READINGS_COUNTED,
        None,
        scope=Scope(area_path=ROOT),
        on=on.isoformat(),
        people=len(shown),
        unusual=unusual_days,
    )
    return unusual_days


@use_case
def answer_reading(actor: Actor, *, day: ReadingDay, answer: str, at: datetime) -> ReadingDay:
    """Say what came of looking at an unusual day: it was in order, or she was asked.

    It tells the person nothing and changes nothing she may do.

    Raises:
        NotAllowed: it is not the actor's to look over, or it is about herself.
        Invalid: no such answer.
        WrongState: the day was not pointed at.
    """
    held = ReadingDay.objects.select_for_update().get(pk=day.pk)
    require(actor, Permission.READING_VIEW, held)
    if not readings.readers_under(actor, at=at).filter(pk=held.reader).exists():
        raise NotAllowed(permission=str(Permission.READING_VIEW))
    if answer not in READING_ANSWERS:
        raise Invalid(_("Say whether it was in order, or whether you asked."))
    if not held.counts["why"]:
        raise WrongState(_("This day was not pointed at."))
    held.answer = {"by": actor.user_id, "at": at.isoformat(), "is": answer}
    held.save(update_fields=["answer"])
    record(actor, Verb.READING_ANSWERED, held, scope=held.scope(), answer=answer)
    return held
