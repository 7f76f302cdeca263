"""Names as registers spell them: one name, many spellings, three scripts.

`skeleton` keeps the order of consonant sounds and drops what spelling varies most (vowels,
length, aspiration, doubling), the same from Devanagari, Bengali and Latin letters. It finds
candidates; `likeness` ranks them. Neither says that two names are one person.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

# Consonant classes of the two scripts share an order: the Bengali block lies 0x80 above.
_DEVANAGARI = {
    "क": "k", "ख": "k", "ग": "g", "घ": "g", "ङ": "n",
    "च": "c", "छ": "c", "ज": "j", "झ": "j", "ञ": "n",
    "ट": "t", "ठ": "t", "ड": "d", "ढ": "d", "ण": "n",
    "त": "t", "थ": "t", "द": "d", "ध": "d", "न": "n",
    "प": "p", "फ": "p", "ब": "b", "भ": "b", "म": "m",
    "य": "y", "र": "r", "ल": "l", "व": "b", "श": "s", "ष": "s", "स": "s", "ह": "h",
    "ं": "n", "ँ": "n", "ऋ": "r", "ृ": "r",
}  # fmt: skip
_BENGALI = {
    "ক": "k", "খ": "k", "গ": "g", "ঘ": "g", "ঙ": "n",
    "চ": "c", "ছ": "c", "জ": "j", "ঝ": "j", "ঞ": "n",
    "ট": "t", "ঠ": "t", "ড": "d", "ঢ": "d", "ণ": "n",
    "ত": "t", "থ": "t", "দ": "d", "ধ": "d", "ন": "n", "ৎ": "t",
    "প": "p", "ফ": "p", "ব": "b", "ভ": "b", "ম": "m",
    "য": "j", "র": "r", "ল": "l", "শ": "s", "ষ": "s", "স": "s", "হ": "h",
    "ং": "n", "ঁ": "n", "ঋ": "r", "ৃ": "r",
}  # fmt: skip
_NUKTA = "\u093c\u09bc"
# A flap is written d or r in Latin letters (Gudiya, Guria); the nukta letters else keep their base.
_FLAPS = "डढডঢ"
_LATIN_PAIRS = (
    ("chh", "c"), ("ch", "c"), ("sh", "s"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("th", "t"),
    ("dh", "d"), ("ph", "p"), ("bh", "b"), ("ck", "k"), ("ks", "ks"), ("x", "ks"),
)  # fmt: skip
_LATIN = {"q": "k", "c": "k", "z": "j", "f": "p", "v": "b", "w": "b"}
_HONORIFICS = frozenset(
    "sri smt km kumari kumar ku md mohd mohammad mohammed mohamad mohamed mahammad muhammad muhammed "
    "sk sheikh shaikh sheik shekh sekh saikh mst mosammat musammat mosamat bibi devi begum "
    "श्री सुश्री कु कुमारी कुमार मो मोहम्मद मुहम्मद शेख देवी बीबी बेगम "
    "শ্রী কুমারী কুমার মোঃ মো মহম্মদ মোহাম্মদ মোহম্মদ সেখ শেখ বিবি বেগম দেবী".split()
)
# Of these a surname is never made; Devi, Kumari, Bibi and Begum are.
_BEFORE_NAMES = frozenset(
    "sri smt km ku md mohd mohammad mohammed mohamad mohamed mahammad muhammad muhammed sk sheikh "
    "shaikh sheik shekh sekh saikh mst mosammat musammat mosamat श्री सुश्री कु मो मोहम्मद मुहम्मद शेख "
    "শ্রী মোঃ মো মহম্মদ মোহাম্মদ মোহম্মদ সেখ শেখ".split()
)
_ONE_WORD = 84.0
_SPACES = re.compile(r"[\s.,'’`·/()\-_]+")


def is_title(word: str) -> bool:
    """Whether one word, in small letters, is a title rather than a name."""
    return word in _HONORIFICS


def tidy(name: str) -> str:
    """A name without odd spaces, in one Unicode form; letters and case are kept."""
    return " ".join(unicodedata.normalize("NFC", name).replace("\u200c", "").split())


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case, without titles; titles stay when nothing else is left."""
    parts = [p for p in _SPACES.split(tidy(name).casefold()) if p]
    kept = [p for p in parts if p not in _HONORIFICS]
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
            sound = _DEVANAGARI.get(letter) or _BENGALI.get(letter) or ""
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
    if not (a.isascii() and b.isascii()) and _script(a) != _script(b):
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
    return [p for p in parts if p not in _BEFORE_NAMES] or parts


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


def _script(text: str) -> str:
    for ch in text:
        if "\u0900" <= ch <= "\u097f":
            return "deva"
        if "\u0980" <= ch <= "\u09ff":
            return "beng"
    return "latn"
