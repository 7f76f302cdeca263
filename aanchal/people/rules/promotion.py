"""Which pupils of last year's classes a new register's rows may be. Pure; it proposes, a person decides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aanchal.lib.indic.names import contradicts, likeness, tidy

from .matching import MAYBE, Known

MAX_PROPOSED = 3


class Reason(StrEnum):
    """Why a row may be a pupil of last year's class."""

    NAME_EQUAL = "name_equal"  # written alike, and nobody else of that name on either side
    SAME_NAMES = "same_names"  # written alike, but there are several of that name
    ONE_WORD = "one_word"  # written alike, but a given name alone
    OTHER_NUMBER = "other_number"  # written alike, but under another admission number
    OTHER_SEX = "other_sex"  # written alike, but a girl here and a boy there
    SPELLED_OTHERWISE = "spelled_otherwise"
    SAME_CLASS = "same_class"  # perhaps she is in the same class once more


@dataclass(frozen=True)
class Former:
    """A pupil still enrolled in a class of last year; `is_below` of the class below the new one."""

    known: Known
    sex: str
    is_below: bool


@dataclass(frozen=True)
class Newcomer:
    """A row of the new register that is no pupil of its class yet."""

    name: str
    sex: str = ""
    admission_no: str = ""


@dataclass(frozen=True)
class Proposed:
    """Who a row may be, the most alike first; nobody when `keys` is empty."""

    keys: tuple[str, ...] = ()
    reason: Reason | None = None

    @property
    def is_certain(self) -> bool:
        """Whether one press for the whole class may say it."""
        return self.reason is Reason.NAME_EQUAL


def propose(rows: Sequence[Newcomer], former: Sequence[Former]) -> list[Proposed]:
    """Propose for each row the pupils of last year's classes who may be it.

    Another surname is another child: she is not proposed. Two of one name, on either side, are
    never certain; nor is a pupil who would stay in the same class. Who is known by her admission
    number is found by it, and proposed for no other row.
    """
    numbers = {f.known.admission_no for f in former} & {row.admission_no for row in rows} - {""}
    former = [f for f in former if f.known.admission_no not in numbers]
    whole = [_whole(f.known) for f in former]
    of_name = Counter(names for names in whole if names)
    in_rows = Counter(_written(row.name) for row in rows)
    found: list[Proposed] = []
    for row in rows:
        name = _written(row.name)
        if not name or row.admission_no in numbers:
            found.append(Proposed())
            continue
        scored = [
            (100.0 if name == names else max(likeness(row.name, n) for n in f.known.names), f)
            for f, names in zip(former, whole, strict=True)
            if f.known.names and not _is_another(row.name, f.known)
        ]
        near = sorted(
            ((score, f) for score, f in scored if score >= MAYBE),
            key=lambda pair: (-pair[0], pair[1].known.key),
        )[:MAX_PROPOSED]
        if not near:
            found.append(Proposed())
            continue
        keys = tuple(f.known.key for _score, f in near)
        best = near[0][1]
        equal = name == _whole(best.known)
        alone = in_rows[name] == 1 and of_name[name] <= 1
        found.append(Proposed(keys, _reason(row, best, equal=equal, alone=alone)))
    return _asked_where_claimed_twice(found)


def _reason(row: Newcomer, best: Former, *, equal: bool, alone: bool) -> Reason:
    if not best.is_below:
        return Reason.SAME_CLASS
    if not equal:
        return Reason.SPELLED_OTHERWISE
    if not alone:
        return Reason.SAME_NAMES
    if " " not in _written(row.name):
        return Reason.ONE_WORD
    if row.admission_no and best.known.admission_no:
        return Reason.OTHER_NUMBER
    if row.sex and best.sex and row.sex != best.sex:
        return Reason.OTHER_SEX
    return Reason.NAME_EQUAL


def _asked_where_claimed_twice(found: list[Proposed]) -> list[Proposed]:
    """Two rows whose name fits one pupil best are both asked about."""
    claims = Counter(p.keys[0] for p in found if p.keys)
    return [
        Proposed(p.keys, Reason.SAME_NAMES) if p.is_certain and claims[p.keys[0]] > 1 else p
        for p in found
    ]


def _written(name: str) -> str:
    return tidy(name).casefold()


def _whole(known: Known) -> str:
    """A pupil's whole name as written; `names` holds it first."""
    return _written(known.names[0]) if known.names else ""


def _is_another(name: str, known: Known) -> bool:
    whole = [
        n for n in known.names if not any(o != n and o.startswith(n + " ") for o in known.names)
    ]
    return all(contradicts(name, n) for n in whole)
