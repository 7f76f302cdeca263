"""What every language and script of `lib.indic` has, so that a new one is whole."""

import tomllib
from pathlib import Path

import pytest

from aanchal.lib.indic import calendar_words, digits, letters, scripts, titles
from aanchal.lib.indic.folding import LETTER, fold
from aanchal.lib.indic.names import skeleton, split_name
from aanchal.lib.indic.transliteration import romanise

DATA = Path(calendar_words.__file__).parent / "data"
WORDS = tomllib.loads((DATA / "calendar_words.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", WORDS["months"])
def test_a_language_names_each_month_and_weekday_and_is_understood(language):
    months, days = (WORDS[kind][language]["words"] for kind in ("months", "weekdays"))

    assert (len(months), len(days)) == (12, 7)
    for number, words in enumerate(months, 1):
        assert {calendar_words.MONTHS[fold(word)] for word in words} == {number}
        assert calendar_words.month_name(number, language) == words[0]
    for number, words in enumerate(days):
        assert all(number in calendar_words.WEEKDAYS[fold(word)] for word in words)


def test_no_month_of_another_year_is_taken_for_one_of_this():
    assert not calendar_words.OTHER_CALENDAR_MONTHS & set(calendar_words.MONTHS)


@pytest.mark.parametrize("script", scripts.SCRIPTS, ids=lambda s: s.name)
def test_a_script_has_ten_digits_of_its_own_block(script):
    assert len(set(script.digits)) == 10
    assert all(script.is_in(digit) for digit in script.digits)
    for language in script.languages:
        assert digits.in_digits_of(language, "10") == script.digits[1] + script.digits[0]
    if script.in_registers:
        assert digits.ascii_digits(script.digits) == "0123456789"


@pytest.mark.parametrize(
    "script", [s for s in scripts.SCRIPTS if s.in_registers], ids=lambda s: s.name
)
def test_a_letter_of_a_script_whose_registers_are_read_counts_as_one(script):
    """`START` and `END` find words by it: a block outside of it would have no words."""
    first = min(c for c in letters.CONSONANTS)
    letter = first if script is scripts.DEVANAGARI else scripts.as_bengali(first)

    assert any(a <= letter <= b for a, b in (part.split("-") for part in _ranges(LETTER)))


def _ranges(inside: str) -> list[str]:
    return [inside[at - 1 : at + 2] for at, sign in enumerate(inside) if sign == "-"]


@pytest.mark.parametrize("letter", letters.CONSONANTS)
def test_a_consonant_sounds_alike_in_both_scripts_and_is_in_the_skeleton(letter):
    bengali = scripts.as_bengali(letter)

    assert scripts.as_devanagari(bengali) == letter
    assert skeleton(letter)
    if letter != "य":  # য is heard as j
        assert romanise(bengali) == romanise(letter)
        assert skeleton(bengali) == skeleton(letter)


@pytest.mark.parametrize("title", sorted(titles.BEFORE_NAMES))
def test_a_title_has_no_odd_signs_and_is_a_title(title):
    assert title == title.casefold() == " ".join(title.split())
    assert titles.is_title(title)


def test_a_whole_name_is_parted_after_its_title():
    assert split_name("Md Salim Ansari") == ("Md Salim", "Ansari")
    assert split_name("Sunita Devi") == ("Sunita", "Devi")
