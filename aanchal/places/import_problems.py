"""Lines of place and school files that wait for repair, kept as import problems.

A problem is known by what it is about (a code, or the line itself) and its kind, never by the
file or the line number: the same trouble in next year's file is the same problem. Functions here
are called inside the transaction of the import that found the trouble.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as N_

from aanchal.kernel.authz import district_of
from aanchal.kernel.files import content_hash
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import advance_all
from aanchal.lib.tabular.problems import Problem

from .rules.areas import AreaRow
from .rules.codes import AreaCode, Level, System
from .rules.problems import line_left_out

AREAS, SCHOOLS = "areas", "schools"
KINDS = (AREAS, SCHOOLS)
WAITING = "parent_unknown"
# A file that is wrong on every line is told by its first lines; it is sent again as a whole.
MAX_PROBLEMS_KEPT = 1_000
_MAX_SUBJECT = 120

_WAITS_FOR: dict[Level, str] = {
    Level.STATE: N_("%(count)d places wait for state %(code)s. Import the list of states."),
    Level.DISTRICT: N_(
        "%(count)d places wait for district %(code)s. Import the list of districts."
    ),
    Level.BLOCK: N_("%(count)d places wait for block %(code)s. Import the list of blocks."),
    Level.SUBDISTRICT: N_(
        "%(count)d places wait for sub-district %(code)s. "
        "Import the lists of sub-districts and blocks, and say which block it is."
    ),
}


@dataclass(frozen=True)
class Found:
    """A problem and where it stands.

    Attributes:
        problem: what is wrong.
        subject: what it is about, such as "village/219808"; empty for the line itself.
        area_path: the nearest known place.
        body_id: the school it is about, when that went in.
    """

    problem: Problem
    subject: str
    area_path: str
    body_id: UUID | None = None


@dataclass
class Ledger:
    """What one import tells: every problem counted, the first of them kept."""

    kind: str
    filename: str
    settled_by: str
    at: datetime
    total: int = 0
    told: list[Problem] = field(default_factory=list)

    def keep(self, found: Sequence[Found]) -> None:
        """Store problems; one that is open, or was set aside, stays as it is.

        One that was repaired before and is back is opened again.
        """
        self.total += len(found)
        room = MAX_PROBLEMS_KEPT - len(self.told)
        found = found[: max(0, room)]
        self.told += [f.problem for f in found]
        rows = {self.key(f): f for f in found}
        again = ImportProblem.objects.filter(
            source_kind=self.kind, key__in=rows, state=ImportProblem.State.REPAIRED
        )
        again.delete()
        ImportProblem.objects.bulk_create(
            [self._row(key, f) for key, f in rows.items()], ignore_conflicts=True, batch_size=200
        )

    def settle(self, keys: Iterable[str], *, but: Iterable[str] = ()) -> None:
        """Note that what these keys tell of is now in order."""
        self._settle(ImportProblem.objects.filter(key__in=set(keys) - set(but)))

    def settle_schools(
        self, bodies: Iterable[UUID], *, codes: Iterable[str], but: set[str]
    ) -> None:
        """Note that these schools have none of these kinds of trouble, save `but`."""
        found = ImportProblem.objects.filter(body_id__in=list(bodies), code__in=list(codes))
        self._settle(found.exclude(key__in=but))

    def _settle(self, found: QuerySet[ImportProblem]) -> None:
        still = found.filter(source_kind=self.kind, state=ImportProblem.State.OPEN)
        to = ImportProblem.State.REPAIRED
        advance_all(still, to, settled_at=self.at, settled_by=self.settled_by)

    def key(self, found: Found) -> str:
        """The key of a problem: of its subject and kind, or of its very line."""
        problem = found.problem
        if found.subject and problem.left_out:
            return self.left_out_key(found.subject)
        about = found.subject or repr((problem.params, sorted((problem.raw or {}).items())))
        return content_hash(f"{self.kind}|{about}|{problem.code}|{problem.column}".encode())

    def left_out_key(self, subject: str) -> str:
        """The key under which a subject that did not go in waits, whatever the reason."""
        return content_hash(f"{self.kind}|{subject}|left out".encode())

    def _row(self, key: str, found: Found) -> ImportProblem:
        problem = found.problem
        return ImportProblem(
            district=district_of(found.area_path),
            area_path=found.area_path,
            body_id=found.body_id,
            source_kind=self.kind,
            source_id=self.filename[:200],
            row=problem.row,
            column=(problem.column or "")[:40],
            code=problem.code,
            template=problem.template,
            params=dict(problem.params),
            raw=dict(problem.raw) if problem.raw is not None else None,
            key=key,
            found_at=self.at,
        )

    # --- places whose parent is not known yet ---

    def keep_waiting(
        self,
        rows: Mapping[AreaCode, Sequence[AreaRow]],
        *,
        level: Level,
        stands_in: Mapping[AreaCode, str],
        home: str,
    ) -> list[Problem]:
        """Keep rows until the place they belong to is known: one problem a missing place.

        `source_id` holds what they wait for, so that it is found when that comes.

        Args:
            stands_in: the nearest known place of each missing one.
            home: where the importer's reach begins; what waited there before its district was
                known moves into the district.

        Returns:
            The problems as they now stand, for the summary.
        """
        keys = {self._waiting_key(p, stands_in[p]): p for p in rows}
        before = {self._waiting_key(p, home): p for p in rows}
        held: dict[AreaCode, list[ImportProblem]] = {}
        for known in ImportProblem.objects.filter(
            source_kind=self.kind, key__in=keys.keys() | before.keys()
        ):
            held.setdefault(keys.get(known.key) or before[known.key], []).append(known)
        fresh, stale, told = [], [], []
        for key, parent in keys.items():
            was: dict[str, Any] = {}
            for known in held.get(parent, ()):
                if known.state != ImportProblem.State.REPAIRED:
                    was |= (known.raw or {}).get("rows", {})
            now = {**was, **{f"{level}/{_own_code(r)}": row_to_json(r) for r in rows[parent]}}
            problem = line_left_out(
                min(r.row for r in rows[parent]),
                None,
                WAITING,
                _WAITS_FOR[parent.level],
                {"count": len(now), "code": parent.code},
                raw={},
            )
            told.append(problem)
            if now == was and [k.key for k in held[parent]] == [key]:
                continue
            stale += [known.pk for known in held.get(parent, ())]
            row = self._row(key, Found(problem, "", stands_in[parent]))
            row.source_id, row.raw = waits_for(parent), {"rows": now}
            fresh.append(row)
        ImportProblem.objects.filter(pk__in=stale).delete()
        ImportProblem.objects.bulk_create(fresh)
        return told

    def _waiting_key(self, parent: AreaCode, area_path: str) -> str:
        # Two administrators may wait for one place, and neither sees the other's list.
        return content_hash(f"{self.kind}|{area_path}|waits|{waits_for(parent)}".encode())


def subject_of(problem: Problem, *, level: str) -> str:
    """What a reader's problem is about: the school or place it names; empty when it names none."""
    if problem.code == "repeated_code":
        return ""  # the first line with the code went in; this one is told for itself
    code = problem.params.get("udise") or problem.params.get("code")
    return f"{level}/{code}"[:_MAX_SUBJECT] if code else ""


