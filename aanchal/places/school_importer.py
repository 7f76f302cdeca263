"""Taking rows of the school file in, a batch at a time: villages and blocks as UDISE knows them,
bodies, and what UDISE says of them. Called inside the import's transactions.

Which district a school is in decides who may see its children. LGD's number in the file says so,
by the word of most rows of that UDISE district; a row that says otherwise is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_noop as N_

from aanchal.kernel.authz import covers
from aanchal.lib.tabular.problems import Problem

from .import_problems import Found, Ledger, subject_of
from .models import Area, AreaCode, Body, School
from .proposing import village_names
from .rules.area_tree import node_key
from .rules.areas import SchoolRow
from .rules.codes import AreaCode as Code
from .rules.codes import Level, System
from .rules.positions import far_positions, position_problem
from .rules.problems import line_left_out
from .tree import batches

FAR = "far_position"
# What a reader may say of a school that went in.
ASIDES = (
    "no_village_name", "not_a_code", "unknown_category", "unknown_type", "unknown_management",
    "unknown_location", "wrong_pincode", "not_a_position", "zero_position", "exchanged_position",
    "position_outside_india",
)  # fmt: skip
_BODY_FIELDS = ("name", "local_name", "longitude", "latitude")
_SCHOOL_FIELDS = ("category", "school_type", "management", "setting", "pincode")


@dataclass
class SchoolCounts:
    """What became of the rows of one school file."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0
    outside: int = 0
    waiting: int = 0
    villages: int = 0
    blocks: int = 0
    doubtful: int = 0


@dataclass
class SchoolImporter:
    """One import's desk.

    Attributes:
        reach: area paths over which the actor may import.
        rows: line of each school, by UDISE district, until its positions were looked at.
        districts: the districts found, by UDISE code.
        missing: rows whose district is not known, by (UDISE code, LGD code or "").
    """

    reach: list[str]
    ledger: Ledger
    counts: SchoolCounts = field(default_factory=SchoolCounts)
    rows: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    districts: dict[str, Area] = field(default_factory=dict)
    missing: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, items: Sequence[SchoolRow | Problem]) -> None:
        """Take one batch of lines."""
        rows = [i for i in items if isinstance(i, SchoolRow)]
        problems = [i for i in items if isinstance(i, Problem)]
        self.counts.read += len(rows) + sum(p.left_out for p in problems)
        self.counts.left_out += sum(p.left_out for p in problems)
        batch = _Batch(self, rows, problems)
        batch.take()
        batch.write()

    def may(self, path: str) -> bool:
        """Does the actor look after this place?"""
        return any(covers(outer, path) for outer in self.reach)

    def tell_missing(self) -> None:
        """Keep one problem for each district that is not known."""
        found = []
        for (udise, lgd), lines in self.missing.items():
            template = N_(
                "%(count)d schools lie in district %(lgd)s (UDISE %(udise)s), which is not known "
                "yet. Import the list of districts, then this file again."
            )
            params: dict[str, str | int | float] = {
                "count": len(lines), "lgd": lgd or "?", "udise": udise,
            }  # fmt: skip
            problem = line_left_out(min(lines), None, "district_unknown", template, params)
            found.append(Found(problem, f"udise district/{udise}", self.reach[0]))
        self.ledger.keep(found)


