"""How well a name answers what somebody typed; nothing here says that two names are one person."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from .names import words
from .sounds import consonants, sound
from .titles import is_title
from .transliteration import romanise

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
        return _INITIAL if consonants(a)[:1] == consonants(b)[:1] else 0.0
    heard = fuzz.ratio(sound(a), sound(b))
    bones = fuzz.ratio(consonants(a), consonants(b))
    return 0.5 * heard + 0.3 * bones + 0.2 * fuzz.ratio(a, b)
