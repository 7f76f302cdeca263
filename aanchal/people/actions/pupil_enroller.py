"""One school's enrolment desk: who is known, who is new, who moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from aanchal.kernel.authz import Actor, may
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.kernel.sealing import keyed_hash
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.lib.indic.names import tidy
from aanchal.lib.indic.place_names import tidy_name
from aanchal.lib.tabular.problems import Problem
from aanchal.places.models import Area, Body

from ..child_codes import hold_series
from ..families import a_copy, family_key
from ..houses import (
    MAX_DIRECTIONS,
    MAX_LINE,
)
from ..known_pupils import known_pupils
from ..models import (
    Child,
    ChildCodeSeries,
    ClassSection,
    Enrolment,
    Guardian,
    Household,
    Kinship,
    SchoolIdentifier,
)
from ..moving import (
    Move,
    ask_for_moves,
    latest_enrolments,
    may_take_from,
    move_children,
    whole_name,
)
from ..name_index import add_to_index
from ..name_index_job import rebuild_name_index
from ..permissions import PeoplePermission
from ..rules.matching import Known, Match, Row, match_rows
from ..rules.pupils import NewPupil
from .pupil_problems import problem_of, twice, unsure, waits


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
    problems: list[Problem] = field(default_factory=list)


class PupilEnroller:
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
        # Lock the district's series row: two imports of one list wait for each other.
        series = hold_series(self.district)
        groups: dict[tuple[str, str], list[int]] = {}
        for i, pupil in enumerate(pupils):
            problem = problem_of(pupil, on=self.on)
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
                    name=whole_name(pupils[i]) or pupils[i].own_script_name,
                    admission_no=pupils[i].admission_no,
                )
                for i in indexes
            ]
            seen_rolls: dict[str, int] = {}
            for i, matched in zip(indexes, match_rows(rows, present), strict=True):
                pupil = pupils[i]
                if pupil.roll and seen_rolls.setdefault(pupil.roll, i) != i:
                    done.problems.append(twice(pupil))
                    continue
                child_id = UUID(matched.key) if matched.state is Match.SURE else None
                holder = next((issued[k] for k in _issue_keys(pupil) if k in issued), None)
                if child_id is None and holder is not None:
                    elsewhere.append((i, holder, class_section, pupil))
                elif child_id is not None:
                    done.known += 1
                    done.children[i] = child_id
                elif matched.state is Match.UNSURE:
                    done.problems.append(unsure(pupil))
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
        return known_pupils([c.pk for c in classes.values()])

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
        left = latest_enrolments([child for _i, child, _c, _p in elsewhere])
        moves: list[Move] = []
        asks: list[tuple[Move, NewPupil]] = []
        seen: set[UUID] = set()
        for i, child, to_section, pupil in elsewhere:
            held = left.get(child.pk)
            if child.pk in seen:
                done.problems.append(unsure(pupil))
                continue
            seen.add(child.pk)
            move = Move(child, held, to_section, pupil.roll, self.on)
            if held is not None and held.class_section_id == to_section.pk and not held.ends_on:
                done.known += 1
                done.children[i] = child.pk
            elif may_take_from(self.actor, child, held):
                moves.append(move)
                done.known += 1
                done.moved += 1
                done.children[i] = child.pk
            else:
                asks.append((move, pupil))
                done.waiting += 1
                done.problems.append(waits(pupil))
        move_children(self.actor, moves, at=self.at)
        ask_for_moves(self.actor, asks, at=self.at)

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
            .order_by("pk")
        )
        within_reach = self._within_reach(rows)
        for household in rows:
            for guardian in household.guardians.all():
                key = family_key(guardian.name, guardian.phone, household.area_id)
                if guardian.phone and household.pk in within_reach:
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
            if may(self.actor, PeoplePermission.CHILD_ENROL, household.area.scope()):
                found.add(household.pk)
            else:
                others.append(household.pk)
        seats = Enrolment.objects.filter(child__household__in=others, ends_on__isnull=True)
        for seat in seats.select_related("class_section__school__area", "child") if others else ():
            if may(self.actor, PeoplePermission.CHILD_ENROL, seat.class_section):
                found.add(seat.child.household_id)
        return found

    def _household(self, pupil: NewPupil, village: Area) -> Household | None:
        if not pupil.guardian_name:
            return None
        key = family_key(pupil.guardian_name, pupil.guardian_phone, village.pk)
        # Two fathers of a village bear one name: without a number they are two until somebody says.
        household = self.households.get(key) if pupil.guardian_phone else None
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
            # What stands goes before what waits and may lapse.
            known = [k for h in self.families_elsewhere.get(key, []) for k in h.kinships.all()]
            known.sort(key=lambda k: k.state == Kinship.State.STANDS)
            kin = {k.user_id: k for k in known}
            self.new_kinships.extend(a_copy(kin[user_id], household) for user_id in sorted(kin))
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


def _issue_keys(pupil: NewPupil) -> list[str]:
    """Hashes of the numbers a pupil was given, the state's before the school's."""
    given = (
        (SchoolIdentifier.System.STATE, pupil.state_id),
        (SchoolIdentifier.System.ADMISSION, pupil.admission_no),
    )
    return [keyed_hash(value, purpose=f"identifier/{system}") for system, value in given if value]


def village_key(name: str) -> str:
    """What two spellings of one village name must share to be taken as the same without asking."""
    return tidy_name(name).casefold()


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
