"""How a name sounds, so that a misspelt one is found; from Latin letters, as `romanise` gives them.

What is folded follows how names are romanised in official lists of Bihar and West Bengal (the Hunterian
system of the Survey of India and its everyday variants, IPA's note on Bengali pronunciation of ksha,
ya and sha): see docs/decisions/0084-finding-a-child-by-name.md.
"""

import re
from functools import lru_cache

# Order matters: longer spellings first.
_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
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
DOUBLED = re.compile(r"(\w)\1+")
_DOUBLED_CONSONANT = re.compile(r"([^aeiou])\1+")
_VOWEL_FOLDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
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
def folded(latin: str) -> str:
    """Latin letters with exchangeable consonants folded, vowels as written."""
    for pattern, letters in _FOLDS:
        latin = pattern.sub(letters, latin)
    return _DOUBLED_CONSONANT.sub(r"\1", latin)


@lru_cache(maxsize=32768)
def sound(latin: str) -> str:
    """The word with vowels folded as well; what two spellings are compared by."""
    said = folded(latin)
    for pattern, letters in _VOWEL_FOLDS:
        said = pattern.sub(letters, said)
    said = DOUBLED.sub(r"\1", said)
    return said.rstrip("a") or said


@lru_cache(maxsize=32768)
def consonants(latin: str) -> str:
    """The consonants of a folded word; a beginning vowel is "a"; "" for no letter."""
    said = folded(latin)
    if not said:
        return ""
    first = "a" if said[0] in "aeiou" else said[0]
    rest = re.sub(r"[aeiouy]", "", said[1:])
    # Guriya and Gudiya; Chandra and Chanda.
    key = first + rest.replace("d", "r")
    # The m of Lakshmi is not heard in Bengal.
    key = re.sub(r"(?<=.k)m", "", key)
    return DOUBLED.sub(r"\1", key)
