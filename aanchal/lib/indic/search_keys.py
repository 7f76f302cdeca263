"""Keys under which a name is found, from Devanagari, Bengali or Latin letters.

`coarse_key` holds the consonants of a word with all folded that clerks exchange: many names share one.
`nearby_keys` are the keys that a misspelling of the word may have.
"""

from .names import words
from .sounds import DOUBLED, consonants
from .transliteration import romanise

# Raise it when a key changes: an index made by another version is made anew.
KEY_VERSION = 1
KEY_LENGTH = 4
FEWEST_TO_SPLIT = 3


def coarse_key(word: str) -> str:
    """The key of one word of a name in any of the scripts; "" when it holds no letter.

    At most four sounds: Sunita, Sunit, Shunita and सुनीता share one, and many other names with them.
    """
    return consonants(romanise(word))[:KEY_LENGTH]


def name_keys(*names: str) -> frozenset[str]:
    """The keys under which a child with these names is kept; titles have none unless alone."""
    return frozenset(coarse_key(w) for name in names for w in words(name)) - {""}


# A nasal before these is often left out, or written where none is (Chand, Chad).
_STOPS = "kgcjtrbps"


def nearby_keys(word: str) -> frozenset[str]:
    """Keys of likely misspellings of a word, without its own key."""
    whole = consonants(romanise(word))
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
    keys = {DOUBLED.sub(r"\1", key)[:KEY_LENGTH] for key in found if key}
    if len(whole) >= FEWEST_TO_SPLIT:
        keys |= {whole[:2], whole[:3], whole[:-1][:KEY_LENGTH]}
    return frozenset(keys - {"", whole[:KEY_LENGTH]})
