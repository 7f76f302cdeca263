"""Which enrolled child a register's row means. Only pupils of that class are ever looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aanchal.lib.indic.names import contradicts, likeness, shares_word

SURE = 88.0
MAYBE = 62.0
CLEAR_BY = 6.0


class Match(StrEnum):
    """How a row stands to the pupils already known."""

    SURE = "sure"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Known:
    """One enrolled pupil, as far as matching needs her."""

    key: str
    roll: str
    names: tuple[str, ...]
    admission_no: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a register."""

    roll: str
    name: str
    admission_no: str = ""


@dataclass(frozen=True)
class Matched:
    """What was decided of one row: its pupil when sure, suggestions (best first) when not."""

    state: Match
    key: str = ""
    suggestions: tuple[str, ...] = ()


def match_rows(rows: Sequence[Row], known: Sequence[Known]) -> list[Matched]:
    """Match each row of one class's register to at most one pupil of that class.

    An equal admission number decides. Otherwise an equal roll number with a name that is not
    against it, or a name clearly nearer to one pupil than to any other. Another surname is another
    child until a person says so, whatever the roll number. A pupil is given to one row only; two
    rows that claim one pupil are both unsure.

    Returns:
        One `Matched` a row, in the order of `rows`.
    """
    by_admission = {k.admission_no: k for k in known if k.admission_no}
    by_roll: dict[str, list[Known]] = {}
    for pupil in known:
        if pupil.roll:
            by_roll.setdefault(roll_key(pupil.roll), []).append(pupil)
    found: list[Matched] = []
    for row in rows:
        if row.admission_no and row.admission_no in by_admission:
            found.append(Matched(Match.SURE, by_admission[row.admission_no].key))
            continue
        same_roll = by_roll.get(roll_key(row.roll), []) if row.roll else []
        name = row.name.casefold()
        same = [p for p in same_roll if any(n.casefold() == name for n in p.names)]
        if len(same) == 1:
            found.append(Matched(Match.SURE, same[0].key))  # as nearly every row is
        else:
            found.append(_by_name(row, known, same_roll))
    claims: dict[str, int] = {}
    for one in found:
        if one.state is Match.SURE:
            claims[one.key] = claims.get(one.key, 0) + 1
    return [
        Matched(Match.UNSURE, suggestions=(m.key,))
        if m.state is Match.SURE and claims[m.key] > 1
        else m
        for m in found
    ]


def _by_name(row: Row, known: Sequence[Known], same_roll: list[Known]) -> Matched:
    agreeing = [p for p in same_roll if _agrees(row.name, p)]
    if len(agreeing) == 1:
        return Matched(Match.SURE, agreeing[0].key)
    ranked = sorted(
        ((max((likeness(row.name, n) for n in p.names if n), default=0.0), p) for p in known),
        key=lambda pair: (-pair[0], pair[1].key),
    )
    if ranked:
        best, pupil = ranked[0]
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        # Another roll number speaks against a name that merely sounds alike.
        is_clear = best >= SURE and best - second >= CLEAR_BY and (not same_roll or best >= 97)
        if is_clear and not _is_another(row.name, pupil):
            return Matched(Match.SURE, pupil.key)
        near = [p.key for score, p in ranked[:3] if score >= MAYBE]
        # Her roll number and one of her names: perhaps she is written with another surname now.
        near += [
            p.key
            for p in same_roll
            if p.key not in near and any(shares_word(row.name, n) for n in p.names)
        ]
        if near:
            return Matched(Match.UNSURE, suggestions=tuple(near))
    return Matched(Match.UNKNOWN)


def _agrees(name: str, pupil: Known) -> bool:
    """Whether a row with a pupil's roll number is hers: no name, or one like hers in every word."""
    if not name.strip():
        return True
    if _is_another(name, pupil):
        return False
    return any(shares_word(name, n) or likeness(name, n) >= MAYBE for n in pupil.names)


def _is_another(name: str, pupil: Known) -> bool:
    """Whether a name contradicts every whole name of a pupil; her given name alone is no whole name."""
    whole = [n for n in pupil.names if n and not any(_is_part(n, o) for o in pupil.names)]
    return bool(whole) and all(contradicts(name, n) for n in whole)


def _is_part(name: str, other: str) -> bool:
    return len(name) < len(other) and other.startswith(name + " ")


def roll_key(text: str) -> str:
    """A roll number as it is compared. Roll numbers compare by their digits' value where they are numbers."""
    text = text.strip()
    return str(int(text)) if text.isdecimal() else text.casefold()
