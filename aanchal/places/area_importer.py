"""Taking rows of place files into the tree, a batch at a time: read at once, written in bulk.

The numbers of LGD decide what a row is; the Census number helps where LGD's is only assumed. A
known place is never moved by a file: which block a village belongs to decides who sees its
children, so a contradiction waits for a person. Called inside the import's transactions.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from aanchal.kernel.authz import ROOT, covers
from aanchal.lib.tabular.problems import Problem

from .import_problems import Found, Ledger, subject_of
from .models import Area, AreaCode, Subdistrict
from .rules import codes as rules
from .rules.area_tree import node_key
from .rules.areas import AreaRow
from .rules.codes import IDENTIFYING_SYSTEMS, Level, System
from .rules.problems import line_left_out, shown
from .tree import move_paths, root_area, write_new, write_over

Key = tuple[str, str, str]
_NAME = 150


@dataclass
class Counts:
    """What became of the rows of one file.

    `outside` are rows of places the actor does not look after; `waiting` those whose parent is
    not known yet.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    waiting: int = 0
    outside: int = 0
    left_out: int = 0
    freed: int = 0


def db_key(code: rules.AreaCode) -> Key:
    """Where a code of a file is looked up; a sub-district's stands beside its block's."""
    if code.level is Level.SUBDISTRICT:
        sub = code.system is System.LGD
        system = AreaCode.System.LGD_SUBDISTRICT if sub else AreaCode.System.CENSUS_2011
        return str(system), Level.BLOCK.value, code.code
    return code.system.value, code.level.value, code.code


def find_codes(wanted: set[Key]) -> dict[Key, AreaCode]:
    """The known ones among these codes, with their areas loaded. One query."""
    if not wanted:
        return {}
    systems, levels, numbers = (set(part) for part in zip(*wanted, strict=True))
    rows = AreaCode.objects.filter(
        system__in=systems, level__in=levels, code__in=numbers
    ).select_related("area")
    found = {(r.system, r.level, r.code): r for r in rows}
    return {key: found[key] for key in wanted & found.keys()}


@dataclass
class AreaImporter:
    """One import's desk.

    Attributes:
        reach: area paths over which the actor may import.
        touched: paths of districts in which something changed that joins may care about.
        learned: codes that became known, for those that wait for them.
    """

    reach: list[str]
    ledger: Ledger
    counts: Counts = field(default_factory=Counts)
    touched: set[str] = field(default_factory=set)
    learned: set[Key] = field(default_factory=set)

    def take(self, items: Sequence[AreaRow | Problem], *, level: Level) -> None:
        """Take one batch, of one level; problems of the reader are kept as they come."""
        rows = [i for i in items if isinstance(i, AreaRow)]
        problems = [i for i in items if isinstance(i, Problem)]
        self.counts.read += len(rows) + sum(p.left_out for p in problems)
        self.counts.left_out += sum(p.left_out for p in problems)
        batch = _Batch(self, rows)
        for problem in problems:
            subject = subject_of(problem, level=level.value)
            batch.found.append(Found(problem, subject, self.reach[0]))
        if level is Level.SUBDISTRICT:
            batch.take_subdistricts()
        else:
            batch.take_areas()
        batch.write()

    def may(self, path: str) -> bool:
        """Does the actor look after this place?"""
        return any(covers(outer, path) for outer in self.reach)