class _Batch:
    """Rows decided in memory against what a handful of queries fetched."""

    def __init__(
        self, desk: SchoolImporter, rows: Sequence[SchoolRow], problems: Sequence[Problem]
    ) -> None:
        self.desk, self.rows = desk, rows
        self.problems: dict[str, list[Problem]] = defaultdict(list)
        self.found: list[Found] = []
        for problem in problems:
            if problem.left_out:
                self.found.append(
                    Found(problem, subject_of(problem, level="school"), desk.reach[0])
                )
            elif "udise" in problem.params:
                self.problems[str(problem.params["udise"])].append(problem)
            else:
                self.found.append(Found(problem, "", desk.reach[0]))  # about the file as a whole
        self.new_areas: list[Area] = []
        self.new_codes: list[AreaCode] = []
        self.new_bodies: list[Body] = []
        self.new_schools: list[School] = []
        self.changed_bodies: list[Body] = []
        self.changed_schools: list[School] = []
        self.bodies: dict[str, Body] = {}

    def take(self) -> None:
        if not self.rows:
            return
        self._find_districts()
        codes = {r.block_udise for r in self.rows} | {r.village_udise for r in self.rows}
        self.areas = {
            (c.level, c.code): c.area
            for c in AreaCode.objects.filter(
                system=System.UDISE.value,
                level__in=(Level.BLOCK.value, Level.VILLAGE.value),
                code__in=codes,
            ).select_related("area")
        }
        held = {
            s.udise: s
            for s in School.objects.filter(udise__in=[r.udise for r in self.rows]).select_related(
                "body__area"
            )
        }
        names = village_names((r.village_udise, r.village_name) for r in self.rows)
        for row in self.rows:
            district = self.desk.districts.get(row.district_udise)
            if district is None:
                self.desk.missing[row.district_udise, row.district_lgd or ""].append(row.row)
                self.desk.counts.waiting += 1
            elif not self.desk.may(district.path):
                self.desk.counts.outside += 1
            elif self._contradicts(row, district):
                self.desk.counts.left_out += 1
            else:
                village = self._village(row, district, names)
                self._school(row, village, held.get(row.udise))

    # --- where it stands ---

    def _find_districts(self) -> None:
        """Learn which district each UDISE district is: from the codes, or from most rows' word."""
        wanted = {r.district_udise for r in self.rows} - self.desk.districts.keys()
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            if row.district_lgd:
                said[row.district_udise][row.district_lgd] += 1
        numbers = wanted | {lgd for counts in said.values() for lgd in counts}
        known = {
            (c.system, c.code): c.area
            for c in AreaCode.objects.filter(
                system__in=(System.UDISE.value, System.LGD.value),
                level=Level.DISTRICT.value,
                code__in=numbers,
            ).select_related("area")
        }
        self.lgd_districts = {code: a for (system, code), a in known.items() if system == "lgd"}
        for udise in wanted:
            area = known.get((System.UDISE.value, udise))
            if area is None and said[udise]:
                most = max(sorted(said[udise]), key=lambda lgd: said[udise][lgd])
                area = self.lgd_districts.get(most)
                if area is not None and self.desk.may(area.path):
                    self._code(area, Level.DISTRICT, udise)
            if area is not None:
                self.desk.districts[udise] = area

    def _contradicts(self, row: SchoolRow, district: Area) -> bool:
        other = self.lgd_districts.get(row.district_lgd or "")
        if row.district_lgd is None or (other is not None and other.pk == district.pk):
            return False
        template = N_(
            "School %(udise)s: the line says district %(text)s, but the other schools of its "
            "UDISE district lie in %(district)s."
        )
        params: dict[str, str | int | float] = {
            "udise": row.udise, "text": row.district_lgd, "district": district.name,
        }  # fmt: skip
        problem = line_left_out(row.row, None, "district_disagrees", template, params)
        self.found.append(Found(problem, f"school/{row.udise}", district.path))
        return True

    def _village(self, row: SchoolRow, district: Area, names: dict[str, str]) -> Area:
        known = self.areas.get((Level.VILLAGE.value, row.village_udise))
        if known is not None:
            return known
        block = self.areas.get((Level.BLOCK.value, row.block_udise))
        if block is None:
            # UDISE names no blocks; its number stands until a person says which block it is.
            block = self._node(Level.BLOCK, row.block_udise, f"UDISE {row.block_udise}", district)
            self.desk.counts.blocks += 1
        self.desk.counts.villages += 1
        name = names.get(row.village_udise) or f"UDISE {row.village_udise}"
        return self._node(Level.VILLAGE, row.village_udise, name, block)

    def _node(self, level: Level, code: str, name: str, parent: Area) -> Area:
        key = node_key(Code(System.UDISE, level, code))
        area = Area(level=level.value, name=name[:150], parent=parent, path=f"{parent.path}/{key}")
        self.new_areas.append(area)
        self.areas[level.value, code] = area
        self._code(area, level, code)
        return area

    def _code(self, area: Area, level: Level, code: str) -> None:
        self.new_codes.append(
            AreaCode(area=area, system=System.UDISE.value, level=level.value, code=code)
        )

    # --- what it is ---

    def _school(self, row: SchoolRow, village: Area, held: School | None) -> None:
        self.desk.rows[row.district_udise][row.udise] = row.row
        says_body: dict[str, Any] = {
            "name": row.name[:200], "longitude": row.lon, "latitude": row.lat,
        }  # fmt: skip
        if row.local_name:  # a file without it takes none away
            says_body["local_name"] = row.local_name[:200]
        says_school = {
            "category": row.category or "",
            "school_type": row.type or "",
            "management": row.management or "",
            "setting": {None: "", False: "1", True: "2"}[row.is_urban],
            "pincode": row.pincode or "",
        }
        if held is None:
            body = Body(kind=Body.Kind.SCHOOL, area=village, **says_body)
            self.new_bodies.append(body)
            self.new_schools.append(School(body=body, udise=row.udise, **says_school))
            self.desk.counts.new += 1
        else:
            body = held.body
            if _set(body, says_body):
                self.changed_bodies.append(body)
            if _set(held, says_school):
                self.changed_schools.append(held)
            if (self.changed_bodies and self.changed_bodies[-1] is body) or (
                self.changed_schools and self.changed_schools[-1] is held
            ):
                self.desk.counts.changed += 1
            else:
                self.desk.counts.same += 1
        self.bodies[row.udise] = body
        for problem in self.problems.pop(row.udise, []):
            self.found.append(Found(problem, f"school/{row.udise}", body.area.path, body.pk))

    def write(self) -> None:
        Area.objects.bulk_create(self.new_areas)
        AreaCode.objects.bulk_create(self.new_codes)
        Body.objects.bulk_create(self.new_bodies)
        School.objects.bulk_create(self.new_schools)
        Body.objects.bulk_update(self.changed_bodies, _BODY_FIELDS, batch_size=100)
        School.objects.bulk_update(self.changed_schools, _SCHOOL_FIELDS, batch_size=100)
        ledger = self.desk.ledger
        ledger.keep(self.found)
        now = {ledger.key(f) for f in self.found}
        ledger.settle((ledger.left_out_key(f"school/{udise}") for udise in self.bodies), but=now)
        ledger.settle_schools((b.pk for b in self.bodies.values()), codes=ASIDES, but=now)
        ledger.settle(
            ledger.left_out_key(f"udise district/{udise}") for udise in self.desk.districts
        )


