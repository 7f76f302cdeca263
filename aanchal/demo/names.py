"""Names for people and places that do not exist.

Given and family names are common words of Mithila and of southern Bengal, joined at random, so
that a pair describes nobody. Place names are invented; a test holds them against the public
directories. Each name stands in Latin letters, spelled the several ways schools spell it, and in
its own script.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

DATA = "aanchal.demo"

HINDU, MUSLIM = "hindu", "muslim"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: its own script, and its Latin spellings, the usual one first."""

    own: str
    spellings: tuple[str, ...]

    @property
    def latin(self) -> str:
        return self.spellings[0]


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as given and family word, each in both scripts."""

    given: Word
    family: Word

    @property
    def latin(self) -> str:
        return f"{self.given.latin} {self.family.latin}"

    @property
    def own(self) -> str:
        return f"{self.given.own} {self.family.own}"

    def spelled(self, rng: Random) -> str:
        """The name in Latin letters as some clerk might write it."""
        return f"{rng.choice(self.given.spellings)} {rng.choice(self.family.spellings)}"


@dataclass(frozen=True, slots=True)
class PlaceWord:
    """An invented place: level (state … hamlet), block number or 0, and the name twice."""

    level: str
    block: int
    own: str
    latin: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files(DATA).joinpath("data", name).open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


@cache
def _words(file: str) -> dict[tuple[str, str], tuple[Word, ...]]:
    """Words by (tradition, sex); a family word without a sex serves both."""
    words: dict[tuple[str, str], list[Word]] = {}
    for row in _rows(file):
        word = Word(row["own_script"], tuple(row["latin"].split("|")))
        for sex in (row["sex"],) if row["sex"] else ("F", "M"):
            words.setdefault((row["tradition"], sex), []).append(word)
    return {key: tuple(value) for key, value in words.items()}


@cache
def invented_places() -> tuple[PlaceWord, ...]:
    """Every invented place in file order: state, district, blocks, panchayats, villages, hamlets."""
    return tuple(
        PlaceWord(row["level"], int(row["block"] or 0), row["own_script"], row["latin"])
        for row in _rows("places.csv")
    )


def given_words(tradition: str, sex: str) -> tuple[Word, ...]:
    """Given names of a tradition ("maithili_hindu", …) and sex ("F" or "M")."""
    return _words("given_names.csv")[tradition, sex]


def family_words(tradition: str, sex: str) -> tuple[Word, ...]:
    """Family names of a tradition for a person of this sex."""
    return _words("family_names.csv")[tradition, sex]


def make_name(rng: Random, tradition: str, sex: str, family: Word | None = None) -> Name:
    """A name drawn at random; `family` keeps a given family word, as brothers share theirs."""
    given = rng.choice(given_words(tradition, sex))
    return Name(given, family or rng.choice(family_words(tradition, sex)))


def shared_family_words(tradition: str) -> tuple[Word, ...]:
    """Family names that sisters and brothers share."""
    women = set(family_words(tradition, "F"))
    return tuple(word for word in family_words(tradition, "M") if word in women)


def own_family_words(tradition: str, sex: str) -> tuple[Word, ...]:
    """Second names given to one sex alone, such as Kumari; empty where there is no such custom."""
    shared = set(shared_family_words(tradition))
    return tuple(word for word in family_words(tradition, sex) if word not in shared)
