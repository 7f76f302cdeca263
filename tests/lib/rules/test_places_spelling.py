"""Spellings of one name come together; names of two places stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.lib.indic.place_likeness import SAME_SOUND, likeness
from aanchal.lib.indic.place_names import readings, tidy_name

SAME = [
    ("RAMPUR PURAB", "Rampur East", "a direction in two languages"),
    ("ADHATA - II", "Adhata 2", "numerals"),
    ("SIMRI TOL", "Simri Tola", "hamlet"),
    ("BALBA", "Balwa", "v, w and b"),
    ("PHULWARIA", "Fulbaria", "ph and f"),
    ("SHIVNAGAR", "Sibnagar", "sh and s"),
    ("MURHADDI", "Murhadi", "double letters"),
    ("PIPRAULIYA", "Piprauliya", "capitals"),
    ("BAIRIYA", "Bairia", "iya and ia"),
    ("LAXMIPUR", "Lachhmipur", "three ways to write one sound"),
    ("LAKSHMIPUR", "Laxmipur", "three ways to write one sound"),
    ("MIRZAPUR", "Mirjapur", "z and j"),
    ("DEEP", "Dip", "long vowels"),
    ("Laukaha", "LAUKAHA (KHUTAUNA)", "a second name in brackets"),
    ("Khutauna", "LAUKAHA (KHUTAUNA)", "is as good as the first"),
    ("Satghara", "Satghara (CT)", "a census town"),
    ("Narar", "Nararh (Part in Khajauli)", "the rest lies elsewhere"),
    ("Ram Nagar Kajra", "RAMNAGAR KAJRA", "word breaks"),
]


@pytest.mark.parametrize("one, other, why", SAME)
def test_one_name_written_in_two_ways_is_the_same(one, other, why):
    assert likeness(one, other) >= SAME_SOUND, why


APART = [
    ("Rampur East", "Rampur West", 0, "directions contradict"),
    ("Barasat - I", "Barasat-II", 0, "numbers contradict"),
    ("Simri", "Simri Tola", 90, "a hamlet may be another village"),
    ("Rampur", "Ratanpur", 75, "half of all villages end so"),
    ("Rampur", "Rampura", 97, "the last vowel often tells"),
    ("Parsa", "Parsauna", 80, "longer"),
    ("Pali", "Patli", 80, "a consonant more"),
    ("Salha", "Salempur", 75, "the beginning only"),
    ("Haripur", "Harirampur", 90, "a word more inside"),
]


@pytest.mark.parametrize("one, other, below, why", APART)
def test_names_of_two_places_stay_apart(one, other, below, why):
    assert likeness(one, other) <= below, why


ALIKE = [
    ("MAHMMADPUR", "Mahamadpur", 90, "vowels"),
    ("TYONTH", "Teoth", 80, "a nasal"),
    ("BISHELADUGAMA", "Bishai Larugawan", 85, "d and r, m and w"),
    ("NAVKARAHI", "Naokarhi", 80, "v and o"),
    ("CHANPURPATTI", "Chandpur Patti", 90, "a swallowed d"),
    ("RAMPURBRIT", "Rampur birt", 90, "a mark written into the word"),
    ("Devadha Usrahi", "Usrahi Deodha", 75, "words in another order"),
    ("Bolhar", "Dakhi Bolhar", 75, "one word of two"),
]


@pytest.mark.parametrize("one, other, at_least, why", ALIKE)
def test_clerks_spellings_stay_alike(one, other, at_least, why):
    assert at_least <= likeness(one, other) < 100, why


names = st.text("ABCDEGHIKLMNOPRSTUVWYabdeghiklmnoprstu ()-.1", max_size=20)


@given(names, names)
def test_likeness_is_the_same_both_ways_and_between_0_and_100(one, other):
    assert 0 <= likeness(one, other) <= 100
    assert likeness(one, other) == pytest.approx(likeness(other, one))


@given(names)
def test_a_name_is_wholly_like_itself(name):
    expected = 100 if readings(name) else 0

    assert likeness(name, name) == expected


@given(st.text(max_size=30))
def test_any_text_can_be_read(text):
    for reading in readings(text):
        assert isinstance(reading.sound, str)
    assert likeness(text, "Rampur") <= 100


@pytest.mark.parametrize(
    "text, tidy",
    [
        ("BABU  BARHI ", "Babu Barhi"),
        ("BARASAT-II", "Barasat-II"),
        ("24 PARAGANAS NORTH", "24 Paraganas North"),
        ("kamlapatpatti", "kamlapatpatti"),
        ("Rampur birt", "Rampur birt"),
        ("अंधराठाढ़ी", "अंधराठाढ़ी"),
    ],
)
def test_only_a_shouted_name_is_quietened(text, tidy):
    assert tidy_name(text) == tidy