class _Batch:
    """Rows of one level, decided in memory against what one or two queries fetched."""

    def __init__(self, desk: AreaImporter, rows: Sequence[AreaRow]) -> None:
        self.desk, self.rows = desk, rows
        self.found: list[Found] = []
        self.in_order: list[str] = []
        self.waiting: dict[rules.AreaCode, list[AreaRow]] = defaultdict(list)
        self.new_areas: list[Area] = []
        self.new_codes: list[AreaCode] = []
        self.changed_areas: dict[UUID, Area] = {}
        self.changed_codes: list[AreaCode] = []
        self.dropped_codes: list[AreaCode] = []
        self.moves: dict[str, str] = {}
        # A state hangs under the country, which is made on first need.
        self.root = root_area() if any(r.parent is None for r in rows) else None
        wanted = {db_key(c) for r in rows for c in self._codes_named(r)}
        self.known = find_codes(wanted)
        self.codes_of: dict[UUID, dict[str, AreaCode]] = defaultdict(dict)
        levels = {r.level.value for r in rows}
        areas = {c.area_id for key, c in self.known.items() if key[1] in levels}
        for code in AreaCode.objects.filter(area__in=areas):
            self.codes_of[code.area_id][code.system] = code
        # A node may stand where a row belongs before any file gave it a code.
        paths = {self._own_path(r) for r in rows} - {""}
        without_code = Area.objects.filter(path__in=paths, codes__isnull=True)
        self.bare = {a.path: a for a in without_code}

    def _codes_named(self, row: AreaRow) -> list[rules.AreaCode]:
        if row.level is Level.SUBDISTRICT:
            return list(row.within)  # known by its own table
        named = [rules.AreaCode(s, row.level, c) for s, c in self._identifying(row).items()]
        named += [rules.AreaCode(s, row.level, c) for s, c in row.assumed.items()]
        named += row.within
        if row.local_body is not None:
            named.append(row.local_body[0])
        return named

    def _identifying(self, row: AreaRow) -> dict[System, str]:
        return {s: c for s, c in row.codes.items() if s in IDENTIFYING_SYSTEMS}

    def _own_path(self, row: AreaRow) -> str:
        """Where a row's node would stand, its panchayat aside; empty while that is not known."""
        number = row.codes.get(System.LGD) or row.assumed.get(System.LGD)
        above = self.known.get(db_key(row.parent)) if row.parent is not None else None
        path = above.area.path if above is not None else ROOT if row.parent is None else ""
        if not number or not path or row.level is Level.SUBDISTRICT:
            return ""
        return f"{path}/{node_key(rules.AreaCode(System.LGD, row.level, number))}"

    # --- nodes ---

    def take_areas(self) -> None:
        for row in self.rows:
            parent = self._parent(row)
            if parent is None:
                continue
            if self.desk.may(parent.path):
                self._take(row, parent)
            else:
                self.desk.counts.outside += 1

    def _parent(self, row: AreaRow) -> Area | None:
        if row.parent is None:
            return self.root
        known = self.known.get(db_key(row.parent))
        if known is None:
            if self._may_wait(row):
                self.waiting[row.parent].append(row)
            else:
                self.desk.counts.outside += 1
            return None
        if row.local_body is not None and row.level is Level.VILLAGE:
            return self._panchayat(row, known.area)
        return known.area

    def _may_wait(self, row: AreaRow) -> bool:
        """Would the place be the actor's, once it is known? Asked of what contains it."""
        if self.desk.may(ROOT):
            return True
        above = (self.known.get(db_key(c)) for c in row.within)
        return any(c is not None and self.desk.may(c.area.path) for c in above)

    def _nearest(self, row: AreaRow) -> str:
        """The nearest known place that contains a row, within reach; else where reach begins."""
        above = (self.known.get(db_key(c)) for c in row.within)
        paths = [c.area.path for c in above if c is not None and self.desk.may(c.area.path)]
        return paths[0] if paths else self.desk.reach[0]

    def _panchayat(self, row: AreaRow, block: Area) -> Area:
        """The panchayat the line names, made under the block when it is not known."""
        assert row.local_body is not None
        code, name = row.local_body
        known = self.known.get(db_key(code))
        if known is not None:
            # One that lies in two blocks by the file stays where it is; the village, in its block.
            return known.area if covers(block.path, known.area.path) else block
        area = Area(
            level=Area.Level.PANCHAYAT,
            name=name[:_NAME],
            parent=block,
            path=f"{block.path}/{node_key(code)}",
        )
        self.new_areas.append(area)
        self._add_code(area, code.system, Level.PANCHAYAT, code.code)
        return area

    def _take(self, row: AreaRow, parent: Area) -> None:
        area = self._match(row)
        subject = f"{row.level.value}/{next(iter(row.codes.values()))}"
        self.in_order.append(self.desk.ledger.left_out_key(subject))
        if area is None:
            self._make(row, parent)
            return
        if area.level != row.level.value or not self._stands_in(area, parent, row, subject):
            self.desk.counts.left_out += 1
            return
        changed = self._rename(area, row)
        changed |= self._settle_codes(area, row, subject)
        if changed:
            self.desk.counts.changed += 1
        else:
            self.desk.counts.same += 1

    def _match(self, row: AreaRow) -> Area | None:
        """The known node a row speaks of: by LGD's number, then by the Census's."""
        level = row.level.value
        lgd = row.codes.get(System.LGD) or row.assumed.get(System.LGD)
        census = row.codes.get(System.CENSUS2011)
        by_lgd = self.known.get((System.LGD.value, level, lgd)) if lgd else None
        by_census = self.known.get((System.CENSUS2011.value, level, census)) if census else None
        if row.assumed and by_census is not None:
            return by_census.area
        if by_lgd is not None and (by_lgd.assumed or row.assumed) and census:
            held = self.codes_of[by_lgd.area_id].get(System.CENSUS2011.value)
            if held is not None and held.code != census:
                # The number was assumed for another place: it gives it back.
                if by_lgd.assumed:
                    self._give_up(by_lgd)
                return by_census.area if by_census is not None else None
        if by_lgd is not None:
            return by_lgd.area
        return by_census.area if by_census is not None else None

    def _give_up(self, code: AreaCode) -> None:
        """Take an assumed number away; without LGD's, the node's key is the Census's own."""
        area = code.area
        if code.system == System.LGD.value:
            census = self.codes_of[area.pk][System.CENSUS2011.value].code
            self._rekey(area, f"VC{census}")
        self.dropped_codes.append(code)
        del self.known[code.system, code.level, code.code]
        self.codes_of[area.pk].pop(code.system, None)

    def _rekey(self, area: Area, key: str) -> None:
        new = f"{area.path.rpartition('/')[0]}/{key}"
        self.moves[next((o for o, n in self.moves.items() if n == area.path), area.path)] = new
        area.path = new

    def _make(self, row: AreaRow, parent: Area) -> None:
        lgd = row.codes.get(System.LGD)
        assumed = row.assumed.get(System.LGD) if lgd is None else None
        if assumed and (System.LGD.value, row.level.value, assumed) in self.known:
            assumed = None  # LGD's own file knows another place by this number
        number = lgd or assumed
        key = (
            node_key(rules.AreaCode(System.LGD, row.level, number))
            if number
            else f"VC{row.codes[System.CENSUS2011]}"
        )
        area = self.bare.pop(f"{parent.path}/{key}", None) or Area(
            level=row.level.value, parent=parent, path=f"{parent.path}/{key}"
        )
        area.name, area.local_name = row.name[:_NAME], row.local_name[:_NAME]
        if area._state.adding:
            self.new_areas.append(area)
        else:
            self.changed_areas[area.pk] = area
        self.desk.counts.new += 1
        for system, code in self._identifying(row).items():
            if (system.value, row.level.value, code) not in self.known:
                self._add_code(area, system, row.level, code)
        if assumed:
            self._add_code(area, System.LGD, row.level, assumed, assumed=True)

    def _add_code(
        self, area: Area, system: System, level: Level, code: str, *, assumed: bool = False
    ) -> None:
        made = AreaCode(
            area=area, system=system.value, level=level.value, code=code, assumed=assumed
        )
        self.new_codes.append(made)
        self.known[made.system, made.level, made.code] = made
        self.codes_of[area.pk][made.system] = made
        self.desk.learned.add((made.system, made.level, made.code))

    def _stands_in(self, area: Area, parent: Area, row: AreaRow, subject: str) -> bool:
        """Does the node stand where the row says? A village may be put into its panchayat."""
        above = area.path.rpartition("/")[0]
        if covers(parent.path, above):
            return True
        block = parent.path.rpartition("/")[0]
        if row.local_body is not None and above == block and parent.level == Level.PANCHAYAT:
            new = f"{parent.path}/{area.path.rpartition('/')[2]}"
            self.moves[area.path] = new
            area.path, area.parent = new, parent
            self.changed_areas[area.pk] = area
            return True
        self._say(
            line_left_out(
                row.row,
                None,
                "other_parent",
                N_(
                    "%(name)s (%(code)s) is known in another place than this file says. "
                    "It stays where it is until a person decides."
                ),
                {"name": shown(row.name), "code": subject.partition("/")[2]},
            ),
            subject,
            area.path,
        )
        return False

    def _rename(self, area: Area, row: AreaRow) -> bool:
        codes = self.codes_of[area.pk]
        lgd = codes.get(System.LGD.value)
        if System.LGD not in row.codes and lgd is not None and not lgd.assumed:
            return area.pk in self.changed_areas  # the directory's own spelling stays
        local = row.local_name[:_NAME] or area.local_name
        if (area.name, area.local_name) != (row.name[:_NAME], local):
            area.name, area.local_name = row.name[:_NAME], local
            self.changed_areas[area.pk] = area
        return area.pk in self.changed_areas

    def _settle_codes(self, area: Area, row: AreaRow, subject: str) -> bool:
        changed = False
        codes = self.codes_of[area.pk]
        for system, code in self._identifying(row).items():
            key = (system.value, row.level.value, code)
            other, held = self.known.get(key), codes.get(system.value)
            if other is not None and other.area_id == area.pk:
                if other.assumed and not row.assumed:
                    other.assumed = False
                    self.changed_codes.append(other)
                    changed = True
            elif other is not None and not other.assumed:
                self._say(_code_of_another(row, system, code), subject, area.path)
            elif held is None or held.assumed:
                if other is not None:
                    self._give_up(other)
                if held is not None:
                    self.dropped_codes.append(held)
                    self.known.pop((held.system, held.level, held.code), None)
                # A Census line found its place by the assumed number only.
                self._add_code(area, system, row.level, code, assumed=bool(row.assumed))
                if system is System.LGD:
                    self._rekey(area, node_key(rules.AreaCode(system, row.level, code)))
                changed = True
            else:
                self._say(_code_of_another(row, system, code), subject, area.path)
        return changed

    def _say(self, problem: Problem, subject: str, path: str) -> None:
        self.found.append(Found(problem, subject, path))

    # --- sub-districts ---

    def take_subdistricts(self) -> None:
        held = {
            s.code: s
            for s in Subdistrict.objects.filter(code__in=[r.codes[System.LGD] for r in self.rows])
        }
        new: list[tuple[str | UUID, ...]] = []
        changed: dict[UUID, tuple[str, ...]] = {}
        for row in self.rows:
            parent = self._parent(row)
            if parent is None:
                continue
            if not self.desk.may(parent.path):
                self.desk.counts.outside += 1
                continue
            code = row.codes[System.LGD]
            said = {
                "name": row.name[:_NAME],
                "local_name": row.local_name[:_NAME],
                "census2011": row.codes.get(System.CENSUS2011, ""),
            }
            known = held.get(code)
            if known is None:
                new.append((code, parent.pk, *said.values()))
                self.desk.counts.new += 1
            elif known.district_area_id != parent.pk:
                subject = f"subdistrict/{code}"
                self._say(_other_district(row, code), subject, parent.path)
                self.desk.counts.left_out += 1
                continue
            elif any(getattr(known, name) != value for name, value in said.items()):
                changed[known.pk] = tuple(said.values())
                self.desk.counts.changed += 1
            else:
                self.desk.counts.same += 1
                continue
            self.desk.touched.add(parent.path)
        said_of = ("name", "local_name", "census2011")
        write_new(Subdistrict, ("code", "district_area", *said_of), new)
        write_over(Subdistrict, said_of, changed)

    # --- writing ---

    def write(self) -> None:
        ledger = self.desk.ledger
        AreaCode.objects.filter(pk__in=[c.pk for c in self.dropped_codes]).delete()
        move_paths(self.moves)
        Area.objects.bulk_create(self.new_areas)
        Area.objects.bulk_update(
            self.changed_areas.values(), ["name", "local_name", "parent"], batch_size=200
        )
        AreaCode.objects.bulk_create(self.new_codes)
        AreaCode.objects.bulk_update(self.changed_codes, ["assumed"], batch_size=500)
        ledger.keep(self.found)
        ledger.settle(self.in_order, but=[ledger.key(f) for f in self.found])
        if self.waiting:
            self.desk.counts.waiting += sum(len(rows) for rows in self.waiting.values())
            told = ledger.keep_waiting(
                self.waiting,
                level=self.rows[0].level,
                stands_in={p: self._nearest(rows[0]) for p, rows in self.waiting.items()},
                home=self.desk.reach[0],
            )
            ledger.told += told[: max(0, 200 - len(ledger.told))]
        for area in self.new_areas:
            parts = area.path.split("/")
            if len(parts) > 3:
                self.desk.touched.add("/".join(parts[:3]))


def _code_of_another(row: AreaRow, system: System, code: str) -> Problem:
    template = {
        System.LGD: N_(
            "%(name)s: code %(code)s belongs to another place here; it went in without it."
        ),
        System.CENSUS2011: N_(
            "%(name)s: Census code %(code)s belongs to another place here; it went in without it."
        ),
    }[system]
    return Problem(
        row.row,
        None,
        f"{system.value}_code_of_another",
        template,
        {"name": shown(row.name), "code": code},
        left_out=False,
    )


def _other_district(row: AreaRow, code: str) -> Problem:
    return line_left_out(
        row.row,
        None,
        "other_parent",
        N_(
            "%(name)s (%(code)s) is known in another place than this file says. "
            "It stays where it is until a person decides."
        ),
        {"name": shown(row.name), "code": code},
    )
