"""The words and numbers in lists of pupils that stand for a few known things."""

import re

from aanchal.lib.indic.folding import fold


def disability_of(text: str) -> str | None:
    """The kind of disability as written; None for nothing and for the many ways of saying no."""
    return None if fold(text).strip(" .-") in _NO else text or None


def sex_of(text: str) -> str | None:
    """One of "girl", "boy", "other"; None for words not known."""
    return SEXES.get(fold(text).strip(" .()"))


def relation_of(text: str) -> str | None:
    """How the guardian is related: "father", "mother", "grandparent", "sibling", "relative"; else None."""
    return RELATIONS.get(fold(text).strip(" ."))


def age_of(text: str) -> int | None:
    """An age in whole years between 2 and 25 ("6", "6+", "৬ বছর"); None for anything else."""
    found = _AGE.match(fold(text))
    return int(found[1]) if found and 2 <= int(found[1]) <= 25 else None


def phone_of(text: str) -> str | None:
    """An Indian mobile number's ten digits; None for anything else."""
    found = _PHONE.match(re.sub(r"[\s\-().]|\.0$", "", fold(text)))
    return found[1] if found else None


_AGE = re.compile(r"(\d{1,2})(?:\.0)?\s*(?:\+|years?|yrs?|y|वर्ष|साल|বছর)?\.?$")
_PHONE = re.compile(r"(?:\+?91|0)?([6-9]\d{9})$")
_NO = frozenset(
    fold(word)
    for word in [
        "",
        "no",
        "none",
        "nil",
        "na",
        "n/a",
        "not applicable",
        "0",
        "n",
        "नहीं",
        "नही",
        "না",
        "নেই",
    ]
)
SEXES = {
    fold(word): sex
    for sex, words in {
        "girl": "girl f female g women woman महिला बालिका लड़की स्त्री छात्रा मादा মেয়ে মহিলা বালিকা স্ত্রী ছাত্রী 2",
        "boy": "boy m male b man पुरुष पुरूष बालक लड़का छात्र পুরুষ ছেলে বালক ছাত্র 1",
        "other": "other o t tg transgender third अन्य ट्रांसजेंडर তৃতীয় অন্যান্য রূপান্তরকামী 3",
    }.items()
    for word in words.split()
}
RELATIONS = {
    fold(word): relation
    for relation, words in {
        "father": "father|f|पिता|বাবা|পিতা",
        "mother": "mother|m|माता|माँ|মা|মাতা",
        "grandparent": "grandfather|grandmother|grandparent|दादा|दादी|नाना|नानी|দাদু|ঠাকুমা|দিদা|ঠাকুরদা|দাদি|নানি|নানা",
        "sibling": "brother|sister|sibling|भाई|बहन|ভাই|বোন|দাদা|দিদি",
        "relative": "uncle|aunt|relative|चाचा|चाची|मामा|मामी|मौसी|बुआ|কাকা|কাকি|মামা|মামি|মাসি|পিসি",
    }.items()
    for word in words.split("|")
}
