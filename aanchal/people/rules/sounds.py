"""How a name sounds, from Devanagari, Bengali or Latin letters, so that a misspelt one is found.

`romanise` writes one word in Latin letters; everything after works on those, so that the three
scripts meet. `coarse_keys` are the consonants of a word with all folded that clerks exchange: many
names share one. `nearby_keys` are the keys that a misspelling of the word may have. `alike` ranks.
None of them says that two names are one person.

What is folded follows how names are romanised in official lists of Bihar and West Bengal (the Hunterian
system of the Survey of India and its everyday variants, IPA's note on Bengali pronunciation of ksha,
ya and sha): see docs/decisions/0084-finding-a-child-by-name.md.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from .names import is_title, words

# Raise it when a key changes: an index made by another version is made anew.
KEY_VERSION = 1
KEY_LENGTH = 4
FEWEST_TO_SPLIT = 3

# --- one word in Latin letters ---

# The Bengali block stands 0x80 above the Devanagari one, sign for sign.
_BENGALI_FROM, _BENGALI_TO, _TO_DEVANAGARI = 0x980, 0x9FF, 0x80
_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनऩपफबभमयरऱलळऴवशषसह",
        "k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h".split(),
        strict=True,
    )
)
_WITH_NUKTA = {"क": "q", "ख": "kh", "ग": "g", "ज": "z", "ड": "r", "ढ": "rh", "फ": "f", "य": "y"}
_VOWELS = dict(
    zip(
        "अआइईउऊऋएऐओऔऑऍ",
        "a a i i u u ri e ai o au o e".split(),
        strict=True,
    )
)
_SIGNS = dict(zip("ािीुूृेैोौॉॅ", "a i i u u ri e ai o au o e".split(), strict=True))
_VIRAMA, _NUKTA, _BREATH, _NASALS = "\u094d", "\u093c", "\u0903", "\u0901\u0902"
# Letters of the Bengali block whose sound is not that of the Devanagari sign at their place.
_BENGALI_OWN = {"ৎ": "t", "ৰ": "r", "ৱ": "w"}


@lru_cache(maxsize=32768)
def romanise(word: str) -> str:
    """One word in small Latin letters; a final inherent vowel is not written. "" for no letters."""
    # In this form, unlike the fully decomposed one, a vowel sign of two parts stays one letter.
    text = unicodedata.normalize("NFC", word.casefold())
    said: list[str] = []
    waits = False  # an inherent vowel, written only if something follows
    at = 0
    while at < len(text):
        letter, at = text[at], at + 1
        is_bengali = _BENGALI_FROM <= ord(letter) <= _BENGALI_TO
        if letter in _BENGALI_OWN:
            said, waits = [*said, "a"] if waits else said, False
            said.append(_BENGALI_OWN[letter])
            continue
        if is_bengali:
            letter = chr(ord(letter) - _TO_DEVANAGARI)
        dotted = at < len(text) and _indic(text[at]) == _NUKTA
        if dotted:
            at += 1
        if letter in _CONSONANTS:
            if waits:
                said.append("a")
            sound = _WITH_NUKTA.get(letter) if dotted else None
            if sound is None:
                sound = _CONSONANTS[letter]
                joined = bool(said) and said[-1] == ""
                if letter == "य" and is_bengali and not joined:
                    sound = "j"
            said.append(sound)
            waits = True
        elif letter in _SIGNS:
            said.append(_SIGNS[letter])
            waits = False
        elif letter == _VIRAMA:
            said.append("")  # the next consonant is joined to the last
            waits = False
        elif letter in _NASALS:
            said, waits = [*said, "a"] if waits else said, False
            said.append("n")
        elif letter in _VOWELS:
            said, waits = [*said, "a"] if waits else said, False
            said.append(_VOWELS[letter])
        elif letter == _BREATH or unicodedata.combining(letter):
            continue
        elif letter.isalpha() and (plain := unicodedata.normalize("NFD", letter)[0]).isascii():
            said.append(plain)  # ā, ś
            waits = False
    return "".join(said)


def _indic(letter: str) -> str:
    code = ord(letter)
    return chr(code - _TO_DEVANAGARI) if _BENGALI_FROM <= code <= _BENGALI_TO else letter


# --- what clerks exchange ---

# Order matters: longer spellings first.
_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<=[ao])w(?=[^aeiou])", "u"),  # Chowdhury
        (r"^[ei](?=u)", "j"),  # Yunus, Eunus
        (r"^(?:gn|jn|dny|gy)", "g"),  # Gyan, Jnan
        (r"(?:jn|gn|gy)y?(?=[aeiou])", "g"),  # Pragya, Prajna
        (r"(?:kshh?|ks|x|kkh|c?chh?|kh)(?=m)", "k"),  # Lakshmi, Laxmi, Lachhmi
        (r"kshh?|x|kkh", "k"),  # Akshay, Akkhoy
        (r"s?sch|tch", "c"),
        (r"c?chh?", "C"),
        (r"ss?h", "s"),
        (r"ph|f", "p"),
        (r"([kgjtdb])h", r"\1"),
        (r"rh", "r"),
        (r"z", "j"),
        (r"ck|q|c", "k"),
        (r"C", "c"),
        (r"[vw]", "b"),
        (r"^y(?=[aeiou])", "j"),  # Yadav, Jadab
        (r"ng(?=$|[^aeiou])", "n"),  # Singh, Sinha
        (r"m(?=[pb])", "n"),
        (r"(?<=[a-z])h", ""),  # Rahul, Raul
    )
)
_DOUBLED = re.compile(r"(\w)\1+")
_DOUBLED_CONSONANT = re.compile(r"([^aeiou])\1+")
_VOWEL_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"a[wu](?=[^aeiou]|$)|o[wu](?=[^aeiou]|$)", "o"),
        (r"[aeo][iy](?=[^aeiou]|$)", "e"),
        (r"ee+|ii+|ea|ie(?=[^aeiou]|$)", "i"),
        (r"oo+|uu+", "u"),
        (r"aa+", "a"),
        (r"(?<=[^aeiou])y(?=[aeiou])", ""),  # Shyam, Sham
        (r"iy(?=[aeo])|y", "i"),
        (r"o", "a"),  # Anima, Onima
    )
)


@lru_cache(maxsize=32768)
def _folded(latin: str) -> str:
    """Latin letters with exchangeable consonants folded, vowels as written."""
    for pattern, sound in _FOLDS:
        latin = pattern.sub(sound, latin)
    return _DOUBLED_CONSONANT.sub(r"\1", latin)


@lru_cache(maxsize=32768)
def _sound(latin: str) -> str:
    """The word with vowels folded as well; what two spellings are compared by."""
    said = _folded(latin)
    for pattern, sound in _VOWEL_FOLDS:
        said = pattern.sub(sound, said)
    said = _DOUBLED.sub(r"\1", said)
    return said.rstrip("a") or said


@lru_cache(maxsize=32768)
def _consonants(latin: str) -> str:
    """The consonants of a folded word; a beginning vowel is "a"; "" for no letter."""
    said = _folded(latin)
    if not said:
        return ""
    first = "a" if said[0] in "aeiou" else said[0]
    rest = re.sub(r"[aeiouy]", "", said[1:])
    # Guriya and Gudiya; Chandra and Chanda.
    key = first + rest.replace("d", "r")
    # The m of Lakshmi is not heard in Bengal.
    key = re.sub(r"(?<=.k)m", "", key)
    return _DOUBLED.sub(r"\1", key)


def coarse_key(word: str) -> str:
    """The key of one word of a name in any of the scripts; "" when it holds no letter.

    At most four sounds: Sunita, Sunit, Shunita and सुनीता share one, and many other names with them.
    """
    return _consonants(romanise(word))[:KEY_LENGTH]


def name_keys(*names: str) -> frozenset[str]:
    """The keys under which a child with these names is kept; titles have none unless alone."""
    return frozenset(coarse_key(w) for name in names for w in words(name)) - {""}


# A nasal before these is often left out, or written where none is (Chand, Chad).
_STOPS = "kgcjtrbps"


def nearby_keys(word: str) -> frozenset[str]:
    """Keys of likely misspellings of a word, without its own key."""
    whole = _consonants(romanise(word))
    found: set[str] = set()
    for at in range(1, len(whole)):
        before, one, after = whole[:at], whole[at], whole[at + 1 :]
        if one in "nm":
            found |= {before + after, before + ("m" if one == "n" else "n") + after}
        if one in _STOPS and before[-1] != "n":
            found.add(before + "n" + one + after)
        if one in "rbt":
            found.add(before + after)  # Krishna, Kishan; Swapna, Sapna
        if one == "c":
            found |= {before + "s" + after, before + "k" + after}
        if one == "s":
            found |= {before + "c" + after}
        if one == "k":
            found |= {before + "km" + after, before + "ks" + after}
        if one == "r":
            found.add(before + "l" + after)
        if one == "j":
            found |= {before + after, before + "g" + after}
    if whole:
        first, rest = whole[0], whole[1:]
        if first == "a":
            found |= {rest, "h" + rest, "j" + rest, "b" + rest}
        if first in "hjb":
            found.add("a" + rest)
        if first in "kpbtgs":
            found.add(first + "r" + rest)
        if first in "sdtj":
            found.add(first + "b" + rest)
        if first == "c":
            found.add("s" + rest)
        if first == "s":
            found.add("c" + rest)
        if first == "j":
            found.add("g" + rest)
        found |= {whole + "n", whole + "r", whole + "m"}
    keys = {_DOUBLED.sub(r"\1", key)[:KEY_LENGTH] for key in found if key}
    if len(whole) >= FEWEST_TO_SPLIT:
        keys |= {whole[:2], whole[:3], whole[:-1][:KEY_LENGTH]}
    return frozenset(keys - {"", whole[:KEY_LENGTH]})


# --- how alike ---

_INITIAL = 85.0
_EXTRA_WORD = 3.0
_JOINED = 0.97


def query_words(query: str) -> tuple[str, ...]:
    """The words of what somebody typed, at most five, as `words` gives them."""
    return words(query)[:5]


def is_only_titles(query: str) -> bool:
    """Whether what was typed holds titles alone ("Md", "শেখ"), which find nobody."""
    return bool(query_words(query)) and all(is_title(w) for w in query_words(query))


def alike(query: Sequence[str], name: Sequence[str]) -> float:
    """How well the words of a name answer the words asked for, 0 to 100, in whatever order.

    A word asked for and not found counts as nothing; one more in the name costs little. A single
    letter answers every word that begins with its sound.
    """
    if not query or not name:
        return 0.0
    left = list(name)
    total = weight = 0.0
    for word in query:
        size = max(len(word), 2) ** 0.5
        weight += size
        if not left:
            continue
        best, at = max((_word_alike(word, other), -i) for i, other in enumerate(left))
        total += best * size
        if best >= _INITIAL / 2:
            left.pop(-at)
    score = total / weight - _EXTRA_WORD * max(0, len(name) - len(query))
    if len(query) != len(name):
        score = max(score, _JOINED * _word_alike("".join(query), "".join(name)))
    return max(score, 0.0)


@lru_cache(maxsize=65536)
def _word_alike(one: str, other: str) -> float:
    a, b = romanise(one), romanise(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 100.0
    if len(a) == 1 or len(b) == 1:
        return _INITIAL if _consonants(a)[:1] == _consonants(b)[:1] else 0.0
    sound = fuzz.ratio(_sound(a), _sound(b))
    bones = fuzz.ratio(_consonants(a), _consonants(b))
    return 0.5 * sound + 0.3 * bones + 0.2 * fuzz.ratio(a, b)
