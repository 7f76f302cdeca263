"""How alike two spellings of a place name are, from 0 to 100.

Plain edit distance takes RAMPUR for Ratanpur sooner than TYONTH for Teoth. Clerks who write one
village twice change its vowels, drop an h or a nasal, and exchange neighbours of the mouth
(d and r, k and g); they do not exchange its other consonants. So letters have different
prices, and an ending that half of all villages share ("-pur") does not count towards likeness.
"""

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from .place_names import ENDINGS, Reading, readings

SAME_LETTERS = 100.0
SAME_SOUND = 97.0
# One has a mark ("Tola", "East", "2") that the other lacks: perhaps a part of the other.
PART_OF = 15.0
# The same words in another order ("Devadha Usrahi", "Usrahi Deodha").
OTHER_ORDER = 5.0
# Every word of one stands in the other, which has more ("Bolhar", "Dakhi Bolhar").
FEWER_WORDS = 15.0
_SAME_WORD = 80.0

_VOWELS = frozenset("aeiou")
_FEWEST_LETTERS = 4.0

_VOWEL_FOR_VOWEL = 0.4
_VOWEL_MORE = 0.35
_LAST_VOWEL_MORE = 0.6  # Rampur and Rampura are often two villages
_BREATH_MORE = 0.35  # h
_NASAL_MORE = 0.4  # n before a consonant or at the end
_AFTER_NASAL_MORE = 0.5  # Chandpur, Chanpur
_NEIGHBOURS = 0.5
_OTHER = 1.0

_MOUTH = (
    "dr",
    "rl",
    "ln",
    "dt",
    "kg",
    "bp",
    "bf",
    "pf",
    "jc",
    "cs",
    "nm",
    "mb",
    "gj",
    "jd",
    "bo",
    "bu",
)
_NEIGHBOUR_PAIRS = frozenset((*_MOUTH, *(pair[::-1] for pair in _MOUTH)))


class Likeness(NamedTuple):
    """How alike two names are.

    Attributes:
        score: 0 to 100.
        is_part: all but a mark or a word agrees, and only one name has that ("Arazi Jagat",
            "Jagat"): one village may be a hamlet of the other, or a share of its land.
    """

    score: float
    is_part: bool = False


@lru_cache(maxsize=262144)
def compare(one: str, other: str) -> Likeness:
    """Compare two published names.

    Every reading of one is compared with every reading of the other (a second name in
    brackets is as good as the first); the best counts.

    Returns:
        100 for the same letters, 97 for letters that clerks exchange, less for less; 0 when
        marks contradict each other (East and West, I and II) or a name cannot be read.
    """
    found = [_compare(a, b) for a in readings(one) for b in readings(other)]
    return max(found, key=lambda alike: (alike.score, not alike.is_part), default=Likeness(0.0))


def likeness(one: str, other: str) -> float:
    """The score of `compare`."""
    return compare(one, other).score


def _compare(a: Reading, b: Reading) -> Likeness:
    if a.marks == b.marks:
        return _sounds(a, b)
    if a.marks - b.marks and b.marks - a.marks:
        return Likeness(0.0)
    # "RAMPURBRIT" holds the mark of "Rampur Birt" inside the word.
    whole = Likeness(min(_price_to_score(a.whole, b.whole), SAME_SOUND - 1))
    part = Likeness(max(_sounds(a, b).score - PART_OF, 0.0), is_part=True)
    return max(whole, part, key=lambda alike: alike.score)


def _sounds(a: Reading, b: Reading) -> Likeness:
    if a.letters == b.letters:
        return Likeness(SAME_LETTERS)
    if a.sound == b.sound:
        return Likeness(SAME_SOUND)
    by_letters = min(_price_to_score(a.sound, b.sound), SAME_SOUND - 1)
    if a.words and b.words and len(a.words) + len(b.words) > 2:
        by_words = _by_words(a.words, b.words)
        if by_words.score > by_letters:
            return by_words
    return Likeness(by_letters)


def _by_words(a: tuple[str, ...], b: tuple[str, ...]) -> Likeness:
    """Likeness of two names of several words, whatever their order; 0 when a word is missing."""
    if len(a) == len(b):
        score = max(_words_found(a, b), _words_found(b, a)) - OTHER_ORDER
        return Likeness(max(score, 0.0))
    fewer, more = (a, b) if len(a) < len(b) else (b, a)
    return Likeness(max(_words_found(fewer, more) - FEWER_WORDS, 0.0), is_part=True)


def _words_found(words: tuple[str, ...], among: tuple[str, ...]) -> float:
    """Mean likeness of each word to its best partner, each partner once."""
    left = list(among)
    total = 0.0
    for word in words:
        alike, found = max((_price_to_score(word, other), other) for other in left)
        if alike < _SAME_WORD or len(word) < 3:
            return 0.0
        total += alike
        left.remove(found)
    return total / len(words)


def _price_to_score(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    # Quick refusal: no pair so unlike in plain edits is alike in priced ones.
    if Levenshtein.normalized_similarity(a, b) < 0.34:
        return 0.0
    ending = max((e for e in ENDINGS if a.endswith(e) and b.endswith(e)), key=len, default="")
    core_a, core_b = a.removesuffix(ending), b.removesuffix(ending)
    letters = max((len(core_a) + len(core_b)) / 2, _FEWEST_LETTERS)
    return max(0.0, 100.0 * (1 - _price(core_a, core_b, bool(ending)) / letters))


def _price(a: str, b: str, has_ending: bool) -> float:
    """Cheapest way to turn one word into the other: weighted edit distance."""
    more = [_price_of_letter(b, j, has_ending) for j in range(len(b))]
    row = [0.0, *accumulate(more)]
    for i, letter in enumerate(a):
        drop = _price_of_letter(a, i, has_ending)
        diagonal = row[0]
        left = row[0] = diagonal + drop
        for j, other in enumerate(b, 1):
            # The price of keeping, dropping or adding a letter; spelled out, as it is asked most.
            change = diagonal if letter == other else diagonal + _price_of_change(letter, other)
            diagonal = row[j]
            dropped, added = diagonal + drop, left + more[j - 1]
            left = change if change < dropped else dropped
            left = left if left < added else added
            row[j] = left
    return row[-1]


def _price_of_letter(word: str, at: int, has_ending: bool) -> float:
    letter = word[at]
    is_last = at == len(word) - 1
    if letter in _VOWELS:
        return _LAST_VOWEL_MORE if is_last and not has_ending else _VOWEL_MORE
    if letter == "h":
        return _BREATH_MORE
    if letter == "n" and at > 0 and (is_last or word[at + 1] not in _VOWELS):
        return _NASAL_MORE
    if at > 0 and word[at - 1] == "n":
        return _AFTER_NASAL_MORE
    return _OTHER


def _price_of_change(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return _VOWEL_FOR_VOWEL
    return _NEIGHBOURS if one + other in _NEIGHBOUR_PAIRS else _OTHER
