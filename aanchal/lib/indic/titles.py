"""Titles in names, from `data/titles.toml`: what is no name, and what may be a surname all the same."""

from aanchal.lib.sourced import read_sourced

_DATA = read_sourced("aanchal.lib.indic", "titles.toml")


def _words(table: str) -> frozenset[str]:
    return frozenset(
        word for words in _DATA[table].values() if isinstance(words, list) for word in words
    )


# Of these a surname is never made; of the others of `TITLES` (Devi, Kumari, Bibi) it is.
BEFORE_NAMES = _words("before_names")
TITLES = BEFORE_NAMES | _words("also_surnames")
WITH_NEXT_WORD = _words("with_next_word")


def is_title(word: str) -> bool:
    """Whether one word, in small letters, is a title rather than a name."""
    return word in TITLES