def waits_for(parent: AreaCode) -> str:
    """The text under which rows wait for a place."""
    return f"{parent.system}/{parent.level}/{parent.code}"


def waited_for(text: str) -> AreaCode:
    """The place meant by `waits_for`."""
    system, level, code = text.split("/")
    return AreaCode(System(system), Level(level), code)


def _own_code(row: AreaRow) -> str:
    return row.codes.get(System.LGD) or row.codes.get(System.CENSUS2011) or ""


def row_to_json(row: AreaRow) -> dict[str, Any]:
    """An area row as plain data, for keeping."""
    return {
        "level": row.level.value,
        "codes": {s.value: c for s, c in row.codes.items()},
        "within": [[c.system.value, c.level.value, c.code] for c in row.within],
        "name": row.name,
        "row": row.row,
        "local_name": row.local_name,
        "assumed": {s.value: c for s, c in row.assumed.items()},
        "local_body": [*row.local_body[0], row.local_body[1]] if row.local_body else None,
    }


def row_from_json(data: Mapping[str, Any]) -> AreaRow:
    """The area row kept by `row_to_json`."""
    within = tuple(AreaCode(System(s), Level(lv), c) for s, lv, c in data["within"])
    body = data.get("local_body")
    row = AreaRow(
        level=Level(data["level"]),
        codes={System(s): c for s, c in data["codes"].items()},
        parent=within[0] if within else None,
        name=data["name"],
        row=data["row"],
        local_name=data["local_name"],
        within=within,
        assumed={System(s): c for s, c in data["assumed"].items()},
    )
    if body is None:
        return row
    return replace(row, local_body=(AreaCode(System(body[0]), Level(body[1]), body[2]), body[3]))
