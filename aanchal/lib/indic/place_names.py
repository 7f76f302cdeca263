"""Spellings of Indian place names in Latin letters, brought to one form so they can be compared.

The same village is MAHAMADPUR and MAHMMADPUR, BALWA and BALBA, TOLA and TOL, RAMPUR PURAB and
RAMPUR EAST. Two forms are made: the *letters*, which only settle case, marks and word breaks,
and the *sound*, which also folds letters that clerks exchange. Folding makes different
villages equal now and then, so an equal sound is evidence and never proof.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from aanchal.lib.sourced import read_sourced

from .digits import ROMAN

_DATA = read_sourced("aanchal.lib.indic", "place_names.toml")
# Words that tell two parts of one village apart; each spelling leads to one word.
_MARKS: dict[str, str] = {
    spelling: mark
    for mark, spellings in _DATA["marks"].items()
    if isinstance(spellings, list)
    for spelling in spellings
}
ENDINGS: tuple[str, ...] = tuple(_DATA["endings"]["words"])
_ROMAN = {numeral: str(value) for value, numeral in enumerate(ROMAN) if value}
_WARD_WORDS = {"ward", "wardno", "no"}
_OTHER_NAME = re.compile(r"\s+(?:urf|alias|@|a\.k\.a\.?)\s+", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[]([^)\]]*)[)\]]?")
# "(CT)": census town; "(Part in Kaluahi)": the rest of the village lies in another block.
_NO_NAME_IN_BRACKETS = re.compile(r"^\s*(?:ct|m|np|nagar panchayat|part\b.*|p)\s*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|\d+")

# Order matters: longer spellings first, aspirates before the letters they hold.
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"([kgjtdb])h", r"\1"),
        (r"rh", "r"),
        (r"z", "j"),
        (r"q", "k"),
        (r"ck", "k"),
        (r"a[wu](?=[^aeiou]|$)|o[wu](?=[^aeiou]|$)", "o"),
        (r"[vw]", "b"),
        (r"a[iy](?=[^aeiou]|$)|e[iy](?=[^aeiou]|$)", "e"),
        (r"ee+|ii+|ea(?=[^aeiou])", "i"),
        (r"oo+|uu+", "u"),
        (r"aa+", "a"),
        (r"iy(?=[aeo])|y(?=[aeo])", "i"),
        (r"y", "i"),
        (r"[mn](?=[pbfkgtdj])", "n"),
    )
)
_DOUBLED = re.compile(r"(\w)\1+")


class Reading(NamedTuple):
    """One way to read a name.

    Attributes:
        letters: the name's own words joined, lower case, marks of direction and number apart.
        sound: the same with exchangeable letters folded.
        whole: the sound of all words, marks among them, for marks written into a word.
        words: the sounds of the name's own words, in their order.
        marks: what tells it from a namesake: direction, number, hamlet, "khurd" …
    """

    letters: str
    sound: str
    whole: str
    words: tuple[str, ...]
    marks: frozenset[str]


def tidy_name(text: str) -> str:
    """A name for the eye: single spaces, and a title where the file shouts.

    "BARASAT-I" becomes "Barasat-I"; a name with any small letter is left as written.
    """
    flat = " ".join(text.split())
    if not flat.isupper():
        return flat
    return re.sub(r"[^\W\d_]+", lambda m: m[0] if m[0] in _ROMAN else m[0].capitalize(), flat)


def fold_sound(word: str) -> str:
    """Fold letters that clerks exchange in one lower-case word of Latin letters."""
    # Lakshmi, Laxmi and Lachhmi are one name, so "ksh" and "x" go with "chh".
    sound = re.sub(r"k?chh?|kshh?|x", "C", word).replace("sh", "s")
    for pattern, replacement in _SOUNDS:
        sound = pattern.sub(replacement, sound)
    sound = sound.replace("c", "k").replace("C", "c")
    return _DOUBLED.sub(r"\1", sound)


@lru_cache(maxsize=65536)
def readings(name: str) -> tuple[Reading, ...]:
    """Every way a published name may be read, the plain one first.

    A name in brackets, or after "urf" or "alias", is a second name of the same place
    ("Laukaha(Khutauna)"), except remarks such as "(CT)" and "(Part in Kaluahi)", which are
    dropped.

    Returns:
        One or more readings; none when the name holds no letter and no number.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    bracketed = [b for b in _BRACKETED.findall(plain) if not _NO_NAME_IN_BRACKETS.match(b)]
    outside = _BRACKETED.sub(" ", plain)
    parts = [*_OTHER_NAME.split(f" {outside} "), *bracketed]
    found: list[Reading] = []
    for part in parts:
        reading = _read(part)
        if reading is not None and reading not in found:
            found.append(reading)
    return tuple(found)


def _read(part: str) -> Reading | None:
    words = _WORD.findall(part.replace("'", ""))
    own: list[str] = []
    marks: set[str] = set()
    for position, word in enumerate(words):
        lower = word.casefold()
        if word.isdigit():
            marks.add(str(int(word)))
        elif position > 0 and word.upper() in _ROMAN:
            marks.add(_ROMAN[word.upper()])
        elif lower in _WARD_WORDS:
            marks.add("ward")
        elif lower in _MARKS and len(words) > 1:
            marks.add(_MARKS[lower])
        else:
            own.append(lower)
    if not own:
        # "Purab Tola" is a name though each of its words is a mark elsewhere.
        if not marks:
            return None
        own = [w.casefold() for w in words if w.casefold() not in _WARD_WORDS and w.isalpha()]
    letters = "".join(own)
    whole = "".join(w.casefold() for w in words if w.isalpha())
    return Reading(
        letters,
        fold_sound(letters),
        fold_sound(whole),
        tuple(map(fold_sound, own)),
        frozenset(marks),
    )
