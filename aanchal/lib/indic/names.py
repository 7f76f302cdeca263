"""Names as registers spell them: one name, many spellings, three scripts.

`skeleton` keeps the order of consonant sounds and drops what spelling varies most (vowels,
length, aspiration, doubling), the same from Devanagari, Bengali and Latin letters. It finds
candidates; `likeness` ranks them. Neither says that two names are one person.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

from .letters import BENGALI_OWN, CONSONANTS, NASALS
from .scripts import as_bengali, script_of
from .titles import BEFORE_NAMES, TITLES, WITH_NEXT_WORD


def _class_of(sound: str) -> str:
    """A sound without its breath, v as b: what spelling varies most is left out."""
    return {"v": "b", "w": "b"}.get(sound[0], sound[0])


# Consonants, nasal signs and the vowel ri by their class, as the fully decomposed form has them.
_SOUND_OF: dict[str, str] = {letter: _class_of(sound) for letter, sound in CONSONANTS.items()}
_SOUND_OF |= dict.fromkeys(NASALS, "n") | dict.fromkeys("ऋृ", "r")
_SOUND_OF |= {as_bengali(letter): sound for letter, sound in _SOUND_OF.items()}
_SOUND_OF |= {letter: _class_of(sound) for letter, sound in BENGALI_OWN.items()} | {"য": "j"}
_NUKTA = "\u093c\u09bc"
# A flap is written d or r in Latin letters (Gudiya, Guria); the nukta letters else keep their base.
_FLAPS = "डढডঢ"
_LATIN_PAIRS = (
    ("chh", "c"), ("ch", "c"), ("sh", "s"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("th", "t"),
    ("dh", "d"), ("ph", "p"), ("bh", "b"), ("ck", "k"), ("ks", "ks"), ("x", "ks"),
)  # fmt: skip
_LATIN = {"q": "k", "c": "k", "z": "j", "f": "p", "v": "b", "w": "b"}
_ONE_WORD = 84.0
_SPACES = re.compile(r"[\s.,'’`·/()\-_]+")


def tidy(name: str) -> str:
    """A name without odd spaces, in one Unicode form; letters and case are kept."""
    return " ".join(unicodedata.normalize("NFC", name).replace("\u200c", "").split())


def split_name(name: str) -> tuple[str, str]:
    """Part a whole name into given name and the rest; the first word is the given name.

    "Md", "Sk" and the like stay with the word after them.
    """
    parts = name.split()
    if not parts:
        return "", ""
    take = 2 if len(parts) > 1 and parts[0].rstrip(".").casefold() in WITH_NEXT_WORD else 1
    return " ".join(parts[:take]), " ".join(parts[take:])


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case, without titles; titles stay when nothing else is left."""
    parts = [p for p in _SPACES.split(tidy(name).casefold()) if p]
    kept = [p for p in parts if p not in TITLES]
    return tuple(kept or parts)


@lru_cache(maxsize=16384)
def skeleton(name: str, *, flap: str = "r") -> str:
    """Consonant sounds of a name's words, in order, doubled sounds once; "" for no letters.

    Args:
        flap: the letter for ड़ and ড়, which Latin spellings write as r or as d.
    """
    return " ".join(filter(None, (_word_skeleton(w, flap) for w in words(name))))


def _word_skeleton(word: str, flap: str) -> str:
    text = unicodedata.normalize("NFD", word)
    for pair, sound in _LATIN_PAIRS:
        text = text.replace(pair, sound.upper())
    sounds: list[str] = []
    for i, letter in enumerate(text):
        dotted = text[i + 1 : i + 2] in _NUKTA and i + 1 < len(text)
        if dotted and letter in _FLAPS:
            sound = flap
        elif (dotted and letter == "য") or letter in "यয":
            sound = "y" if not sounds else ""
        else:
            sound = _SOUND_OF.get(letter, "")
        if not sound and letter.isascii() and letter.isalpha():
            sound = letter.lower() if letter.isupper() else _latin(letter, first=not sounds)
        for one in sound:
            if not sounds or sounds[-1] != one:
                sounds.append(one)
    kept = "".join(sounds)
    # A final h or y is a matter of spelling (Fatima, Fatimah; Roy, Rai).
    return kept.rstrip("hy") or kept


def _latin(letter: str, *, first: bool) -> str:
    if letter in "aeiou":
        return ""
    if letter == "y" and not first:
        return ""
    return _LATIN.get(letter, letter)


def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 100, whatever their scripts and the order of their words."""
    a, b = " ".join(words(one)), " ".join(words(other))
    if not a or not b:
        return 0.0
    if a == b:
        return 100.0
    spelled = fuzz.token_sort_ratio(a, b)
    sounded = max(
        fuzz.token_sort_ratio(skeleton(one, flap=x), skeleton(other, flap=y))
        for x, y in (("r", "r"), ("d", "r"), ("r", "d"))
    )
    if not (a.isascii() and b.isascii()) and script_of(a) != script_of(b):
        # Nothing but sound can be compared across scripts; it is never taken as certain.
        return min(float(sounded), 96.0)
    return max(float(spelled), 0.9 * sounded)


@lru_cache(maxsize=16384)
def contradicts(one: str, other: str) -> bool:
    """Whether each of two whole names has a word that the other lacks: another surname, say.

    "Sunita Patil" and "Sunita Devi" contradict each other, "Sunita" and "Sunita Patil" do not; nor do
    two spellings of one word, in whatever script. A title before a name (Md, Sk, Smt) says nothing;
    one after it (Devi, Kumari) is a surname in a register.
    """
    a, b = _without_titles(one), _without_titles(other)
    if not a or not b or a == b:
        return False
    left = list(b)
    lacking = 0
    for word in a:
        found = next((w for w in left if w == word), None) or next(
            (w for w in left if _is_one_word(word, w)), None
        )
        if found is None:
            lacking += 1
        else:
            left.remove(found)
    if not lacking or not left:
        return False
    # Written together or apart: Ramkumar, Ram Kumar.
    return not _is_one_word("".join(a), "".join(b))


def shares_word(one: str, other: str) -> bool:
    """Whether two names have a word in common, as it is spelled or as it sounds."""
    return any(_is_one_word(a, b) for a in _without_titles(one) for b in _without_titles(other))


def _without_titles(name: str) -> list[str]:
    parts = [p for p in _SPACES.split(tidy(name).casefold()) if p]
    return [p for p in parts if p not in BEFORE_NAMES] or parts


@lru_cache(maxsize=16384)
def _is_one_word(one: str, other: str) -> bool:
    if one == other or fuzz.ratio(one, other) >= _ONE_WORD:
        return True
    if min(len(one), len(other)) == 1:  # an initial
        return one[0] == other[0]
    return any(
        _word_skeleton(one, x) == _word_skeleton(other, y) != ""
        for x, y in (("r", "r"), ("d", "r"), ("r", "d"))
    )
