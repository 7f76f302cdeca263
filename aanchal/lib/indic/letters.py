"""Devanagari and Bengali letters and their sounds, from `data/letters.toml`."""

from aanchal.lib.sourced import read_sourced

_DATA = read_sourced("aanchal.lib.indic", "letters.toml")

# The sound of each letter in everyday Latin spelling.
CONSONANTS: dict[str, str] = _DATA["consonants"]
WITH_NUKTA: dict[str, str] = _DATA["with_nukta"]
VOWELS: dict[str, str] = _DATA["vowels"]
SIGNS: dict[str, str] = _DATA["vowel_signs"]
# Letters of the Bengali block whose sound is not that of the Devanagari sign at their place.
BENGALI_OWN: dict[str, str] = _DATA["bengali"]
VIRAMA, NUKTA, BREATH, NASALS = "\u094d", "\u093c", "\u0903", "\u0901\u0902"
