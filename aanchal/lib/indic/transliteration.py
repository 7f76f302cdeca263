"""Names in Devanagari or Bengali letters written in Latin ones, as everyday spelling does."""

import unicodedata
from functools import lru_cache

from .letters import (
    BENGALI_OWN,
    BREATH,
    CONSONANTS,
    NASALS,
    NUKTA,
    SIGNS,
    VIRAMA,
    VOWELS,
    WITH_NUKTA,
)
from .scripts import as_devanagari, is_bengali


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
        of_bengali = is_bengali(letter)
        if letter in BENGALI_OWN:
            said, waits = [*said, "a"] if waits else said, False
            said.append(BENGALI_OWN[letter])
            continue
        if of_bengali:
            letter = as_devanagari(letter)
        dotted = at < len(text) and as_devanagari(text[at]) == NUKTA
        if dotted:
            at += 1
        if letter in CONSONANTS:
            if waits:
                said.append("a")
            sound = WITH_NUKTA.get(letter) if dotted else None
            if sound is None:
                sound = CONSONANTS[letter]
                joined = bool(said) and said[-1] == ""
                if letter == "य" and of_bengali and not joined:
                    sound = "j"
            said.append(sound)
            waits = True
        elif letter in SIGNS:
            said.append(SIGNS[letter])
            waits = False
        elif letter == VIRAMA:
            said.append("")  # the next consonant is joined to the last
            waits = False
        elif letter in NASALS:
            said, waits = [*said, "a"] if waits else said, False
            said.append("n")
        elif letter in VOWELS:
            said, waits = [*said, "a"] if waits else said, False
            said.append(VOWELS[letter])
        elif letter == BREATH or unicodedata.combining(letter):
            continue
        elif letter.isalpha() and (plain := unicodedata.normalize("NFD", letter)[0]).isascii():
            said.append(plain)  # ā, ś
            waits = False
    return "".join(said)