def _set(record: Any, says: dict[str, Any]) -> bool:
    """Set what differs; says whether anything did."""
    changed = False
    for name, value in says.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
            changed = True
    return changed


def doubt_positions(desk: SchoolImporter, udise_district: str) -> None:
    """Mark the schools of a UDISE district that lie far from their block's others, and tell.

    All schools of the district are looked at, also those that came with other files. A constant
    number of queries.
    """
    lines = desk.rows.pop(udise_district, {})
    # UDISE's codes are built of their parents' codes.
    schools = list(
        School.objects.filter(udise__startswith=udise_district)
        .select_related("body__area")
        .order_by("udise")
    )
    far = far_positions(
        _degrees(s.body.longitude for s in schools),
        _degrees(s.body.latitude for s in schools),
        [s.udise[:6] for s in schools],
        districts=[s.udise[:4] for s in schools],
    )
    doubtful = {f.index for f in far}
    changed: dict[bool, list[UUID]] = {True: [], False: []}
    for index, school in enumerate(schools):
        if school.body.position_doubtful != (index in doubtful):
            changed[index in doubtful].append(school.body.pk)
    for mark, keys in changed.items():
        for part in batches(keys, 500):
            Body.objects.filter(pk__in=part).update(position_doubtful=mark)
    found = [
        Found(
            position_problem(
                f,
                row=lines.get(schools[f.index].udise, 0),
                udise=schools[f.index].udise,
                column="lon",
            ),
            f"school/{schools[f.index].udise}",
            schools[f.index].body.area.path,
            schools[f.index].body.pk,
        )
        for f in far
    ]
    desk.counts.doubtful += len(far)
    desk.ledger.keep(found)
    desk.ledger.settle_schools(
        (s.body.pk for s in schools), codes=[FAR], but={desk.ledger.key(f) for f in found}
    )


def _degrees(values: Iterable[float | None]) -> Any:
    return np.array([np.nan if v is None else v for v in values], dtype=float)
