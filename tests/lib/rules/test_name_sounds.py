"""Names as usually misspelt share a key, or the key of one is near the other's, and rank as alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.lib.indic.ranking import alike, is_only_titles, query_words
from aanchal.lib.indic.search_keys import KEY_LENGTH, coarse_key, name_keys, nearby_keys
from aanchal.lib.indic.transliteration import romanise

ONE_NAME = [
    "Laxmi Lakshmi Lachhmi Lokkhi Laksmi लक्ष्मी লক্ষ্মী",
    "Choudhury Chaudhary Chowdhury Choudhari Chaudhuri चौधरी চৌধুরী",
    "Khatun Khatoon Khatunn खातून ख़ातून খাতুন",
    "Gudiya Guria Gudia गुड़िया গুড়িয়া",
    "Yadav Jadab Yadaw Jadav यादव যাদব",
    "Biswas Vishwas Bishwas Viswas विश्वास বিশ্বাস",
    "Anima Onima Aneema अनिमा অনিমা",
    "Sunita Suneeta Sunitaa Shunita सुनीता সুনীতা",
    "Gyan Jnan Gnan ज्ञान জ্ঞান",
    "Akshay Akshoy Akkhoy अक्षय অক্ষয়",
    "Jyoti Joti Jyotee ज्योति জ্যোতি",
    "Faridul Pharidul Fareedul फ़रीदुल ফরিদুল",
    "Rahul Raahul Rahool राहुल রাহুল",
    "Yunus Eunus Younus यूनुस ইউনুস",
    "Shyam Syam Shyaam श्याम শ্যাম",
]
NEAR = ["Swapna Sapna", "Krishna Kishan", "Chand Chad", "Hasina Asina", "Chhobi Sobi", "Prem Pem"]


@pytest.mark.parametrize("names", ONE_NAME, ids=lambda names: names.split()[0])
def test_spellings_of_one_name_share_a_key_in_three_scripts(names):
    assert len({coarse_key(n) for n in names.split()}) == 1


@pytest.mark.parametrize("names", NEAR)
def test_the_key_of_a_likely_misspelling_is_near_in_both_directions(names):
    one, other = names.split()

    assert coarse_key(one) != coarse_key(other)
    assert coarse_key(other) in nearby_keys(one)
    assert coarse_key(one) in nearby_keys(other)


@pytest.mark.parametrize("names", ONE_NAME, ids=lambda names: names.split()[0])
def test_spellings_of_one_name_rank_above_another_name(names):
    first, *others = names.split()
    strangers = ("Manoj", "Tabassum", "Pinki", "ধনঞ্জয়")

    worst = min(alike(query_words(first), query_words(o)) for o in others)
    best_stranger = max(alike(query_words(first), query_words(s)) for s in strangers)
    assert worst > best_stranger + 10


def test_words_are_found_in_either_order_alone_and_by_an_initial():
    name = query_words("Laxmi Choudhury")

    assert alike(query_words("चौधरी लक्ष्मी"), name) > 85
    assert alike(query_words("Lakshmi"), name) > 85
    assert alike(query_words("L. Choudhury"), name) > 85
    assert alike(query_words("S. Choudhury"), name) < alike(query_words("L. Choudhury"), name)
    assert alike(query_words("Ramkumari"), ("ram", "kumari")) > 90
    assert alike((), name) == alike(name, ()) == 0.0


@pytest.mark.parametrize(
    "title", ["Md", "Mohd.", "Mohammad", "मोहम्मद", "মোঃ", "Sk", "Sheikh", "Sekh", "শেখ", "शेख"]
)
def test_a_title_is_no_name_unless_it_stands_alone(title):
    assert name_keys(f"{title} Arif") == name_keys("आरिफ़") == {"arp"}
    assert is_only_titles(title)
    assert name_keys(title)
    assert not is_only_titles(f"{title} Arif")


def test_a_key_is_coarse_and_holds_no_letter_of_a_vowel_or_script():
    for names in ONE_NAME:
        for name in names.split():
            key = coarse_key(name)
            assert 1 <= len(key) <= KEY_LENGTH
            assert not set(key[1:]) & set("aeiou")


@given(st.text(max_size=40))
def test_any_text_has_keys_and_a_likeness_without_a_fault(text):
    for word in query_words(text):
        assert romanise(word) == "" or romanise(word).isascii()
        assert len(coarse_key(word)) <= KEY_LENGTH
        assert "" not in nearby_keys(word)
    assert 0.0 <= alike(query_words(text), ("laxmi", "choudhury")) <= 100.0
